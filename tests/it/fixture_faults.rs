//! `shikaku fixtures check` reports every fault at once, each with its place, and makes none up.

use std::fs;
use std::path::Path;

use crate::support::process::{shikaku, texts};
use crate::support::{fixtures, fixtures_to_spoil, root, scratch};

fn check(directory: &Path) -> (Option<i32>, String, String) {
    let output = shikaku(&["fixtures", "check", "--dir", directory.to_str().unwrap()]);
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

/// Tells whether a single fault has both the place and the words.
fn told(err: &str, file: &str, line: usize, words: &str) -> bool {
    err.lines().any(|fault| fault.contains(&format!("{file}:{line}: ")) && fault.contains(words))
}

#[test]
fn the_fixtures_have_no_faults_and_reach_what_they_should() {
    let (code, out, _) = check(&root().join("fixtures"));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("no faults: "), "{out}");
    let fixtures = fixtures();
    assert!(fixtures.insurers.len() >= 12 && fixtures.institutions.len() >= 10 && fixtures.people.len() >= 60);

    let values = |element: &str| -> std::collections::BTreeSet<String> {
        fixtures.people.iter().filter_map(|person| person.expect.record.get(element).cloned()).collect()
    };
    let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    let validities = fixtures.people.iter().map(|person| person.expect.validity.clone()).collect();
    assert_eq!(set(&["1", "2", "3", "4", "5", "6"]), validities);
    let category = "LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateClassificationFlag";
    let categories: Vec<String> = (1..=6).map(|n| format!("A{n:02}")).chain((1..=10).map(|n| format!("B{n:02}"))).collect();
    assert_eq!(values(category), categories.into_iter().collect());
    assert_eq!(values("InsuredCardClassification"), set(&["01", "02", "03", "04", "05", "06", "07", "A1"]));
    assert_eq!(values("ReasonOfLoss"), set(&["01", "02", "03", "99"]));
    assert_eq!(values("InsuredPartialContributionRatio"), set(&["010", "020", "030"]));
    assert_eq!(values("ElderlyRecipientCertificateInfo.ElderlyRecipientContributionRatio"), set(&["020", "030"]));
    assert_eq!(values("PersonalFamilyClassification"), set(&["1", "2"]));
    assert_eq!(values("PreschoolClassification"), set(&["1"]));
    assert_eq!(values("Sex1"), set(&["1", "2", "3"]));
    for element in ["NameOfOther", "Sex2", "LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateLongTermDate"]
    {
        assert!(!values(element).is_empty(), "nobody reaches {element}");
    }
}

#[test]
fn every_fault_is_reported_at_once_with_file_line_and_reason() {
    let directory = fixtures_to_spoil();
    fs::write(
        directory.join("people/faulty.toml"),
        r#"[[person]]
id = "Faulty Person"
about = "two faults in the person"
colour = "red"

[[person.coverage]]
insurer = "01130013"
symbol = "1"
number = "123456789012345678901"
branch = "1"
relationship = "cousin"
name = "試験　太郎"
sex = "male"
birth_on = "S64.5.14"
acquired_on = 2010-02-30
lost_on = 2026-04-01

[person.ask]
on = 2026-11-22

[person.expect]
validity = "7"
record.Colour = "red"

[[person]]
id = "born-later"
about = "acquired before birth, and asked about a card that is not there"
[[person.coverage]]
insurer = "01130012"
symbol = "21700099"
number = "9999999"
branch = "00"
relationship = "insured"
name = "試験　次郎"
sex = "male"
birth_on = 1981-05-14
acquired_on = 1980-01-01
[person.ask]
on = 2026-11-22
coverage = 2
[person.expect]
validity = "1"
[[person]]
id = "kyokai-insured-tokyo"
about = "an id that stands in another file, and an insurer that is in none"
[[person.coverage]]
insurer = "01040013"
symbol = "21700099"
number = "9999998"
branch = "00"
relationship = "insured"
name = "試験　三郎"
sex = "male"
birth_on = 1981-05-14
acquired_on = 2010-01-01
[person.ask]
on = 2026-11-22
[person.expect]
validity = "1"
"#,
    )
    .unwrap();
    fs::write(directory.join("people/broken.toml"), "[[person]]\nid = \nabout = \"x\"\n").unwrap();
    let (code, _, err) = check(&directory);
    assert_eq!(code, Some(4), "{err}");
    for (line, reason) in [
        (2, "`id`: an id has"),
        (4, "`colour` is not known here"),
        (7, "`insurer`: the check digit of the insurer number is wrong; it must be 2"),
        (9, "`number`: a symbol or number"),
        (10, "`branch`: a branch number has two digits"),
        (11, "`relationship`: must be one of insured, dependant"),
        (14, "`birth_on`: S64.5.14 lies outside of its era; write H1.5.14 or 1989-05-14"),
        (15, "invalid"),
        (6, "`lost_on` and `loss_reason` go together"),
        (22, "`validity`: must be"),
        (23, "`Colour` is no element"),
        (28, "`acquired_on` lies before `birth_on`"),
        (38, "there is no coverage 2"),
        (43, "the id stands twice"),
        (43, "insurer 01040013 is not in insurers.toml"),
    ] {
        assert!(told(&err, "faulty.toml", line, reason), "line {line}, {reason}:\n{err}");
    }
    assert!(err.contains("broken.toml:2:"), "{err}");
    assert!(err.lines().last().unwrap().contains("nothing was loaded"), "{err}");
    for secret in ["123456789012345678901", "試験　太郎"] {
        assert!(!err.contains(secret), "{err}");
    }
}

#[test]
fn a_wrong_value_is_not_called_missing_too() {
    let directory = fixtures_to_spoil();
    let changes = fs::read_to_string(directory.join("people/changes.toml")).unwrap();
    for (key, wrong, fault) in [
        ("sex", "\"mail\"", "`sex`: must be one of male, female, unset"),
        ("lost_on", "\"2026-13-01\"", "`lost_on`: "),
        ("loss_reason", "\"left\"", "`loss_reason`: must be one of"),
    ] {
        let begins = format!("{key} = ");
        let good = changes.lines().find(|line| line.starts_with(&begins)).unwrap();
        fs::write(directory.join("people/changes.toml"), changes.replacen(good, &format!("{begins}{wrong}"), 1)).unwrap();
        let (code, _, err) = check(&directory);
        assert_eq!(code, Some(4), "{err}");
        assert_eq!(err.matches("changes.toml").count(), 1, "{err}");
        assert!(err.contains(fault), "{err}");
    }
}

#[test]
fn a_wrong_form_of_an_institutions_answers_is_told_with_its_line_and_the_right_words() {
    let directory = fixtures_to_spoil();
    let file = directory.join("institutions.toml");
    let good = fs::read_to_string(&file).unwrap();
    for (right, wrong, words) in [
        ("disease_list = \"flat\"", "disease_list = \"Flat\"", "`disease_list`: must be one of nested, flat"),
        ("result_lists = \"one\"", "result_lists = \"many\"", "`result_lists`: must be one of one_each, one"),
        ("charset = \"shift_jis\"", "charset = \"sjis\"", "`charset`: must be one of utf-8, shift_jis"),
        ("disease_list = \"flat\"", "disease_list = 1", "`disease_list` must be"),
        ("disease_list = \"flat\"", "disease_lists = \"flat\"", "`disease_lists` is not known here"),
    ] {
        let line = good[..good.find(right).unwrap()].lines().count() + 1;
        fs::write(&file, good.replacen(right, wrong, 1)).unwrap();
        let (code, _, err) = check(&directory);
        assert_eq!(code, Some(4), "{err}");
        assert!(told(&err, "institutions.toml", line, words), "line {line}, {words}:\n{err}");
        assert_eq!(err.matches("institutions.toml").count(), 1, "{err}");
    }
}

#[test]
fn a_wrong_word_of_a_card_is_told_once() {
    let directory = fixtures_to_spoil();
    let cards = fs::read_to_string(directory.join("cards.toml")).unwrap();
    for (good, wrong, fault) in [
        ("reason = \"lost\"", "reason = \"losst\"", "`reason`: must be one of"),
        ("state = \"revoked\"", "state = \"revokd\"", "`state`: must be one of"),
        ("state = \"superseded\"", "state = \"super\"", "`state`: must be one of"),
        ("validity = \"1\"", "validity = \"9\"", "`validity`: must be"),
        ("reason = \"lost\"\n", "", "`reason` goes with `state = \"revoked\"`"),
        ("state = \"revoked\"\n", "", "`reason` goes with `state = \"revoked\"`"),
    ] {
        assert!(cards.contains(good), "{good}");
        fs::write(directory.join("cards.toml"), cards.replacen(good, wrong, 1)).unwrap();
        let (code, _, err) = check(&directory);
        assert_eq!(code, Some(4), "{err}");
        assert_eq!(err.matches("cards.toml").count(), 1, "{err}");
        assert!(err.contains(fault), "{err}");
    }
}

/// A fault is reported once, at its place. An entry that refers to a faulty one is not a second fault.
#[test]
fn what_stands_in_the_files_is_not_called_absent() {
    for (file, good, bad, fault) in [
        (
            "insurers.toml",
            "name = \"全国健康保険協会　東京支部（試験）\"",
            "name = \"\"",
            "insurers.toml:6: insurer 01130012: `name`",
        ),
        ("insurers.toml", "number = \"01130012\"", "number = \"01130013\"", "`number`: "),
        ("insurers.toml", "[[insurer]]\nnumber = \"01130012\"", "[[insurer]\nnumber = \"01130012\"", ":4: "),
        (
            "people/employees.toml",
            "birth_on = 1981-05-14",
            "birth_on = 14",
            "person kyokai-insured-tokyo: `birth_on` must be",
        ),
        (
            "people/changes.toml",
            "died_on = 2026-09-10",
            "died_on = 1900-01-01",
            "`died_on` 1900-01-01 lies before the birth on ",
        ),
        ("people/employees.toml", "id = \"kyokai-insured-tokyo\"", "id = \"Kyokai\"", "`id`: an id has"),
        (
            "cards.toml",
            "about = \"更新後の新しいカード\"\n\n[card.ask]\non = 2026-11-22",
            "about = \"更新後の新しいカード\"\n\n[card.ask]\non = 22",
            "card kyokai-a02-tokyo: `on` must be",
        ),
    ] {
        let directory = fixtures_to_spoil();
        let text = fs::read_to_string(directory.join(file)).unwrap();
        assert!(text.contains(good), "{good}");
        fs::write(directory.join(file), text.replacen(good, bad, 1)).unwrap();
        let (code, _, err) = check(&directory);
        assert_eq!(code, Some(4), "{err}");
        assert_eq!(err.matches(".toml:").count(), 1, "{bad}: {err}");
        assert!(err.contains(fault), "{bad}: {err}");
    }

    let directory = fixtures_to_spoil();
    fs::remove_file(directory.join("insurers.toml")).unwrap();
    fs::remove_dir_all(directory.join("people")).unwrap();
    let (code, _, err) = check(&directory);
    assert_eq!(code, Some(4), "{err}");
    assert_eq!(err.lines().count(), 3, "two things that are not there, and their number: {err}");

    // An entry that is really absent is found beside other faults.
    let directory = fixtures_to_spoil();
    let text = fs::read_to_string(directory.join("people/welfare.toml")).unwrap();
    fs::write(directory.join("people/welfare.toml"), text.replace("sex = \"female\"", "sex = \"f\"")).unwrap();
    let text = fs::read_to_string(directory.join("cards.toml")).unwrap();
    let text = text.replacen("person = \"kyokai-insured-tokyo\"", "person = \"kyokai-insured-kyoto\"", 1);
    let text = text.replacen("superseded_by = \"kyokai-a02-tokyo\"", "superseded_by = \"kyokai-a02-kyoto\"", 1);
    fs::write(directory.join("cards.toml"), text).unwrap();
    let (_, _, err) = check(&directory);
    for words in ["there is no person kyokai-insured-kyoto", "there is no card kyokai-a02-kyoto", "`sex`: must be"] {
        assert!(err.contains(words), "{words}: {err}");
    }
}

#[test]
fn faults_of_medical_aid() {
    let directory = fixtures_to_spoil();
    let welfare = fs::read_to_string(directory.join("people/welfare.toml")).unwrap();
    for (good, bad, fault) in [
        ("number = \"0001230\"", "number = \"0001231\"", "(12…): the check digit of the 受給者番号 is wrong; it must be 0"),
        ("number = \"0001230\"", "number = \"00012310\"", "(12…): a 受給者番号 has seven digits"),
        ("number = \"0001230\"", "number = \"0001230\"\nbranch = \"00\"", "no `symbol`, no `branch` and no `relationship`"),
        (
            "insurer = \"12138012\"\nnumber = \"0001230\"",
            "insurer = \"39131016\"\nnumber = \"0001230\"",
            "registers `ticket`",
        ),
        ("number = \"0001230\"", "number = \"0001230\"\ncard_class = \"general\"", "go together"),
        (
            "through = 2026-11-30\nissue_number = \"000101\"",
            "through = 2026-12-01\nissue_number = \"000101\"",
            "lie in `month`",
        ),
        ("prescriber = \"1310012344\"\nprescriber_name", "prescriber_name", "needs `prescriber`"),
        ("injuries = [\"高血圧症\"]", "injuries = [\"高血圧症\", \"\"]", "`injuries` takes three texts at most"),
        ("injuries = [\"高血圧症\"]", "beside = [\"somebody\"]", "`beside` takes social_insurance"),
        ("month = \"2026-11\"", "month = \"202611\"", "a month is written YYYY-MM"),
        (
            "institution = \"1310012344\"",
            "institution = \"1310012346\"",
            "`institution`: the check digit of the institution code is wrong; it must be 4",
        ),
        (
            "prescriber = \"1310012344\"",
            "prescriber = \"2710012346\"",
            "`prescriber`: the check digit of the institution code is wrong; it must be 1",
        ),
        (
            "insurer = \"12138012\"\nnumber = \"0001230\"",
            "insurer = \"12138013\"\nnumber = \"0001230\"",
            "`insurer`: the check digit of the insurer number is wrong; it must be 2",
        ),
        ("treatment = \"02\"\nself_pay_yen = 0", "treatment = \"06\"\nself_pay_yen = -1", "must be 01, 02, 03, 04 or 05"),
    ] {
        assert!(welfare.contains(good), "{good}");
        fs::write(directory.join("people/welfare.toml"), welfare.replacen(good, bad, 1)).unwrap();
        let (code, _, err) = check(&directory);
        assert_eq!(code, Some(4), "{bad}");
        assert!(err.contains(fault), "{bad}: {err}");
        assert!(!err.contains("試験　扶美") && !err.contains("0001231") && !err.contains("高血圧症"), "{err}");
    }
    // A fault in one part hides no fault in another.
    let both = welfare.replacen("number = \"0001230\"", "number = \"0001230\"\nsymbol = \"1\"", 1).replacen(
        "sex = \"female\"",
        "",
        1,
    );
    fs::write(directory.join("people/welfare.toml"), both).unwrap();
    let (_, _, err) = check(&directory);
    assert!(err.contains("no `symbol`, no `branch`") && err.contains("`sex` is missing"), "{err}");
}

#[test]
fn missing_files_are_named() {
    let (code, _, err) = check(&scratch("nothing"));
    assert_eq!(code, Some(4));
    assert!(err.contains("insurers.toml: ") && err.contains("institutions.toml: ") && err.contains("people: "), "{err}");
}

#[test]
fn faults_of_cards_are_reported_too_and_the_file_may_be_absent() {
    let directory = fixtures_to_spoil();
    let cards = directory.join("cards.toml");
    fs::write(
        &cards,
        r#"[[card]]
person = "nobody-at-all"
about = "no such person; a reason without revocation; a successor without being superseded"
reason = "lost"
superseded_by = "twin-elder"
[card.ask]
on = 2026-11-22
holder = "knock"
consents = ["limit", "everything"]
[card.expect]
record = [{ Colour = "red" }]
[[card]]
person = "twin-elder"
about = "right"
[card.ask]
on = 2026-11-22
holder = "pin"
consents = []
[card.expect]
validity = "1"
[[card]]
name = "twin-elder"
person = "twin-younger"
about = "a name that stands twice; another's successor"
kind = "watch"
state = "superseded"
superseded_by = "twin-elder-b"
[card.ask]
on = 2026-11-22
holder = "pin"
[card.expect]
result = "SHK6102"
[[card]]
name = "twin-elder-b"
person = "twin-elder"
about = "a second one of a kind in use"
list_hours = -1
[card.ask]
on = 2026-11-22
holder = "pin"
[card.expect]
validity = "9"
"#,
    )
    .unwrap();
    let (code, _, err) = check(&directory);
    assert_eq!(code, Some(4), "{err}");
    for (line, words) in [
        (1, "`reason` goes with `state = \"revoked\"`"),
        (1, "`superseded_by` goes with `state = \"superseded\"`"),
        (8, "`holder`: must be pin, face, visual or phone"),
        (6, "`consents`: everything is not known"),
        (11, "`Colour` is no element"),
        (10, "`validity`, `result` or both"),
        (25, "`kind`: must be card, android or ios"),
        (33, "`list_hours` must be 0 to 8760"),
        (42, "`validity`: must be"),
    ] {
        assert!(told(&err, "cards.toml", line, words), "{line} {words}\n{err}");
    }

    // Faults that show only over all entries, once each entry is right.
    let right = fs::read_to_string(&cards)
        .unwrap()
        .replace("reason = \"lost\"\nsuperseded_by = \"twin-elder\"\n", "")
        .replace("knock", "face")
        .replace(", \"everything\"", "")
        .replace("record = [{ Colour = \"red\" }]", "validity = \"4\"")
        .replace("watch", "card")
        .replace("list_hours = -1\n", "")
        .replace("validity = \"9\"", "validity = \"1\"");
    fs::write(&cards, right).unwrap();
    let (code, _, err) = check(&directory);
    assert_eq!(code, Some(4), "{err}");
    for words in [
        "card nobody-at-all: there is no person nobody-at-all",
        "card twin-elder: the name stands twice",
        "card twin-elder: card twin-elder-b is another person's",
        "card twin-elder-b: twin-elder has two cards of one kind in use",
    ] {
        assert!(err.contains(words), "{words}\n{err}");
    }
    fs::remove_file(&cards).unwrap();
    let (code, out, err) = check(&directory);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains(", 0 cards;"), "{out}");
}

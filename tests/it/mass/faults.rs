//! Every fault of a directory is named with file, line and reason, in both languages.

use std::fs;
use std::path::{Path, PathBuf};

use super::town::{append, spoilt, text, write};
use super::{check, generate};
use crate::support::scratch;

#[test]
fn a_directory_without_faults_is_summed_up() {
    let (code, out, err) = check(&write(), &["--on", "2026-12-01"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.ends_with("no faults: 3 insurers, 2 institutions, 3 people with 4 coverages and 4 cards\n"), "{out}");
    let (code, out, _) = check(&write(), &["--on", "2026-12-01", "--lang", "ja"]);
    assert_eq!(code, Some(0));
    assert!(out.ends_with("誤りはありません: 保険者3、医療機関2、人物3（資格4、カード4）\n"), "{out}");
}

#[test]
fn what_spreadsheets_write_is_read() {
    let directory = write();
    for file in ["people.csv", "coverages.csv"] {
        fs::write(directory.join(file), format!("\u{feff}{}", text(file).replace('\n', "\r\n"))).unwrap();
    }
    let (code, out, err) = check(&directory, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("3 people with 4 coverages"), "{out}");
    // Dates as spreadsheets write them, whether month and day have one digit or two.
    for written in ["2027/7/31", "2027/07/31", "2027.07.31", "R9/07/31"] {
        let directory = spoilt("certificates.csv", "2027-07-31", written);
        let (code, _, err) = check(&directory, &[]);
        assert_eq!(code, Some(0), "{written}: {err}");
    }
}

#[test]
fn generated_people_have_no_findings_but_those_that_they_are_made_to_have() {
    let out = scratch("mass-generated").join("town");
    generate(&out, &["--people", "5000", "--seed", "6"]);
    let situations = fs::read_to_string(out.join("situations.csv")).unwrap();
    let expected = situations.lines().skip(1).filter(|line| !line.ends_with(',')).count();
    // Without --on, the day is that of the people, whatever today is.
    let (code, standard, err) = check(&out, &[]);
    assert_eq!(code, Some(0), "{err}");
    let first = format!("findings: {expected} that situations.csv expects, 0 others\nno faults: ");
    assert!(standard.starts_with(&first), "{standard}");
}

/// Writes a directory in which a person has two insurers at once, and `situations.csv` expects findings of this text.
fn overlapping(finding: &str) -> PathBuf {
    let directory = spoilt("situations.csv", "A03,10000,\n", &format!("A03,10000,{finding}\n"));
    append(&directory, "insurers.csv", "138057,試験市\n".as_bytes());
    let second = "anna,3,138057,01-34,7153328,01,1,01,2021-04-01,,,試験　杏奈,,,,,2,,1985-05-14,,,,,\nben,1";
    fs::write(directory.join("coverages.csv"), text("coverages.csv").replacen("ben,1", second, 1)).unwrap();
    directory
}

#[test]
fn findings_are_summed_up_by_rule_apart_from_those_that_are_expected() {
    const RULE: &str = "national-health-beside-employees";
    let (code, out, err) = check(&overlapping(""), &["--on", "2026-12-01"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("findings: 0 that situations.csv expects, 1 others\n"), "{out}");
    assert!(out.contains(&format!("    {RULE}: 1, such as anna#3\n")), "{out}");
    let (_, out, _) = check(&overlapping(RULE), &["--on", "2026-12-01"]);
    assert!(out.starts_with("findings: 1 that situations.csv expects, 0 others\nno faults: "), "{out}");
    let missing = spoilt("situations.csv", "A03,10000,\n", &format!("A03,10000,{RULE}\n"));
    let (code, out, _) = check(&missing, &["--on", "2026-12-01"]);
    assert_eq!(code, Some(0));
    let words = format!("findings that situations.csv expects, but that are not there: 1\n    {RULE}: 1, such as anna\n");
    assert!(out.contains(&words), "{out}");
}

#[test]
fn a_death_that_not_every_insurer_knows_is_a_finding() {
    for (from, to, coverage) in [
        ("anna,works,0,0,", "anna,works,0,0,2026-01-01", "anna#2"),
        // Lost by death on the day itself instead of the day after.
        ("carl,,1,0,2026-05-01", "carl,,1,0,2026-05-02", "carl#1"),
    ] {
        let (code, out, err) = check(&spoilt("people.csv", from, to), &["--on", "2026-12-01"]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains(&format!("    lost-by-death: 1, such as {coverage}\n")), "{out}");
    }
}

/// Checks that a directory has exactly one fault, and what is told about it.
#[track_caller]
fn assert_fault(directory: &Path, place: &str, words: &str) {
    let (code, out, err) = check(directory, &[]);
    assert_eq!((code, out.as_str()), (Some(4), ""), "{place} {words}: {err}");
    let lines: Vec<&str> = err.lines().collect();
    let first = format!("{}/{place}: ", directory.display());
    assert!(lines.len() == 2 && lines[0].starts_with(&first) && lines[0].contains(words), "{first} {words}\n{err}");
    assert!(lines[1].starts_with("shikaku: 1 fault in ") && lines[1].ends_with("; mend them and check again"), "{err}");
    let (code, _, japanese) = check(directory, &["--lang", "ja"]);
    let line = japanese.lines().next().unwrap();
    assert!(code == Some(4) && line.starts_with(&first) && line.chars().any(|c| ('ぁ'..='ヶ').contains(&c)), "{japanese}");
}

#[test]
fn rules_of_insurers_institutions_and_people() {
    for (file, from, to, line, words) in [
        (
            "insurers.csv",
            "01130012",
            "01130013",
            2,
            "`number`: the check digit of the insurer number is wrong; it must be 2",
        ),
        ("insurers.csv", "39131016,試験広域連合", "01130012,同じ", 3, "insurer 01130012 stands twice"),
        ("insurers.csv", "試験協会けんぽ", "", 2, "`name`: must not be empty"),
        ("institutions.csv", "1310110049", "1310110040", 2, "`code`: the check digit of the institution code is wrong"),
        ("institutions.csv", "0110113719", "1310110049", 3, "institution 1310110049 stands twice"),
        ("institutions.csv", "shift_jis", "sjis", 3, "`charset`: must be one of utf-8, shift_jis"),
        ("institutions.csv", "2030-12-31", "2019-12-31", 3, "`active_through` lies before `active_from`"),
        ("people.csv", "carl,,1,0", "Carl,,1,0", 4, "`person`: an id has 1 to 60 lower-case letters"),
        ("people.csv", "works,0", "works,2", 2, "person anna: `address_withheld`: must be 1 or 0"),
        (
            "people.csv",
            "anna,works,0,0,",
            "anna,works,0,0,1985-05-13",
            2,
            "`died_on` 1985-05-13 lies before the birth on 1985-05-14",
        ),
        ("people.csv", "2026-05-01", "2026-04-31", 4, "`died_on`: must be a day of the calendar"),
    ] {
        let directory = spoilt(file, from, to);
        if file == "people.csv" && to.starts_with("Carl") {
            // The rows of this person are then nobody's, which is told apart.
            assert!(check(&directory, &[]).2.contains(words));
            continue;
        }
        assert_fault(&directory, &format!("{file}:{line}"), words);
    }
}

#[test]
fn rules_of_coverages() {
    for (from, to, line, words) in [
        ("anna,1,01130012", "anna,1,06132013", 2, "`insurer`: insurer 06132013 is not in insurers.csv"),
        ("ben,1,39131016", "ben,1,39272018", 4, "`insurer`: insurer 39272018 is not in insurers.csv"),
        (
            "anna,2,01130012",
            "anna,3,01130012",
            3,
            "person anna: `coverage`: must be 2: the coverages of a person are numbered",
        ),
        ("2015-04-01,2020-04-01,99", "2021-04-01,2022-04-01,99", 3, "`acquired_on` lies before that of the coverage above"),
        ("2015-04-01,2020-04-01,99", "2015-04-01,2015-04-01,99", 2, "`lost_on` must lie after `acquired_on`"),
        ("2015-04-01,2020-04-01,99", "2015-04-01,2020-04-01,", 2, "`lost_on` and `loss_reason` go together"),
        ("2015-04-01,2020-04-01,99", "2015-04-01,2020-04-01,9", 2, "`loss_reason`: must be 01, 02, 03 or 99"),
        ("2015-04-01,2020-04-01,99", "1984-04-01,2020-04-01,99", 2, "`acquired_on` lies before `birth_on`"),
        ("2015-04-01,2020-04-01,99", "2015-04-01,2220-04-01,99", 2, "`lost_on`: must lie between 1868-01-01 and "),
        ("1949-01-10", "1867-12-31", 4, "`birth_on`: must lie between 1868-01-01 and "),
        ("1949-01-10", "S64.1.10", 4, "`birth_on`: S64.1.10 lies outside of its era; write H1.1.10 or 1989-01-10"),
        ("2024-01-10", "2024-02-30", 4, "`acquired_on`: must be a day of the calendar such as 2026-12-01"),
        ("ben,1,39131016,,12345678,,", "ben,1,39131016,1,12345678,,", 4, "後期高齢者医療 (39…) has no `symbol`"),
        ("2,00,1,01", "2,00,,01", 3, "`relationship` is missing"),
        ("2,00,1,01", "2,0,1,01", 3, "`branch`: a branch number has two digits"),
        ("0008011,,,A1", "0008011,,,01", 5, "medical_aid"),
        ("0008011", "0008012", 5, "`number` of 医療扶助 (12…)"),
        ("12345678", "123456789012345678901", 4, "`number`: a symbol or number has 1 to 20 characters"),
        ("試験　勉", "", 4, "`name`: must not be empty"),
        ("試験　勉", "試験\u{1}", 4, "`name`: must not hold control characters"),
        ("1,3,1960", "1,4,1960", 5, "`sex_on_back`: must be 1, 2 or 3"),
        ("2025-12-01,2025-12-01,2029-11-30", "2025-12-01,2025-12-01,30/11/2029", 3, "`card_valid_through`: "),
    ] {
        let directory = if text("coverages.csv").matches(from).count() == 1 {
            spoilt("coverages.csv", from, to)
        } else {
            panic!("{from} stands twice")
        };
        assert_fault(&directory, &format!("coverages.csv:{line}"), words);
    }
}

#[test]
fn rules_of_what_belongs_to_coverages() {
    for (file, from, to, line, words) in [
        ("ratios.csv", "2024-01-10,2024-07-31,1", "2024-01-10,2024-07-31,4", 2, "`wari`: must be 1, 2 or 3"),
        (
            "ratios.csv",
            "2024-01-10,2024-07-31",
            "2024-01-10,2024-01-09",
            2,
            "the first day of a period must not be after its last",
        ),
        (
            "ratios.csv",
            "ben,1,2024-08",
            "ben,2,2024-08",
            3,
            "`coverage`: must be the place of one of the person's 1 coverages",
        ),
        ("certificates.csv", "2,limit", "2,Limit", 2, "`certificate`: must be elderly, limit or specific_disease"),
        ("certificates.csv", "A03", "A07", 2, "`limit_category`: must be A01 to A06 or B01 to B10"),
        ("certificates.csv", "A03,,,", "A03,,1,", 2, "`disease`: is of another certificate: must be empty"),
        ("certificates.csv", "10000", "20001", 3, "`self_pay_yen`: must be 0 to 20,000 yen"),
        ("tickets.csv", "carl,1,02", "carl,1,01", 2, "only a 調剤券 (02) has `prescriber`"),
        ("tickets.csv", "0110113719", "", 2, "a 調剤券 (02) needs `prescriber`"),
        ("tickets.csv", "2026-04-30", "2026-05-01", 2, "`from` and `through` must lie in `month`"),
        ("tickets.csv", "04,500", "04,10000001", 2, "`self_pay_yen`: must be 0 to 10,000,000 yen"),
        ("tickets.csv", "infection prefecture", "infection church", 2, "`beside`: takes social_insurance, infection"),
        ("tickets.csv", "高血圧,糖尿病,", "高血圧,,糖尿病", 2, "`injury_3`: follows an empty column"),
        ("cards.csv", "aa01,1003", "AA01,1003", 4, "`issuer`: must be 1 to 64 octets in lower-case hexadecimal"),
        ("cards.csv", "1004", "00", 5, "`serial`: must be a positive number of 1 to 20 octets"),
        ("cards.csv", "revoked,lost", "revoked,", 4, "`reason`: goes with the `state` revoked"),
        ("cards.csv", "15:00:00Z,2026-05-01T00", "15:00:00Z,2036-05-01T00", 3, "`valid_through`: lies before `valid_from`"),
        ("cards.csv", "00.5Z", "00.5+09:00", 4, "`changed_at`: must be an instant in UTC"),
        ("cards.csv", "aa01:1002", "aa01:1003", 2, "`superseded_by` must be another certificate of the same person"),
        ("cards.csv", "1004,,unknown", "1004,card,unknown", 5, "`medium`: must be empty if J-LIS does not know"),
        ("cards.csv", "superseded,,2026", "good,,2026", 2, "`superseded_by`: goes with the `state` superseded"),
        ("cards.csv", "aa01,1002,card,good", "aa01,1002,,good", 3, "`medium`: must be card, android or ios"),
        ("situations.csv", "revoked,,,,,", "broken,,,,,", 3, "`unusable`: must be one of revoked, superseded"),
        (
            "situations.csv",
            "1949-01-10,1003",
            "1949-01-10,1002",
            3,
            "`serial`: is no certificate of the person in cards.csv",
        ),
        ("situations.csv", "1002,1,", "1002,,", 2, "give either `validity` or `unusable`"),
    ] {
        let directory = spoilt(file, from, to);
        let (code, _, err) = check(&directory, &[]);
        let first = format!("{}/{file}:{line}: ", directory.display());
        let told = err.lines().any(|fault| fault.starts_with(&first) && fault.contains(words));
        assert!(code == Some(4) && told, "{first} {words}\n{err}");
    }
}

#[test]
fn two_certificates_of_one_kind_in_use() {
    let second = "anna,aa01,1005,card,good,,2026-05-01T00:00:00Z,,2026-05-01T00:00:00Z,2031-05-14T14:59:59Z,\nben,aa01,1003";
    assert_fault(&spoilt("cards.csv", "ben,aa01,1003", second), "cards.csv:4", "two certificates of one `medium` in use");
}

#[test]
fn what_stands_twice_is_told_with_both_lines() {
    let doubled = spoilt("people.csv", "carl,,1,0,2026-05-01\n", "carl,,1,0,2026-05-01\nanna,again,0,0,\n");
    fs::write(doubled.join("population.toml"), "format = 1\npeople = 4\n").unwrap();
    assert_fault(&doubled, "people.csv:5", "`person`: the id stands on line 2 too");
    // Written otherwise, the number is the same.
    let same = spoilt("coverages.csv", "ben,1,39131016,,12345678,,,01", "ben,1,01130012,２１７００023,01,00,1,01");
    let (code, _, err) = check(&same, &[]);
    let words = "coverages.csv:4: another person has the same insurer, symbol, number and branch, on line 2";
    assert!(code == Some(4) && err.contains(words), "{err}");
    // A person may come back to an insurer with the same number.
    let own = spoilt("coverages.csv", "21700023,2,00", "21700023,1,00");
    assert_eq!(check(&own, &[]).0, Some(0));
    let certificate = spoilt("cards.csv", "ben,aa01,1004", "ben,aa01,1002");
    assert_fault(&certificate, "cards.csv:5", "the certificate (`issuer` and `serial`) stands on line 3 too");
}

#[test]
fn rows_out_of_order_are_passed_over() {
    let nobody = spoilt("ratios.csv", "ben,1,2024-01-10", "dora,1,2024-01-10");
    assert_fault(&nobody, "ratios.csv:2", "`person`: dora is not in people.csv, or stands there at another place");
    // The first two people change places: ben's rows, and only they, are in the wrong place.
    let lines: Vec<&str> = text("coverages.csv").split_inclusive('\n').collect();
    let swapped = write();
    fs::write(swapped.join("coverages.csv"), [lines[0], lines[3], lines[1], lines[2], lines[4]].concat()).unwrap();
    let (_, _, err) = check(&swapped, &[]);
    assert!(err.contains("coverages.csv:2: `person`: ben is not in people.csv, or stands there at another place"), "{err}");
    assert!(err.contains("here follows anna"), "{err}");
    let late = write();
    append(&late, "ratios.csv", b"dora,2,2024-01-10,2024-07-31,1\nzoe,1,2024-01-10,2024-07-31,1\n");
    assert_fault(&late, "ratios.csv:4", "the 1 rows after this line were not checked");
}

#[test]
fn damaged_files_are_told_from_the_line_of_the_damage() {
    for (file, from, to, line, words) in [
        ("people.csv", "carl,,1,0,2026-05-01\n", "carl,,1,0,2026-", 4, "the file ends in the middle of this line"),
        ("insurers.csv", "試験福祉事務所, 北\"", "試験福祉事務所, 北", 4, "begins with a quotation mark that no other ends"),
        ("institutions.csv", "試験医院,utf-8", "試験\"医院\",utf-8", 2, "holds a quotation mark in a wrong place"),
        ("ratios.csv", "2024-01-10,2024-07-31,1", "2024-01-10,2024-07-31", 2, "the line has 4 fields instead of 5"),
        ("ratios.csv", "2024-07-31,1\n", "2024-07-31,1\n\n", 3, "the line has 1 fields instead of 5"),
        (
            "situations.csv",
            "person,situation",
            "person,story",
            1,
            "the first line must name the columns of format 1: person,",
        ),
        ("cards.csv", "1004,,unknown", "1004,\0,unknown", 5, "the line holds a NUL character"),
    ] {
        let directory = spoilt(file, from, to);
        let (code, _, err) = check(&directory, &[]);
        let first = format!("{}/{file}:{line}: ", directory.display());
        let told = err.lines().any(|fault| fault.starts_with(&first) && fault.contains(words));
        assert!(code == Some(4) && told, "{first} {words}\n{err}");
    }
    let shift_jis = write();
    append(&shift_jis, "insurers.csv", b"06132013,\x8e\x8e\x8c\xb1\n");
    assert_fault(&shift_jis, "insurers.csv:5", "byte 10 of the line is not UTF-8");
    let utf_16 = write();
    let encoded: Vec<u8> = "\u{feff}number,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(utf_16.join("insurers.csv"), encoded).unwrap();
    assert_fault(&utf_16, "insurers.csv:1", "is not UTF-8: save the file as UTF-8");
}

#[test]
fn the_directory_as_a_whole() {
    for (from, to, line, words) in [
        ("people = 3", "people = 4", "population.toml", "`people` is 4, but people.csv has 3 rows"),
        ("format = 1", "format = 2", "population.toml", "the format 2 is not known: this program reads format 1"),
        ("format = 1\n", "", "population.toml:1", "`format` is missing"),
        (
            "people = 3",
            "people = 3\n[rows]\ncoverages = 5",
            "coverages.csv",
            "has 4 rows, but population.toml counts 5: a file is cut off, or rows were added",
        ),
        ("people = 3", "people = 3\n[rows]\nanimals = 5", "population.toml:4", "`animals` is not known here"),
        ("people = 3", "people = 3\nmade_in = \"Tokyo\"", "population.toml:3", "`made_in` is not known here"),
        ("people = 3", "people = 3\nseed = 3", "population.toml:1", "`seed`, `as_of` and `profile_sha256` go together"),
        ("people = 3", "people = -3", "population.toml:2", "`people` must be a whole number, 0 or more"),
    ] {
        assert_fault(&spoilt("population.toml", from, to), line, words);
    }
    let missing = write();
    fs::remove_file(missing.join("tickets.csv")).unwrap();
    assert_fault(
        &missing,
        "tickets.csv",
        "the file is missing: a directory with population.toml has it, or tickets.csv.zst",
    );
    let twice = write();
    fs::write(twice.join("tickets.csv.zst"), "").unwrap();
    assert_fault(&twice, "tickets.csv.zst", "tickets.csv is there too: keep one of the two files");
    // A misspelt optional file would be left out in silence.
    for name in ["situation.csv", "institution.csv.zst"] {
        let stranger = write();
        fs::write(stranger.join(name), "").unwrap();
        assert_fault(&stranger, name, "no file of the format has this name; rename or remove it");
    }
    let directory = write();
    fs::remove_file(directory.join("tickets.csv")).unwrap();
    fs::create_dir(directory.join("tickets.csv")).unwrap();
    assert_fault(&directory, "tickets.csv", "is no file");
    // Both optional files may be away.
    let fewer = write();
    fs::remove_file(fewer.join("institutions.csv")).unwrap();
    fs::remove_file(fewer.join("situations.csv")).unwrap();
    let (code, out, err) = check(&fewer, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("no faults: 3 insurers, 3 people with"), "{out}");
}

#[test]
fn a_thousand_faults_are_printed_and_the_others_counted() {
    let directory = write();
    let garbage = "what is this\n".repeat(2_500);
    append(&directory, "cards.csv", garbage.as_bytes());
    append(&directory, "insurers.csv", garbage.as_bytes());
    fs::write(directory.join("population.toml"), "format = 1\npeople = 4\n").unwrap();
    let (code, _, err) = check(&directory, &[]);
    assert_eq!(code, Some(4));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 1_003, "{}", lines[..3].join("\n"));
    assert!(lines[0].contains("insurers.csv:5: the line has 1 fields instead of 2"), "{}", lines[0]);
    // What is wrong with a whole file explains many others, and is told however many there are.
    assert!(lines[1_000].contains("population.toml: `people` is 4, but people.csv has 3 rows"), "{}", lines[1_000]);
    assert_eq!(lines[1_001], "… and 4,000 more");
    assert!(lines[1_002].starts_with("shikaku: 5,001 faults in "), "{}", lines[1_002]);
}

#[test]
fn a_command_for_hand_written_files_says_what_it_met() {
    let directory = write();
    let output = crate::support::process::shikaku(&["pki", "init", "--dir", directory.to_str().unwrap()]);
    let (_, err) = crate::support::process::texts(&output);
    if output.status.code() == Some(4) {
        assert!(err.contains("is of the mass format (population.toml)"), "{err}");
    } else {
        assert_eq!(output.status.code(), Some(2), "{err}");
    }
}

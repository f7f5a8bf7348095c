//! Ratios, certificates, deaths, card links and protection, as insurers register them.

use jiff::civil::date;
use serde_json::{Value, json};
use shikaku::wire::Format;

use crate::registrations::{gain, get, outcome_of, post, register, set, validity, world_with_clock};
use crate::support::card::{Reader, Shown, card};
use crate::support::process::{shikaku, texts};
use crate::support::{World, ask_of, fixtures, parse, text_of};

const KYOKAI: &str = "01130012";
const SOCIETY: &str = "06132013";
const ELDERLY: &str = "39131016";

/// The coverage of `elderly-2wari-tokyo`: from August on 2割 and B09.
fn elderly() -> Value {
    json!({ "number": "61730954", "acquired_on": "2023-07-29" })
}

/// Returns the ratio and the category that a terminal is told of `elderly-2wari-tokyo` on a day.
async fn shown_on(world: &World, day: jiff::civil::Date) -> (String, String) {
    let ask = shikaku::fixtures::Ask { check_on: day, limit_consent: true, ..ask_of("elderly-2wari-tokyo") };
    let message = parse(Format::Json, &world.ask(&ask, Format::Json).await.body);
    let text = |element| text_of(&message, element).unwrap_or_default();
    (text("InsuredPartialContributionRatio"), text("LimitApplicationCertificateClassificationFlag"))
}

fn pair(ratio: &str, category: &str) -> (String, String) {
    (ratio.to_owned(), category.to_owned())
}

#[tokio::test]
async fn ratios_and_certificates_change_from_a_day_on() {
    let (world, clock) = world_with_clock("2026-11-22T00:30:15Z").await;
    assert_eq!(shown_on(&world, date(2026, 11, 22)).await, pair("020", "B09"));
    // 3割 and B03 from December on.
    let ratio = json!({ "id": "r-1", "kind": "ratio", "of": elderly(),
        "ratio": { "from": "2026-12-01", "through": "2027-07-31", "wari": 3 } });
    let limit = |id: &str, category: &str, from: &str| {
        let limit = json!({ "kind": "01", "category": category, "from": from, "through": "2027-07-31" });
        json!({ "id": id, "kind": "certificate", "of": elderly(), "certificate": { "limit": limit } })
    };
    set(&clock, "2026-11-23T00:00:00Z");
    let answer = register(&world, ELDERLY, json!([ratio, limit("c-1", "B03", "2026-12-01"), ratio])).await;
    assert_eq!((&answer["applied"], &answer["already_applied"]), (&json!(2), &json!(1)), "{answer}");
    assert_eq!(answer["entries"][0]["person"], json!("elderly-2wari-tokyo"));
    assert_eq!(shown_on(&world, date(2026, 11, 30)).await, pair("020", "B09"), "the day before");
    assert_eq!(shown_on(&world, date(2026, 12, 1)).await, pair("030", "B03"));
    // What began on the same day is replaced.
    set(&clock, "2026-11-24T00:00:00Z");
    assert_eq!(outcome_of(&world, ELDERLY, limit("c-2", "B02", "2026-12-01")).await.0, "applied");
    assert_eq!(shown_on(&world, date(2026, 12, 1)).await, pair("030", "B02"));
    // Returned on the 10th: valid through the 9th.
    let returned = |id: &str, from: &str, on: &str| {
        json!({ "id": id, "kind": "certificate_withdrawal", "of": elderly(),
            "returned": { "kind": "limit", "from": from, "on": on } })
    };
    set(&clock, "2026-11-25T00:00:00Z");
    assert_eq!(outcome_of(&world, ELDERLY, returned("w-1", "2026-12-01", "2026-12-10")).await.0, "applied");
    assert_eq!(shown_on(&world, date(2026, 12, 9)).await.1, "B02");
    assert_eq!(shown_on(&world, date(2026, 12, 10)).await.1, "");
    // Withdrawn from its first day on, it was never valid; the one before ended all the same.
    set(&clock, "2026-11-26T00:00:00Z");
    assert_eq!(outcome_of(&world, ELDERLY, returned("w-2", "2026-12-01", "2026-12-01")).await.0, "applied");
    assert_eq!(shown_on(&world, date(2026, 12, 1)).await.1, "");
    assert_eq!(shown_on(&world, date(2026, 11, 30)).await.1, "B09");
    for (id, from, on, code, says) in [
        ("x", "2026-12-01", "2026-12-10", "SHK4002", "returned: the coverage has no certificate of this kind"),
        ("x", "2026-08-01", "2026-12-10", "SHK4004", "returned.on: the certificate ends on 2026-11-30"),
        ("x", "2026-08-01", "2026-07-31", "SHK4003", "returned.on: must not lie before `returned.from`"),
    ] {
        let (_, found, detail) = outcome_of(&world, ELDERLY, returned(id, from, on)).await;
        assert!(found == code && detail.starts_with(says), "{found} {detail}");
    }
    // The registry remembers what it said: the answer about 1 December as it stood on each day.
    for (by, rules) in [("2026-11-22T12:00:00Z", true), ("2026-11-23T12:00:00Z", true), ("2026-11-26T12:00:00Z", false)] {
        let question = json!({ "person": "elderly-2wari-tokyo", "check_on": "2026-12-01", "registered_by": by });
        let (_, answer) = post(&world, "/api/explain", &question.to_string()).await;
        assert_eq!(answer["registered_by"], json!(by));
        let reasons = answer["reasons"].as_array().unwrap();
        assert_eq!(reasons.iter().any(|one| one["rule"] == "limit-certificate"), rules, "{by}: {answer}");
    }
    // Other schemes have no such ratio, and the certificate of another insurer's coverage is not this insurer's.
    register(&world, SOCIETY, json!([gain("g-1")])).await;
    let mut wrong = ratio.clone();
    wrong["of"] = json!({ "symbol": "1104", "number": "3009001", "branch": "00", "acquired_on": "2026-12-01" });
    let (_, code, detail) = outcome_of(&world, SOCIETY, wrong).await;
    assert!(code == "SHK4003" && detail.contains("only 後期高齢者医療"), "{detail}");
    assert_eq!(outcome_of(&world, KYOKAI, limit("c-9", "B03", "2027-01-01")).await.1, "SHK4002");
    world.stop().await;
}

#[tokio::test]
async fn a_death_ends_the_coverages_of_the_insurer_and_is_kept_in_versions() {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    let death =
        |id: &str, died_on: &str| json!({ "id": id, "kind": "death", "person": "kyokai-insured-tokyo", "died_on": died_on });
    let ask = shikaku::fixtures::Ask { check_on: date(2026, 12, 11), ..ask_of("kyokai-insured-tokyo") };
    for (insurer, entry, code, says) in [
        (SOCIETY, death("d-1", "2026-12-10"), "SHK4002", "person: this insurer has registered no coverage"),
        (KYOKAI, death("d-1", "2026-12-13"), "SHK4003", "died_on: must not lie after the day on which it is registered"),
        (KYOKAI, death("d-1", "1990-01-01"), "SHK4004", "died_on: this insurer has registered a coverage from"),
        (
            KYOKAI,
            json!({ "id": "d-1", "kind": "death", "person": "kyokai-insured-tokyo" }),
            "SHK4003",
            "missing field `died_on`",
        ),
    ] {
        let (outcome, found, detail) = outcome_of(&world, insurer, entry).await;
        assert!(outcome == "refused" && found == code && detail.starts_with(says), "{found} {detail}");
    }
    assert_eq!(validity(&world, &ask).await, "1");
    assert_eq!(outcome_of(&world, KYOKAI, death("d-1", "2026-12-10")).await.0, "applied");
    assert_eq!(validity(&world, &ask).await, "2", "ended on the day after");
    let on_the_day = shikaku::fixtures::Ask { check_on: date(2026, 12, 10), ..ask.clone() };
    assert_eq!(validity(&world, &on_the_day).await, "1");
    let died = "select count(*) from person where fixture_id = 'kyokai-insured-tokyo' and died_on = date '2026-12-10'
                   and recorded_at = timestamptz '2026-12-12 01:00:00Z'";
    assert_eq!(world.database.count(died).await, 1);
    let alive = "select count(*) from person_history where fixture_id = 'kyokai-insured-tokyo' and died_on is null
                    and replaced_at = timestamptz '2026-12-12 01:00:00Z'";
    assert_eq!(world.database.count(alive).await, 1);
    // Earlier than the last change of the person; sent again; corrected.
    let mut earlier = death("d-2", "2026-12-09");
    earlier["registered_at"] = json!("2026-12-12T00:59:59Z");
    assert_eq!(outcome_of(&world, KYOKAI, earlier).await.1, "SHK4004");
    assert_eq!(outcome_of(&world, KYOKAI, death("d-1", "2026-12-10")).await.0, "already_applied");
    assert_eq!(outcome_of(&world, KYOKAI, death("d-1", "2026-12-09")).await.1, "SHK4004");
    set(&clock, "2026-12-13T01:00:00Z");
    assert_eq!(outcome_of(&world, KYOKAI, death("d-2", "2026-12-09")).await.0, "applied");
    assert_eq!(validity(&world, &on_the_day).await, "2");
    let (_, then) = get(&world, "/api/people/kyokai-insured-tokyo?registered_by=2026-12-11T00:00:00Z").await;
    assert_eq!(then["coverages"][0]["lost_on"], Value::Null);
    world.stop().await;
}

#[tokio::test]
async fn a_death_that_another_insurer_does_not_know_is_told_and_can_be_exported_and_loaded() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    // The society registers the death; the coverage of the other insurer goes on.
    let death = json!({ "id": "d-1", "kind": "death", "person": "overlap-two-insurers", "died_on": "2026-12-10" });
    let answer = register(&world, SOCIETY, json!([death])).await;
    let told = |findings: &Value| -> Vec<(String, String, String, bool)> {
        let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let each = findings.as_array().unwrap().iter();
        each.map(|one| (text(one, "insurer"), text(one, "rule"), text(one, "from"), one["open"] == json!(true))).collect()
    };
    let goes_on = (KYOKAI.to_owned(), "lost-by-death".to_owned(), "2026-12-11".to_owned(), true);
    assert_eq!(told(&answer["entries"][0]["findings"]), std::slice::from_ref(&goes_on));
    let (_, person) = get(&world, "/api/people/overlap-two-insurers").await;
    assert_eq!(person["died_on"], json!("2026-12-10"));
    assert_eq!(told(&person["coverages"][0]["findings"]), [goes_on]);
    assert_eq!(person["coverages"][1]["lost_on"], json!("2026-12-11"));
    // What the registry holds is exported, checked with this finding, and loaded again.
    let out = crate::support::scratch("death").join("out");
    let url = world.database.url();
    let exported = shikaku(&["fixtures", "export", "--database-url", &url, "--out", out.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", texts(&exported).1);
    let checked = shikaku(&["fixtures", "check", "--on", "2026-12-12", "--dir", out.to_str().unwrap()]);
    let (standard, error) = texts(&checked);
    assert!(
        checked.status.success() && standard.contains("lost-by-death: 1, such as overlap-two-insurers#1"),
        "{standard}{error}"
    );
    let loaded = shikaku(&["fixtures", "load", "--database-url", &url, "--dir", out.to_str().unwrap()]);
    assert!(loaded.status.success(), "{}", texts(&loaded).1);
    world.stop().await;
}

#[tokio::test]
async fn a_death_ends_every_coverage_that_is_open_and_leaves_earlier_losses() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let mut lost = gain("g-2");
    lost["acquired_on"] = json!("2026-12-02");
    lost["coverage"]["number"] = json!("3009002");
    lost["coverage"]["loss"] = json!({ "on": "2026-12-05", "reason": "99" });
    let mut again = gain("g-3");
    again["acquired_on"] = json!("2026-12-08");
    again["coverage"]["number"] = json!("3009003");
    let death = json!({ "id": "d-1", "kind": "death", "person": "new-employee", "died_on": "2026-12-10" });
    let answer = register(&world, SOCIETY, json!([gain("g-1"), lost, again, death])).await;
    assert_eq!(answer["applied"], json!(4), "{answer}");
    let (_, person) = get(&world, "/api/people/new-employee").await;
    let loss = |one: &Value| (one["lost_on"].clone(), one["loss_reason"].clone());
    let losses: Vec<_> = person["coverages"].as_array().unwrap().iter().map(loss).collect();
    let of = |on: &str, reason: &str| (json!(on), json!(reason));
    assert_eq!(losses, [of("2026-12-11", "01"), of("2026-12-05", "99"), of("2026-12-11", "01")]);
    world.stop().await;
}

#[tokio::test]
async fn protection_hides_the_address_from_the_next_lookup_on() {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    let ask = ask_of("kyokai-insured-tokyo");
    let address = async || {
        let message = parse(Format::Json, &world.ask(&ask, Format::Json).await.body);
        text_of(&message, "Address").unwrap_or_default()
    };
    assert!(!address().await.is_empty());
    let protection = |id: &str, withheld: bool| json!({ "id": id, "kind": "protection", "person": "kyokai-insured-tokyo", "address_withheld": withheld });
    assert_eq!(outcome_of(&world, SOCIETY, protection("p-1", true)).await.1, "SHK4002");
    let mut nothing = protection("p-1", true);
    nothing.as_object_mut().unwrap().remove("address_withheld");
    assert!(outcome_of(&world, KYOKAI, nothing).await.2.starts_with("missing field `address_withheld`"));
    let mut foreign = gain("p-1");
    foreign["address_withheld"] = json!(true);
    assert!(outcome_of(&world, SOCIETY, foreign).await.2.contains("a gain has no such field; protection has"));
    assert_eq!(outcome_of(&world, KYOKAI, protection("p-1", true)).await.0, "applied");
    assert_eq!(address().await, "");
    let other = json!({ "id": "p-other", "kind": "protection", "person": "kyokai-insured-tokyo", "self_information_blocked": false });
    assert_eq!(outcome_of(&world, KYOKAI, other).await.0, "applied");
    assert_eq!(address().await, "", "a measure that is left out stays");
    set(&clock, "2026-12-13T01:00:00Z");
    assert_eq!(outcome_of(&world, KYOKAI, protection("p-2", false)).await.0, "applied");
    assert!(!address().await.is_empty());
    // The registry said so in between, of the person and of the coverage.
    for table in ["person_history", "coverage_history"] {
        let sql = format!(
            "select count(*) from {table} where address_withheld and replaced_at = timestamptz '2026-12-13 01:00:00Z'"
        );
        assert_eq!(world.database.count(Box::leak(sql.into_boxed_str())).await, 1, "{table}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_card_is_linked_once_and_replaces_the_one_in_use() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let link = |id: &str, serial: &str, supersedes: Option<&str>| {
        let mut card = json!({ "issuer": "8b01", "serial": serial, "medium": "ios",
            "valid_from": "2026-12-01T00:00:00Z", "valid_through": "2031-12-01T00:00:00Z" });
        if let Some(old) = supersedes {
            card["supersedes"] = json!({ "issuer": "8b01", "serial": old });
        }
        json!({ "id": id, "kind": "card_link", "person": "new-employee", "card": card })
    };
    assert_eq!(outcome_of(&world, SOCIETY, link("k-1", "01", None)).await.1, "SHK4002", "a link before the gain");
    // The person comes with the same request.
    let answer = register(
        &world,
        SOCIETY,
        json!([gain("g-1"), link("k-1", "01", None), link("k-2", "02", Some("01")), link("k-2", "02", Some("01"))]),
    )
    .await;
    assert_eq!((&answer["applied"], &answer["already_applied"]), (&json!(3), &json!(1)), "{answer}");
    let states = "select count(*) from card_certificate where issuer_key_id = '\\x8b01'
                     and (serial, state, superseded_by_serial) in (('\\x01', 3, '\\x02'))";
    assert_eq!(world.database.count(states).await, 1);
    let in_use = "select count(*) from card_certificate where issuer_key_id = '\\x8b01' and serial = '\\x02' and state = 1";
    assert_eq!(world.database.count(in_use).await, 1);
    let mut upper = link("k-3", "0A", None);
    upper["card"]["medium"] = json!("card");
    for (insurer, entry, code, says) in [
        (SOCIETY, link("k-3", "02", None), "SHK4004", "card: this certificate is linked already"),
        (SOCIETY, link("k-3", "03", None), "SHK4004", "card: the person has a certificate of this medium in use"),
        (SOCIETY, link("k-3", "03", Some("01")), "SHK4004", "card.supersedes: this person has no such certificate"),
        (SOCIETY, upper, "SHK4003", "card.serial: must be a positive number of 1 to 20 octets"),
        (KYOKAI, link("k-3", "03", Some("02")), "SHK4002", "person: this insurer has registered no coverage"),
    ] {
        let (_, found, detail) = outcome_of(&world, insurer, entry).await;
        assert!(found == code && detail.starts_with(says), "{found} {detail}");
    }
    assert_eq!(outcome_of(&world, SOCIETY, link("k-3", "03", Some("02"))).await.0, "applied");
    assert_eq!(world.database.count(in_use).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_card_is_explained_out_of_the_registry_as_it_stood() {
    let (world, clock) = world_with_clock("2026-11-22T00:30:15Z").await;
    let fixture = fixtures().card("kyokai-insured-tokyo").unwrap();
    let certificate = std::fs::read_to_string(world.pki.card(&fixture.name)).unwrap();
    let explained = async |by: Option<&str>| {
        let mut question = json!({ "certificate": certificate, "check_on": "2026-11-22" });
        if let Some(by) = by {
            question["registered_by"] = json!(by);
        }
        let (status, answer) = post(&world, "/api/explain", &question.to_string()).await;
        assert_eq!((status, &answer["registered_by"]), (200, &json!(by)), "{answer}");
        answer["validity"].as_str().unwrap_or_default().to_owned()
    };
    let mut reader = Reader::of(&world).await;
    let mut terminal = async || {
        let challenge = reader.challenge().await;
        let reply = reader.show(&Shown::signing(&card(&world, &fixture.name), &challenge)).await;
        text_of(&parse(Format::Json, &reply.body), "QualificationValidity").unwrap_or_default()
    };
    assert_eq!((explained(None).await, terminal().await), ("1".to_owned(), "1".to_owned()));
    // The loss of the 20th arrives on the 22nd.
    set(&clock, "2026-11-22T00:40:00Z");
    let (_, person) = get(&world, "/api/people/kyokai-insured-tokyo").await;
    let held = &person["coverages"][0];
    let of = json!({ "symbol": held["symbol"], "number": held["number"], "branch": held["branch"], "acquired_on": held["acquired_on"] });
    let loss = json!({ "id": "l-1", "kind": "loss", "of": of, "loss": { "on": "2026-11-20", "reason": "03" } });
    assert_eq!(outcome_of(&world, KYOKAI, loss).await.0, "applied");
    // Terminals are told the present, over mutual TLS; operators may ask for both.
    let now = terminal().await;
    assert_ne!(now, "1");
    assert_eq!(explained(None).await, now);
    assert_eq!(explained(Some("2026-11-22T00:40:00Z")).await, now);
    assert_eq!(explained(Some("2026-11-22T00:39:59Z")).await, "1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_of_the_feed_is_seen_by_the_next_lookup() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    register(&world, SOCIETY, json!([gain("g-1")])).await;
    let ask = shikaku::fixtures::Ask {
        insurer: SOCIETY.to_owned(),
        symbol: Some("1104".to_owned()),
        number: "3009001".to_owned(),
        branch: Some("00".to_owned()),
        birth_on: date(1990, 5, 5),
        check_on: date(2026, 12, 12),
        limit_consent: false,
    };
    let of = json!({ "symbol": "1104", "number": "3009001", "branch": "00", "acquired_on": "2026-12-01" });
    for turn in 0..20 {
        let lost = turn % 2 == 0;
        let loss = if lost { json!({ "on": "2026-12-05", "reason": "99" }) } else { Value::Null };
        let entry = json!({ "id": format!("c-{turn}"), "kind": "correction", "of": of, "coverage": { "loss": loss } });
        assert_eq!(outcome_of(&world, SOCIETY, entry).await.0, "applied");
        assert_eq!(validity(&world, &ask).await, if lost { "2" } else { "1" }, "turn {turn}");
    }
    world.stop().await;
}

#[test]
fn garbage_of_any_size_is_refused_with_its_line_in_bounded_memory() {
    // 100 MB each: one line without end, and lines that are no entries.
    for (name, piece, says) in [
        ("endless", "x".repeat(1_000_000), ":1: the line is longer than 65536 bytes"),
        ("lines", "{\"insurer\": \"01130012\", \n".repeat(40_000), "1001: the line is not one JSON object"),
    ] {
        let file = crate::support::scratch("registrations-garbage").join(name);
        let mut sink = std::fs::File::create(&file).unwrap();
        for _ in 0..100_000_000 / piece.len() {
            std::io::Write::write_all(&mut sink, piece.as_bytes()).unwrap();
        }
        let mut command = crate::support::process::command();
        command.args(["registrations", "apply", "--lang", "en"]).arg(&file);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut errors = child.stderr.take().unwrap();
        let read = std::thread::spawn(move || std::io::read_to_string(&mut errors).unwrap());
        let mut most = 0;
        let code = loop {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
            most = most.max(kib.unwrap_or_default());
            if let Some(exit) = child.try_wait().unwrap() {
                break exit.code();
            }
        };
        let errors = read.join().unwrap();
        assert!(code == Some(4) && errors.contains(says), "{code:?} {errors}");
        assert!((1..60_000).contains(&most), "{name}: {most} kB");
        std::fs::remove_file(&file).unwrap();
    }
}

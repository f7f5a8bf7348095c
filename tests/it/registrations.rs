//! What insurers register: entry by entry, by API and from a file, and the registry as it stood at an instant.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use shikaku::clock::Clock;
use shikaku::fixtures::Ask;
use shikaku::wire::Format;

use crate::support::world::Wishes;
use crate::support::{World, ask_of, parse, process, scratch, text_of};

const KYOKAI: &str = "01130012";
const SOCIETY: &str = "06132013";

/// Starts a server whose clock a test sets.
pub async fn world_with_clock(start: &str) -> (World, Arc<Mutex<Timestamp>>) {
    let now = Arc::new(Mutex::new(start.parse::<Timestamp>().unwrap()));
    let told = now.clone();
    let clock = Clock::told_by(move || *told.lock().unwrap());
    (World::with(Wishes { clock: Some(clock), ..Wishes::default() }).await, now)
}

pub fn set(clock: &Mutex<Timestamp>, to: &str) {
    *clock.lock().unwrap() = to.parse().unwrap();
}

pub async fn post(world: &World, path: &str, body: &str) -> (u16, Value) {
    let address = world.app.operator_addr().to_string();
    let (status, text, _) = process::http(&address, "POST", path, &[("content-type", "application/json")], body).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub async fn register(world: &World, insurer: &str, entries: Value) -> Value {
    let body = json!({ "entries": entries }).to_string();
    let (status, answer) = post(world, &format!("/api/insurers/{insurer}/registrations"), &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Registers one entry; returns its outcome, and the code and the detail of its error.
pub async fn outcome_of(world: &World, insurer: &str, entry: Value) -> (String, String, String) {
    let answer = register(world, insurer, json!([entry])).await;
    let result = &answer["entries"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&result["outcome"]), text(&result["error"]["code"]), text(&result["error"]["detail"]))
}

pub async fn get(world: &World, path: &str) -> (u16, Value) {
    let (status, text) = world.get(path).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A new employee, Ichiro, of the first of December.
pub fn gain(id: &str) -> Value {
    json!({
        "id": id, "kind": "gain", "person": "new-employee", "acquired_on": "2026-12-01",
        "coverage": {
            "symbol": "1104", "number": "3009001", "branch": "00", "relationship": "1",
            "name": "新規　一郎", "kana": "ｼﾝｷ ｲﾁﾛｳ", "sex": "1", "birth_on": "1990-05-05",
            "post_number": "104-0061", "address": "東京都中央区試験町１－１－１",
            "limit": [{ "kind": "01", "category": "A03", "from": "2026-12-01", "through": "2027-07-31" }]
        }
    })
}

fn name() -> Value {
    json!({ "symbol": "1104", "number": "3009001", "branch": "00", "acquired_on": "2026-12-01" })
}

fn question(check_on: Date) -> Ask {
    Ask {
        insurer: SOCIETY.to_owned(),
        symbol: Some("1104".to_owned()),
        number: "3009001".to_owned(),
        branch: Some("00".to_owned()),
        birth_on: date(1990, 5, 5),
        check_on,
        limit_consent: true,
    }
}

/// Returns 資格有効性 as a terminal is told.
pub async fn validity(world: &World, ask: &Ask) -> String {
    let reply = world.ask(ask, Format::Json).await;
    text_of(&parse(Format::Json, &reply.body), "QualificationValidity").unwrap()
}

/// Returns 資格有効性 as an explanation out of the registry as it stood then.
pub async fn explained(world: &World, person: &str, check_on: &str, registered_by: &str) -> Value {
    let question = json!({ "person": person, "check_on": check_on, "registered_by": registered_by });
    let (status, answer) = post(world, "/api/explain", &question.to_string()).await;
    if status == 404 { Value::from("nobody") } else { answer["validity"].clone() }
}

#[tokio::test]
async fn a_gain_is_seen_by_the_next_lookup() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let ask = question(date(2026, 12, 12));
    assert_eq!(validity(&world, &ask).await, "4");
    let answer = register(&world, SOCIETY, json!([gain("g-1")])).await;
    let result = &answer["entries"][0];
    assert_eq!((&answer["applied"], &result["outcome"]), (&json!(1), &json!("applied")), "{answer}");
    assert_eq!((&result["person"], &result["id"]), (&json!("new-employee"), &json!("g-1")));
    assert_eq!(result["registered_at"], json!("2026-12-12T01:00:00Z"));
    assert!(result["record"].is_i64() && result["findings"] == json!([]), "{answer}");

    let reply = world.ask(&ask, Format::Json).await;
    let message = parse(Format::Json, &reply.body);
    for (element, text) in [
        ("QualificationValidity", "1"),
        ("Name", "新規　一郎"),
        ("QualificationDate", "20261201"),
        ("LimitApplicationCertificateClassificationFlag", "A03"),
    ] {
        assert_eq!(text_of(&message, element).as_deref(), Some(text), "{element}");
    }
    // The insurer reads again what it sent.
    let (status, one) = get(&world, &format!("/api/insurers/{SOCIETY}/registrations/g-1")).await;
    assert_eq!((status, &one["entry"], &one["outcome"]), (200, &gain("g-1"), &json!("applied")));
    world.stop().await;
}

#[tokio::test]
async fn what_arrives_late_is_true_from_then_on_and_the_registry_remembers_what_it_said() {
    let (world, clock) = world_with_clock("2026-12-05T01:00:00Z").await;
    // The job changes on 1 December. The old coverage is closed in time; the new one arrives on the 12th.
    let old = ask_of("kyokai-insured-tokyo");
    let (status, person) = get(&world, "/api/people/kyokai-insured-tokyo").await;
    let held = &person["coverages"][0];
    assert_eq!((status, &held["lost_on"]), (200, &Value::Null));
    let of = json!({ "symbol": held["symbol"], "number": held["number"], "branch": held["branch"], "acquired_on": held["acquired_on"] });
    let lost = json!({ "id": "l-1", "kind": "loss", "of": of, "loss": { "on": "2026-12-01", "reason": "03" } });
    assert_eq!(outcome_of(&world, KYOKAI, lost).await.0, "applied");
    let on_the_fifth = Ask { check_on: date(2026, 12, 5), ..old.clone() };
    assert_eq!(validity(&world, &on_the_fifth).await, "2", "無効: the old one is lost, no new one is registered");
    let new_card = question(date(2026, 12, 5));
    assert_eq!(validity(&world, &new_card).await, "4", "該当資格なし");

    set(&clock, "2026-12-12T01:00:00Z");
    let mut late = gain("g-1");
    late["person"] = json!("kyokai-insured-tokyo");
    assert_eq!(outcome_of(&world, SOCIETY, late).await.0, "applied");
    set(&clock, "2026-12-13T01:00:00Z");
    assert_eq!(validity(&world, &question(date(2026, 12, 13))).await, "1");
    assert_eq!(validity(&world, &new_card).await, "1", "有効 on the 5th too, retroactively");
    assert_eq!(validity(&world, &on_the_fifth).await, "3", "無効（新しい資格あり）");
    // What the registry said of the 5th, as it stood on the 5th and on the 13th.
    let of_fifth = |by: &'static str| explained(&world, "kyokai-insured-tokyo", "2026-12-05", by);
    assert_eq!(of_fifth("2026-12-05T23:00:00+09:00").await, json!("2"));
    assert_eq!(of_fifth("2026-12-12T09:59:59+09:00").await, json!("2"));
    assert_eq!(of_fifth("2026-12-12T10:00:00+09:00").await, json!("1"), "the newest card is asked about");
    let by = |at: &str| format!("/api/people/kyokai-insured-tokyo?registered_by={at}");
    let count = |person: &Value| person["coverages"].as_array().unwrap().len();
    assert_eq!(count(&get(&world, &by("2026-12-11T00:00:00Z")).await.1), 1);
    assert_eq!(count(&get(&world, &by("2026-12-12T01:00:00Z")).await.1), 2);
    assert_eq!(get(&world, &by("2026-11-22T00:30:14Z")).await.0, 404, "before the first load there was nobody");

    // A loss of the 10th arrives on the 20th: what was 有効 on the 15th was an error.
    let on_the_fifteenth = question(date(2026, 12, 15));
    set(&clock, "2026-12-15T01:00:00Z");
    assert_eq!(validity(&world, &on_the_fifteenth).await, "1");
    set(&clock, "2026-12-20T01:00:00Z");
    let lost = json!({ "id": "l-1", "kind": "loss", "of": name(), "loss": { "on": "2026-12-10", "reason": "99" } });
    assert_eq!(outcome_of(&world, SOCIETY, lost).await.0, "applied");
    assert_eq!(validity(&world, &on_the_fifteenth).await, "2");
    let of_fifteenth = |by: &'static str| explained(&world, "kyokai-insured-tokyo", "2026-12-15", by);
    assert_eq!(of_fifteenth("2026-12-15T10:00:00+09:00").await, json!("1"));
    assert_eq!(of_fifteenth("2026-12-20T10:00:00+09:00").await, json!("2"));
    world.stop().await;
}

#[tokio::test]
async fn corrections_closings_and_withdrawals_change_what_was_registered() {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    register(&world, SOCIETY, json!([gain("g-1")])).await;
    set(&clock, "2026-12-13T01:00:00Z");
    let correction = json!({
        "id": "c-1", "kind": "correction", "of": name(),
        "coverage": { "number": "3009002", "name": "新規　二郎", "address": null, "limit": [] }
    });
    assert_eq!(outcome_of(&world, SOCIETY, correction).await.0, "applied");
    let mut ask = question(date(2026, 12, 13));
    assert_eq!(validity(&world, &ask).await, "4", "the number is another one now");
    ask.number = "3009002".to_owned();
    let reply = world.ask(&ask, Format::Json).await;
    let message = parse(Format::Json, &reply.body);
    assert_eq!(text_of(&message, "Name").as_deref(), Some("新規　二郎"));
    assert_eq!(text_of(&message, "Address").unwrap_or_default(), "");
    // The registration keeps its id, and is known by its new number.
    let renamed = json!({ "symbol": "1104", "number": "3009002", "branch": "00", "acquired_on": "2026-12-01" });
    let loss = |id: &str, kind: &str, on: &str| json!({ "id": id, "kind": kind, "of": renamed, "loss": { "on": on, "reason": "99" } });
    assert_eq!(outcome_of(&world, SOCIETY, loss("l-1", "loss", "2026-12-31")).await.0, "applied");
    for (kind, on, says) in [
        ("loss", "2026-12-20", "loss: a loss on 2026-12-31 is registered"),
        ("closing", "2026-12-31", "loss.on: a closing must lie before the loss that is registered, 2026-12-31"),
        ("closing", "2027-01-01", "loss.on: a closing must lie before the loss that is registered, 2026-12-31"),
    ] {
        let (_, code, detail) = outcome_of(&world, SOCIETY, loss("l-2", kind, on)).await;
        assert!(code == "SHK4004" && detail.starts_with(says), "{code} {detail}");
    }
    assert_eq!(outcome_of(&world, SOCIETY, loss("l-2", "closing", "2026-12-10")).await.0, "applied");
    assert_eq!(validity(&world, &ask).await, "2");
    let restored = json!({ "id": "c-2", "kind": "correction", "of": renamed, "coverage": { "loss": null } });
    assert_eq!(outcome_of(&world, SOCIETY, restored).await.0, "applied");
    assert_eq!(validity(&world, &ask).await, "1");
    let withdrawn = json!({ "id": "w-1", "kind": "withdrawal", "of": renamed });
    let answer = register(&world, SOCIETY, json!([withdrawn])).await;
    assert_eq!((&answer["entries"][0]["outcome"], &answer["entries"][0]["record"]), (&json!("applied"), &Value::Null));
    assert_eq!(validity(&world, &ask).await, "4");
    let (_, person) = get(&world, "/api/people/new-employee?registered_by=2026-12-12T01:00:00Z").await;
    assert_eq!(
        (&person["coverages"][0]["number"], &person["coverages"][0]["name"]),
        (&json!("3009001"), &json!("新規　一郎"))
    );
    world.stop().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_row_by_row_with_a_reason() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    register(&world, SOCIETY, json!([gain("g-1")])).await;
    let with = |path: &str, value: Value| {
        let mut entry = gain("x-1");
        entry["person"] = json!("somebody-else");
        entry["coverage"]["number"] = json!("3009009");
        *entry.pointer_mut(path).unwrap() = value;
        entry
    };
    let loss = |on: &str, of: Value| json!({ "id": "x-1", "kind": "loss", "of": of, "loss": { "on": on, "reason": "03" } });
    let mut unknown_field = with("/id", json!("x-1"));
    unknown_field["coverage"]["limit"][0]["catgory"] = json!("A03");
    let mut no_name = with("/id", json!("x-1"));
    no_name["coverage"].as_object_mut().unwrap().remove("name");
    let mut both = with("/id", json!("x-1"));
    both["loss"] = json!({ "on": "2026-12-31", "reason": "03" });
    let mut foreign = with("/id", json!("x-1"));
    foreign["insurer"] = json!(KYOKAI);
    let mut check_digit = with("/id", json!("x-1"));
    check_digit["insurer"] = json!("01130013");
    let mut future = with("/id", json!("x-1"));
    future["registered_at"] = json!("2026-12-12T10:00:00.000001+09:00");
    let mut earlier = loss("2026-12-05", name());
    earlier["registered_at"] = json!("2026-12-11T00:00:00Z");
    let mut other_card = name();
    other_card["number"] = json!("77");
    for (entry, code, says) in [
        (json!(7), "SHK4003", "must be an object"),
        (unknown_field, "SHK4003", "unknown field `catgory`"),
        (no_name, "SHK4003", "coverage: missing field `name`"),
        (both, "SHK4003", "loss: a gain has no such field; loss, closing have"),
        (with("/kind", json!("birth")), "SHK4003", "kind: must be one of gain, loss, closing, correction, withdrawal"),
        (with("/id", json!("x 1")), "SHK4003", "id: must have 1 to 64 printable ASCII characters"),
        (with("/id", json!("x".repeat(65))), "SHK4003", "id: must have 1 to 64 printable ASCII characters"),
        (with("/person", json!("Somebody")), "SHK4003", "person: must have 1 to 60 lower-case letters"),
        (with("/acquired_on", json!("1867-12-31")), "SHK4003", "acquired_on: must lie between 1868-01-01 and 2126-12-12"),
        (with("/acquired_on", json!("2126-12-13")), "SHK4003", "acquired_on: must lie between"),
        (with("/acquired_on", json!("2026-02-30")), "SHK4003", "acquired_on: not a date of the form YYYY-MM-DD that exists"),
        (with("/acquired_on", json!("1990-05-04")), "SHK4003", "`acquired_on` lies before `birth_on`"),
        (with("/coverage/sex", json!("male")), "SHK4003", "coverage.sex: must be 1, 2 or 3"),
        (with("/coverage/limit/0/category", json!("A3")), "SHK4003", "coverage.limit[0].category: must be A01 to A06"),
        (with("/coverage/limit/0/through", json!("2026-11-30")), "SHK4003", "coverage.limit[0]: "),
        (with("/coverage/relationship", Value::Null), "SHK4003", "coverage: `relationship` is missing"),
        (with("/coverage/number", json!("3009001")), "SHK4004", "coverage: another person has the same symbol"),
        (with("/person", json!("new-employee")), "SHK4004", "acquired_on: this insurer has registered a coverage"),
        (foreign, "SHK4003", "insurer: the coverage is not one of the insurer in the path"),
        (check_digit, "SHK4003", "insurer: the check digit of the insurer number is wrong; it must be 2"),
        (future, "SHK4003", "registered_at: lies after the server's present, 2026-12-12T01:00:00Z"),
        (earlier, "SHK4004", "registered_at: the registry changed this person at 2026-12-12T01:00:00Z"),
        (loss("2026-12-01", name()), "SHK4003", "`loss.on` must lie after `acquired_on`"),
        (loss("2026-12-05", other_card), "SHK4002", "of: this insurer has no such coverage"),
    ] {
        let shown = entry.to_string();
        let (outcome, found, detail) = outcome_of(&world, SOCIETY, entry).await;
        assert_eq!((outcome.as_str(), found.as_str()), ("refused", code), "{shown}: {detail}");
        assert!(detail.starts_with(says) || detail.contains(says), "{shown}: {detail}");
        assert!(!detail.contains("新規"), "{detail}");
    }
    // Another insurer does not have the coverage.
    assert_eq!(outcome_of(&world, KYOKAI, loss("2026-12-05", name())).await.1, "SHK4002");
    // A wrong row does not stop the others, and what was refused changed nothing.
    let (people, coverages) =
        ("select count(*) from person where fixture_id = 'somebody-else'", "select count(*) from coverage");
    assert_eq!(world.database.count(people).await, 0);
    let before = world.database.count(coverages).await;
    let answer = register(&world, SOCIETY, json!([with("/acquired_on", json!("x")), with("/id", json!("x-2")), 7])).await;
    assert_eq!((&answer["applied"], &answer["refused"]), (&json!(1), &json!(2)), "{answer}");
    assert_eq!(world.database.count(coverages).await, before + 1);
    // The whole request is refused if it is not one.
    let path = format!("/api/insurers/{SOCIETY}/registrations");
    for (path, body, status, code) in [
        (path.as_str(), "{", 400, "SHK4003"),
        (&path, "[]", 400, "SHK4003"),
        (&path, r#"{"entries":[]}"#, 400, "SHK4003"),
        (&path, r#"{"entries":[],"more":1}"#, 400, "SHK4003"),
        ("/api/insurers/01130013/registrations", r#"{"entries":[1]}"#, 400, "SHK4003"),
        ("/api/insurers/06130017/registrations", r#"{"entries":[1]}"#, 404, "SHK4002"),
    ] {
        let (found, problem) = post(&world, path, body).await;
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{path} {body}: {problem}");
    }
    let many = format!(r#"{{"entries":[{}1]}}"#, "1,".repeat(1000));
    assert_eq!(post(&world, &path, &many).await.0, 400);
    let (status, problem) = post(&world, &path, &" ".repeat(2 * 1024 * 1024 + 1)).await;
    assert_eq!((status, problem["code"].as_str()), (413, Some("SHK1010")));
    world.stop().await;
}

#[tokio::test]
async fn an_entry_counts_once_however_often_and_by_whomever_it_is_sent() {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    let body = json!({ "entries": [gain("g-1")] }).to_string();
    let path = format!("/api/insurers/{SOCIETY}/registrations");
    let (one, other) = tokio::join!(post(&world, &path, &body), post(&world, &path, &body));
    let outcomes = |answer: &Value| answer["entries"][0]["outcome"].as_str().unwrap().to_owned();
    let mut both = [outcomes(&one.1), outcomes(&other.1)];
    both.sort();
    assert_eq!(both, ["already_applied", "applied"]);
    // The order of fields and the time of sending do not matter; other content does.
    set(&clock, "2026-12-13T01:00:00Z");
    let mut twice = gain("g-1");
    let id = twice.as_object_mut().unwrap().remove("id").unwrap();
    twice["id"] = id;
    assert_eq!(outcome_of(&world, SOCIETY, twice.clone()).await.0, "already_applied");
    twice["coverage"]["sex"] = json!("2");
    let (outcome, code, detail) = outcome_of(&world, SOCIETY, twice).await;
    assert_eq!((outcome.as_str(), code.as_str()), ("refused", "SHK4004"));
    assert!(detail.starts_with("id: an entry of this id was applied with other content"), "{detail}");
    // An id that was refused is free. Within a request an id counts once too.
    let mut wrong = gain("g-2");
    wrong["acquired_on"] = json!("2027-13-01");
    assert_eq!(outcome_of(&world, SOCIETY, wrong).await.0, "refused");
    let mut second = gain("g-2");
    second["person"] = json!("another");
    second["coverage"]["number"] = json!("3009010");
    let answer = register(&world, SOCIETY, json!([second, second])).await;
    assert_eq!((&answer["applied"], &answer["already_applied"]), (&json!(1), &json!(1)), "{answer}");
    // Another insurer may use the same id.
    let mut third = gain("g-1");
    third["person"] = json!("third");
    assert_eq!(outcome_of(&world, KYOKAI, third).await.0, "applied");

    // Everything that was sent can be read again, in order.
    let (_, listed) = get(&world, &path).await;
    let listed = listed.as_array().unwrap();
    let outcomes: Vec<&str> = listed.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    let expected = ["applied", "already_applied", "already_applied", "refused", "refused", "applied", "already_applied"];
    assert_eq!(outcomes, expected);
    assert_eq!(listed[4]["entry"]["acquired_on"], json!("2027-13-01"));
    let seq = listed[4]["seq"].as_i64().unwrap();
    let (_, rest) = get(&world, &format!("{path}?after={seq}")).await;
    assert_eq!(rest.as_array().unwrap().as_slice(), &listed[5..]);
    assert_eq!(get(&world, &format!("{path}/g-3")).await.0, 404);
    assert_eq!(get(&world, &format!("{path}?before=1")).await.0, 400);
    world.stop().await;
}

#[tokio::test]
async fn what_contradicts_the_law_is_applied_and_reported() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    // 国保 goes on beside an employees' insurance.
    let mut national = gain("n-1");
    national["acquired_on"] = json!("2020-04-01");
    national["coverage"]["limit"] = json!([]);
    assert_eq!(outcome_of(&world, "138016", national).await.0, "applied");
    assert_eq!(outcome_of(&world, SOCIETY, gain("g-1")).await.0, "applied");
    let of = json!({ "symbol": "1104", "number": "3009001", "branch": "00", "acquired_on": "2020-04-01" });
    let correction = json!({ "id": "n-2", "kind": "correction", "of": of, "coverage": { "kana": null } });
    let answer = register(&world, "138016", json!([correction])).await;
    let findings = answer["entries"][0]["findings"].as_array().unwrap();
    assert_eq!((&answer["applied"], findings.len()), (&json!(1), 1), "{answer}");
    assert_eq!(findings[0]["from"], json!("2026-12-02"), "from the day after joining on: {answer}");

    // In a request with several entries about it, it is told once: at the last one that was applied.
    let correction =
        |id: &str, kana: &str| json!({ "id": id, "kind": "correction", "of": of, "coverage": { "kana": kana } });
    let whole = |id: &str| json!({ "id": id, "kind": "protection", "person": "new-employee", "address_withheld": false });
    let mut other = gain("n-4");
    other["person"] = json!("another");
    other["coverage"]["number"] = json!("3009010");
    other["coverage"]["limit"] = json!([]);
    for (entries, expected) in [
        (
            json!([correction("n-3", "ｲﾁﾛｳ"), other, correction("n-5", "ｼﾝｷ ｲﾁﾛｳ"), correction("n-5", "ｼﾞﾛｳ"), 7]),
            [0, 0, 1, 0, 0],
        ),
        (json!([correction("n-6", "ｲﾁﾛｳ"), whole("n-7"), other, whole("n-7"), whole("n-8")]), [0, 0, 0, 0, 1]),
        (json!([whole("n-9"), correction("n-10", "ｼﾝｷ ｲﾁﾛｳ"), other, 7, 7]), [0, 1, 0, 0, 0]),
    ] {
        let answer = register(&world, "138016", entries).await;
        let told = answer["entries"].as_array().unwrap().iter().map(|one| one["findings"].as_array().unwrap().len());
        assert_eq!(told.collect::<Vec<_>>(), expected, "{answer}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_registered_already_is_no_change_that_later_entries_must_follow() {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    register(&world, SOCIETY, json!([gain("g-1")])).await;
    set(&clock, "2026-12-13T01:00:00Z");
    let same = json!({ "id": "p-1", "kind": "protection", "person": "new-employee", "address_withheld": false });
    let there_and_back =
        |id: &str, name: &str| json!({ "id": id, "kind": "correction", "of": self::name(), "coverage": { "name": name } });
    let late = json!({ "id": "l-1", "kind": "loss", "of": name(), "loss": { "on": "2026-12-10", "reason": "99" },
        "registered_at": "2026-12-12T12:00:00Z" });
    let earlier = json!({ "id": "c-3", "kind": "correction", "of": name(), "coverage": { "loss": null },
        "registered_at": "2026-12-12T11:59:59Z" });
    let entries = json!([same, there_and_back("c-1", "新規　二郎"), there_and_back("c-2", "新規　一郎"), late, earlier]);
    let answer = register(&world, SOCIETY, entries).await;
    assert_eq!((&answer["applied"], &answer["refused"]), (&json!(4), &json!(1)), "{answer}");
    let detail = answer["entries"][4]["error"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("registered_at: the registry changed this person at 2026-12-12T12:00:00Z"), "{detail}");
    let of_tenth = |by: &'static str| explained(&world, "new-employee", "2026-12-10", by);
    assert_eq!(of_tenth("2026-12-12T11:59:59Z").await, json!("1"));
    assert_eq!(of_tenth("2026-12-12T12:00:00Z").await, json!("2"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_applied_through_the_running_server() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let file = scratch("registrations").join("feed.jsonl");
    let mut other = gain("g-2");
    other["insurer"] = json!(KYOKAI);
    other["person"] = json!("another");
    let mut wrong = gain("g-3");
    wrong["person"] = json!("third");
    wrong["coverage"]["number"] = json!("3009001");
    std::fs::write(&file, format!("{}\n{other}\n\nnonsense\n{wrong}\n", gain("g-1"))).unwrap();
    let apply = |more: &[&str]| {
        let operator = world.app.operator_addr().to_string();
        let mut command = process::command();
        command.args(["registrations", "apply"]).arg(&file).args(["--operator-addr", &operator]).args(more);
        command.output().unwrap()
    };
    let output = apply(&["--insurer", SOCIETY, "--lang", "en"]);
    let (out, err) = process::texts(&output);
    assert_eq!(output.status.code(), Some(4), "{out}{err}");
    assert_eq!(out, "applied: 2, already applied: 0, refused: 1, no entries: 1; 0 findings\n");
    assert!(err.contains("feed.jsonl:4: the line is not one JSON object"), "{err}");
    assert!(err.contains("feed.jsonl:5: SHK4004 The present state does not allow this: coverage: another person"), "{err}");
    assert!(
        err.ends_with("shikaku: lines not applied: 2; mend them and send the file again: no line is applied twice\n"),
        "{err}"
    );
    assert_eq!(validity(&world, &question(date(2026, 12, 12))).await, "1");

    let output = apply(&["--insurer", SOCIETY, "--lang", "ja"]);
    let (out, err) = process::texts(&output);
    assert_eq!(out, "登録: 0件、登録済み: 2件、拒否: 1件、登録ではない行: 1件、指摘: 0件\n");
    assert!(err.contains("feed.jsonl:4: 行が1つのJSONオブジェクトではありません"), "{err}");
    let (_, err) = process::texts(&apply(&["--lang", "en"]));
    assert!(err.contains("feed.jsonl:1: the entry has no `insurer`"), "{err}");
    assert_eq!(apply(&["--insurer", "01130013"]).status.code(), Some(2));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insurer_that_the_server_does_not_have_stops_only_its_own_lines() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let file = scratch("registrations").join("unknown-insurer.jsonl");
    let line = |insurer: &str, id: &str, person: &str, number: &str| {
        let mut entry = gain(id);
        entry["insurer"] = json!(insurer);
        entry["person"] = json!(person);
        entry["coverage"]["number"] = json!(number);
        entry.to_string()
    };
    // 06139901 has the right check digit; nobody has loaded it.
    let lines = [
        line(SOCIETY, "u-1", "first", "3009101"),
        line("06139901", "u-2", "second", "3009102"),
        line("06139901", "u-3", "third", "3009103"),
        line(SOCIETY, "u-4", "fourth", "3009104"),
        line("06139901", "u-5", "fifth", "3009105"),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    for (language, summary, range, one) in [
        (
            "en",
            "applied: 2, already applied: 0, refused: 3, no entries: 0; 0 findings\n",
            "unknown-insurer.jsonl: lines 2 to 3: insurer: the server has no insurer 06139901; load it first\n",
            "unknown-insurer.jsonl: line 5: insurer: the server has no insurer 06139901",
        ),
        (
            "ja",
            "登録: 0件、登録済み: 2件、拒否: 3件、登録ではない行: 0件、指摘: 0件\n",
            "unknown-insurer.jsonl: 2行目から3行目まで: insurer: 保険者06139901はサーバーに登録されていません",
            "unknown-insurer.jsonl: 5行目: insurer: 保険者06139901は",
        ),
    ] {
        let mut command = process::command();
        let operator = world.app.operator_addr().to_string();
        command.args(["registrations", "apply", "--operator-addr", &operator, "--lang", language]).arg(&file);
        let output = command.output().unwrap();
        let (out, err) = process::texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(4), summary), "{err}");
        assert!(err.contains(range) && err.contains(one), "{err}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_instant_is_read_strictly() {
    let world = World::start().await;
    for wrong in ["2026-12-05", "2026-12-05T10:00:00", "now", "2026-12-05T10:00:00%2B09:00%5BAsia/Tokyo%5D", ""] {
        let (status, problem) = get(&world, &format!("/api/people/twin-elder?registered_by={wrong}")).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("SHK4003")), "{wrong}");
    }
    let (status, person) = get(&world, "/api/people/twin-elder?registered_by=2999-01-01T00:00:00Z").await;
    let (_, now) = get(&world, "/api/people/twin-elder").await;
    assert_eq!((status, &person["coverages"][0]["id"]), (200, &now["coverages"][0]["id"]));
    world.stop().await;
}

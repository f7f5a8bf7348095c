//! A load of files undoes what insurers registered of the people whom it changes or ends, and nothing else.

use jiff::civil::date;
use serde_json::{Value, json};
use shikaku::domain::{CardId, CardKind, CardNumber, CardState, CertificateSerial};
use shikaku::fixtures::Ask;
use shikaku::store::jlis::CardRecord;
use shikaku::store::registry::{NewCard, NewPerson};

use crate::registrations::{explained, gain, get, outcome_of, register, set, validity, world_with_clock};
use crate::support::process::{shikaku, texts};
use crate::support::registry::{later, load, load_mass, person};
use crate::support::world::shared_pki;
use crate::support::{World, ask_of, fixtures};

const KYOKAI: &str = "01130012";
const SOCIETY: &str = "06132013";
const ELDERLY: &str = "39131016";

/// Sends the file of the README to the running server, and returns what the command prints.
fn apply_late_gain(world: &World) -> String {
    let operator = world.app.operator_addr().to_string();
    let file = "fixtures/registrations/late-gain.jsonl";
    let output = shikaku(&["registrations", "apply", file, "--operator-addr", &operator, "--lang", "en"]);
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{out}{err}");
    out
}

/// Returns the outcomes of an insurer's entries, in their order.
async fn listed(world: &World, insurer: &str) -> Vec<String> {
    let (status, list) = get(world, &format!("/api/insurers/{insurer}/registrations")).await;
    assert_eq!(status, 200, "{list}");
    list.as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reset_ended_is_applied_again_as_often_as_one_likes() {
    let (world, clock) = world_with_clock(&later(60).to_string()).await;
    let store = world.database.store().await;
    let ask = Ask {
        insurer: SOCIETY.to_owned(),
        symbol: Some("1104".to_owned()),
        number: "3990002".to_owned(),
        branch: Some("00".to_owned()),
        birth_on: date(1994, 6, 15),
        check_on: date(2026, 11, 5),
        limit_consent: false,
    };
    let one = format!("/api/insurers/{SOCIETY}/registrations/2026-11-0001");
    let mut list: Vec<&str> = Vec::new();
    for turn in 1..=3 {
        let told = apply_late_gain(&world);
        assert_eq!(told, "applied: 3, already applied: 0, refused: 0, no entries: 0; 0 findings\n", "turn {turn}");
        assert_eq!(validity(&world, &ask).await, "1", "有効, turn {turn}");
        let told = apply_late_gain(&world);
        assert_eq!(told, "applied: 0, already applied: 3, refused: 0, no entries: 0; 0 findings\n", "turn {turn}");
        // What the registry said when it stood so is what the README prints, in every turn.
        for (by, expected) in [("2026-11-05T17:00:00+09:00", "2"), ("2026-11-13T09:00:00+09:00", "1")] {
            assert_eq!(explained(&world, "late-gain", "2026-11-05", by).await, json!(expected), "{by}, turn {turn}");
        }
        list.extend(["applied", "already_applied"]);
        assert_eq!(listed(&world, SOCIETY).await, list);
        // The first time it counts from its own time on, later from the present on.
        let (_, entry) = get(&world, &one).await;
        let from = if turn == 1 { "2026-11-12T01:00:00Z".to_owned() } else { later(1440 * (turn - 1) + 60).to_string() };
        assert_eq!(entry["registered_at"], json!(from), "turn {turn}");

        fixtures().load(&store, shared_pki(), later(1440 * turn), true).await.unwrap();
        assert_eq!(validity(&world, &ask).await, "4", "該当資格なし, turn {turn}");
        let at = list.len() - 2;
        list[at] = "undone";
        assert_eq!(listed(&world, SOCIETY).await, list);
        assert_eq!(get(&world, &one).await.0, 404);
        set(&clock, &later(1440 * turn + 60).to_string());
    }
    // What it was, it shows still.
    let (_, page) = get(&world, &format!("/api/insurers/{SOCIETY}/registrations")).await;
    assert_eq!((&page[0]["reason"], &page[0]["entry"]["person"]), (&Value::Null, &json!("late-gain")));
    assert_eq!(page[0]["registered_at"], json!("2026-11-12T01:00:00Z"));
    store.pool().close().await;
    world.stop().await;
}

fn link(id: &str, person: &str, (issuer, serial): (&str, &str), medium: &str) -> Value {
    json!({ "id": id, "kind": "card_link", "person": person, "card": { "issuer": issuer, "serial": serial, "medium": medium,
        "valid_from": "2026-12-01T00:00:00Z", "valid_through": "2031-12-01T00:00:00Z" } })
}

/// Loads the people of the fixtures over what insurers registered of some, and sends everything again.
async fn load_over_entries(mass: bool, reset: bool) {
    let (world, clock) = world_with_clock("2026-12-12T01:00:00Z").await;
    let what = format!("mass: {mass}, reset: {reset}");
    let (_, person) = get(&world, "/api/people/kyokai-insured-tokyo").await;
    let held = &person["coverages"][0];
    let of = json!({ "symbol": held["symbol"], "number": held["number"], "branch": held["branch"], "acquired_on": held["acquired_on"] });
    let link = |id: &str, person: &str, serial: &str| link(id, person, ("8b01", serial), "ios");
    // The load sets back a loss. It leaves as it was whoever is registered so already; a reset deletes certificates.
    let loss = json!({ "id": "l-1", "kind": "loss", "of": of, "loss": { "on": "2026-12-05", "reason": "03" },
        "registered_at": "2026-12-10T00:00:00Z" });
    let same = json!({ "id": "p-1", "kind": "protection", "person": "elderly-2wari-tokyo", "address_withheld": false });
    let entries = [
        (KYOKAI, loss.clone(), true),
        (KYOKAI, link("k-1", "kyokai-insured-tokyo", "01"), reset),
        (ELDERLY, same, false),
        (ELDERLY, link("k-2", "elderly-2wari-tokyo", "02"), reset),
        (SOCIETY, gain("g-1"), reset),
        (SOCIETY, link("k-3", "new-employee", "03"), reset),
    ];
    for (insurer, entry, _) in &entries {
        assert_eq!(outcome_of(&world, insurer, entry.clone()).await.0, "applied", "{entry}");
    }
    let ask = Ask { check_on: date(2026, 12, 12), ..ask_of("kyokai-insured-tokyo") };
    assert_eq!(validity(&world, &ask).await, "2");

    let store = world.database.store().await;
    let people: Vec<NewPerson> = fixtures().people.iter().map(|one| one.person.clone()).collect();
    let at = "2026-12-13T01:00:00Z".parse().unwrap();
    if mass {
        load_mass(&store, people, at, reset).await.unwrap().unwrap();
    } else {
        load(&store, people, at, reset).await;
    }
    assert_eq!(validity(&world, &ask).await, "1", "{what}");
    let word = |undone: bool| if undone { "undone" } else { "applied" };
    for insurer in [KYOKAI, ELDERLY, SOCIETY] {
        let expected: Vec<&str> =
            entries.iter().filter(|(own, ..)| *own == insurer).map(|(.., undone)| word(*undone)).collect();
        assert_eq!(listed(&world, insurer).await, expected, "{insurer}, {what}");
    }
    // The id is free, so that an entry with other content is judged by its own time.
    set(&clock, "2026-12-14T01:00:00Z");
    let mut other = loss;
    other["registered_at"] = json!("2026-12-11T00:00:00Z");
    let (outcome, code, detail) = outcome_of(&world, KYOKAI, other).await;
    assert_eq!((outcome.as_str(), code.as_str()), ("refused", "SHK4004"), "{what}");
    assert!(detail.starts_with("registered_at: the registry changed this person at 2026-12-13T01:00:00Z"), "{detail}");
    for (insurer, entry, undone) in entries {
        let answer = register(&world, insurer, json!([entry, entry])).await;
        let outcomes = [&answer["entries"][0]["outcome"], &answer["entries"][1]["outcome"]];
        let first = if undone { "applied" } else { "already_applied" };
        assert_eq!(outcomes, [first, "already_applied"], "{what}: {answer}");
        if undone {
            assert_eq!(answer["entries"][0]["registered_at"], json!("2026-12-14T01:00:00Z"), "{what}");
        }
    }
    assert_eq!(validity(&world, &ask).await, "2", "{what}");
    assert_eq!(world.database.count("select count(*) from person where fixture_id = 'new-employee'").await, 1);
    let links = "select count(*) from card_certificate where issuer_key_id = '\\x8b01' and state = 1";
    assert_eq!(world.database.count(links).await, 3, "{what}");
    store.pool().close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_undoes_what_is_about_the_people_whom_it_changes() {
    load_over_entries(false, false).await;
    load_over_entries(false, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_load_undoes_what_is_about_the_people_whom_it_changes() {
    load_over_entries(true, false).await;
    load_over_entries(true, true).await;
}

#[tokio::test]
async fn a_link_is_undone_when_a_load_takes_the_certificate_away() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let store = world.database.store().await;
    // Nobody has the certificate of this person any more, so that an entry may link it to another one.
    let taken =
        "delete from card_certificate using person where person.id = person_id and fixture_id = 'kyokai-insured-tokyo'
                 returning encode(issuer_key_id, 'hex'), encode(serial, 'hex')";
    let taken: Vec<(String, String)> = sqlx::query_as(taken).fetch_all(&mut world.database.connect().await).await.unwrap();
    let [(issuer, serial)] = taken.as_slice() else { panic!("{} certificates", taken.len()) };
    for (insurer, entry) in [
        (ELDERLY, link("k-1", "elderly-2wari-tokyo", (issuer.as_str(), serial.as_str()), "ios")),
        (KYOKAI, link("k-2", "kyokai-insured-tokyo", ("8b01", "02"), "card")),
        (SOCIETY, link("k-3", "overlap-two-insurers", ("8b01", "03"), "ios")),
    ] {
        assert_eq!(outcome_of(&world, insurer, entry.clone()).await.0, "applied", "{entry}");
    }
    let outcomes = async || {
        let lists = [listed(&world, ELDERLY).await, listed(&world, KYOKAI).await, listed(&world, SOCIETY).await];
        lists.concat()
    };
    // The fixtures give the first back, which supersedes the second.
    fixtures().load(&store, shared_pki(), "2026-12-13T01:00:00Z".parse().unwrap(), false).await.unwrap();
    assert_eq!(outcomes().await, ["undone", "undone", "applied"]);
    // A mass load gives the third to somebody who is new.
    let mut new = NewPerson { fixture_id: "new-holder".to_owned(), ..person("kyokai-insured-tokyo") };
    new.coverages[0].key.number = CardNumber::parse("98765432").unwrap();
    let id = CardId { issuer: vec![0x8b, 0x01], serial: CertificateSerial::new(&[3]).unwrap() };
    let record = CardRecord {
        id: id.clone(),
        kind: CardKind::Ios,
        state: CardState::Good,
        superseded_by: None,
        changed_at: later(0),
        as_of: None,
        valid_from: later(0),
        valid_through: later(1_000_000),
    };
    new.cards = vec![NewCard { id, record: Some(record) }];
    load_mass(&store, [new], "2026-12-14T01:00:00Z".parse().unwrap(), false).await.unwrap().unwrap();
    assert_eq!(outcomes().await, ["undone", "undone", "undone"]);
    store.pool().close().await;
    world.stop().await;
}

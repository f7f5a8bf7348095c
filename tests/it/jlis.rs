//! The simulated J-LIS: cards are issued, revoked and renewed, on the command line and over the operator API.

use std::path::{Path, PathBuf};

use serde_json::json;
use shikaku::clock::Clock;
use shikaku::pki::{CardAuthority, CardOrder, VirtualCard};
use shikaku::wire::Format;

use crate::support::card::{Reader, Shown};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{World, parse, process, scratch, text_of};

/// Makes a data directory that holds the world's PKI.
fn data_of(world: &World) -> PathBuf {
    let data = scratch("jlis");
    std::os::unix::fs::symlink(world.pki.root(), data.join("pki")).unwrap();
    data
}

fn pki_card(world: &World, data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = process::command()
        .args(["pki", "card"])
        .args(arguments)
        .args(["--operator-addr", &world.app.operator_addr().to_string(), "--data-dir"])
        .arg(data)
        .output()
        .unwrap();
    let (out, err) = process::texts(&output);
    (output.status.code(), out, err)
}

/// Shows a card; returns result code and validity of the answer.
async fn show(world: &World, card: &VirtualCard) -> (Option<String>, Option<String>) {
    let mut reader = Reader::of(world).await;
    let shown = Shown::signing(card, &reader.challenge().await);
    let reply = reader.show(&shown).await;
    let answer = parse(Format::Json, &reply.body);
    (text_of(&answer, "ProcessingResultCode"), text_of(&answer, "QualificationValidity"))
}

fn outcome(result: Option<&str>, validity: Option<&str>) -> (Option<String>, Option<String>) {
    (result.map(str::to_owned), validity.map(str::to_owned))
}

/// Starts a world on the system's time, because the command line makes cards for today.
async fn world_of_today() -> World {
    let world = World::with_own_pki().await;
    let today = world.another(Clock::system()).await;
    world.app.stop().await;
    today
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_card_works_at_once_until_it_is_revoked() {
    let world = world_of_today().await;
    let data = data_of(&world);
    let (code, out, err) = pki_card(&world, &data, &["--person", "twin-elder"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.trim().ends_with("pki/cards/twin-elder.pem"), "{out}");
    let card = VirtualCard::open(&world.pki, "twin-elder").unwrap();
    assert_eq!(show(&world, &card).await, outcome(None, Some("1")));
    let (code, _, err) = pki_card(&world, &data, &["revoke", "--person", "twin-elder", "--reason", "lost"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(show(&world, &card).await, outcome(Some("SHK6101"), None));
    // It cannot be revoked twice, but a new card can be made.
    let (code, _, err) = pki_card(&world, &data, &["revoke", "--person", "twin-elder"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("SHK4004") && err.contains("not in use any more"), "{err}");
    let (code, _, err) = pki_card(&world, &data, &["--person", "twin-elder"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(show(&world, &VirtualCard::open(&world.pki, "twin-elder").unwrap()).await, outcome(None, Some("1")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renewal_gives_a_new_serial_number_and_supersedes_the_old_one() {
    let world = world_of_today().await;
    let data = data_of(&world);
    assert_eq!(pki_card(&world, &data, &["--person", "twin-elder", "--valid-days", "30"]).0, Some(0));
    let old = VirtualCard::open(&world.pki, "twin-elder").unwrap();
    // Less than three months are left: the card works, with a remark.
    assert_eq!(show(&world, &old).await, outcome(Some("SHK6201"), Some("1")));
    let (code, out, err) = pki_card(&world, &data, &["renew", "--person", "twin-elder", "--ec"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("twin-elder-old.pem"), "{out}");
    let new = VirtualCard::open(&world.pki, "twin-elder").unwrap();
    assert_ne!(old.certificate(), new.certificate());
    assert_eq!(show(&world, &new).await, outcome(None, Some("1")));
    assert_eq!(show(&world, &old).await, outcome(Some("SHK6102"), None));
    let kept = VirtualCard::open(&world.pki, "twin-elder-old").unwrap();
    assert_eq!(kept.certificate(), old.certificate());
    let (_, text) = world.get("/api/people/twin-elder").await;
    let person: serde_json::Value = serde_json::from_str(&text).unwrap();
    let states: Vec<&str> = person["cards"].as_array().unwrap().iter().map(|card| card["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["superseded", "good"]);
    let linked = "select count(*) from card_certificate old join card_certificate new
                      on new.issuer_key_id = old.superseded_by_issuer_key_id and new.serial = old.superseded_by_serial
                   where old.state = 3 and new.state = 1 and new.person_id = old.person_id
                     and new.issuer_key_id <> old.issuer_key_id";
    assert_eq!(world.database.count(linked).await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_card_of_a_kind_is_in_use() {
    let world = world_of_today().await;
    let data = data_of(&world);
    for kind in ["card", "android", "ios"] {
        let (code, _, err) = pki_card(&world, &data, &["--person", "twin-elder", "--kind", kind]);
        assert_eq!(code, Some(0), "{err}");
    }
    let before = std::fs::read(world.pki.card("twin-elder-ios")).unwrap();
    let (code, _, err) = pki_card(&world, &data, &["--person", "twin-elder", "--kind", "ios"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("SHK4004") && err.contains("in use"), "{err}");
    // A card that J-LIS refused is not written.
    assert_eq!(std::fs::read(world.pki.card("twin-elder-ios")).unwrap(), before);
    for name in ["twin-elder", "twin-elder-android", "twin-elder-ios"] {
        assert_eq!(show(&world, &VirtualCard::open(&world.pki, name).unwrap()).await, outcome(None, Some("1")), "{name}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_says_why() {
    let world = world_of_today().await;
    let data = data_of(&world);
    let (code, _, err) = pki_card(&world, &data, &["--person", "nobody"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("SHK4002"), "{err}");
    let (code, _, err) = pki_card(&world, &data, &["renew", "--person", "twin-younger"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("twin-younger.pem"), "{err}");
    let (code, _, err) = pki_card(&world, &data, &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--person"), "{err}");
    let (code, _, err) = pki_card(&world, &data, &["--person", "../../etc"]);
    assert_eq!(code, Some(2), "{err}");
    let output = process::command()
        .args(["pki", "card", "--person", "twin-elder", "--operator-addr", "127.0.0.1:1", "--data-dir"])
        .arg(&data)
        .output()
        .unwrap();
    let (_, err) = process::texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("is the server running?"), "{err}");
    assert!(!world.pki.card("twin-elder").exists());
    world.stop().await;
}

async fn post(world: &World, path: &str, body: &serde_json::Value) -> (u16, Option<String>) {
    let address = world.app.operator_addr().to_string();
    let headers = [("content-type", "application/json")];
    let (status, text, _) = process::http(&address, "POST", path, &headers, &body.to_string()).await;
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    (status, problem["detail"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn the_operator_api_takes_certificates_of_the_trusted_roots_only() {
    let world = World::with(Wishes { own_pki: true, ..Wishes::default() }).await;
    let issue = |files: &shikaku::pki::PkiFiles| {
        let authority = CardAuthority::init(files, fixed_now()).unwrap();
        authority.issue(CardOrder::days_from(fixed_now(), -10, 100, false)).unwrap()
    };
    let foreign = issue(&shikaku::pki::PkiFiles::at(&scratch("foreign-pki")));
    let body = json!({ "person": "twin-elder", "certificate": foreign.certificate() });
    let (status, detail) = post(&world, "/api/cards", &body).await;
    assert_eq!(status, 400);
    assert!(detail.unwrap().starts_with("certificate: no root of this name has the issuer's key"));

    let own = issue(&world.pki);
    let body = json!({ "person": "twin-elder", "certificate": own.certificate() });
    assert_eq!(post(&world, "/api/cards", &body).await, (201, None));
    assert_eq!(post(&world, "/api/cards", &body).await.0, 409);
    // The certificate cannot belong to a second person.
    let body = json!({ "person": "twin-younger", "certificate": own.certificate() });
    assert_eq!(post(&world, "/api/cards", &body).await, (409, Some("J-LIS knows this certificate already".to_owned())));
    // Renewal needs a known old certificate.
    let (new, unknown) = (issue(&world.pki), issue(&world.pki));
    let body = json!({ "certificate": unknown.certificate(), "new_certificate": new.certificate() });
    assert_eq!(post(&world, "/api/cards/renew", &body).await.0, 404);
    let body = json!({ "certificate": own.certificate(), "new_certificate": own.certificate() });
    assert_eq!(post(&world, "/api/cards/renew", &body).await.0, 409);
    // After that failure the old certificate is still in use.
    let body = json!({ "certificate": own.certificate(), "new_certificate": new.certificate() });
    assert_eq!(post(&world, "/api/cards/renew", &body).await, (204, None));
    for (path, body, field) in [
        ("/api/cards", json!({ "person": "twin-elder", "kind": "watch", "certificate": "x" }), "kind"),
        ("/api/cards", json!({ "person": "twin-elder", "certificate": "x" }), "certificate"),
        ("/api/cards", json!({ "person": "twin-elder", "certificate": "x", "serial": 1 }), "serial"),
        ("/api/cards/revoke", json!({ "certificate": own.certificate(), "reason": "bored" }), "reason"),
    ] {
        let (status, detail) = post(&world, path, &body).await;
        assert_eq!(status, 400);
        assert!(detail.as_ref().is_some_and(|detail| detail.contains(field)), "{field}: {detail:?}");
    }
    world.stop().await;
}

#[tokio::test]
async fn loading_again_puts_fixture_cards_back() {
    let world = World::start().await;
    let card = crate::support::card::card(&world, "kyokai-insured-tokyo");
    let pem = std::fs::read_to_string(world.pki.card("kyokai-insured-tokyo")).unwrap();
    let body = json!({ "certificate": pem, "reason": "key_compromise" });
    assert_eq!(post(&world, "/api/cards/revoke", &body).await.0, 204);
    assert_eq!(show(&world, &card).await, outcome(Some("SHK6101"), None));
    let store = world.database.store().await;
    let loaded = crate::support::fixtures().load(&store, &world.pki, fixed_now(), false).await.unwrap();
    assert!(loaded.cards >= 25, "{}", loaded.cards);
    assert_eq!(show(&world, &card).await, outcome(None, Some("1")));
    world.stop().await;
}

//! A challenge is used once, in time, and only by the terminal that asked for it.

use std::time::Duration;

use jiff::SignedDuration;
use shikaku::clock::{Clock, system_now};
use shikaku::domain::{InstitutionCode, Moment, TreatmentKind};
use shikaku::query::challenges::forget;
use shikaku::terminal::{Reply, Terminal};
use shikaku::wire::Format;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::card::{Challenge, Reader, Shown, card};
use crate::support::world::fixed_now;
use crate::support::{
    OTHER_CLINIC, Program, TEST_CLINIC, World, answered, database::TestDatabase, fixtures, outcome, refused,
};

const CARD: &str = "kyokai-insured-tokyo";

fn json(reply: &Reply) -> (u16, Option<String>, Option<String>) {
    outcome(Format::Json, reply)
}

/// Expects a refusal with a code, and the metric of the audit reason at `times`.
async fn assert_refused(world: &World, reply: &Reply, code: &str, reason: &str, times: f64) {
    assert_eq!(json(reply), refused(403, code), "{reason}");
    assert_eq!(world.metric(&format!("shikaku_refused_cards_total{{reason=\"{reason}\"}}")).await, times, "{reason}");
    assert!(!String::from_utf8_lossy(&reply.body).contains("ResultList"));
}

#[tokio::test]
async fn a_challenge_is_random_and_lasts_a_minute() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let (one, two) = (reader.challenge().await, reader.challenge().await);
    assert_eq!((one.nonce.len(), two.nonce.len()), (32, 32));
    assert!(one.nonce != two.nonce && one.id != two.id);
    assert_eq!(one.expires_at, "2026-11-22T00:31:15Z");
    world.stop().await;
}

#[tokio::test]
async fn a_signature_is_worth_one_answer() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let shown = Shown::signing(&card(&world, CARD), &reader.challenge().await);
    assert_eq!(json(&reader.show(&shown).await), answered());
    for times in [1.0, 2.0] {
        let again = reader.show(&shown).await;
        assert_refused(&world, &again, "SHK6002", "challenge_used", times).await;
    }
    assert_eq!(world.database.count("select count(*) from access_log").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_copies_at_once_one_succeeds() {
    let world = World::start().await;
    let another = world.another(Clock::fixed(fixed_now())).await;
    let shown = Shown::signing(&card(&world, CARD), &Reader::of(&world).await.challenge().await);
    let mut tries = Vec::new();
    for place in 0..100 {
        // Half of them go to another server on the same database.
        let mut reader = Reader::of(if place % 2 == 0 { &world } else { &another }).await;
        let shown = shown.clone();
        tries.push(tokio::spawn(async move { json(&reader.show(&shown).await) }));
    }
    let mut successes = 0;
    for one in tries {
        match one.await.unwrap() {
            outcome if outcome == answered() => successes += 1,
            other => assert_eq!(other, refused(403, "SHK6002")),
        }
    }
    assert_eq!(successes, 1);
    assert_eq!(world.database.count("select count(*) from access_log").await, 1);
    another.app.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn a_failed_try_spends_the_challenge() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let card = card(&world, CARD);
    let right = Shown::signing(&card, &reader.challenge().await);
    let mut wrong = right.clone();
    wrong.signature.as_mut().unwrap()[100] ^= 1;
    assert_refused(&world, &reader.show(&wrong).await, "SHK6006", "signature", 1.0).await;
    assert_refused(&world, &reader.show(&right).await, "SHK6002", "challenge_used", 1.0).await;
    // The same if the certificate was wrong.
    let right = Shown::signing(&card, &reader.challenge().await);
    let broken = Shown { certificate: vec![0x30, 0x00], ..right.clone() };
    assert_refused(&world, &reader.show(&broken).await, "SHK6005", "malformed", 1.0).await;
    assert_refused(&world, &reader.show(&right).await, "SHK6002", "challenge_used", 2.0).await;
    // And if the message named another institution.
    let right = Shown::signing(&card, &reader.challenge().await);
    let claimed = Shown { claimed: Some(OTHER_CLINIC), ..right.clone() };
    assert_eq!(json(&reader.show(&claimed).await), refused(403, "SHK3001"));
    assert_refused(&world, &reader.show(&right).await, "SHK6002", "challenge_used", 3.0).await;
    world.stop().await;
}

#[tokio::test]
async fn it_is_worth_nothing_elsewhere() {
    let world = World::start().await;
    let card = card(&world, CARD);
    let mut reader = Reader::of(&world).await;
    // Another institution, with its own certificate and code.
    let shown = Shown::signing(&card, &reader.challenge().await);
    let mut other_clinic = Reader::at(&world, OTHER_CLINIC).await;
    let reply = other_clinic.show(&shown).await;
    assert_refused(&world, &reply, "SHK6004", "challenge_other_institution", 1.0).await;
    assert_refused(&world, &reader.show(&shown).await, "SHK6002", "challenge_used", 1.0).await;
    // Another terminal of the same institution.
    let shown = Shown::signing(&card, &reader.challenge().await);
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let files = (world.pki.terminal(&code, "reception-2"), world.pki.terminal_key(&code, "reception-2"));
    let mut neighbour = Reader::on(&world.terminal_with(&files.0, &files.1), TEST_CLINIC).await;
    let reply = neighbour.show(&shown).await;
    assert_refused(&world, &reply, "SHK6004", "challenge_other_terminal", 1.0).await;
    // Another kind of care than the challenge is for.
    let shown = Shown::signing(&card, &reader.challenge_for("1").await);
    let online = Shown { treatment: TreatmentKind::Online, ..shown };
    assert_refused(&world, &reader.show(&online).await, "SHK6004", "challenge_other_purpose", 1.0).await;
    let online = Shown { treatment: TreatmentKind::Online, ..Shown::signing(&card, &reader.challenge_for("3").await) };
    assert_eq!(json(&reader.show(&online).await), answered());
    world.stop().await;
}

#[tokio::test]
async fn a_made_up_one_is_unknown() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let made_up = Challenge { id: uuid::Uuid::from_u128(7), nonce: vec![7; 32], expires_at: String::new() };
    let reply = reader.show(&Shown::signing(&card(&world, CARD), &made_up)).await;
    assert_refused(&world, &reply, "SHK6001", "challenge_unknown", 1.0).await;
    world.stop().await;
}

#[tokio::test]
async fn after_a_minute_it_is_too_late() {
    let world = World::start().await;
    let card = card(&world, CARD);
    let mut reader = Reader::of(&world).await;
    let (in_time, late) = (reader.challenge().await, reader.challenge().await);
    let at_the_end = world.another(Clock::fixed(fixed_now() + SignedDuration::from_secs(60))).await;
    let reply = Reader::of(&at_the_end).await.show(&Shown::signing(&card, &in_time)).await;
    assert_eq!(json(&reply), answered());
    let after = world.another(Clock::fixed(fixed_now() + SignedDuration::from_secs(61))).await;
    let reply = Reader::of(&after).await.show(&Shown::signing(&card, &late)).await;
    assert_refused(&after, &reply, "SHK6003", "challenge_expired", 1.0).await;
    // A late try spends the challenge too.
    let reply = reader.show(&Shown::signing(&card, &late)).await;
    assert_refused(&world, &reply, "SHK6002", "challenge_used", 1.0).await;
    after.app.stop().await;
    at_the_end.app.stop().await;
    world.stop().await;
}

/// A server whose clock is behind would let challenges live longer than a minute.
#[tokio::test]
async fn clocks_of_servers_that_disagree() {
    let world = World::start().await;
    let card = card(&world, CARD);
    let mut reader = Reader::of(&world).await;
    for (behind, expected) in [(5, answered()), (6, refused(403, "SHK6008")), (300, refused(403, "SHK6008"))] {
        let challenge = reader.challenge().await;
        let late = world.another(Clock::fixed(fixed_now() - SignedDuration::from_secs(behind))).await;
        let reply = Reader::of(&late).await.show(&Shown::signing(&card, &challenge)).await;
        assert_eq!(json(&reply), expected, "{behind} s behind");
        late.app.stop().await;
    }
    for ahead in [SignedDuration::from_mins(5), SignedDuration::from_hours(24)] {
        let challenge = reader.challenge().await;
        let early = world.another(Clock::fixed(fixed_now() + ahead)).await;
        let reply = Reader::of(&early).await.show(&Shown::signing(&card, &challenge)).await;
        assert_eq!(json(&reply), refused(403, "SHK6003"));
        early.app.stop().await;
    }
    world.stop().await;
}

/// The body may arrive slowly, but the challenge must still be valid when the body is complete.
#[tokio::test]
async fn the_time_is_that_of_the_whole_message() {
    let world = World::start().await;
    let shared = std::sync::Arc::new(std::sync::Mutex::new(fixed_now()));
    let told = shared.clone();
    let moving = world.another(Clock::told_by(move || *told.lock().unwrap())).await;
    let mut reader = Reader::of(&moving).await;
    let shown = Shown::signing(&card(&world, CARD), &reader.challenge().await);
    let body = shown.message(TEST_CLINIC, Format::Json);
    let head = format!(
        "POST /card/lookups HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = crate::tls::http1_stream(&moving).await;
    stream.write_all(&[head.as_bytes(), &body[..100]].concat()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    *shared.lock().unwrap() = fixed_now() + SignedDuration::from_secs(61);
    stream.write_all(&body[100..]).await.unwrap();
    let mut answer = String::new();
    // The stream may end without a close notification; only the answer before it matters.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("SHK6003"), "{answer}");
    moving.app.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn old_challenges_are_forgotten() {
    let world = World::start().await;
    Reader::of(&world).await.challenge().await;
    let store = world.database.store().await;
    // A challenge lasts a minute, and is kept for another one so that a late try learns the reason. Both times must have
    // passed. A challenge of an earlier release has domain time only.
    let now = Moment { domain: fixed_now(), system: system_now() };
    let after = |seconds| now.plus(SignedDuration::from_secs(seconds));
    assert_eq!(forget(&store, Moment { system: now.system, ..after(121) }).await.unwrap(), 0);
    assert_eq!(forget(&store, Moment { domain: now.domain, ..after(121) }).await.unwrap(), 0);
    assert_eq!(forget(&store, after(119)).await.unwrap(), 0);
    assert_eq!(forget(&store, after(121)).await.unwrap(), 1);
    Reader::of(&world).await.challenge().await;
    world.database.execute("update card_challenge set made_at = null").await;
    assert_eq!(forget(&store, Moment { system: now.system, ..after(119) }).await.unwrap(), 0);
    assert_eq!(forget(&store, Moment { system: now.system, ..after(121) }).await.unwrap(), 1);
    world.stop().await;
}

#[tokio::test]
async fn what_a_challenge_is_asked_for_must_be_known() {
    let world = World::start().await;
    for (content_type, body, status, code) in [
        ("application/json", r#"{"MedicalTreatmentFlag":"9"}"#, 400, "SHK1009"),
        ("application/json", r#"{"MedicalTreatmentFlag":1}"#, 400, "SHK1009"),
        ("application/json", r#"{"Flag":"1"}"#, 400, "SHK1006"),
        ("application/json", r#"["1"]"#, 400, "SHK1002"),
        ("application/json", "", 400, "SHK1001"),
        ("application/xml", "<XmlMsg/>", 415, "SHK2002"),
    ] {
        let reply = world.post("/card/challenges", content_type, body).await;
        let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status.as_u16(), problem["code"].as_str().unwrap()), (status, code), "{body}");
    }
    let reply = world.post("/card/challenges", "application/json", "{}").await;
    assert_eq!(reply.status, 201);
    assert_eq!(world.database.count("select count(*) from card_challenge").await, 1);
    world.stop().await;
}

/// Two server programs, and one that is restarted, share the challenges that were issued and spent.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_and_a_restart_share_challenges() {
    let database = TestDatabase::new().await;
    // Cards as of today, because the programs use the system's time.
    let pki = crate::support::world::make_pki_at(&crate::support::scratch("live-pki"), shikaku::clock::system_now());
    fixtures().load(&database.store().await, &pki, shikaku::clock::system_now(), false).await.unwrap();
    let serve = || Program::serve(&database.url(), pki.root(), &[]);
    let terminal_of = |program: &Program| {
        let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
        let (certificate, key) = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
        Terminal::new(&program.terminal_addr, &pki.ca(), Some((&certificate, &key))).unwrap()
    };
    let (one, two) = (serve(), serve());
    let card = shikaku::pki::VirtualCard::open(&pki, CARD).unwrap();
    let mut at_one = Reader::on(&terminal_of(&one), TEST_CLINIC).await;
    let mut at_two = Reader::on(&terminal_of(&two), TEST_CLINIC).await;

    let shown = Shown::signing(&card, &at_one.challenge().await);
    assert_eq!(json(&at_two.show(&shown).await), answered());
    assert_eq!(json(&at_one.show(&shown).await), refused(403, "SHK6002"));

    let (unused, spent) = (at_one.challenge().await, at_one.challenge().await);
    let (unused, spent) = (Shown::signing(&card, &unused), Shown::signing(&card, &spent));
    assert_eq!(json(&at_one.show(&spent).await), answered());
    one.signal("KILL");
    drop(one);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let three = serve();
    let mut at_three = Reader::on(&terminal_of(&three), TEST_CLINIC).await;
    assert_eq!(json(&at_three.show(&spent).await), refused(403, "SHK6002"));
    assert_eq!(json(&at_three.show(&unused).await), answered());
    drop((two, three));
    database.drop().await;
}

#[tokio::test]
async fn a_database_that_cannot_spend_challenges_answers_nobody() {
    use sqlx::Executor;
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let shown = Shown::signing(&card(&world, CARD), &reader.challenge().await);
    let mut database = world.database.connect().await;
    database.execute("alter table card_challenge rename to card_challenge_gone").await.unwrap();
    assert_eq!(json(&reader.show(&shown).await), refused(503, "SHK5002"));
    database.execute("alter table card_challenge_gone rename to card_challenge").await.unwrap();
    assert_eq!(json(&reader.show(&shown).await), answered());

    world.stop().await;
}

//! One institution in masses does not harm another: turns, shares and places, counted rather than timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use shikaku::clock::Clock;
use shikaku::config::Limits;
use shikaku::domain::AnswerCharset;
use shikaku::terminal::Reply;
use shikaku::wire::Format;
use tokio::time::timeout;

use crate::support::bulk::{Clinic, file_of};
use crate::support::h2::H2;
use crate::support::world::Wishes;
use crate::support::{
    OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, parse, refused, text_of,
};

const JSON: &str = "application/json";
const SINGLE: &str = "OQSsiquc01";

async fn world(limits: Limits) -> World {
    World::with(Wishes { limits, ..Wishes::default() }).await
}

fn question(institution: &str) -> Vec<u8> {
    message(&ask_of("kyokai-insured-tokyo"), institution, Format::Json, AnswerCharset::Utf8)
}

/// Makes a question with a card number that no fixture has.
fn wrong_number(institution: &str, number: usize) -> Vec<u8> {
    let mut ask = ask_of("kyokai-insured-tokyo");
    ask.number = format!("9{number:06}");
    message(&ask, institution, Format::Json, AnswerCharset::Utf8)
}

async fn ask(world: &World, institution: &str) -> Reply {
    let mut connection = world.terminal(institution).connect().await.unwrap();
    connection.ask("/oqs/OQSsiquc01", Format::Json, question(institution)).await.unwrap()
}

fn validity(reply: &Reply) -> Option<String> {
    text_of(&parse(Format::Json, &reply.body), "QualificationValidity")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_an_institutions_share_are_held_back_and_beyond_that_refused() {
    let limits = Limits { requests_at_once: 2, requests_in_common: 0, requests_held: 5, ..Limits::default() };
    let world = world(limits).await;
    let mut connection = H2::connect(&world, TEST_CLINIC).await;
    let mut requests = Vec::new();
    for _ in 0..8 {
        let (body, reply) = connection.post_head(SINGLE, JSON).await;
        requests.push((body, tokio::spawn(reply)));
    }
    // Five of the eight are in work or held back, so three are refused.
    world.until_metric(r#"shikaku_requests_total{listener="terminal",outcome="SHK5001",route="/oqs/{id}"}"#, 3.0).await;
    // Another institution is served while none of the five can be.
    assert_eq!(outcome(Format::Json, &ask(&world, OTHER_CLINIC).await), answered());
    let (mut refusals, mut answers) = (0, 0);
    for (body, reply) in requests {
        // A request that was refused takes no body any more.
        if !reply.is_finished() {
            body.send(question(TEST_CLINIC)).await;
        }
        let reply = reply.await.unwrap().unwrap();
        if outcome(Format::Json, &reply) == answered() {
            answers += 1;
        } else {
            assert_eq!(outcome(Format::Json, &reply), refused(503, "SHK5001"));
            assert_eq!(reply.headers.get("retry-after").map(|value| value.to_str().unwrap()), Some("1"));
            refusals += 1;
        }
    }
    assert_eq!((answers, refusals), (5, 3), "nothing is lost");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_held_back_too_long_are_refused() {
    let limits =
        Limits { requests_at_once: 1, requests_in_common: 0, request: Duration::from_millis(300), ..Limits::default() };
    let world = world(limits).await;
    let mut connection = H2::connect(&world, TEST_CLINIC).await;
    let (_unsent, _first) = connection.post_head(SINGLE, JSON).await;
    let mut last = answered();
    for _ in 0..20 {
        // A question that comes to its turn before the first one is answered.
        last = outcome(Format::Json, &connection.post(SINGLE, JSON, question(TEST_CLINIC)).await.unwrap());
        if last != answered() {
            break;
        }
    }
    assert_eq!(last, refused(503, "SHK5001"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_has_only_its_share_of_connections() {
    let world = world(Limits { connections: 10, connections_of_institution: 2, ..Limits::default() }).await;
    let first = world.terminal(TEST_CLINIC).connect().await.unwrap();
    let mut second = world.terminal(TEST_CLINIC).connect().await.unwrap();
    world.until_metric("shikaku_connections", 2.0).await;
    // The handshake identifies the institution; then the server closes the connection.
    let asked = match world.terminal(TEST_CLINIC).connect().await {
        Ok(mut third) => third.ask("/oqs/OQSsiquc01", Format::Json, question(TEST_CLINIC)).await.is_ok(),
        Err(_) => false,
    };
    assert!(!asked, "a third connection was served");
    world.until_metric(r#"shikaku_connections_closed_total{reason="too_many_of_institution"}"#, 1.0).await;
    assert_eq!(outcome(Format::Json, &ask(&world, OTHER_CLINIC).await), answered());
    let reply = second.ask("/oqs/OQSsiquc01", Format::Json, question(TEST_CLINIC)).await.unwrap();
    assert_eq!(outcome(Format::Json, &reply), answered());
    drop(first);
    let mut again = None;
    for _ in 0..200 {
        if let Ok(mut connection) = world.terminal(TEST_CLINIC).connect().await {
            again = connection.ask("/oqs/OQSsiquc01", Format::Json, question(TEST_CLINIC)).await.ok();
        }
        if again.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(again.map(|reply| outcome(Format::Json, &reply)), Some(answered()), "a place became free");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lookups_of_a_third_all_succeed_while_two_flood() {
    const CONNECTIONS: usize = 8;
    const STREAMS: usize = 16;
    let world = world(Limits { waiting: 64, ..Limits::default() }).await;
    let (stop, flooded) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut flood = Vec::new();
    for institution in [OTHER_CLINIC, SHIFT_JIS_CLINIC] {
        for _ in 0..CONNECTIONS {
            let connection = H2::connect(&world, institution).await;
            for _ in 0..STREAMS {
                let (mut connection, stop, flooded) = (connection.clone(), stop.clone(), flooded.clone());
                flood.push(tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        connection.post(SINGLE, JSON, question(institution)).await.unwrap();
                        flooded.fetch_add(1, Ordering::Relaxed);
                    }
                }));
            }
        }
    }
    // The flood is under way before the third institution begins.
    while flooded.load(Ordering::Relaxed) < 500 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut third = world.terminal(TEST_CLINIC).connect().await.unwrap();
    for number in 0..40 {
        let reply = third.ask("/oqs/OQSsiquc01", Format::Json, question(TEST_CLINIC)).await.unwrap();
        assert_eq!(outcome(Format::Json, &reply), answered(), "lookup {number}");
    }
    stop.store(true, Ordering::Relaxed);
    for task in flood {
        task.await.unwrap();
    }
    world.stop().await;
}

#[tokio::test]
async fn an_institution_that_finds_nobody_too_often_is_slowed_whatever_it_asks() {
    let world = world(Limits { misses: 5, ..Limits::default() }).await;
    let mut connection = world.terminal(TEST_CLINIC).connect().await.unwrap();
    let mut post = async |body| connection.ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap();
    for _ in 0..20 {
        assert_eq!(validity(&post(question(TEST_CLINIC)).await).as_deref(), Some("1"), "hits cost nothing");
    }
    for number in 0..5 {
        assert_eq!(validity(&post(wrong_number(TEST_CLINIC, number)).await).as_deref(), Some("4"));
    }
    for body in [wrong_number(TEST_CLINIC, 5), question(TEST_CLINIC)] {
        let reply = post(body).await;
        assert_eq!(outcome(Format::Json, &reply), refused(429, "SHK7005"), "hits and misses alike");
        // Five an hour are one in 720 seconds.
        let again: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((700..=720).contains(&again), "{again}");
    }
    assert_eq!(validity(&ask(&world, OTHER_CLINIC).await).as_deref(), Some("1"), "others are not slowed");
    assert!((world.metric(r#"shikaku_misses_total{result="told"}"#).await - 5.0).abs() < 0.5);
    assert!((world.metric(r#"shikaku_misses_total{result="refused"}"#).await - 2.0).abs() < 0.5);
    // A refused question gets no data, and so has no record: 20 hits, 5 misses, 1 of the other institution.
    assert_eq!(world.database.count("select count(*) from access_log").await, 26);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn misses_of_files_count_too() {
    let world = world(Limits { misses: 5, ..Limits::default() }).await;
    let mut clinic = Clinic::of(&world).await;
    // People who are found are not limited.
    let found = ["kyokai-insured-tokyo"; 30];
    let number = clinic.upload(&found).await;
    clinic.result(&number).await;
    let unknown = crate::support::fixtures().people.iter().find(|person| person.expect.validity == "4").unwrap();
    let number = clinic.upload(&[unknown.person.fixture_id.as_str(); 6]).await;
    clinic.result(&number).await;
    // The answers stand, but the next file and the next question must wait.
    let file = file_of(&found, TEST_CLINIC, "NEXT", Format::Json);
    let reply = clinic.post("OQSmuquc01", Format::Json, file).await;
    assert_eq!(outcome(Format::Json, &reply), refused(429, "SHK7005"));
    let again: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    // Six of five are used, so two must come back: 2 × 720 s.
    assert!((1400..=1440).contains(&again), "{again}");
    let reply = ask(&world, TEST_CLINIC).await;
    assert_eq!(outcome(Format::Json, &reply), refused(429, "SHK7005"));
    // Earlier results can be fetched.
    let fetched = timeout(Duration::from_secs(30), clinic.fetch(&number)).await.unwrap();
    assert_eq!(outcome(Format::Json, &fetched), answered());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_is_begun_again_misses_nobody_twice() {
    let limits = Limits { misses: 5, ..Limits::default() };
    let world = World::with(Wishes { limits, clock: Some(Clock::system()), ..Wishes::default() }).await;
    // The log cannot be written at the first try. A sequence counts the tries, because a rollback does not undo it.
    world
        .database
        .execute(
            "create sequence tries;
             create function fail_once() returns trigger language plpgsql as $$
             begin if nextval('tries') = 1 then raise exception 'once'; end if; return new; end $$;
             create trigger fail_once before insert on access_log for each statement execute function fail_once()",
        )
        .await;
    let mut clinic = Clinic::of(&world).await;
    let unknown = crate::support::fixtures().people.iter().find(|person| person.expect.validity == "4").unwrap();
    let number = clinic.upload(&[unknown.person.fixture_id.as_str(); 3]).await;
    clinic.result(&number).await;
    assert_eq!(world.database.count("select retries::bigint from batch").await, 1);
    assert!((world.metric(r#"shikaku_misses_total{result="told"}"#).await - 3.0).abs() < 0.5);
    // Three of five misses are used.
    assert_eq!(outcome(Format::Json, &ask(&world, TEST_CLINIC).await), answered());
    world.stop().await;
}

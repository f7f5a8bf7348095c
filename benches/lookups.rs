//! Compares lookups by マイナンバーカード with lookups by the numbers on the insured person's card: `cargo bench --bench lookups`. Both
//! run over mutual TLS, and PostgreSQL waits for the disk. Client, server and PostgreSQL share the machine.
//!
//! A round asks equally many questions of each kind, one kind after the other: by the insured person's card; challenges; by
//! マイナンバーカード. The signatures of the cards are made between the last two and not counted, because real cards sign by themselves.
//! `ROUNDS=7` makes it shorter.

mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use jiff::civil::date;
use server::{Server, show};
use shikaku::config::Limits;
use shikaku::domain::{AnswerCharset, Consent, HolderVerification, TreatmentKind};
use shikaku::pki::VirtualCard;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use shikaku::wire::message::by_certificate::NewRequest;
use uuid::Uuid;

/// Concurrent connections, questions of each kind per round, and rounds.
const CONNECTIONS: usize = 64;
const QUESTIONS: usize = 4096;
const ROUNDS: usize = 21;

const INSTITUTION: &str = "1310012344";

fn main() {
    server::run(benchmark());
}

async fn benchmark() {
    let server = Server::start(Limits::default(), async |_| {}).await;
    let (fixtures, files) = (&server.fixtures, &server.files);
    let terminal = server.terminal(&fixtures.institutions[0].institution.code);

    // People who have a valid RSA card are asked about in both ways.
    let people: Vec<_> = fixtures
        .cards
        .iter()
        .filter(|card| card.is_in_use() && card.expect.validity.as_deref() == Some("1") && card.ask.holder.signs())
        .filter_map(|card| Some((fixtures.person(&card.person)?.ask.clone(), VirtualCard::open(files, &card.name).unwrap())))
        .filter(|(_, card)| card.sign(&[0]).unwrap().len() == 256)
        .map(Arc::new)
        .collect();
    let number = std::env::var("ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    println!("{} people, {CONNECTIONS} connections, {QUESTIONS} questions of a kind, {number} rounds", people.len());
    let mut rounds = Vec::new();
    for round in 0..=number {
        let by_card = by_card(&terminal, &people).await;
        let (asking, shown) = challenges(&terminal, &people).await;
        let looking_up = by_certificate(&terminal, shown).await;
        // The first round warms up and is not counted.
        if round > 0 {
            rounds.push((by_card, asking, looking_up));
        }
    }
    server.app.stop().await;
    report(&rounds);
}

type Person = Arc<(shikaku::fixtures::Ask, VirtualCard)>;

fn message_by_card(person: &Person) -> Vec<u8> {
    person.0.request(INSTITUTION).write(Format::Json, AnswerCharset::Utf8)
}

/// Sends all messages over concurrent connections; returns the bodies in no order, and the time taken.
async fn send(
    terminal: &Terminal,
    path: &'static str,
    messages: Vec<Vec<u8>>,
    wanted: &'static str,
) -> (Duration, Vec<Vec<u8>>) {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(terminal.connect().await.unwrap());
    }
    let shares: Vec<Vec<Vec<u8>>> = messages.chunks(QUESTIONS / CONNECTIONS).map(<[Vec<u8>]>::to_vec).collect();
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .zip(shares)
        .map(|(mut connection, share)| {
            tokio::spawn(async move {
                let mut bodies = Vec::with_capacity(share.len());
                for message in share {
                    let reply = connection.post(path, "application/json", &[], message).await.unwrap();
                    let text = String::from_utf8_lossy(&reply.body);
                    assert!(text.contains(wanted), "{path}: {} {text}", reply.status);
                    bodies.push(reply.body.to_vec());
                }
                bodies
            })
        })
        .collect();
    let mut bodies = Vec::with_capacity(QUESTIONS);
    for task in tasks {
        bodies.extend(task.await.unwrap());
    }
    (begun.elapsed(), bodies)
}

async fn by_card(terminal: &Terminal, people: &[Person]) -> Duration {
    let messages = people.iter().cycle().take(QUESTIONS).map(message_by_card).collect();
    send(terminal, "/oqs/OQSsiquc01", messages, "\"QualificationValidity\":\"1\"").await.0
}

/// Gets the challenges; returns the time taken, and the messages with the cards' signatures.
async fn challenges(terminal: &Terminal, people: &[Person]) -> (Duration, Vec<Vec<u8>>) {
    let (took, bodies) = send(terminal, "/card/challenges", vec![b"{}".to_vec(); QUESTIONS], "Nonce").await;
    let halves: Vec<Vec<(Vec<u8>, Person)>> = bodies
        .into_iter()
        .zip(people.iter().cycle().cloned())
        .collect::<Vec<_>>()
        .chunks(QUESTIONS / 2)
        .map(<[(Vec<u8>, Person)]>::to_vec)
        .collect();
    let signing: Vec<_> = halves
        .into_iter()
        .map(|half| {
            tokio::task::spawn_blocking(move || half.iter().map(|(body, person)| signed(body, person)).collect::<Vec<_>>())
        })
        .collect();
    let mut messages = Vec::new();
    for half in signing {
        messages.extend(half.await.unwrap());
    }
    (took, messages)
}

fn signed(challenge: &[u8], person: &Person) -> Vec<u8> {
    let challenge: serde_json::Value = serde_json::from_slice(challenge).unwrap();
    let nonce = BASE64.decode(challenge["Nonce"].as_str().unwrap().as_bytes()).unwrap();
    let id: Uuid = challenge["ChallengeId"].as_str().unwrap().parse().unwrap();
    let signature = person.1.sign(&nonce).unwrap();
    NewRequest {
        institution: INSTITUTION,
        file_identifier: None,
        check_on: date(2026, 11, 22),
        certificate: person.1.certificate(),
        holder: HolderVerification::Pin,
        challenge: id,
        signature: Some(&signature),
        treatment: TreatmentKind::Outpatient,
        consents: [Consent::Limit, Consent::Drug, Consent::Checkup].into_iter().collect(),
    }
    .write(Format::Json, AnswerCharset::Utf8)
}

async fn by_certificate(terminal: &Terminal, messages: Vec<Vec<u8>>) -> Duration {
    send(terminal, "/card/lookups", messages, "\"QualificationValidity\":\"1\"").await.0
}

fn report(rounds: &[(Duration, Duration, Duration)]) {
    let per_second = |time: Duration| QUESTIONS as f64 / time.as_secs_f64();
    let each = |value: fn(&(Duration, Duration, Duration)) -> f64| rounds.iter().map(value).collect::<Vec<_>>();
    show("by insured-person's card, a second", 0, rounds.iter().map(|round| per_second(round.0)).collect());
    show("challenges, a second", 0, rounds.iter().map(|round| per_second(round.1)).collect());
    show("by card, a second", 0, rounds.iter().map(|round| per_second(round.2)).collect());
    show("lookup by card / by insured-person's card", 2, each(|round| round.0.as_secs_f64() / round.2.as_secs_f64()));
    let whole = each(|round| round.0.as_secs_f64() / (round.1 + round.2).as_secs_f64());
    show("challenge and lookup / by insured-person's card", 2, whole);
}

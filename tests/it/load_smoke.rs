//! A bounded load: every answer is right, every record is there, and batches hold more than one question.

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::{TEST_CLINIC, World, fixtures, message, parse, text_of};

const CLIENTS: usize = 32;
const QUESTIONS: usize = 120;

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_clinics_at_once() {
    let world = World::start().await;
    let terminal = world.terminal(TEST_CLINIC);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let terminal = terminal.clone();
            tokio::spawn(async move {
                let mut connection = terminal.connect().await.unwrap();
                for person in fixtures().people.iter().cycle().skip(client * 3).take(QUESTIONS) {
                    let body = message(&person.ask, TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
                    let reply = connection.ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap();
                    let answer = parse(Format::Json, &reply.body);
                    let id = &person.person.fixture_id;
                    assert_eq!(text_of(&answer, "QualificationValidity"), Some(person.expect.validity.clone()), "{id}");
                    let name = person.expect.record.get("Name");
                    assert_eq!(text_of(&answer, "Name").as_ref(), name, "{id}");
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let asked = CLIENTS * QUESTIONS;
    let recorded = world.database.count("select count(distinct request_id) from access_log").await;
    assert_eq!(recorded, i64::try_from(asked).unwrap());
    let statements = world.metric("shikaku_database_batch_count{statement=\"facts_by_card\"}").await;
    let questions = world.metric("shikaku_database_batch_sum{statement=\"facts_by_card\"}").await;
    assert!(questions > statements, "{questions} questions took {statements} statements: nothing was batched");
    world.stop().await;
}

//! Every answer has its record in the access log; if the record cannot be written, nothing is answered.

use std::time::Duration;

use sqlx::Executor;

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::card::{Reader, Shown, card};
use crate::support::world::fixed_now;
use crate::support::{SHIFT_JIS_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, refused};

#[tokio::test]
async fn a_record_says_who_asked_about_whom_and_what_was_shown() {
    let world = World::start().await;
    let reply = world.ask(&ask_of("elderly-2wari-tokyo"), Format::Xml).await;
    let request_id = reply.headers["x-request-id"].to_str().unwrap().to_owned();
    let row: (String, Vec<u8>, String, String, i16, i16, bool, Option<String>, i16) = sqlx::query_as(
        "select log.institution_code, log.terminal_serial, log.answered_at::text, log.check_on::text, log.outcome, log.shown,
                log.limit_consent, person.fixture_id, log.path
           from access_log log left join person on person.id = log.person_id where log.request_id::text = $1",
    )
    .bind(&request_id)
    .fetch_one(&mut world.database.connect().await)
    .await
    .unwrap();
    assert_eq!(row.0, TEST_CLINIC);
    assert_eq!(row.1, serial_of(&world));
    assert_eq!(row.2, "2026-11-22 00:30:15+00");
    assert_eq!(row.3, "2026-11-22");
    // Valid; record 1 + address 2 + limit certificate 4 + ratio 16 = 23: no elderly certificate.
    assert_eq!((row.4, row.5, row.6, row.7.as_deref(), row.8), (1, 23, true, Some("elderly-2wari-tokyo"), 1));
    world.stop().await;
}

fn serial_of(world: &World) -> Vec<u8> {
    let (certificate, _) = world.identity(TEST_CLINIC);
    let text = std::fs::read(certificate).unwrap();
    let (_, pem) = x509_parser::pem::parse_x509_pem(&text).unwrap();
    pem.parse_x509().unwrap().raw_serial().to_vec()
}

#[tokio::test]
async fn what_was_not_shown_is_not_recorded_as_shown() {
    let world = World::start().await;
    for (person, outcome, shown) in [
        // No consent: record and address only.
        ("kumiai-no-consent", 1, 3),
        // Lost: record and address, nothing that decides the payment.
        ("job-change-old-card", 3, 3),
        ("registration-lag", 4, 0),
        ("twins-without-branch", 5, 0),
    ] {
        let reply = world.ask(&ask_of(person), Format::Json).await;
        let id = reply.headers["x-request-id"].to_str().unwrap().to_owned();
        let row: (i16, i16, bool) =
            sqlx::query_as("select outcome, shown, person_id is null from access_log where request_id::text = $1")
                .bind(id)
                .fetch_one(&mut world.database.connect().await)
                .await
                .unwrap();
        assert_eq!(row, (outcome, shown, shown == 0), "{person}");
    }
    world.stop().await;
}

#[tokio::test]
async fn equal_questions_have_equal_hashes_and_nothing_readable() {
    let world = World::start().await;
    let ask = ask_of("full-width-symbol");
    world.ask(&ask, Format::Xml).await;
    // The same card from another institution, with its number in full-width digits.
    let mut other = ask.clone();
    other.number = other.number.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let body = message(&other, SHIFT_JIS_CLINIC, Format::Xml, AnswerCharset::ShiftJis);
    let mut connection = world.terminal(SHIFT_JIS_CLINIC).connect().await.unwrap();
    let reply = connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(reply.status, 200);
    world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(world.database.count("select count(*) from access_log").await, 3);
    assert_eq!(world.database.count("select count(distinct key_hash) from access_log").await, 2);
    world.stop().await;
}

#[tokio::test]
async fn when_the_log_cannot_be_written_nothing_is_answered() {
    let world = World::start().await;
    let ask = ask_of("kyokai-insured-tokyo");
    let mut database = world.database.connect().await;
    database.execute("alter table access_log rename to access_log_gone").await.unwrap();
    let reply = world.ask(&ask, Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), refused(503, "SHK5003"));
    assert_eq!(reply.headers["retry-after"], "1");
    assert!(!String::from_utf8_lossy(&reply.body).contains("ResultList"));
    assert_eq!(world.database.count("select count(*) from access_log_gone").await, 0);
    database.execute("alter table access_log_gone rename to access_log").await.unwrap();
    let reply = world.ask(&ask, Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    assert_eq!(world.database.count("select count(*) from access_log").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn when_what_goes_with_a_record_cannot_be_written_there_is_no_record_and_no_answer() {
    let world = World::start().await;
    let mut database = world.database.connect().await;
    let mut reader = Reader::of(&world).await;
    for table in ["consent", "limit_seen"] {
        let rename = |from: &str, to: &str| sqlx::AssertSqlSafe(format!("alter table {from} rename to {to}"));
        database.execute(rename(table, "gone")).await.unwrap();
        let shown = Shown::signing(&card(&world, "kyokai-insured-tokyo"), &reader.challenge().await);
        assert_eq!(outcome(Format::Json, &reader.show(&shown).await), refused(503, "SHK5003"), "{table}");
        database.execute(rename("gone", table)).await.unwrap();
    }
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    let shown = Shown::signing(&card(&world, "kyokai-insured-tokyo"), &reader.challenge().await);
    assert_eq!(outcome(Format::Json, &reader.show(&shown).await), answered());
    let together = "select count(*) from access_log join consent on consent.log_id = access_log.id
                      join limit_seen on limit_seen.log_id = access_log.id and limit_seen.request_id = access_log.request_id";
    assert_eq!(world.database.count(together).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn lost_database_connections_are_made_anew() {
    let world = World::start().await;
    let ask = ask_of("kyokai-insured-tokyo");
    for _ in 0..3 {
        let reply = world.ask(&ask, Format::Xml).await;
        assert_eq!(outcome(Format::Xml, &reply), answered());
        world
            .database
            .count("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
            .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(world.database.count("select count(*) from access_log").await, 3);
    world.stop().await;
}

#[tokio::test]
async fn a_change_of_the_registry_counts_for_the_next_question() {
    let world = World::start().await;
    let ask = ask_of("kyokai-insured-tokyo");
    let mut database = world.database.connect().await;
    database.execute("delete from coverage").await.unwrap();
    let reply = world.ask(&ask, Format::Json).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("\"QualificationValidity\":\"4\""));
    let store = world.database.store().await;
    crate::support::fixtures().load(&store, &world.pki, fixed_now(), false).await.unwrap();
    let reply = world.ask(&ask, Format::Json).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("\"QualificationValidity\":\"1\""));
    // The server notices a closed institution without a restart.
    database.execute("update institution set active_through = '2026-11-21' where code = '1310012344'").await.unwrap();
    database.execute("notify shikaku_reference_changed").await.unwrap();
    let mut last = answered();
    for _ in 0..200 {
        last = outcome(Format::Xml, &world.ask(&ask, Format::Xml).await);
        if last == refused(403, "SHK3003") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(last, refused(403, "SHK3003"));
    world.stop().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_spoils_its_own_question_only() {
    let world = World::start().await;
    let (spoiled, sound) = (ask_of("kyokai-insured-tokyo"), ask_of("elderly-2wari-tokyo"));
    sqlx::query("update coverage set post_number = 'nowhere' where search_key like '%' || $1")
        .bind(&spoiled.number)
        .execute(&mut world.database.connect().await)
        .await
        .unwrap();
    for _ in 0..5 {
        let (bad, good) = tokio::join!(world.ask(&spoiled, Format::Xml), world.ask(&sound, Format::Xml));
        assert_eq!(outcome(Format::Xml, &bad), refused(500, "SHK5006"));
        assert_eq!(outcome(Format::Xml, &good), answered());
    }
    world.stop().await;
}

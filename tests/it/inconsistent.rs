//! An illegal stored row is a fault of its person, and of nobody else who is asked about at the same time.

use shikaku::domain::{AnswerCharset, CardQuery, Consent, InstitutionCode, TreatmentKind};
use shikaku::store::{StoreError, by_card, by_person};
use shikaku::terminal::{Reply, Terminal};
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, file_of, json_file, outcomes, parse};
use crate::support::card::{Reader, Shown, card};
use crate::support::database::TestDatabase;
use crate::support::world::shared_pki;
use crate::support::{Program, TEST_CLINIC, World, ask_of, fixtures, message, outcome, process, refused};

const GOOD: &str = "kyokai-insured-tokyo";
/// A person whose certificate ends before it begins: the domain refuses it.
const REVERSED: &str = "elderly-2wari-tokyo";
/// A person whose card was issued on a day that no calendar has: the driver cannot even read it.
const ENDLESS: &str = "kumiai-dialysis";

const SPOIL: &str = "
    update coverage set ratios = array[row('2026-08-01', '2026-07-31', 1)::dated_ratio]
     where person_id = (select id from person where fixture_id = 'elderly-2wari-tokyo');
    update coverage set card_issued_on = 'infinity'
     where person_id = (select id from person where fixture_id = 'kumiai-dialysis')";

/// Acts as a damaged page does in PostgreSQL: every statement that meets the row of `ENDLESS` fails.
const UNREADABLE: &str = "
    do $$ declare columns text;
    begin
        select string_agg(case column_name
                          when 'name' then
                              'case when person_id = (select id from person where fixture_id = ''kumiai-dialysis'')
                                    then (1 / (id - id))::text else name end as name'
                          else column_name::text end, ', ' order by ordinal_position)
          into columns
          from information_schema.columns where table_name = 'coverage';
        alter table coverage rename to readable;
        execute 'create view coverage as select ' || columns || ' from readable';
    end $$";

fn query(id: &str) -> (Option<InstitutionCode>, CardQuery) {
    let ask = ask_of(id);
    let coverage = &fixtures().person(id).unwrap().person.coverages[0];
    let query = CardQuery {
        key: coverage.key.clone(),
        birth_on: coverage.identity.birth_on,
        check_on: ask.check_on,
        limit_consent: true,
    };
    (Some(InstitutionCode::parse(TEST_CLINIC).unwrap()), query)
}

#[tokio::test]
async fn in_a_batch_of_questions_each_has_its_own_fault() {
    let database = TestDatabase::new().await;
    database.execute(SPOIL).await;
    let mut connection = database.connect().await;
    let asked = [GOOD, ENDLESS, GOOD, REVERSED, GOOD, GOOD, ENDLESS].map(query);
    let answers = by_card::facts(&mut connection, &asked).await.unwrap();
    let good: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(good, [true, false, true, false, true, true, false]);
    assert!(answers[5].as_ref().is_ok_and(|people| people.len() == 1));
    // The error names table, column and row, for the log.
    let row = |fixture: &'static str| {
        let sql =
            format!("select coverage.id from coverage join person on person.id = person_id where fixture_id = '{fixture}'");
        let mut connection = database.options();
        async move {
            use sqlx::ConnectOptions;
            connection = connection.disable_statement_logging();
            let id: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_one(&mut connection.connect().await.unwrap())
                .await
                .unwrap();
            id.to_string()
        }
    };
    // 交付年月日 of the card is the tenth column that facts are read from.
    for (place, fixture, column) in [(1, ENDLESS, "10 of the result"), (3, REVERSED, "ratios")] {
        let Err(StoreError::Inconsistent { table: "coverage", column: found, row: Some(id) }) = &answers[place] else {
            panic!("{:?}", answers[place].as_ref().err());
        };
        assert_eq!(found, column);
        assert_eq!(*id, row(fixture).await);
    }
    // The same by person.
    let people = [GOOD, ENDLESS, REVERSED].map(|id| id.to_owned());
    let ids: Vec<i64> = sqlx::query_scalar("select id from unnest($1::text[]) with ordinality as asked (name, place) join person on fixture_id = name order by place")
        .bind(people.to_vec()).fetch_all(&mut connection).await.unwrap();
    let ids: Vec<_> = ids.into_iter().map(shikaku::domain::PersonId).collect();
    let answers = by_person::facts(&mut connection, InstitutionCode::parse(TEST_CLINIC).unwrap(), &ids).await.unwrap();
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false]);
    drop(connection);
    database.drop().await;
}

/// Asks a server program about a person, from a terminal of the usual clinic.
async fn ask(server: &Program, id: &str) -> Reply {
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let pki = shared_pki();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let body = message(&ask_of(id), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    terminal.connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_is_told_of_an_inconsistency_and_the_log_of_statement_and_row() {
    let database = TestDatabase::new().await;
    database.execute(SPOIL).await;
    // Illegal rows of insurers and institutions do not keep the server from starting.
    database
        .execute(
            "insert into institution (code, name, charset, active_from) values ('1310012344', 'x', 0, '2021-10-20')
                 on conflict on constraint institution_pkey do nothing;
             insert into institution (code, name, charset, active_from) values ('9999999999', 'x', 0, '2021-10-20');
             update institution set active_through = 'infinity' where code = '2710034568';
             insert into insurer (number, name) values ('99999999', 'x')",
        )
        .await;
    let server = Program::serve(&database.url(), shared_pki().root(), &[]);
    let asked = futures_util::future::join_all([GOOD, REVERSED, GOOD, ENDLESS, GOOD].map(|id| ask(&server, id))).await;
    let statuses: Vec<u16> = asked.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses, [200, 500, 200, 500, 200]);
    assert_eq!(outcome(Format::Xml, &asked[1]), refused(500, "SHK5006"));
    assert_eq!(outcome(Format::Xml, &asked[3]), refused(500, "SHK5006"));
    assert!(!asked[1].headers.contains_key("retry-after"), "another try comes to the same");
    // Operators get the same error.
    for (method, path, body) in [
        ("GET", format!("/api/people/{REVERSED}"), String::new()),
        ("GET", format!("/api/people/{ENDLESS}"), String::new()),
        ("POST", "/api/explain".to_owned(), format!(r#"{{"person":"{ENDLESS}","check_on":"2026-11-22"}}"#)),
    ] {
        let headers = [("content-type", "application/json")];
        let (status, text, _) = process::http(&server.operator_addr, method, &path, &headers, &body).await;
        assert_eq!(status, 500, "{path}: {text}");
        assert!(text.contains("SHK5006"), "{text}");
    }
    let (status, _, _) = process::http(&server.operator_addr, "GET", &format!("/api/people/{GOOD}"), &[], "").await;
    assert_eq!(status, 200);
    server.until_logged("insurer, column number, row 99999999").await;
    let log = server.log();
    assert!(log.contains("facts_by_card") && log.contains("column ratios, row "), "{log}");
    assert!(log.contains("institution, column active_through, row 2710034568"), "{log}");
    assert!(log.contains("insurer, column number, row 99999999"), "{log}");
    // The log holds nothing about the people.
    let name = fixtures().person(REVERSED).unwrap().person.coverages[0].identity.name.as_str();
    assert!(!log.contains(name) && !log.contains(&ask_of(REVERSED).number), "{log}");
    // The failed questions have no record, because nothing was shown.
    assert_eq!(database.count("select count(*) from access_log").await, 3);
    drop(server);
    database.drop().await;
}

async fn consent_to_visits(world: &World, name: &str) {
    let mut reader = Reader::of(world).await;
    let challenge = reader.challenge_for("2").await;
    let shown = Shown {
        treatment: TreatmentKind::Visit,
        consents: [Consent::Limit].into_iter().collect(),
        ..Shown::signing(&card(world, name), &challenge)
    };
    assert_eq!(reader.show(&shown).await.status, 200, "{name}");
}

fn spoiled() -> (String, Option<String>, Option<String>) {
    ("2".to_owned(), Some("SHK7202".to_owned()), None)
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_file_that_person_is_spoiled_and_the_others_are_answered() {
    let world = World::start().await;
    // Both people consented before their rows were spoilt.
    for name in [ENDLESS, GOOD] {
        consent_to_visits(&world, name).await;
    }
    world.database.execute(SPOIL).await;
    world.database.execute("update coverage set card_issued_on = 'infinity' where number = '0010116'").await;
    let before = world.metric("shikaku_access_log_records_total{result=\"written\"}").await;
    let mut clinic = Clinic::of(&world).await;
    for format in [Format::Json, Format::Xml] {
        let file = file_of(&[GOOD, REVERSED, ENDLESS, GOOD], TEST_CLINIC, "FILE", format);
        let number = clinic.upload_as("OQSmuquc01", format, file).await;
        let result = parse(format, &clinic.result_as("OQSmuquc02", format, &number).await.body);
        let good = ("1".to_owned(), None, Some("1".to_owned()));
        assert_eq!(outcomes(&result), [good.clone(), spoiled(), spoiled(), good]);
    }
    // All eight people have a record, also in the count; four of them could not be answered.
    assert_eq!(
        world.database.count("select count(*) from access_log where path = 3 and outcome = 8 and person_id is null").await,
        4
    );
    let after = world.metric("shikaku_access_log_records_total{result=\"written\"}").await;
    assert!((after - before - 8.0).abs() < 0.5, "{before} {after}");

    let header = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"BAD""#;
    let info = r#""QualificationConfirmSearchInfo":{"ConsentDateFrom":"20261122","ConsentDateTo":"20261122","MedicalTreatmentFlag":"2"}"#;
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, json_file(header, info)).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmuhvq02", Format::Json, &number).await.body);
    let mut found = outcomes(&result);
    found.sort();
    assert_eq!(found, [("1".to_owned(), None, Some("1".to_owned())), spoiled()]);

    let info = r#""QualificationConfirmSearchInfo":{"MedicalTreatmentMonth":"202611"}"#;
    let number = clinic.upload_as("OQSmutic01", Format::Json, json_file(header, info)).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
    let found = outcomes(&result);
    assert_eq!((found.len(), found.iter().filter(|one| **one == spoiled()).count()), (4, 1));
    let count = "select count(*) from access_log where path in (4, 6) and outcome = 8 and person_id is not null";
    assert_eq!(world.database.count(count).await, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_fails_the_statement_is_a_fault_of_one_person_too() {
    let world = World::start().await;
    for name in [ENDLESS, GOOD] {
        consent_to_visits(&world, name).await;
    }
    world.database.execute(UNREADABLE).await;
    let reply = world.ask(&ask_of(ENDLESS), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), refused(500, "SHK5006"));
    let mut clinic = Clinic::of(&world).await;
    let good = ("1".to_owned(), None, Some("1".to_owned()));
    let number = clinic.upload(&[GOOD, ENDLESS, GOOD, GOOD]).await;
    let result = clinic.result(&number).await;
    assert_eq!(outcomes(&result), [good.clone(), spoiled(), good.clone(), good.clone()]);
    let header = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"BAD""#;
    let info = r#""QualificationConfirmSearchInfo":{"ConsentDateFrom":"20261122","ConsentDateTo":"20261122","MedicalTreatmentFlag":"2"}"#;
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, json_file(header, info)).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmuhvq02", Format::Json, &number).await.body);
    let mut found = outcomes(&result);
    found.sort();
    assert_eq!(found, [good, spoiled()]);
    // It succeeds at the first try, with a record for each person.
    assert_eq!(world.database.count("select coalesce(sum(retries), 0) from batch").await, 0);
    assert_eq!(world.database.count("select count(*) from access_log where path in (3, 4)").await, 6);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_legal_itself_is_given_up_and_others_are_worked_on() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    // The file is spoilt when it is inserted, so no worker ever sees it legal.
    world.database.execute("create function spoil() returns trigger language plpgsql as $$ begin new.check_on := null; return new; end $$;
        create trigger spoil before insert on batch for each row when (new.file_identifier = 'BAD') execute function spoil()").await;
    let bad = clinic.upload_as("OQSmuquc01", Format::Json, file_of(&[GOOD], TEST_CLINIC, "BAD", Format::Json)).await;
    let good = clinic.upload_as("OQSmuquc01", Format::Json, file_of(&[GOOD], TEST_CLINIC, "GOOD", Format::Json)).await;
    assert_eq!(outcomes(&clinic.result(&good).await).len(), 1);
    for _ in 0..500 {
        if world.database.count("select count(*) from batch where state = 3 and failure = 1").await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let open = "select count(*) from batch_slice where state = 1";
    assert_eq!(
        (world.database.count("select count(*) from batch where state = 3").await, world.database.count(open).await),
        (1, 0)
    );
    let reply = clinic.fetch(&bad).await;
    assert_eq!(outcome(Format::Json, &reply), refused(500, "SHK5006"), "{}", String::from_utf8_lossy(&reply.body));
    world.stop().await;
}

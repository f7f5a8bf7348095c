//! Migrations of databases that are in use.

use std::time::{Duration, Instant};

use shikaku::store::StoreError;
use shikaku::store::migrate::{self, Patience};
use sqlx::Executor;
use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::PgConnection;

use futures_util::StreamExt;
use shikaku::domain::{CardFacts, CardKey, CardNumber, CardQuery, CardSymbol, InstitutionCode, InsurerNumber, PersonFacts};
use shikaku::pki::IssuedCard;
use shikaku::store::by_card;
use shikaku::store::by_certificate::{self, PresentedCard};
use sqlx::Connection;
use unicode_normalization::UnicodeNormalization;

use crate::support::database::TestDatabase;
use crate::support::registry;
use crate::support::world::{fixed_now, shared_pki};
use crate::support::{TEST_CLINIC, fixtures, root, scratch};

/// Makes a database with the first `count` migrations.
async fn at(count: usize) -> (TestDatabase, PgConnection) {
    let database = TestDatabase::empty().await;
    let earlier = scratch("migrations");
    let files = std::fs::read_dir(root().join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    for file in &files[..count] {
        std::fs::copy(file, earlier.join(file.file_name().unwrap())).unwrap();
    }
    let mut connection = database.connect().await;
    Migrator::new(earlier.as_path()).await.unwrap().run(&mut connection).await.unwrap();
    (database, connection)
}

/// Makes a database with the migrations before the one of a number.
async fn before(number: &str) -> (TestDatabase, PgConnection) {
    let files = std::fs::read_dir(root().join("migrations")).unwrap().map(|entry| entry.unwrap().file_name());
    at(files.filter(|name| name.to_str().is_some_and(|name| name.ends_with(".sql") && name < number)).count()).await
}

#[tokio::test]
async fn the_card_path_comes_to_a_database_that_has_records() {
    let (database, mut connection) = at(2).await;
    connection
        .execute(
            "insert into institution (code, name, charset, active_from) values ('1310012344', 'x', 0, '2021-10-20');
             insert into access_log
                  ( request_id, answered_at, institution_code, terminal_serial, path, check_on, key_hash, outcome, shown
                  , limit_consent )
             values ( gen_random_uuid(), '2026-11-22T00:30:15Z', '1310012344', '\\x01', 1, '2026-11-22', decode(repeat('00', 32), 'hex')
                    , 4, 0, false )",
        )
        .await
        .unwrap();
    let store = database.store().await;
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
    assert_eq!(database.count("select count(*) from access_log where path = 1 and consents is null").await, 1);
    assert_eq!(database.count("select count(*) from institution where not visual_check").await, 1);
    // The new rules refuse a record without a holder's verification.
    let without_holder = "insert into access_log
             ( request_id, answered_at, institution_code, terminal_serial, path, check_on, key_hash, outcome, shown, limit_consent )
        select gen_random_uuid(), answered_at, institution_code, terminal_serial, 2, check_on, key_hash, outcome, shown, limit_consent
          from access_log";
    let error = connection.execute(without_holder).await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some("access_log_card_whole"));
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn institutions_that_are_there_get_the_usual_forms_of_answers() {
    let (database, mut connection) = at(9).await;
    let insert = "insert into institution (code, name, charset, active_from) values ('1310012344', 'x', 0, '2021-10-20')";
    connection.execute(insert).await.unwrap();
    let store = database.store().await;
    store.migrate().await.unwrap();
    assert_eq!(database.count("select count(*) from institution where result_lists = 0 and disease_list = 0").await, 1);
    for (unknown, constraint) in [
        ("update institution set result_lists = 2", "institution_result_lists_known"),
        ("update institution set disease_list = 2", "institution_disease_list_known"),
    ] {
        let error = connection.execute(unknown).await.unwrap_err();
        assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some(constraint));
    }
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn coverages_that_are_there_learn_whether_they_are_the_only_one_and_of_protection() {
    let (database, mut connection) = at(5).await;
    connection
        .execute(
            "insert into insurer (number, name) values ('06132013', 'x');
             insert into person (fixture_id, about, address_withheld, self_information_blocked)
             values ('alone', null, true, false), ('twice', null, false, true);
             insert into coverage
                  (person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, number, name)
             select id, date '2020-04-01' + other, '1980-01-01', 1, 1, 'k', '06132013', '1', 'x'
               from person, generate_series(0, 1) as other
              where fixture_id = 'twice' or other = 0",
        )
        .await
        .unwrap();
    let store = database.store().await;
    store.migrate().await.unwrap();
    let alone = "select count(*) from coverage join person on person.id = person_id
                  where fixture_id = 'alone' and sole and coverage.address_withheld and not coverage.self_information_blocked";
    let twice = "select count(*) from coverage join person on person.id = person_id
                  where fixture_id = 'twice' and not sole and not coverage.address_withheld and coverage.self_information_blocked";
    assert_eq!((database.count(alone).await, database.count(twice).await), (1, 2));
    // The flags follow the person's, whichever program writes.
    connection.execute("update person set self_information_blocked = true where fixture_id = 'alone'").await.unwrap();
    let alone = "select count(*) from coverage join person on person.id = person_id
                  where fixture_id = 'alone' and coverage.address_withheld and coverage.self_information_blocked";
    assert_eq!(database.count(alone).await, 1);
    let other_flags = "insert into coverage
             (person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, number, name, address_withheld)
        select id, '2025-04-01', '1980-01-01', 1, 1, 'k', '06132013', '1', 'x', true from person where fixture_id = 'twice'";
    let error = connection.execute(other_flags).await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some("coverage_person_fkey"));
    store.pool().close().await;
    database.drop().await;
}

/// Returns the search form that a part of the card had before migration 12.
fn earlier_form(text: &str) -> String {
    text.nfkd()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c })
        .nfc()
        .collect()
}

#[tokio::test]
async fn search_forms_that_are_there_become_those_of_today() {
    let (database, mut connection) = at(9).await;
    let insurer = InsurerNumber::parse("06132013").unwrap();
    // Every character of a symbol whose form is another now, and many others.
    let symbols = ('!'..='\u{e01ef}').map(|c| format!("か{c}\u{3099}1")).filter(|symbol| CardSymbol::parse(symbol).is_ok());
    let symbols = symbols.filter(|symbol| {
        let now = shikaku::domain::fold(symbol);
        now != earlier_form(symbol) || u32::from(symbol.chars().nth(1).unwrap()) % 64 == 0
    });
    let numbers = ["0123", "000", "0", "１２", "００１", "0A1", "01-2", "1\u{200b}2", "0\u{200b}12"];
    let numbered = numbers.map(|number| ("01".to_owned(), number.to_owned()));
    let cards: Vec<(String, String)> = symbols.map(|symbol| (symbol, "1".to_owned())).chain(numbered).collect();
    assert!(cards.len() > 5000, "{}", cards.len());
    let before: Vec<String> = cards
        .iter()
        .map(|(symbol, number)| format!("06132013\u{1f}{}\u{1f}{}", earlier_form(symbol), earlier_form(number)))
        .collect();
    let (symbols, numbers): (Vec<String>, Vec<String>) = cards.into_iter().unzip();
    connection
        .execute(
            "insert into insurer (number, name) values ('06132013', 'x');
             insert into person (fixture_id, about, address_withheld, self_information_blocked) values ('all', null, false, false);
             insert into reference_number (institution_code, search_key, branch, reference, registered_at)
             values ('1310012344', concat('06132013', chr(31), '12-3', chr(31), '1'), '00', 'same, later', '2026-11-02T00:00:00Z')
                  , ('1310012344', concat('06132013', chr(31), '12ー3', chr(31), '01'), '00', 'earlier', '2026-11-01T00:00:00Z')
                  , ('1310012344', concat('06132013', chr(31), '9ー3', chr(31), '1'), '00', 'earlier', '2026-11-01T00:00:00Z')
                  , ('1310012344', concat('06132013', chr(31), '9─3', chr(31), '1'), '00', 'latest', '2026-11-03T00:00:00Z')
                  , ('1310012344', concat('06132013', chr(31), '9-3', chr(31), '1'), '00', 'later', '2026-11-02T00:00:00Z')
                  , ('1310012344', concat('06132013', chr(31), '9-3', chr(31), '1'), '01', 'other branch', '2026-11-04T00:00:00Z')",
        )
        .await
        .unwrap();
    sqlx::query(
        "insert into coverage
              (person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, symbol, number, name, address_withheld
              , self_information_blocked)
         select person.id, '2020-04-01', '1980-01-01', 1, 1, search_key, '06132013', symbol, number, 'x', false, false
           from person, unnest($1::text[], $2::text[], $3::text[]) as card (search_key, symbol, number)",
    )
    .bind(&before)
    .bind(&symbols)
    .bind(&numbers)
    .execute(&mut connection)
    .await
    .unwrap();
    let store = database.store().await;
    store.migrate().await.unwrap();
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select search_key, symbol, number from coverage").fetch_all(&mut connection).await.unwrap();
    assert_eq!(rows.len(), symbols.len());
    for (search_key, symbol, number) in rows {
        let key = CardKey {
            insurer,
            symbol: Some(CardSymbol::parse(&symbol).unwrap()),
            number: CardNumber::parse(&number).unwrap(),
            branch: None,
        };
        assert_eq!(search_key, key.search_key().as_str(), "{symbol:?} {number:?}");
    }
    let kept: Vec<(String, String, String)> =
        sqlx::query_as("select replace(search_key, chr(31), ' '), branch, reference from reference_number order by 1, 2")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let kept: Vec<_> = kept.iter().map(|(key, branch, number)| (key.as_str(), branch.as_str(), number.as_str())).collect();
    assert_eq!(
        kept,
        [
            ("06132013 12-3 1", "00", "same, later"),
            ("06132013 9-3 1", "00", "latest"),
            ("06132013 9-3 1", "01", "other branch"),
        ]
    );
    store.pool().close().await;
    database.drop().await;
}

/// Copies the rows of a table, in the columns that the other database has.
async fn copy(table: &str, from: &mut PgConnection, to: &mut PgConnection) {
    let columns = "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                    where attrelid = $1::regclass and attnum > 0 and not attisdropped";
    let columns: String = sqlx::query_scalar(columns).bind(table).fetch_one(&mut *to).await.unwrap();
    let mut rows = from.copy_out_raw(&format!("copy {table} ({columns}) to stdout")).await.unwrap();
    let mut sink = to.copy_in_raw(&format!("copy {table} ({columns}) from stdin")).await.unwrap();
    while let Some(data) = rows.next().await {
        sink.send(data.unwrap()).await.unwrap();
    }
    sink.finish().await.unwrap();
}

/// Reads the facts from which answers about all fixture coverages and cards are made.
async fn facts(database: &TestDatabase) -> (Vec<Vec<PersonFacts>>, Vec<Option<CardFacts>>) {
    let store = database.store().await;
    let mut connection = store.dedicated().await.unwrap();
    let institution = Some(InstitutionCode::parse(TEST_CLINIC).unwrap());
    let coverages = fixtures().people.iter().flat_map(|one| &one.person.coverages);
    let questions: Vec<_> = coverages
        .map(|coverage| {
            let birth_on = coverage.identity.birth_on;
            let query =
                CardQuery { key: coverage.key.clone(), birth_on, check_on: coverage.acquired_on, limit_consent: true };
            (institution, query)
        })
        .collect();
    let by_card = by_card::facts(&mut connection, &questions).await.unwrap().into_iter().map(Result::unwrap).collect();
    let cards: Vec<_> = fixtures()
        .cards
        .iter()
        .map(|card| IssuedCard::find(shared_pki(), &card.name).unwrap().unwrap().id)
        .map(|card| PresentedCard { card, institution, at: fixed_now() })
        .collect();
    let by_certificate = by_certificate::facts(&mut connection, &cards).await.unwrap();
    connection.close().await.unwrap();
    store.pool().close().await;
    (by_card, by_certificate.into_iter().map(Result::unwrap).collect())
}

#[tokio::test]
async fn a_registry_without_versions_answers_the_same_with_them() {
    let (database, mut connection) = before("0016").await;
    let filled = TestDatabase::new().await;
    let mut from = filled.connect().await;
    for table in ["insurer", "institution", "person", "coverage", "card_certificate"] {
        copy(table, &mut from, &mut connection).await;
    }
    connection
        .execute(
            "select setval(pg_get_serial_sequence('coverage', 'id'), max(id)) from coverage;
             select setval(pg_get_serial_sequence('person', 'id'), max(id)) from person",
        )
        .await
        .unwrap();
    let earlier = facts(&database).await;
    assert!(earlier.0.len() > 130 && earlier.0.iter().all(|people| !people.is_empty()));
    let store = database.store().await;
    store.migrate().await.unwrap();
    assert_eq!(facts(&database).await, earlier);
    // The migration fills nothing, and a load finds every registration unchanged.
    let unknown = "select count(*) from coverage where recorded_at = '-infinity'";
    let all = "select count(*) from coverage";
    assert_eq!(database.count(unknown).await, database.count(all).await);
    let rows = registry::rows(&database).await;
    fixtures().load(&store, shared_pki(), fixed_now(), false).await.unwrap();
    assert_eq!(registry::rows(&database).await, rows);
    // The version that a correction replaces holds from -infinity on.
    let mut corrected = registry::person("kyokai-insured-tokyo");
    registry::rename(&mut corrected, 0, "架空　次");
    registry::load(&store, [corrected], registry::later(1), false).await;
    let replaced =
        "select count(*) from coverage_history where recorded_at = '-infinity' and replaced_at = '2026-11-22T00:31:15Z'";
    assert_eq!((database.count(replaced).await, database.count("select count(*) from coverage_history").await), (1, 1));
    let alike = |said: Vec<(i64, String)>| said.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    let (long_ago, now) = (
        registry::said_at(&database, jiff::Timestamp::UNIX_EPOCH).await,
        registry::said_at(&database, registry::later(1)).await,
    );
    assert_eq!(alike(long_ago), alike(now));
    store.pool().close().await;
    filled.drop().await;
    database.drop().await;
}

/// The statements of the program before migration 16 when it loads two people.
const LOADED_BY_THE_PROGRAM_BEFORE: &str = "
    create temporary table given as
    select person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through, loss_reason
         , relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number, branch, name, kana
         , other_name, other_kana, insured_name, post_number, address, ratios, elderly_certificates, limit_certificates
         , specific_disease_certificates, medical_tickets, ticket_keys, address_withheld, self_information_blocked
      from coverage
     where person_id in (select id from person where fixture_id in ('kyokai-insured-tokyo', 'overlap-two-insurers'))
     order by id;
    delete from coverage where person_id in (select person_id from given);
    insert into coverage
         ( person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through, loss_reason
         , relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number, branch, name, kana
         , other_name, other_kana, insured_name, post_number, address, ratios, elderly_certificates, limit_certificates
         , specific_disease_certificates, medical_tickets, ticket_keys, address_withheld, self_information_blocked )
    select * from given";

#[tokio::test]
async fn the_program_before_versions_goes_on_loading() {
    let database = TestDatabase::new().await;
    let without_ids = |facts: (Vec<Vec<PersonFacts>>, Vec<Option<CardFacts>>)| {
        let registered = facts.0.into_iter().flatten().map(|person| {
            (person.id, person.protection, person.registrations.into_iter().map(|one| one.coverage).collect::<Vec<_>>())
        });
        registered.collect::<Vec<_>>()
    };
    let earlier = facts(&database).await;
    database.execute(LOADED_BY_THE_PROGRAM_BEFORE).await;
    let sole = "select count(*) from coverage where sole";
    let known = database.count(sole).await;
    assert_eq!(database.count("select count(*) from coverage where recorded_at = '-infinity' and not sole").await, 3);
    assert_eq!(without_ids(facts(&database).await), without_ids(earlier));
    // A load by this program finds every registration unchanged, and writes only `sole`.
    let store = database.store().await;
    let ids = registry::coverage_ids(&database, "kyokai-insured-tokyo").await;
    fixtures().load(&store, shared_pki(), registry::later(1), false).await.unwrap();
    assert_eq!(registry::coverage_ids(&database, "kyokai-insured-tokyo").await, ids);
    assert_eq!(database.count("select count(*) from coverage_history").await, 0);
    assert_eq!(database.count(sole).await, known + 1);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn entries_that_are_there_stay_as_they_are_and_may_be_undone() {
    let (database, mut connection) = before("0021").await;
    connection
        .execute(
            "insert into notice_file (insurer_number, received_at) values ('06132013', '2026-11-22T00:30:15Z');
             insert into notice (file_id, place, insurer_number, notice_id, outcome, registered_at, person_id, reason, content)
             values (1, 1, '06132013', 'a', 1, '2026-11-22T00:30:15Z', 1, null, '{}')
                  , (1, 2, '06132013', 'a', 2, null, null, null, null)
                  , (1, 3, '06132013', 'a', 3, null, null, 'x', '{}')",
        )
        .await
        .unwrap();
    let store = database.store().await;
    store.migrate().await.unwrap();
    assert_eq!(database.count("select count(*) from notice where outcome = place").await, 3);
    let error = connection.execute("update notice set outcome = 5 where place = 1").await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some("notice_outcome_known"));
    // Two of one id may have been undone, and one of that id is applied.
    let applied =
        "insert into notice (file_id, place, insurer_number, notice_id, outcome, registered_at, person_id, content)
                   values (1, 4, '06132013', 'a', 1, '2026-11-22T00:30:15Z', 1, '{}')";
    assert!(connection.execute(applied).await.is_err());
    for turn in 0..2 {
        assert_eq!(connection.execute("update notice set outcome = 4 where outcome = 1").await.unwrap().rows_affected(), 1);
        assert_eq!(connection.execute(applied).await.unwrap().rows_affected(), 1, "{turn}");
    }
    store.pool().close().await;
    database.drop().await;
}

/// Writes and reads the migrations of a test.
async fn made(files: &[(&str, &str)]) -> Vec<Migration> {
    let directory = scratch("migrations-made");
    for (name, sql) in files {
        std::fs::write(directory.join(name), sql).unwrap();
    }
    Migrator::new(directory.as_path()).await.unwrap().iter().cloned().collect()
}

const TABLE: (&str, &str) =
    ("0001_table.sql", "create table thing (id int); insert into thing select generate_series(1, 1000);");
const INDEX: (&str, &str) =
    ("0002_index.sql", "-- no-transaction\n-- Serves.\ncreate index concurrently thing_idx on thing (id);\n");

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_that_migrate_at_once_do_it_one_after_the_other() {
    let database = TestDatabase::empty().await;
    let store = database.store().await;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let store = store.clone();
                async move { store.migrate().await }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    store.check_schema().await.unwrap();
    store.pool().close().await;
    database.drop().await;

    // Building an index concurrently waits for every earlier statement, also for those of processes that wait for their
    // turn.
    let database = TestDatabase::empty().await;
    let migrations = made(&[TABLE, INDEX]).await;
    let apply = || {
        tokio::spawn({
            let (options, migrations) = (database.options(), migrations.clone());
            async move { migrate::apply(&options, migrations, Patience::default()).await }
        })
    };
    let tasks: Vec<_> = (0..4).map(|_| apply()).collect();
    for task in tasks {
        tokio::time::timeout(Duration::from_secs(20), task).await.expect("nobody waits for ever").unwrap().unwrap();
    }
    assert_eq!(
        database.count("select count(*) from pg_index where indexrelid = 'thing_idx'::regclass and indisvalid").await,
        1
    );
    assert_eq!(database.count("select count(*) from _sqlx_migrations").await, 2);
    database.drop().await;
}

#[tokio::test]
async fn a_migration_may_take_as_long_as_it_takes() {
    let database = TestDatabase::empty().await;
    // The setting of this database ends statements after 200 ms. It must not apply to migrations.
    let setting = format!("alter database {} set statement_timeout = '200ms'", database.options().get_database().unwrap());
    database.connect().await.execute(sqlx::AssertSqlSafe(setting)).await.unwrap();
    let slow = (
        "0001_slow.sql",
        "create table waited as select pg_sleep(0.5) is null as slept, current_setting('statement_timeout') as timeout;",
    );
    migrate::apply(&database.options(), made(&[slow]).await, Patience::default()).await.unwrap();
    assert_eq!(database.count("select count(*) from waited where timeout = '0'").await, 1);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_waits_for_a_lock_lets_the_others_go_first() {
    let database = TestDatabase::empty().await;
    database.execute("create table thing (id int)").await;
    let mut reader = database.connect().await;
    reader.execute("begin; select * from thing").await.unwrap();
    let column = ("0001_column.sql", "alter table thing add column more int;");
    let patience = |tries| Patience { lock: Duration::from_millis(300), tries, pause: Duration::from_millis(50) };
    // It gives up in the end, says what is in the way, and has changed nothing.
    let error = migrate::apply(&database.options(), made(&[column]).await, patience(2)).await.unwrap_err();
    assert!(matches!(error, StoreError::MigrationWaits(1)), "{error}");
    assert!(error.to_string().contains("pg_stat_activity"), "{error}");
    assert_eq!(
        database.count("select count(*) from pg_attribute where attrelid = 'thing'::regclass and attname = 'more'").await,
        0
    );
    // While it tries, others wait no longer than one try.
    let migrations = made(&[column]).await;
    let options = database.options();
    let applying = tokio::spawn(async move { migrate::apply(&options, migrations, patience(100)).await });
    let mut other = database.connect().await;
    for _ in 0..20 {
        let begun = Instant::now();
        other.execute("select * from thing").await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(!applying.is_finished());
    reader.execute("commit").await.unwrap();
    applying.await.unwrap().unwrap();
    assert_eq!(
        database.count("select count(*) from pg_attribute where attrelid = 'thing'::regclass and attname = 'more'").await,
        1
    );
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_building_was_broken_off_is_built_anew() {
    let database = TestDatabase::empty().await;
    let (table, unique) =
        (TABLE, ("0002_key.sql", "-- no-transaction\ncreate unique index concurrently thing_key on thing (id);"));
    migrate::apply(&database.options(), made(&[table]).await, Patience::default()).await.unwrap();
    database.execute("insert into thing values (1)").await;
    let error = migrate::apply(&database.options(), made(&[table, unique]).await, Patience::default()).await.unwrap_err();
    assert!(error.to_string().contains("migration 2"), "{error}");
    let invalid = "select count(*) from pg_index where indexrelid = 'thing_key'::regclass and not indisvalid";
    assert_eq!(database.count(invalid).await, 1, "PostgreSQL leaves it behind");
    database.execute("delete from thing where id = 1").await;
    migrate::apply(&database.options(), made(&[table, unique]).await, Patience::default()).await.unwrap();
    assert_eq!(
        database.count("select count(*) from pg_index where indexrelid = 'thing_key'::regclass and indisvalid").await,
        1
    );
    database.drop().await;
}

//! Migrations go over databases that are in use.

use std::time::{Duration, Instant};

use shikaku::store::StoreError;
use shikaku::store::migrate::{self, Patience};
use sqlx::Executor;
use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::PgConnection;

use crate::support::database::TestDatabase;
use crate::support::{root, scratch};

/// A database with the first `count` migrations.
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
    // What the new rules forbid stays out.
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
    // From now on the database keeps it so, whoever writes.
    connection
        .execute(
            "update person set self_information_blocked = true where fixture_id = 'alone';
             insert into coverage
                  ( person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, number, name, address_withheld
                  , self_information_blocked, sole )
             select id, '2024-04-01', '1980-01-01', 1, 1, 'k', '06132013', '1', 'x', true, true, true
               from person where fixture_id = 'alone'",
        )
        .await
        .unwrap();
    let alone = "select count(*) from coverage join person on person.id = person_id
                  where fixture_id = 'alone' and not sole and coverage.address_withheld and coverage.self_information_blocked";
    assert_eq!(database.count(alone).await, 2);
    let other_flags = "insert into coverage
             (person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, number, name, address_withheld)
        select id, '2025-04-01', '1980-01-01', 1, 1, 'k', '06132013', '1', 'x', true from person where fixture_id = 'twice'";
    let error = connection.execute(other_flags).await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some("coverage_person_fkey"));
    store.pool().close().await;
    database.drop().await;
}

/// Migrations of a test.
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

    // An index that is built concurrently waits for every statement before it: also for those of processes that wait for their turn.
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
    // What applies to sessions of this database does not apply to migrations: 200 ms would stop this one.
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
    // While it is tried, others are held up by no more than one try.
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

//! Migrations go over databases that are in use.

use sqlx::Executor;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;

use crate::support::database::TestDatabase;
use crate::support::{root, scratch};

/// A database with the first `count` migrations.
async fn at(count: usize) -> (TestDatabase, PgConnection) {
    let database = TestDatabase::empty().await;
    let earlier = scratch("migrations");
    let files = std::fs::read_dir(root().join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.collect();
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

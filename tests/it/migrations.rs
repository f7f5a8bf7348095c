//! Migrations go over databases that are in use.

use sqlx::Executor;
use sqlx::migrate::Migrator;

use crate::support::database::TestDatabase;
use crate::support::{root, scratch};

#[tokio::test]
async fn the_card_path_comes_to_a_database_that_has_records() {
    let database = TestDatabase::empty().await;
    let earlier = scratch("migrations");
    for name in ["0001_registry.sql", "0002_access_log.sql"] {
        std::fs::copy(root().join("migrations").join(name), earlier.join(name)).unwrap();
    }
    let mut connection = database.connect().await;
    Migrator::new(earlier.as_path()).await.unwrap().run(&mut connection).await.unwrap();
    connection
        .execute(
            "insert into institution (code, name, charset, active_from) values ('1310012347', 'x', 0, '2021-10-20');
             insert into access_log
                  ( request_id, answered_at, institution_code, terminal_serial, path, check_on, key_hash, outcome, shown
                  , limit_consent )
             values ( gen_random_uuid(), '2026-11-22T00:30:15Z', '1310012347', '\\x01', 1, '2026-11-22', decode(repeat('00', 32), 'hex')
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

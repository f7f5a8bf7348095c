//! Puts the tables of a load in the place of those of the registry.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use crate::store::StoreError;

use super::stage::{SCHEMA, TABLES, run};

/// How long one try waits for the statements that are running. It is shorter than the time after which PostgreSQL looks for deadlocks
/// (`deadlock_timeout`, one second), so that a lookup is never ended for one.
const TRY: &str = "300ms";

/// The pause between tries, in which the lookups that have queued up behind the try run.
const PAUSE: Duration = Duration::from_millis(100);

/// How long all tries may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Drops the tables of the registry, whose schema is `live`, and moves those of the load there. Runs in the transaction of the load;
/// lookups wait from the moment at which all locks are held until it is committed.
pub(super) async fn swap(transaction: &mut PgConnection, live: &str) -> Result<(), StoreError> {
    let begun = Instant::now();
    run(transaction, format!("set local lock_timeout = '{TRY}'")).await?;
    loop {
        let mut attempt = transaction.begin().await?;
        let all = TABLES.map(|table| format!("{live}.{table}")).join(", ");
        match run(&mut attempt, format!("lock table {all} in access exclusive mode")).await {
            Ok(()) => {
                attempt.commit().await?;
                break;
            }
            Err(StoreError::Database(sqlx::Error::Database(error)))
                if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) && begun.elapsed() < PATIENCE =>
            {
                attempt.rollback().await?;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    let all = TABLES.map(|table| format!("{live}.{table}")).join(", ");
    run(transaction, format!("drop table {all}")).await?;
    for table in TABLES {
        run(transaction, format!("alter table {SCHEMA}.{table} set schema {live}")).await?;
    }
    run(transaction, format!("drop schema {SCHEMA}")).await
}

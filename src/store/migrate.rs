//! The schema is brought up to date while others use it: on a connection of its own, one process at a time, without ever holding up
//! the others for long.

use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::StoreError;

/// The table in which applied migrations are noted.
const APPLIED: &str = "_sqlx_migrations";

/// How often a process looks whether another one has finished migrating.
const TURN: Duration = Duration::from_millis(100);

/// How long a migration waits for locks. Whoever comes behind it waits as long.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one lock, before the migration is undone and lets the others go first.
    pub lock: Duration,
    /// How often it is begun.
    pub tries: u32,
    /// Between two tries.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { lock: Duration::from_secs(2), tries: 30, pause: Duration::from_secs(1) }
    }
}

/// Applies what has not been applied. Statements may take as long as they take; waiting for locks is bounded by `patience`. Processes
/// that migrate at the same time do it one after the other.
///
/// # Errors
/// When a migration fails or does not get its locks, or the schema has migrations that are not among these.
pub async fn apply(options: &PgConnectOptions, migrations: Vec<Migration>, patience: Patience) -> Result<(), StoreError> {
    let mut migrator = Migrator::with_migrations(migrations);
    // Its lock is waited for inside a statement. An index that is built concurrently waits for all older statements, and so for
    // everybody who waits for the lock: for ever.
    migrator.set_locking(false);
    // Without the last, every migration would be noted in the log with a notice that the table of migrations exists already.
    let settings =
        [("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"), ("client_min_messages", "warning")];
    let mut connection = options.clone().options(settings).connect().await?;
    take_turn(&mut connection).await?;
    let result = apply_pending(&mut connection, &migrator, patience).await;
    // The turn ends with the connection.
    let _ = connection.close().await;
    result
}

async fn take_turn(connection: &mut PgConnection) -> Result<(), StoreError> {
    let taken = || sqlx::query_scalar!(r#"select pg_try_advisory_lock(hashtext('shikaku migrate')) as "taken!""#);
    while !taken().fetch_one(&mut *connection).await? {
        tokio::time::sleep(TURN).await;
    }
    Ok(())
}

async fn apply_pending(connection: &mut PgConnection, migrator: &Migrator, patience: Patience) -> Result<(), StoreError> {
    connection.ensure_migrations_table(APPLIED).await?;
    let applied = connection.list_applied_migrations(APPLIED).await?;
    let is_pending = |one: &&Migration| !applied.iter().any(|applied| applied.version == one.version);
    let pending: Vec<Migration> = migrator.iter().filter(is_pending).cloned().collect();
    for migration in &pending {
        let mut tries = 1;
        while let Err(error) = try_one(connection, migrator, migration, patience).await {
            if !waits_for_others(&error) {
                return Err(error.into());
            }
            if tries >= patience.tries {
                return Err(StoreError::MigrationWaits(migration.version));
            }
            tries += 1;
            tokio::time::sleep(patience.pause).await;
        }
    }
    // Compares what was applied before with what these migrations are.
    Ok(migrator.run_direct(None, connection, false).await?)
}

async fn try_one(
    connection: &mut PgConnection,
    migrator: &Migrator,
    migration: &Migration,
    patience: Patience,
) -> Result<(), MigrateError> {
    // Outside a transaction nothing is locked while it waits, and it may wait for whoever was there before.
    let lock = if migration.no_tx { 0 } else { patience.lock.as_millis() };
    sqlx::query!("select set_config('lock_timeout', $1, false)", lock.to_string()).fetch_one(&mut *connection).await?;
    if let Some(index) = index_of(migration) {
        drop_half_built(connection, index).await?;
    }
    migrator.run_direct(Some(migration.version), connection, false).await
}

/// The index that a migration without a transaction builds.
fn index_of(migration: &Migration) -> Option<&str> {
    let words = migration.sql.as_str().lines().filter(|line| !line.starts_with("--")).flat_map(str::split_whitespace);
    let mut words = words.skip_while(|word| *word != "concurrently").skip(1);
    let name = words.next().filter(|_| migration.no_tx)?;
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_').then_some(name)
}

/// An index whose building was broken off stays behind, good for nothing and in the way of the next try.
async fn drop_half_built(connection: &mut PgConnection, index: &str) -> Result<(), MigrateError> {
    let half_built = sqlx::query_scalar!(
        r#"
        select exists ( select
                          from pg_index
                          join pg_class on pg_class.oid = pg_index.indexrelid
                         where pg_class.relname = $1
                           and pg_class.relnamespace = current_schema()::regnamespace
                           and not pg_index.indisvalid
                      ) as "half_built!"
        "#,
        index
    );
    if half_built.fetch_one(&mut *connection).await? {
        connection.execute(AssertSqlSafe(format!("drop index concurrently if exists {index}"))).await?;
    }
    Ok(())
}

/// Whether a migration was undone because of what others do at this moment: a lock that did not come, or a deadlock.
fn waits_for_others(error: &MigrateError) -> bool {
    let MigrateError::ExecuteMigration(error, _) = error else { return false };
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "55P03" || code == "40P01")
}

//! Brings the schema up to date while other sessions use the database. Runs on a connection of its own, one process at a time,
//! and blocks other sessions only briefly.

use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::StoreError;

/// The table that lists applied migrations.
const APPLIED: &str = "_sqlx_migrations";

/// How often a process checks whether another one has finished migrating.
const TURN: Duration = Duration::from_millis(100);

/// How long a migration waits for locks. Sessions that queue behind it wait as long.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Time for one lock, before the migration is undone and lets the other sessions go first.
    pub lock: Duration,
    /// Number of tries.
    pub tries: u32,
    /// Time between two tries.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { lock: Duration::from_secs(2), tries: 30, pause: Duration::from_secs(1) }
    }
}

/// Applies the migrations that have not been applied. Statements may take any time; waiting for locks is bounded by `patience`.
/// Processes that migrate at the same time take turns.
///
/// # Errors
/// If a migration fails or does not get its locks, or the schema has migrations that are not among these.
pub async fn apply(options: &PgConnectOptions, migrations: Vec<Migration>, patience: Patience) -> Result<(), StoreError> {
    let mut migrator = Migrator::with_migrations(migrations);
    // The migrator waits for its own lock inside a statement. An index that is built concurrently waits for all older statements,
    // and so for every session that waits for that lock: a deadlock.
    migrator.set_locking(false);
    // Without the last setting, every migration would log a notice that the table of migrations exists already.
    let settings =
        [("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"), ("client_min_messages", "warning")];
    let mut connection = options.clone().options(settings).connect().await?;
    take_turn(&mut connection).await?;
    let result = apply_pending(&mut connection, &migrator, patience).await;
    // The turn ends when the connection closes.
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
    // Also checks that the applied migrations are the same as these.
    Ok(migrator.run_direct(None, connection, false).await?)
}

async fn try_one(
    connection: &mut PgConnection,
    migrator: &Migrator,
    migration: &Migration,
    patience: Patience,
) -> Result<(), MigrateError> {
    // Outside a transaction, a migration holds no locks while it waits, and may wait without a limit.
    let lock = if migration.no_tx { 0 } else { patience.lock.as_millis() };
    sqlx::query!("select set_config('lock_timeout', $1, false)", lock.to_string()).fetch_one(&mut *connection).await?;
    if let Some(index) = index_of(migration) {
        drop_half_built(connection, index).await?;
    }
    migrator.run_direct(Some(migration.version), connection, false).await
}

/// Returns the index that a migration without a transaction builds.
fn index_of(migration: &Migration) -> Option<&str> {
    let words = migration.sql.as_str().lines().filter(|line| !line.starts_with("--")).flat_map(str::split_whitespace);
    let mut words = words.skip_while(|word| *word != "concurrently").skip(1);
    let name = words.next().filter(|_| migration.no_tx)?;
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_').then_some(name)
}

/// Drops an index whose build was interrupted: it is invalid, and its name is in the way of the next try.
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

/// Returns whether a migration was undone because of other sessions: a lock timeout or a deadlock.
fn waits_for_others(error: &MigrateError) -> bool {
    let MigrateError::ExecuteMigration(error, _) = error else { return false };
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "55P03" || code == "40P01")
}

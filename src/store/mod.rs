//! PostgreSQL. The only SQL in the project.
//!
//! One file per subject. Every statement goes through the checked macros, lists its columns, and converts rows to domain types
//! explicitly. A stored value that no domain type can hold is a [`StoreError::Inconsistent`].
//!
//! Arrays that may be long are unnested side by side in a select list, which reads them as a stream. `unnest` as a table, which
//! can number its rows, materialises each array first.

pub mod access_log;
mod apart;
mod as_of;
pub mod batches;
pub mod bulk_fetch;
pub mod bulk_register;
pub mod by_card;
pub mod by_certificate;
pub mod by_person;
pub mod challenges;
pub mod consented;
pub mod copy_log;
mod error;
mod expire;
pub mod export;
mod facts;
pub mod finish_slice;
pub mod inspect;
mod insured;
pub mod jlis;
pub mod leases;
mod limit_seen;
pub mod medical_aid;
pub mod migrate;
mod notices;
pub mod reference;
pub mod reference_number;
pub mod registry;
pub(crate) mod rows;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

pub use error::StoreError;
use migrate::Patience;

/// The migrations that this program was built with.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// SQLSTATE of a missing table: a database without any migration.
const UNDEFINED_TABLE: &str = "42P01";

/// Holds how to reach the database, and a pool for everything except lookups.
#[derive(Debug, Clone)]
pub struct Store {
    options: PgConnectOptions,
    pool: PgPool,
}

impl Store {
    /// Opens a pool of at most `connections` connections.
    ///
    /// # Errors
    /// If no connection can be made.
    pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let options = options.application_name("shikaku").disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.clone().options([("statement_timeout", "30s")]));
        let pool = match pool.await {
            // The pool has retried until its time ran out, and does not report the cause.
            Err(sqlx::Error::PoolTimedOut) => return Err(why_unreachable(&options).await),
            pool => pool?,
        };
        Ok(Self { options, pool })
    }

    /// Brings the schema and the stored data up to date. Several processes may call this at once, while others use the database.
    ///
    /// # Errors
    /// If a migration fails or does not get its locks, or the schema is newer than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::apply(&self.options, MIGRATIONS.iter().cloned().collect(), Patience::default()).await?;
        copy_log::copy_all(&self.pool).await
    }

    /// Checks that the database answers, that every migration of this program has been applied, and that older data has been
    /// copied.
    ///
    /// # Errors
    /// If one of these does not hold.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let wanted = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        let found =
            sqlx::query_scalar!("select max(version) from _sqlx_migrations where success").fetch_one(&self.pool).await;
        let found = match found {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => 0,
            found => found?.unwrap_or_default(),
        };
        if found < wanted {
            return Err(StoreError::Outdated(wanted));
        }
        if copy_log::is_finished(&self.pool).await? { Ok(()) } else { Err(StoreError::Uncopied) }
    }

    /// Opens a connection of its own for one of the batched statements of the request path. Plans are made once, and a statement
    /// is cancelled after five seconds.
    ///
    /// # Errors
    /// If no connection can be made.
    pub async fn dedicated(&self) -> Result<PgConnection, StoreError> {
        self.connection("5s").await
    }

    /// Opens a connection of its own for work on batches: as [`Store::dedicated`], but statements are large and may take 30
    /// seconds.
    ///
    /// # Errors
    /// If no connection can be made.
    pub async fn for_bulk(&self) -> Result<PgConnection, StoreError> {
        self.connection("30s").await
    }

    /// Opens a connection of its own for a load of many people, whose statements may take any time.
    ///
    /// # Errors
    /// If no connection can be made.
    async fn unlimited(&self) -> Result<PgConnection, StoreError> {
        let mut connection = PgConnection::connect_with(&self.options.clone().options([("statement_timeout", "0")])).await?;
        // If this program is killed, a long statement would hold its locks to its end. A database that cannot notice that refuses the
        // setting, and goes on without it.
        let _ = sqlx::query!("select set_config('client_connection_check_interval', '1s', false)")
            .fetch_one(&mut connection)
            .await;
        Ok(connection)
    }

    async fn connection(&self, statement_timeout: &str) -> Result<PgConnection, StoreError> {
        let options = self.options.clone().options([
            ("plan_cache_mode", "force_generic_plan"),
            // A plan made while a table is empty would scan the whole table, and be kept while it grows.
            ("enable_seqscan", "off"),
            ("statement_timeout", statement_timeout),
        ]);
        Ok(PgConnection::connect_with(&options).await?)
    }

    /// Closes the pool, so that a database that shuts down now finds no connection in the middle of a statement.
    pub async fn close(&self) {
        // A connection still in use after two seconds ends with the process.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.pool.close()).await;
    }

    /// Returns the pool.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Makes one connection to find out why none could be made.
async fn why_unreachable(options: &PgConnectOptions) -> StoreError {
    match timeout(Duration::from_secs(1), options.connect()).await {
        Err(_) => StoreError::Silent,
        Ok(Err(error)) => error.into(),
        // The database can be reached by now.
        Ok(Ok(_)) => sqlx::Error::PoolTimedOut.into(),
    }
}

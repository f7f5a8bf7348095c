//! PostgreSQL. The only SQL in the project.
//!
//! One file a subject. Every statement goes through the checked macros, lists its columns, and converts rows to domain types
//! explicitly; a stored value that no domain type can hold is a [`StoreError::Inconsistent`].
//!
//! Arrays that may be long are unnested side by side in a select list, which reads them as it goes; `unnest` as a table, which can
//! number what it gives, writes each array down first.

pub mod access_log;
mod apart;
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
mod facts;
pub mod finish_piece;
pub mod inspect;
mod insured;
pub mod jlis;
pub mod leases;
mod limit_seen;
pub mod medical_aid;
pub mod migrate;
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

/// SQLSTATE of a table that is not there: a database without any migration.
const UNDEFINED_TABLE: &str = "42P01";

/// How to reach the database, and a pool for everything that is not a lookup.
#[derive(Debug, Clone)]
pub struct Store {
    options: PgConnectOptions,
    pool: PgPool,
}

impl Store {
    /// Opens a pool of at most `connections` connections.
    ///
    /// # Errors
    /// When no connection can be made.
    pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let options = options.application_name("shikaku").disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.clone().options([("statement_timeout", "30s")]));
        let pool = match pool.await {
            // It has tried again and again, and does not say what it found.
            Err(sqlx::Error::PoolTimedOut) => return Err(why_unreachable(&options).await),
            pool => pool?,
        };
        Ok(Self { options, pool })
    }

    /// Brings the schema up to date, and what is stored with it. Safe to call from several processes at once, and while others use the
    /// database.
    ///
    /// # Errors
    /// When a migration fails or does not get its locks, or the schema is newer than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::apply(&self.options, MIGRATIONS.iter().cloned().collect(), Patience::default()).await?;
        copy_log::copy_all(&self.pool).await
    }

    /// Checks that the database answers, that every migration of this program has been applied, and that what is stored has followed.
    ///
    /// # Errors
    /// When it does not, or one has not.
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

    /// A connection of its own for one of the batched statements of the request path: plans are made once, and a statement
    /// that hangs is given up after five seconds.
    ///
    /// # Errors
    /// When no connection can be made.
    pub async fn dedicated(&self) -> Result<PgConnection, StoreError> {
        self.connection("5s").await
    }

    /// A connection of its own for work on files: the same, but its statements are large and may take longer.
    ///
    /// # Errors
    /// When no connection can be made.
    pub async fn for_bulk(&self) -> Result<PgConnection, StoreError> {
        self.connection("30s").await
    }

    async fn connection(&self, statement_timeout: &str) -> Result<PgConnection, StoreError> {
        let options = self.options.clone().options([
            ("plan_cache_mode", "force_generic_plan"),
            // A plan made while a table is empty would go through it from end to end, and be kept while it grows.
            ("enable_seqscan", "off"),
            ("statement_timeout", statement_timeout),
        ]);
        Ok(PgConnection::connect_with(&options).await?)
    }

    /// Closes the pool, so that a database that ends now ends without a connection in the middle of something.
    pub async fn close(&self) {
        // Whoever still holds one loses it with the process.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.pool.close()).await;
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Why no connection can be made.
async fn why_unreachable(options: &PgConnectOptions) -> StoreError {
    match timeout(Duration::from_secs(1), options.connect()).await {
        Err(_) => StoreError::Silent,
        Ok(Err(error)) => error.into(),
        // It can be made by now.
        Ok(Ok(_)) => sqlx::Error::PoolTimedOut.into(),
    }
}

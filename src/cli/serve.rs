//! `shikaku serve`: serves from a database that exists already.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::app::App;
use crate::config::Secret;
use crate::language::Language;
use crate::store::Store;
use crate::telemetry;

use super::domain_time::DomainTime;
use super::exit::Exit;
use super::run::{ServerOptions, Signals, announce};

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    time: DomainTime,
    #[command(flatten)]
    database: Database,
    /// Directory with ca.pem, crl.pem, server.pem and server.key
    #[arg(long, value_name = "DIR", default_value = ".shikaku/pki", env = "SHIKAKU_PKI")]
    pki: PathBuf,
    /// File with the secret that log hashes and login tokens are made with; made when missing. Servers on one database
    /// share it
    #[arg(long, value_name = "FILE", default_value = ".shikaku/secret.key", env = "SHIKAKU_SECRET_FILE")]
    secret_file: PathBuf,
}

/// A database that somebody else runs.
#[derive(clap::Args)]
pub(super) struct Database {
    /// The database, such as postgres://user@host/name
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
}

impl Database {
    pub async fn connect(&self, connections: u32) -> Result<Store, Exit> {
        connect(&self.database_url, connections).await
    }
}

pub(super) async fn connect(url: &str, connections: u32) -> Result<Store, Exit> {
    let bad = || {
        Exit::usage((
            "the database URL is not of the form postgres://…",
            "データベースのURLはpostgres://…の形で指定してください",
        ))
    };
    // The driver would accept any other scheme as its own.
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(bad());
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| bad())?;
    Ok(Store::connect(options, connections).await?)
}

/// Number of connections for everything except lookups.
pub(super) const POOL: u32 = 12;

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    telemetry::start(options.server.log_format);
    let mut signals = Signals::listen()?;
    let store = options.database.connect(POOL).await?;
    let secret = Secret::read_or_make(&options.secret_file)?;
    let config = options.server.config(options.pki.clone(), secret)?;
    let app = App::start(config, store, options.time.begin(language)).await?;
    announce(&app, &options.pki, None, language);
    signals.stop_or_reload(&app).await;
    app.stop().await;
    Ok(())
}

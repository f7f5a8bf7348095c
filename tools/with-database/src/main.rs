//! Runs a command with `DATABASE_URL` set to a throw-away PostgreSQL that has the current schema:
//! `cargo run -p with-database -- psql`. `./test` uses it to check that the committed `.sqlx/` fits the schema.
//!
//! It includes the launcher's source instead of the library, because it is needed when a checked query and `.sqlx/` disagree,
//! and then the library does not build.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

#[path = "../../../src/language.rs"]
#[cfg_attr(not(test), expect(dead_code, reason = "this program uses a part only"))]
mod language;
#[path = "../../../src/postgres/mod.rs"]
#[expect(dead_code, reason = "this program uses a part of the launcher only")]
mod postgres;

use postgres::{Binaries, Durability, PrivatePostgres};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: with-database COMMAND [ARGUMENT]...")?;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = root.join("target/with-database");
    let server = PrivatePostgres::start(&Binaries::find()?, &directory, Durability::Ephemeral).await?;
    let mut connection = PgConnection::connect_with(&server.options("postgres")).await?;
    // Reads the migrations from disk, so that new ones count without a build.
    Migrator::new(root.join("migrations")).await?.run(&mut connection).await?;
    connection.close().await?;
    let status = Command::new(program).args(arguments).env("DATABASE_URL", server.url("postgres")).status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

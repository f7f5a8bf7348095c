//! The embedded default database: a private PostgreSQL, started from binaries found on the machine.
//!
//! It is reachable only through a Unix socket in a private directory, runs as a direct child in a process group of its own, and
//! stops with us: on a clean stop, on panic, and (on Linux) when we are killed.

mod account;
mod binaries;
mod cluster_directory;
mod predecessor;
mod running;
mod server;

pub use binaries::Binaries;
pub use server::{Durability, PrivatePostgres};

use std::borrow::Cow;
use std::path::PathBuf;

use crate::language::{Bilingual, Japanese, Language};

/// The reason why the private PostgreSQL could not be started.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// No `initdb` and `postgres` of version 15 or later were found.
    #[error(
        "PostgreSQL 15 or later was not found in $PG_BIN, PATH, /usr/lib/postgresql/*/bin or Homebrew.\n\
         Install it (Debian: apt-get install postgresql; macOS: brew install postgresql@17), point PG_BIN to its bin \
         directory, or set DATABASE_URL to a database of your own."
    )]
    NotFound,
    /// We are root, which PostgreSQL refuses, and there is no other account for the server.
    #[error("running as root, and there is neither a user `postgres` nor `nobody` to run PostgreSQL as")]
    NoAccount,
    /// Another process uses the data directory.
    #[error("{} is in use by another process; stop it, or choose another --data-dir", .0.display())]
    InUse(PathBuf),
    /// No private server runs on this directory.
    #[error("no private PostgreSQL runs on {}", .0.display())]
    NotRunning(PathBuf),
    /// A PostgreSQL was killed, and some of its processes do not end.
    #[error("{} is in use by processes of a PostgreSQL that was killed: end {processes:?} with kill -9", cluster.display())]
    Orphans {
        /// Their ids.
        processes: Vec<i32>,
        /// The directory that they use.
        cluster: PathBuf,
    },
    /// A file operation failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// The operation.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed:\n{0}")]
    Initdb(Bilingual),
    /// The server ended before it could be logged in to.
    #[error("PostgreSQL did not start; its log {} ends with:\n{tail}", log.display())]
    Start {
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: Bilingual,
    },
}

impl Japanese for PostgresError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotFound => "PostgreSQL 15以上が$PG_BIN、PATH、/usr/lib/postgresql/*/bin、Homebrewのどこにもありません。\
                 \nインストールする（Debianはapt-get install postgresql、macOSはbrew install postgresql@17）か、\
                 PG_BINにそのbinディレクトリーを指定するか、DATABASE_URLに自分のデータベースを指定してください。"
                .into(),
            Self::NoAccount => {
                "rootで実行していますが、PostgreSQLを動かすためのユーザー（postgresまたはnobody）がありません".into()
            }
            Self::InUse(path) => format!(
                "{}は別のプロセスが使っています。止めるか、--data-dirで別のディレクトリーを指定してください",
                path.display()
            )
            .into(),
            Self::NotRunning(path) => format!("{}で動いているPostgreSQLはありません", path.display()).into(),
            Self::Orphans { processes, cluster } => format!(
                "強制終了されたPostgreSQLのプロセスが{}を使っています。kill -9で{processes:?}を終わらせてください",
                cluster.display()
            )
            .into(),
            Self::Io { path, source, .. } => format!("{}: {}", path.display(), source.japanese()).into(),
            Self::Initdb(output) => format!("initdbが失敗しました。\n{}", output.text(Language::Ja)).into(),
            Self::Start { log, tail } => {
                format!("PostgreSQLが起動しませんでした。ログ{}の末尾:\n{}", log.display(), tail.text(Language::Ja)).into()
            }
        }
    }
}

/// Returns the last lines of PostgreSQL's output, with advice for known problems.
fn with_advice(text: &str) -> Bilingual {
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(5)..].join("\n");
    if tail.contains("No space left on device") {
        let english = format!("{tail}\nThe disk is full: free some space, then start again.");
        return (english, format!("{tail}\nディスクに空きがありません。空きを作ってから、もう一度起動してください。"))
            .into();
    }
    (tail.clone(), tail).into()
}

impl PostgresError {
    fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

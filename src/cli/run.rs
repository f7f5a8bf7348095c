//! Runs a server in the foreground: options that `demo` and `serve` share, and signals.

use std::ffi::OsStr;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::config::{Config, Limits, Secret};
use crate::language::Language;
use crate::telemetry::LogFormat;

use super::bulk::BulkOptions;
use super::exit::Exit;
use super::number::{positive, within};
use super::open_files;

#[derive(clap::Args)]
pub(super) struct ServerOptions {
    /// Where terminals connect (mutual TLS); port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443", env = "SHIKAKU_TERMINAL_ADDR")]
    pub terminal_addr: SocketAddr,
    /// Where operators connect (plain HTTP); port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "SHIKAKU_OPERATOR_ADDR")]
    pub operator_addr: SocketAddr,
    /// Where searches by idToken alone go, as the real search host takes them: TLS without client certificates, the search path
    /// and nothing else; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "SHIKAKU_TOKEN_ADDR", help_heading = "Searches by token")]
    pub token_addr: Option<SocketAddr>,
    /// Seconds that the tokens of a login hold
    #[arg(long, value_name = "N", default_value_t = Limits::default().token.as_secs(), help_heading = "Searches by token",
        value_parser = within(1_u64, 86_400))]
    pub token_seconds: u64,
    /// Bearer token that operators must show; needed for an operator address other than loopback
    #[arg(long, value_name = "TOKEN", env = "SHIKAKU_OPERATOR_TOKEN", hide_env_values = true)]
    pub operator_token: Option<String>,
    /// How log lines look, on standard error
    #[arg(long, value_enum, default_value = "text", env = "SHIKAKU_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// Terminal connections open at once; fewer where the limit of open files is too low for them
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections,
        value_parser = positive)]
    pub max_connections: usize,
    /// Lookups by card number, and people of files, of one institution an hour that may find nobody; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = Limits::default().misses)]
    pub max_misses: usize,
    /// Leave work on files with questions about many people to other processes
    #[arg(long, help_heading = "Bulk files")]
    pub no_worker: bool,
    #[command(flatten)]
    pub bulk: BulkOptions,
}

impl ServerOptions {
    /// Returns the token that operators must show, if any.
    pub fn token(&self) -> Option<&str> {
        self.operator_token.as_deref().filter(|token| !token.is_empty())
    }

    pub fn config(&self, pki: PathBuf, secret: Secret) -> Result<Config, Exit> {
        let mut bulk = self.bulk.limits()?;
        if self.no_worker {
            bulk.workers = 0;
        }
        let usual = Limits::default();
        let of_tokens = self.token_addr.map_or(0, |_| usual.token_connections);
        Ok(Config {
            terminal_addr: self.terminal_addr,
            token_addr: self.token_addr,
            operator_addr: self.operator_addr,
            operator_token: self.token().map(str::to_owned),
            pki,
            secret,
            limits: Limits {
                connections: open_files::connections(self.max_connections, of_tokens)?,
                token: Duration::from_secs(self.token_seconds),
                misses: self.max_misses,
                bulk,
                ..usual
            },
        })
    }
}

/// The signals that a server in the foreground handles. Created before anything is started, so that a start can be interrupted
/// cleanly too.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub fn listen() -> Result<Self, Exit> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(Exit::environment)?,
            terminate: signal(SignalKind::terminate()).map_err(Exit::environment)?,
            hangup: signal(SignalKind::hangup()).map_err(Exit::environment)?,
        })
    }

    /// Waits for SIGINT or SIGTERM.
    pub async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for SIGINT or SIGTERM; meanwhile SIGHUP reloads certificates and CRL.
    pub async fn stop_or_reload(&mut self, app: &App) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {
                    // `reload` logs and counts its own failures, and keeps the old files in use.
                    let _ = app.reload();
                }
            }
        }
    }
}

/// Prints on standard output where the server listens. A closed pipe does not stop the server.
pub(super) fn announce(app: &App, pki: &Path, suggestion: Option<&OsStr>, language: Language) {
    let mut text = format!(
        "ready: terminals https://{} operator http://{} pki {}\n",
        app.terminal_addr(),
        app.operator_addr(),
        pki.display()
    )
    .into_bytes();
    if let Some(address) = app.token_addr() {
        let what = match language {
            Language::Ja => "idTokenだけの検索",
            Language::En => "searches by idToken alone",
        };
        text.extend(format!("{what}: https://{address}\n").into_bytes());
    }
    if let Some(command) = suggestion {
        text.extend([b"try: ", command.as_bytes(), b"\n"].concat());
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(&text).and_then(|()| out.flush());
}

//! A server in the foreground: options that `demo` and `serve` share, and signals.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::config::{Config, Limits, Secret};
use crate::telemetry::LogFormat;

use super::bulk::BulkOptions;
use super::exit::Exit;

#[derive(clap::Args)]
pub(super) struct ServerOptions {
    /// Where terminals connect (mutual TLS); port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443", env = "SHIKAKU_TERMINAL_ADDR")]
    pub terminal_addr: SocketAddr,
    /// Where operators connect (plain HTTP); port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "SHIKAKU_OPERATOR_ADDR")]
    pub operator_addr: SocketAddr,
    /// Bearer token that operators must show; needed for an operator address other than loopback
    #[arg(long, value_name = "TOKEN", env = "SHIKAKU_OPERATOR_TOKEN", hide_env_values = true)]
    pub operator_token: Option<String>,
    /// How log lines look, on standard error
    #[arg(long, value_enum, default_value = "text", env = "SHIKAKU_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// Terminal connections open at once
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
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
    pub fn config(&self, pki: PathBuf, secret: Secret) -> Result<Config, Exit> {
        let mut bulk = self.bulk.limits()?;
        if self.no_worker {
            bulk.workers = 0;
        }
        Ok(Config {
            terminal_addr: self.terminal_addr,
            operator_addr: self.operator_addr,
            operator_token: self.operator_token.clone().filter(|token| !token.is_empty()),
            pki,
            secret,
            limits: Limits { connections: self.max_connections, misses: self.max_misses, bulk, ..Limits::default() },
        })
    }
}

/// The signals that a server in the foreground listens to. Made before anything is started, so that a start can be
/// interrupted cleanly too.
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

    /// Waits for SIGINT or SIGTERM; meanwhile SIGHUP reads certificates and CRL anew.
    pub async fn stop_or_reload(&mut self, app: &App) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {
                    // A failed reload is logged and counted there, and the old files stay in use.
                    let _ = app.reload();
                }
            }
        }
    }
}

/// Says on standard output where the server is. Whoever has stopped reading does not stop the server.
pub(super) fn announce(app: &App, pki: &Path, suggestion: Option<&str>) {
    let mut out = std::io::stdout().lock();
    let line = format!(
        "ready: terminals https://{} operator http://{} pki {}",
        app.terminal_addr(),
        app.operator_addr(),
        pki.display()
    );
    let _ = writeln!(out, "{line}").and_then(|()| match suggestion {
        Some(command) => writeln!(out, "try: {command}"),
        None => Ok(()),
    });
}

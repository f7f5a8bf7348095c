//! A server in the foreground: options that `demo` and `serve` share, and signals.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::config::{Config, Limits, Secret};
use crate::telemetry::LogFormat;

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
}

impl ServerOptions {
    pub fn config(&self, pki: PathBuf, secret: Secret) -> Config {
        Config {
            terminal_addr: self.terminal_addr,
            operator_addr: self.operator_addr,
            operator_token: self.operator_token.clone().filter(|token| !token.is_empty()),
            pki,
            secret,
            limits: Limits { connections: self.max_connections, ..Limits::default() },
        }
    }
}

/// Serves until SIGINT or SIGTERM; SIGHUP reads certificates and CRL anew.
pub(super) async fn until_stopped(app: App) -> Result<(), Exit> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Exit::environment)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Exit::environment)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(Exit::environment)?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = hangup.recv() => {
                // A failed reload is logged and counted there, and the old files stay in use.
                let _ = app.reload();
            }
        }
    }
    app.stop().await;
    Ok(())
}

//! The configuration of a server.

mod bulk;
mod limits;
mod secret;

pub use bulk::BulkLimits;
pub use limits::Limits;
pub use secret::{Secret, SecretError};

use std::net::SocketAddr;
use std::path::PathBuf;

/// The addresses, files and bounds of a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the terminal listener (mutual TLS). Port 0 takes a free one.
    pub terminal_addr: SocketAddr,
    /// Address of the listener for searches by token alone (TLS without client certificates); None for no such listener. Port 0
    /// takes a free one.
    pub token_addr: Option<SocketAddr>,
    /// Address of the operator listener (plain HTTP). Port 0 takes a free one.
    pub operator_addr: SocketAddr,
    /// The bearer token of operators; without one only a loopback address is allowed.
    pub operator_token: Option<String>,
    /// Directory with `ca.pem`, `crl.pem`, `server.pem` and `server.key`.
    pub pki: PathBuf,
    /// The key of the log's hashes and of login tokens. Servers on one database share it.
    pub secret: Secret,
    /// Bounds on time, memory and queues.
    pub limits: Limits,
}

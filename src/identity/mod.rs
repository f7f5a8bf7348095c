//! Identifies the caller: the TLS listeners, and the way from a terminal's certificate to a [`VerifiedCaller`].
//!
//! Only this module makes a caller, so that code with a caller need not verify it again. Validity and revocation of the
//! certificate are checked at the handshake and again on every request; for a caller with a login token, the login's certificate
//! is checked.

mod caller;
pub mod card;
mod connection;
mod listener;
mod refused;
mod tls;
mod token;
mod trust;
mod trust_error;
mod verifier;

pub use caller::{Callers, VerifiedCaller};
pub(crate) use connection::{Findings, Scanner, Watched};
pub use connection::{Framing, Overloaded};
pub use listener::{Listener, serve};
pub use refused::CertificateRefused;
pub use token::{TokenError, Tokens};
pub use trust::Trust;
pub use trust_error::TrustError;

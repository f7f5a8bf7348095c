//! Who is calling: the TLS listeners, and the way from a terminal's certificate to a [`VerifiedCaller`].
//!
//! Only this module makes a caller, so that the code that has one need not ask again where it came from. Validity and revocation
//! of its certificate are judged at the handshake and again on every request; a caller known by the token of a login is judged by
//! the certificate of that login.

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
pub use refused::Refused;
pub use token::{TokenError, Tokens};
pub use trust::Trust;
pub use trust_error::TrustError;

//! Who is calling: the TLS listener, and the way from a terminal's certificate to a [`VerifiedCaller`].
//!
//! Only this module makes a caller, so that whoever has one need not ask again where it came from. Validity and revocation
//! are judged at the handshake and again on every request.

mod activity;
mod caller;
pub mod card;
mod connection;
mod flow;
mod listener;
mod refused;
mod tls;
mod token;
mod trust;
mod verifier;

pub use caller::VerifiedCaller;
pub use connection::Overloaded;
pub use listener::{Listener, serve};
pub use refused::Refused;
pub use token::{TokenError, Tokens};
pub use trust::{Trust, TrustError};

//! Who is calling: the TLS listeners, and the way from a terminal's certificate to a [`VerifiedCaller`].
//!
//! Only this module makes a caller, so that the code that has one need not ask again where it came from. Validity and revocation
//! of its certificate are judged at the handshake and again on every request; a caller known by the token of a login is judged by
//! the certificate of that login.

mod activity;
mod caller;
pub mod card;
mod connection;
mod flow;
mod frames;
mod framing;
mod http2;
mod linger;
mod listener;
mod refused;
mod remainder;
mod tls;
mod token;
mod trust;
mod verifier;
mod watched;

pub use caller::VerifiedCaller;
pub use connection::Overloaded;
pub use framing::Framing;
pub(crate) use framing::Scanner;
pub use listener::{Callers, Listener, serve};
pub use refused::Refused;
pub use token::{TokenError, Tokens};
pub use trust::{Trust, TrustError};
pub(crate) use watched::{Findings, Watched};

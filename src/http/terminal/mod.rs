//! Routes of terminals, one file an operation.

mod by_certificate;
mod challenges;
mod login;
pub(crate) mod message;
mod router;
mod search;
pub(crate) mod state;
mod trusted;

pub(crate) use router::document;
pub use router::router;
pub use search::router as token_router;
pub use state::TerminalParts;

//! Routes of terminals, one file for each operation.

mod by_certificate;
mod carry;
mod challenges;
mod login;
mod message;
mod router;
mod search;
mod state;
mod token;
mod trusted;

pub(super) use router::document;
pub use router::{router, token_router};
pub use state::TerminalState;

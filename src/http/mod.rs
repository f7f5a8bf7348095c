//! The HTTP edge: routes of terminals and of operators, one file for each operation, and the code that both share.
//!
//! Official messages go through [`exchange`](crate::exchange): this module makes an incoming message of a request, and a
//! response of the reply. [`error`] has all errors.

mod accept;
mod body;
mod content;
pub mod error;
mod media_type;
pub mod operator;
mod problem;
mod range;
mod request;
mod terminal;

pub use terminal::{TerminalState, router as terminal_router, token_router};

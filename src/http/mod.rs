//! The edge: routes of terminals and of operators, one file an operation, and what both need beside them.
//!
//! Official messages go through [`exchange`](crate::exchange): what stands here makes of a request what comes in there, and a response
//! of the reply. [`error`] is the one way of errors out.

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

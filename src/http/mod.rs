//! The edge: terminal routes and operator routes, one file an operation.

pub(crate) mod accept;
pub(crate) mod body;
pub(crate) mod content;
mod media_type;
pub mod operator;
pub(crate) mod problem;
pub(crate) mod range;
pub(crate) mod request;
pub(crate) mod terminal;

pub use terminal::{TerminalParts, router as terminal_router, token_router};

//! The edge: terminal routes and operator routes, one file an operation. [`error`] is the one error table.

mod body;
mod by_card;
mod by_certificate;
mod challenges;
pub mod error;
mod exchange;
mod login;
pub mod operator;
mod request;
mod terminal;

pub use terminal::{TerminalState, router as terminal_router};

//! The edge: terminal routes and operator routes, one file an operation. [`error`] is the one error table.

mod accept;
mod archive;
mod arrivals;
mod body;
mod bulk_fetch;
mod bulk_register;
mod by_card;
mod by_certificate;
mod challenges;
mod content;
pub mod error;
mod exchange;
mod fetches;
mod login;
mod media_type;
mod message;
pub mod operator;
mod pieces;
mod problem;
mod range;
mod reference_number;
mod request;
mod search;
mod terminal;

pub use arrivals::Arrivals;
pub use fetches::Fetches;
pub use search::router as token_router;
pub use terminal::{TerminalParts, router as terminal_router};

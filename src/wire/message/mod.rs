//! One file per message family, named after its query path.

pub mod by_card;
mod header;
pub mod unknown;

pub use header::{Processed, Refusal, date_text};

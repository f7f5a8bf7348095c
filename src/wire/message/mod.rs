//! One file per message family, named after its query path.

pub mod by_card;
pub mod by_certificate;
mod header;
#[cfg(test)]
mod order;
mod qualification;
pub mod record;
pub mod unknown;

pub use header::{Processed, Reference, Refusal, date_text};
pub use qualification::{Understood, refusal};

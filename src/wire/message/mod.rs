//! The official messages: one file per message family, named after its query path.

pub mod bulk_fetch;
pub mod bulk_register;
pub mod by_card;
pub mod by_certificate;
pub mod challenge;
pub mod entry;
mod header;
#[cfg(test)]
mod order_tests;
mod qualification;
pub mod record;
pub mod reference_number;
mod refused;
pub mod remark;
mod request;
#[cfg(test)]
mod request_tests;
mod table;
pub mod unit;

pub use header::{Processed, date_text};
pub use refused::Refusal;
pub use request::{Message, Understood};
pub use table::{MessageKind, refusal};

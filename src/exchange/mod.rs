//! One official message on its way, bytes in and bytes out. [`failure`] is the one error table.

mod archive;
mod arrivals;
pub(crate) mod bulk_fetch;
pub(crate) mod bulk_register;
pub(crate) mod by_card;
pub(crate) mod by_certificate;
pub mod failure;
mod fetches;
pub(crate) mod message;
mod pieces;
pub(crate) mod reference_number;

pub use arrivals::Arrivals;
pub use fetches::Fetches;

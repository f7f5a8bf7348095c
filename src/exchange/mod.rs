//! One official message on its way, bytes in and bytes out, whatever carries it.
//!
//! A carrier, such as [`http`](crate::http), makes an [`Incoming`] of what it receives, calls [`answer()`], and makes what it sends of
//! the [`Reply`]. [`answer()`] is the only way in: whatever has to see or change every message hangs on it. [`failure`] has the table
//! of errors.

mod admission;
mod answer;
mod archive;
mod arrivals;
mod bulk_fetch;
mod bulk_register;
mod by_card;
mod by_certificate;
pub mod failure;
mod fetches;
mod incoming;
mod message;
mod part;
mod parts;
mod pieces;
mod reference_number;
mod reply;
mod whole;

pub use admission::Admission;
pub use answer::answer;
pub use arrivals::Arrivals;
pub use fetches::Fetches;
pub use incoming::{Incoming, MessageBody, Packing};
pub use part::{Part, Span, Wanted};
pub use parts::Parts;
pub use pieces::Pieces;
pub use reply::{Content, Extent, Media, Reply, ResultContent};

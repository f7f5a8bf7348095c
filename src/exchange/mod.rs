//! Answers official messages, bytes in and bytes out, independent of what carries them.
//!
//! A carrier, such as [`http`](crate::http), makes an [`Incoming`] of what it receives, calls [`answer()`], and sends the
//! [`Reply`]. [`answer()`] is the only entry: code that must see or change every message belongs there. [`refused`] has the
//! table of errors.

mod admission;
mod answer;
mod archive;
mod arrivals;
mod bulk_fetch;
mod bulk_register;
mod by_card;
mod by_certificate;
mod chunks;
mod fetches;
mod incoming;
mod message;
mod part;
mod parts;
mod reference_number;
pub mod refused;
mod reply;
mod whole;

pub use admission::Admission;
pub use answer::answer;
pub use arrivals::Arrivals;
pub use chunks::Chunks;
pub use fetches::Fetches;
pub use incoming::{Incoming, MessageBody, Packing};
pub use part::{Part, Span, WantedBytes};
pub use parts::Parts;
pub use reply::{Content, Extent, Media, Reply, ResultContent};

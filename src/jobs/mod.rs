//! Background work: answers slices of batches under lease, and removes old results.
//!
//! Any number of processes work on one queue. A [`Worker`] takes the slice whose turn is next, answers it, and commits the result
//! together with its access-log records. If it dies, its lease runs out and another worker starts the slice again.

mod answer;
mod by_consent;
mod by_ticket;
mod expire;
mod worker;

pub use expire::{expire, expire_old};
pub use worker::{Work, Worker, Workers};

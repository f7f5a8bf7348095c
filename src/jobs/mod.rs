//! Background work: pieces of files are answered under lease, old results removed.
//!
//! Any number of processes work on one queue. A [`Worker`] takes the piece whose turn is next, answers it, and commits the result
//! together with its access-log records; if it dies, its lease runs out and another begins the piece anew.

mod answer;
mod by_consent;
mod by_ticket;
mod expire;
mod worker;

pub use expire::{expire, expire_old};
pub use worker::{Work, Worker, Workers};

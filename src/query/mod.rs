//! The query paths: facts, decision, access log. Knows no message format.
//!
//! Every path reads facts, decides, and waits until the access-log record is committed before it returns the answer.

mod access_log;
mod bulk_fetch;
mod bulk_register;
mod by_card;
mod by_certificate;
pub mod challenges;
mod coalesce;
mod directory;
mod log_key;
mod mismatch;
mod misses;
pub mod operator;
mod own;
mod reference_number;
mod turns;

pub use access_log::{AccessLog, note_shown};
pub use bulk_fetch::BulkFetch;
pub use bulk_register::{BulkRefused, BulkRegister, NewFile};
pub use by_card::ByCard;
pub use by_certificate::ByCertificate;
pub use challenges::{ChallengeRefused, Challenges};
pub use directory::Directory;
pub use log_key::LogKey;
pub use misses::Misses;
pub use own::{Asker, Own};
pub use reference_number::ReferenceNumbers;

use tracing::error;

use crate::store::StoreError;

/// Why a question got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too many questions are waiting.
    #[error("too many questions are waiting for the database")]
    Busy,
    /// The institution has asked about too many unknown people. It may ask about another one after this many seconds.
    #[error("too many lookups found nobody")]
    Misses(u64),
    /// The database did not answer.
    #[error("the database did not answer")]
    Unavailable,
    /// The database answered, but holds an illegal value.
    #[error("the database holds what it must not")]
    Inconsistent,
    /// The access log could not be written.
    #[error("the access log could not be written")]
    Log,
}

/// Turns an error of the store into what the caller is told, for all routes. Logs the error with the name of the statement, and
/// says whether another try can help.
pub fn failed(statement: &'static str) -> impl FnOnce(StoreError) -> QueryError {
    move |error| {
        error!(statement, error = %error, "the database failed");
        if error.is_inconsistency() { QueryError::Inconsistent } else { QueryError::Unavailable }
    }
}

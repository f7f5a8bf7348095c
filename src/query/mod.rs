//! The query paths: facts, decision, access log. Knows no message format.
//!
//! Every path reads facts, decides, and waits for the access-log record to be committed before it gives the answer out.

mod access_log;
mod by_card;
mod by_certificate;
pub mod challenges;
mod coalesce;
mod directory;

pub use access_log::{AccessLog, Asker};
pub use by_card::ByCard;
pub use by_certificate::ByCertificate;
pub use challenges::{ChallengeRefused, Challenges};
pub use directory::Directory;

/// Why a question got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too many questions are waiting.
    #[error("too many questions are waiting for the database")]
    Busy,
    /// The database did not answer.
    #[error("the database did not answer")]
    Unavailable,
    /// The access log could not be written.
    #[error("the access log could not be written")]
    Log,
}

//! The reasons why PKI files are refused.

use std::path::PathBuf;

/// The reason why the PKI files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file is missing or does not hold what it should.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason why it is refused.
        reason: String,
    },
    /// The new revocation list is older than the one in use.
    #[error("{}: its number is lower than that of the list in use", .0.display())]
    OlderList(PathBuf),
    /// The new revocation list has the number of the one in use, but other content.
    #[error("{}: it has the number of the list in use, and says something else; a new list has a higher number", .0.display())]
    OtherList(PathBuf),
}

//! What terminals and insurers send, and what they read: one file for each scenario. Nothing here does I/O.

pub mod bulk;
pub mod by_card;
pub mod by_card_number;
pub mod registrations;

use shikaku::domain::Format;

/// A message that is ready to send, and the format of its answer.
pub struct Message {
    /// The path of the terminal listener.
    pub path: String,
    /// The format of message and answer.
    pub format: Format,
    /// The bytes.
    pub body: Vec<u8>,
}

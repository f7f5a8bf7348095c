//! A message that comes in, whatever carries it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::identity::VerifiedCaller;
use crate::wire::message::MessageKind;
use crate::wire::{Format, Sent};

use super::failure::Failure;
use super::part::Part;

/// A message that comes in. Its carrier has made sure who calls, and has not read the body.
pub struct Incoming<B> {
    /// Which message it is; none if its id is unknown.
    pub kind: Option<MessageKind>,
    /// Who sends it.
    pub caller: Arc<VerifiedCaller>,
    /// The id that the answer, the access log and the audit have in common.
    pub request_id: Uuid,
    /// How its bytes are to be read.
    pub sent: Sent,
    /// The format in which the caller wants the answer.
    pub answer: Format,
    /// Whether the result of a file may come packed.
    pub packing: Packing,
    /// The part of the result of a file that the caller wants; none for all of it.
    pub part: Option<Part>,
    /// What the carrier found wrong, if anything: then the message is refused and the body stays unread.
    pub found: Option<Failure>,
    /// Its bytes.
    pub body: B,
}

/// The bytes of a message, which its carrier brings. They come only when they are asked for: bodies of callers who may not ask, and
/// files for which there is no room, are never read.
pub trait MessageBody: Send {
    /// The number of bytes that the carrier announces, if it does.
    ///
    /// # Errors
    /// If the body cannot be taken: it is announced to be longer than `most` bytes, or comes in a coding that is not taken.
    fn announced(&self, most: usize) -> Result<Option<usize>, Failure>;

    /// Reads the whole body, within the time `patience`.
    ///
    /// # Errors
    /// As for [`MessageBody::announced`]; if the body turns out to be longer than `most` bytes; if it does not come completely.
    fn read(self, most: usize, patience: Duration) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
}

/// Whether the result of a file may come packed as ZIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// It must not.
    Refused,
    /// It may if it is large.
    Permitted,
    /// It shall, whatever its size.
    Preferred,
}

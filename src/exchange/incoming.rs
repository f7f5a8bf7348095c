//! An incoming message, independent of its carrier.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::identity::VerifiedCaller;
use crate::wire::message::MessageKind;
use crate::wire::{Format, Sent};

use super::part::Part;
use super::refused::MessageRefused;

/// An incoming message. Its carrier has verified the caller and has not read the body.
pub struct Incoming<B> {
    /// The kind of message; None if its id is unknown.
    pub kind: Option<MessageKind>,
    /// The verified caller.
    pub caller: Arc<VerifiedCaller>,
    /// The id that the answer, the access log and the audit log share.
    pub request_id: Uuid,
    /// The declared format and character set of its bytes.
    pub sent: Sent,
    /// The format in which the caller wants the answer.
    pub answer: Format,
    /// Whether the result of a file may be packed.
    pub packing: Packing,
    /// The part of a result that the caller wants; None for all of it.
    pub part: Option<Part>,
    /// The fault that the carrier found, if any: the message is then refused and its body not read.
    pub found: Option<MessageRefused>,
    /// Its bytes, not read yet.
    pub body: B,
}

/// The bytes of a message. They are read only on demand: never for callers who may not ask, nor for files for which there is no
/// room.
pub trait MessageBody: Send {
    /// Returns the number of bytes that the carrier announces, if any.
    ///
    /// # Errors
    /// If more than `most` bytes are announced, or the body is compressed or otherwise encoded.
    fn announced(&self, most: usize) -> Result<Option<usize>, MessageRefused>;

    /// Reads the whole body within the time `patience`.
    ///
    /// # Errors
    /// As for [`MessageBody::announced`]; if the body is longer than `most` bytes; if it does not arrive completely and in
    /// time.
    fn read(self, most: usize, patience: Duration) -> impl Future<Output = Result<Vec<u8>, MessageRefused>> + Send;
}

/// Whether the result of a file may be packed as ZIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Never.
    Refused,
    /// If it is a large result in XML.
    Permitted,
    /// Always.
    Preferred,
}

//! A reply that goes out, whatever carries it.

use std::ops::Range;

use crate::domain::AnswerCharset;

use super::failure::Failure;
use super::pieces::Pieces;

/// A reply to a message, in official fields whether it answers or refuses.
pub struct Reply {
    /// Why the message is refused; none for an answer.
    pub failure: Option<Failure>,
    /// What the bytes are.
    pub media: Media,
    /// The bytes.
    pub content: Content,
}

/// What the bytes of a reply are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// XML in this character set.
    Xml(AnswerCharset),
    /// JSON, in UTF-8 always.
    Json,
    /// A ZIP that holds a file of this name.
    Zip(String),
}

/// The bytes of a reply.
pub enum Content {
    /// A whole message.
    Message(Vec<u8>),
    /// The result of a file, or a part of it.
    Result(Box<ResultContent>),
}

/// The result of a file, or a part of it. It is never in memory as a whole.
pub struct ResultContent {
    /// Its bytes, piece by piece.
    pub pieces: Pieces,
    /// What of the result it is; none if nobody knows beforehand how long the result will be.
    pub extent: Option<Extent>,
}

/// What of a result is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The size of the whole result, bytes.
    pub whole: usize,
    /// A strong validator: results with the same one are the same bytes.
    pub tag: String,
    /// The bytes that are sent, if not all of them; at least one.
    pub part: Option<Range<usize>>,
}

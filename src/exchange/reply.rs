//! A reply, independent of its carrier.

use std::ops::Range;

use crate::domain::AnswerCharset;

use super::chunks::Chunks;
use super::refused::MessageRefused;

/// A reply to a message, in official fields whether it answers or refuses.
pub struct Reply {
    /// The reason for a refusal; None for an answer.
    pub refused: Option<MessageRefused>,
    /// The media type of the bytes.
    pub media: Media,
    /// The bytes.
    pub content: Content,
}

/// The media type of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// XML in this character set.
    Xml(AnswerCharset),
    /// JSON, always in UTF-8.
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
    /// Its bytes, chunk by chunk.
    pub chunks: Chunks,
    /// The extent of what is sent; None if the length of the result is not known beforehand.
    pub extent: Option<Extent>,
}

/// The extent of what is sent of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The size of the whole result, in bytes.
    pub whole: usize,
    /// A strong validator: results with the same tag are the same bytes.
    pub tag: String,
    /// The bytes that are sent, at least one; None for all.
    pub part: Option<Range<usize>>,
}

//! A part of the result of a file.

use std::ops::Range;

/// A part of the result of a file. If `of` names the result that the caller has begun to fetch, it is a part of that one only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The bytes.
    pub span: Span,
    /// The tag of the result that the caller has begun to fetch, if the caller names it.
    pub of: Option<Vec<u8>>,
}

/// Bytes of a result, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From the first to the last, inclusive; the last may lie behind the end.
    Between(usize, usize),
    /// From this one to the end.
    From(usize),
    /// This many at the end.
    Last(usize),
}

/// The wanted bytes of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedBytes {
    /// All of it.
    Whole,
    /// These bytes; at least one.
    Part(Range<usize>),
    /// Bytes that the result does not have.
    Outside,
}

impl Part {
    /// Resolves the part for a result of `length` bytes with the tag `tag`. Returns the whole if the caller has begun to fetch
    /// another result.
    #[must_use]
    pub fn of_result(&self, length: usize, tag: &str) -> WantedBytes {
        if self.of.as_ref().is_some_and(|begun| begun != tag.as_bytes()) {
            return WantedBytes::Whole;
        }
        let bytes = match self.span {
            Span::Between(first, last) => first.min(length)..last.saturating_add(1).min(length),
            Span::From(first) => first.min(length)..length,
            Span::Last(count) => length - count.min(length)..length,
        };
        if bytes.is_empty() { WantedBytes::Outside } else { WantedBytes::Part(bytes) }
    }
}

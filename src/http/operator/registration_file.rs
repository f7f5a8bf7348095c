//! Reads the entries of a file of registrations within bounds.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::registration_entry;
use crate::domain::{InsurerNumber, NoticeContent, NoticeRefused, SentNotice};

/// The most entries of one request.
pub(super) const MOST: usize = 1000;

/// The size of an entry, in bytes: several times what one with every field has. So little of a body is ever in memory as a tree, which
/// takes up to a hundred times the room of its text.
const ENTRY: usize = 64 * 1024;

/// Reads the entries of a body, and of too many only one more than a request may have.
pub(super) fn first_entries<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Box<RawValue>>, D::Error> {
    struct First;
    impl<'de> Visitor<'de> for First {
        type Value = Vec<Box<RawValue>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a sequence")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
            let mut first = Vec::new();
            while first.len() <= MOST
                && let Some(entry) = source.next_element()?
            {
                first.push(entry);
            }
            while source.next_element::<IgnoredAny>()?.is_some() {}
            Ok(first)
        }
    }
    source.deserialize_seq(First)
}

/// Reads an entry. One that cannot be read is not kept; its size stands in its place.
pub(super) fn sent(text: &str, insurer: InsurerNumber, now: Timestamp) -> SentNotice {
    let unread = |reason: &str| SentNotice {
        id: None,
        read: Err(NoticeRefused::Malformed(reason.to_owned())),
        content: NoticeContent(format!("{{\"bytes\":{}}}", text.len())),
    };
    if text.len() > ENTRY {
        return unread("the entry is longer than 65,536 bytes; send one entry for each change");
    }
    let Ok(entry) = serde_json::from_str::<Value>(text) else {
        return unread(
            "the entry cannot be read: it is nested too deeply, or holds a number or a character that does not exist",
        );
    };
    SentNotice {
        id: registration_entry::id_of(&entry),
        read: registration_entry::read(&entry, insurer, now),
        // Members of objects are in the order of their names.
        content: NoticeContent(entry.to_string()),
    }
}

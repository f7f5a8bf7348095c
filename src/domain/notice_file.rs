//! Files of notices: entries as they were sent, and what became of each.

use jiff::Timestamp;
use jiff::civil::Date;

use super::coverage::{Coverage, Registration};
use super::notice::{Notice, NoticeRefused};

/// An entry as it was sent.
#[derive(Debug, Clone)]
pub struct SentNotice {
    /// The insurer's name of the entry, if it can be read.
    pub id: Option<String>,
    /// The entry in a form that is equal for equal entries.
    pub content: NoticeContent,
    /// What it says, or why that cannot be read.
    pub read: Result<Notice, NoticeRefused>,
}

/// The text of an entry. It may say anything about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeContent(pub String);

impl std::fmt::Debug for NoticeContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoticeContent({} bytes)", self.0.len())
    }
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// The registry has changed.
    Applied {
        /// The place of the person in [`CarriedOut::people`].
        person: usize,
        /// The coverage after the entry; if it was withdrawn, before. None of an entry about the person as a whole.
        coverage: Option<Box<Coverage>>,
        /// The instant from which on the registry says so.
        at: Timestamp,
    },
    /// The same entry was applied before, and nothing has changed.
    AppliedBefore,
    /// Nothing has changed, for this reason.
    Refused(NoticeRefused),
}

/// The outcome of a file.
#[derive(Debug)]
pub struct CarriedOut {
    /// The id of the file.
    pub file: i64,
    /// What became of each entry.
    pub outcomes: Vec<NoticeOutcome>,
    /// The people whom the entries are about, as they are after the whole file.
    pub people: Vec<NotedPerson>,
}

/// A person whom an entry is about.
#[derive(Debug)]
pub struct NotedPerson {
    /// The stable id.
    pub stable_id: String,
    /// 死亡日.
    pub died_on: Option<Date>,
    /// The registrations of all insurers.
    pub registrations: Vec<Registration>,
}

/// An entry as it was recorded.
#[derive(Debug)]
pub struct NoticeRecord {
    /// Its number in the order in which the entries of all insurers came.
    pub seq: i64,
    /// The number of the file with which it came.
    pub file: i64,
    /// Its number in that file, from 1.
    pub place: i32,
    /// The insurer's name of the entry, if it could be read.
    pub id: Option<String>,
    /// What became of it.
    pub state: NoticeState,
    /// When the file was carried out, domain time.
    pub received_at: Timestamp,
    /// The instant from which on the registry says so, if it was applied; if it was undone, said so.
    pub registered_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The entry as it was sent; none if it was applied before.
    pub content: Option<NoticeContent>,
}

/// What became of a recorded entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// The registry has changed.
    Applied,
    /// The same entry was applied before.
    AppliedBefore,
    /// Nothing has changed.
    Refused,
    /// It was applied, but a load of files changed or ended the person later. It may be applied again.
    Undone,
}

//! Notes about the amounts of an answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::limit::Note;

/// A note on the amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthlyNote {
    /// In English.
    pub english: String,
    /// In Japanese.
    pub japanese: String,
}

impl From<Note> for MonthlyNote {
    fn from(note: Note) -> Self {
        Self { english: note.english.to_owned(), japanese: note.japanese.to_owned() }
    }
}

//! A row of the table of errors.

/// One row of the table. The official codes are not public; these are ours, and docs/errors.md lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The error code.
    pub code: &'static str,
    /// What happened, in English.
    pub title: &'static str,
    /// What happened, in Japanese.
    pub message: &'static str,
}

pub(crate) const fn row(code: &'static str, title: &'static str, message: &'static str) -> Row {
    Row { code, title, message }
}

//! The stable ids of people in the fixture files, as operators name them.

/// Returns whether a person can have this id. PostgreSQL stores no NUL in a text, and fails if asked for one.
pub(super) fn can_be(text: &str) -> bool {
    !text.contains('\0')
}

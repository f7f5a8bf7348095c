//! The stable ids of people in the fixture files, as operators name them.

/// Whether a person can have this id at all: PostgreSQL keeps no NUL in a text, and fails when it is asked for one.
pub(super) fn can_be(text: &str) -> bool {
    !text.contains('\0')
}

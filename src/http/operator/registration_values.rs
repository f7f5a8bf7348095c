//! Reads single values of an entry that an insurer sends.

use crate::domain::NoticeRefused;

/// Adds the path of the field to the reason.
pub(super) fn of<T, E: std::fmt::Display>(path: &str, parsed: Result<T, E>) -> Result<T, NoticeRefused> {
    parsed.map_err(|reason| NoticeRefused::Malformed(format!("{path}: {reason}")))
}

/// Reads a value of a code table.
pub(super) fn coded<T>(
    path: &str,
    text: &str,
    parse: fn(&str) -> Option<T>,
    known: &'static str,
) -> Result<T, NoticeRefused> {
    of(path, parse(text).ok_or(known))
}

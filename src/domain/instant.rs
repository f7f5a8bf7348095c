//! Instants as RFC 3339 writes them: 2026-11-22T09:30:15+09:00.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::language::Japanese;

/// A text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an instant of the form 2026-11-22T09:30:15+09:00")]
pub struct InstantError;

impl Japanese for InstantError {
    fn japanese(&self) -> Cow<'static, str> {
        "時点は2026-11-22T09:30:15+09:00のように書きます".into()
    }
}

/// Reads an instant in the form of RFC 3339: with `Z` or an offset, and without the name of a time zone.
///
/// # Errors
/// If it is written otherwise or does not exist.
pub fn parse_instant(text: &str) -> Result<Timestamp, InstantError> {
    // A parser of more forms would take an instant with the name of a time zone too.
    let plain = (20..=40).contains(&text.len()) && text.as_bytes()[10].eq_ignore_ascii_case(&b'T') && !text.contains('[');
    let parsed = if plain { text.parse().ok() } else { None };
    parsed.ok_or(InstantError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_a_day_a_time_and_an_offset() {
        for text in ["2026-11-22T09:30:15+09:00", "2026-11-22T00:30:15Z", "2026-11-21T19:30:15.000-05:00"] {
            assert_eq!(parse_instant(text).unwrap().to_string(), "2026-11-22T00:30:15Z", "{text}");
        }
        for text in [
            "2026-11-22",
            "2026-11-22T09:30:15",
            "2026-11-22 09:30:15+09:00",
            "2026-02-30T09:30:15Z",
            "R8.11.22T09:30:15Z",
            "",
        ] {
            assert_eq!(parse_instant(text), Err(InstantError), "{text}");
        }
        assert_eq!(parse_instant("2026-11-22T09:30:15+09:00[Asia/Tokyo]"), Err(InstantError));
    }
}

//! A part of a result, as RFC 9110 (section 14) asks for it: one range of bytes, and only of the result that the caller has begun with.

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// What of a result is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes; at least one.
    Part(Range<usize>),
    /// Bytes that it does not have.
    Outside,
}

/// What the headers want of a result of `length` bytes with the strong validator `tag`. What is no range of bytes, or several, means
/// the whole; so does `If-Range` with another validator.
pub(crate) fn wanted(headers: &HeaderMap, length: usize, tag: &str) -> Wanted {
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else { return Wanted::Whole };
    let unchanged = headers.get(header::IF_RANGE).is_none_or(|validator| validator.as_bytes() == tag.as_bytes());
    match range.to_str().ok().filter(|_| unchanged).and_then(|range| part(range, length)) {
        None => Wanted::Whole,
        Some(part) if part.is_empty() => Wanted::Outside,
        Some(part) => Wanted::Part(part),
    }
}

/// The bytes that a range means; empty where the result has none of them, none where it means nothing.
fn part(range: &str, length: usize) -> Option<Range<usize>> {
    let (unit, range) = range.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim_matches([' ', '\t']).split_once('-')?;
    match (first, last) {
        ("", suffix) => Some(length - number(suffix)?.min(length)..length),
        (first, "") => Some(number(first)?.min(length)..length),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| first.min(length)..last.saturating_add(1).min(length))
        }
    }
}

/// A number of digits alone; one that is too large is as good as the largest.
fn number(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        wanted(&headers, 1000, "\"tag\"")
    }

    #[test]
    fn one_range_of_bytes_is_a_part() {
        for (range, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-499", 0..500),
            ("bytes=500-", 500..1000),
            ("bytes=999-", 999..1000),
            ("bytes=-1", 999..1000),
            ("bytes=-1000", 0..1000),
            ("bytes=-99999999999999999999999", 0..1000),
            ("bytes=200-99999999999999999999999", 200..1000),
            ("BYTES= 7-8 ", 7..9),
        ] {
            assert_eq!(of(range), Wanted::Part(part), "{range}");
        }
    }

    #[test]
    fn what_the_result_does_not_have_is_outside() {
        for range in ["bytes=1000-", "bytes=1000-1001", "bytes=99999999999999999999999-", "bytes=-0"] {
            assert_eq!(of(range), Wanted::Outside, "{range}");
        }
    }

    #[test]
    fn anything_else_means_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-",
            "bytes=+1-2",
            "bytes=0-1,5-6",
            "lines=0-1",
            "bytes 0-1",
        ] {
            assert_eq!(of(range), Wanted::Whole, "{range}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(wanted(&headers, 1000, "\"tag\""), Wanted::Whole);
        headers.append(header::RANGE, "bytes=0-1".parse().unwrap());
        headers.append(header::RANGE, "bytes=5-6".parse().unwrap());
        assert_eq!(wanted(&headers, 1000, "\"tag\""), Wanted::Whole);
    }

    #[test]
    fn another_validator_means_the_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=5-6".parse().unwrap());
        for (validator, expected) in [
            ("\"tag\"", Wanted::Part(5..7)),
            ("\"other\"", Wanted::Whole),
            ("W/\"tag\"", Wanted::Whole),
            ("Sun, 22 Nov 2026 00:30:15 GMT", Wanted::Whole),
        ] {
            headers.insert(header::IF_RANGE, validator.parse().unwrap());
            assert_eq!(wanted(&headers, 1000, "\"tag\""), expected, "{validator}");
        }
    }
}

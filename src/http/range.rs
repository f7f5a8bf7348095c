//! Reads which part of a result is wanted (RFC 9110 section 14): one range of bytes, which may be bound to the result that the
//! caller has begun to fetch.
//!
//! RFC 9110 defines ranges for GET alone. Fetching a result with POST is safe and idempotent too, so that ranges have the same
//! meaning here.

use axum::http::{HeaderMap, header};

use crate::exchange::{Part, Span};

/// Returns the part that the headers ask for; None unless they hold exactly one well-formed range of bytes.
pub(super) fn part(headers: &HeaderMap) -> Option<Part> {
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else { return None };
    let mut validators = headers.get_all(header::IF_RANGE).iter();
    let of = validators.next();
    // A result has only one validator.
    if validators.any(|other| Some(other) != of) {
        return None;
    }
    Some(Part { span: span(range.to_str().ok()?)?, of: of.map(|validator| validator.as_bytes().to_vec()) })
}

/// Parses a range of bytes.
fn span(range: &str) -> Option<Span> {
    let (unit, range) = range.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim_matches([' ', '\t']).split_once('-')?;
    match (first, last) {
        ("", suffix) => Some(Span::Last(number(suffix)?)),
        (first, "") => Some(Span::From(number(first)?)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Span::Between(first, last))
        }
    }
}

/// Parses plain digits; a number that is too large counts as the largest.
fn number(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::WantedBytes;

    /// Returns what the headers want of a result of 1000 bytes.
    fn wanted(headers: &HeaderMap) -> WantedBytes {
        part(headers).map_or(WantedBytes::Whole, |part| part.of_result(1000, "\"tag\""))
    }

    fn of(range: &str) -> WantedBytes {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        wanted(&headers)
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
            assert_eq!(of(range), WantedBytes::Part(part), "{range}");
        }
    }

    #[test]
    fn what_the_result_does_not_have_is_outside() {
        for range in ["bytes=1000-", "bytes=1000-1001", "bytes=99999999999999999999999-", "bytes=-0"] {
            assert_eq!(of(range), WantedBytes::Outside, "{range}");
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
            assert_eq!(of(range), WantedBytes::Whole, "{range}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(wanted(&headers), WantedBytes::Whole);
        headers.append(header::RANGE, "bytes=0-1".parse().unwrap());
        headers.append(header::RANGE, "bytes=5-6".parse().unwrap());
        assert_eq!(wanted(&headers), WantedBytes::Whole);
    }

    #[test]
    fn another_validator_means_the_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=5-6".parse().unwrap());
        for (validator, expected) in [
            ("\"tag\"", WantedBytes::Part(5..7)),
            ("\"other\"", WantedBytes::Whole),
            ("W/\"tag\"", WantedBytes::Whole),
            ("Sun, 22 Nov 2026 00:30:15 GMT", WantedBytes::Whole),
        ] {
            headers.insert(header::IF_RANGE, validator.parse().unwrap());
            assert_eq!(wanted(&headers), expected, "{validator}");
        }
        headers.insert(header::IF_RANGE, "\"tag\"".parse().unwrap());
        headers.append(header::IF_RANGE, "\"other\"".parse().unwrap());
        assert_eq!(wanted(&headers), WantedBytes::Whole, "one of two");
    }
}

//! Reads instants of the command line, and writes them.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::clock::{in_tokyo, system_now, tokyo_date};
use crate::domain::parse_instant;
use crate::language::Bilingual;

/// The years that can be asked about. Any other instant is a typing error.
const YEARS: RangeInclusive<i16> = 1900..=2999;

/// Reads an instant such as 2026-12-01T09:00:00+09:00.
pub(super) fn instant(text: &str) -> Result<Timestamp, Bilingual> {
    let at = parse_instant(text).map_err(Bilingual::from)?;
    if YEARS.contains(&tokyo_date(at).year()) {
        return Ok(at);
    }
    Err(("must lie within the years 1900 to 2999", "1900年から2999年までの時点を指定してください").into())
}

/// Reads an instant that does not lie in the future.
pub(super) fn past_instant(text: &str) -> Result<Timestamp, Bilingual> {
    let (at, now) = (instant(text)?, system_now());
    if at <= now {
        return Ok(at);
    }
    let now = written(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let english = format!("lies after the present, {now}; leave it out, or give an instant up to the present");
    Err((english, format!("現在（{now}）より後です。指定しないか、現在までの時点を指定してください")).into())
}

/// Writes an instant as in Tokyo.
pub(super) fn written(at: Timestamp) -> String {
    format!("{}+09:00", in_tokyo(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn instants_of_other_centuries_are_refused() {
        assert_eq!(written(instant("2999-12-31T23:59:59+09:00").unwrap()), "2999-12-31T23:59:59+09:00");
        for text in ["1899-12-31T23:59:59+09:00", "3000-01-01T00:00:00+09:00", "9999-12-30T21:59:59Z"] {
            assert!(instant(text).unwrap_err().to_string().contains("1900 to 2999"), "{text}");
        }
        assert!(instant("2026-12-01").unwrap_err().to_string().contains("2026-11-22T09:30:15+09:00"));
    }

    #[test]
    fn the_future_is_refused_in_both_languages() {
        let now = system_now();
        assert_eq!(past_instant(&now.to_string()).unwrap(), now);
        let later = now + jiff::SignedDuration::from_mins(1);
        let reason = past_instant(&later.to_string()).unwrap_err();
        assert!(reason.text(Language::En).starts_with("lies after the present, 2"), "{reason}");
        assert!(reason.text(Language::Ja).contains("より後です"), "{reason}");
    }
}

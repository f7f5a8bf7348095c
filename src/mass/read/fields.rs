//! Takes the fields of a row one by one, in the order of the columns, and collects their faults.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::domain::{CopayRatio, Period, RegisteredDays, Yen, parse_date, stable_id};
use crate::language::{Bilingual, Language};
use crate::mass::kind::Kind;

use super::faults::Faults;
use super::row::Row;

/// A file of the directory, and the days that it may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub path: &'a Path,
    pub kind: Kind,
    pub days: RegisteredDays,
    /// The person whom the rows are about; empty if they are about nobody.
    pub person: &'a str,
}

impl Place<'_> {
    /// Puts the person before a reason.
    fn named(&self, reason: impl Into<Bilingual>) -> Bilingual {
        let reason = reason.into();
        match stable_id(self.person) {
            Err(_) => reason,
            Ok(id) => {
                let (english, japanese) = (reason.text(Language::En), reason.text(Language::Ja));
                (format!("person {id}: {english}"), format!("人物{id}: {japanese}")).into()
            }
        }
    }
}

/// The fields of a row that were not taken yet.
pub(super) struct Fields<'a> {
    place: Place<'a>,
    row: &'a Row,
    next: usize,
    faults: &'a mut Faults,
}

impl<'a> Fields<'a> {
    pub fn of(place: Place<'a>, row: &'a Row, faults: &'a mut Faults) -> Self {
        Self { place, row, next: 0, faults }
    }

    /// Reports a fault of the row.
    pub fn fault(&mut self, reason: impl Into<Bilingual>) {
        self.faults.push(self.place.path, self.row.line, || self.place.named(reason));
    }

    /// Reports a fault of the field that was taken last.
    pub fn fault_here(&mut self, reason: impl Into<Bilingual>) {
        let column = self.place.kind.columns()[self.next - 1];
        let of_column = || self.place.named(reason.into().map(|reason| format!("`{column}`: {reason}")));
        self.faults.push(self.place.path, self.row.line, of_column);
    }

    /// Returns whether the field that was taken last is not empty, legible or not.
    pub fn was_given(&self) -> bool {
        !self.row.field(self.next - 1).is_empty()
    }

    /// Takes a field as it is; an empty text if it is empty.
    pub fn raw(&mut self) -> &'a str {
        self.next += 1;
        self.row.field(self.next - 1)
    }

    /// Takes fields that must be empty. `because` says of which rows they are.
    pub fn empty(&mut self, fields: usize, because: (&'static str, &'static str)) {
        for _ in 0..fields {
            if !self.raw().is_empty() {
                self.fault_here(because);
            }
        }
    }

    /// Takes a field that may be empty.
    pub fn maybe<T, E: Into<Bilingual>>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.raw();
        if text.is_empty() {
            return None;
        }
        parse(text).map_err(|reason| self.fault_here(reason)).ok()
    }

    /// Takes a field that must not be empty.
    pub fn require<T, E: Into<Bilingual>>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.raw();
        if text.is_empty() {
            self.fault_here(("must not be empty", "空にできません"));
            return None;
        }
        parse(text).map_err(|reason| self.fault_here(reason)).ok()
    }

    /// Takes a code that may be left out.
    pub fn maybe_code<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
        wanted: (&'static str, &'static str),
    ) -> Option<T> {
        self.maybe(|text| parse(text).ok_or(wanted))
    }

    /// Takes a code.
    pub fn code<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>, wanted: (&'static str, &'static str)) -> Option<T> {
        self.require(|text| parse(text).ok_or(wanted))
    }

    /// Takes a date.
    pub fn date(&mut self) -> Option<Date> {
        let days = self.place.days;
        self.require(|text| day(text, days, false))
    }

    /// Takes a date that may be left out.
    pub fn maybe_date(&mut self) -> Option<Date> {
        let days = self.place.days;
        self.maybe(|text| day(text, days, false))
    }

    /// Takes the last day of something, which may be left out.
    pub fn maybe_last_date(&mut self) -> Option<Date> {
        let days = self.place.days;
        self.maybe(|text| day(text, days, true))
    }

    /// Takes the first and the last day of a period.
    pub fn period(&mut self) -> Option<Period> {
        let days = self.place.days;
        let (from, through) = (self.date(), self.require(|text| day(text, days, true)));
        Period::new(from?, through?).map_err(|reason| self.fault(reason)).ok()
    }

    /// Takes an instant that may be left out.
    pub fn maybe_instant(&mut self) -> Option<Timestamp> {
        let days = self.place.days;
        self.maybe(|text| instant(text, days))
    }

    /// Takes an instant.
    pub fn instant(&mut self) -> Option<Timestamp> {
        let days = self.place.days;
        self.require(|text| instant(text, days))
    }

    /// Takes `1` or `0`.
    pub fn flag(&mut self) -> bool {
        let parse = |text: &str| match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        };
        self.code(parse, ("must be 1 or 0", "1か0を書いてください")).unwrap_or_default()
    }

    /// Takes a share in tenths.
    pub fn wari(&mut self) -> Option<CopayRatio> {
        self.code(wari, ("must be 1, 2 or 3", "1、2、3のどれかを書いてください"))
    }

    /// Takes a share in tenths that may be left out.
    pub fn maybe_wari(&mut self) -> Option<CopayRatio> {
        self.maybe_code(wari, ("must be 1, 2 or 3", "1、2、3のどれかを書いてください"))
    }

    /// Takes an amount that may be left out.
    pub fn maybe_yen(&mut self, most: Yen) -> Option<Yen> {
        self.maybe(|text| yen(text, most))
    }

    /// Takes an amount.
    pub fn yen(&mut self, most: Yen) -> Option<Yen> {
        self.require(|text| yen(text, most))
    }

    /// Takes the place of a coverage among `coverages` of the person, and returns it from 0.
    pub fn coverage(&mut self, coverages: usize) -> Option<usize> {
        self.require(|text| {
            let place = whole(text).and_then(|place| usize::try_from(place).ok());
            let place = place.and_then(|place| place.checked_sub(1)).filter(|place| *place < coverages);
            place.ok_or_else(|| {
                (
                    format!("must be the place of one of the person's {coverages} coverages, from 1"),
                    format!("この人の{coverages}件の資格のうちの番号（1から）を書いてください"),
                )
            })
        })
    }
}

fn wari(text: &str) -> Option<CopayRatio> {
    whole(text).and_then(|tenths| CopayRatio::from_tenths(i64::try_from(tenths).ok()?))
}

fn yen(text: &str, most: Yen) -> Result<Yen, (String, String)> {
    let yen = whole(text).map(Yen::new).filter(|yen| *yen <= most);
    yen.ok_or_else(|| (format!("must be 0 to {most} yen, without commas"), format!("0〜{most}円です（桁区切りなし）")))
}

/// Reads digits.
pub(super) fn whole(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Reads a day that a registration can have; `open` tells whether it may be the one that stands for an open end.
fn day(text: &str, days: RegisteredDays, open: bool) -> Result<Date, Bilingual> {
    let day = match date(text) {
        Some(day) => day,
        // As the program itself writes dates, but not in the calendar.
        None if text.len() == 10 && matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]) => {
            return Err(
                ("must be a day of the calendar such as 2026-12-01", "実在する日を2026-12-01の形で書いてください").into()
            );
        }
        // As people write dates, such as S23.7.29.
        None => parse_date(text).map_err(Bilingual::from)?,
    };
    if days.contains(day) || (open && day == RegisteredDays::OPEN) {
        return Ok(day);
    }
    let (first, last) = (RegisteredDays::FIRST, days.last());
    Err((format!("must lie between {first} and {last}"), format!("{first}から{last}までの日を書いてください")).into())
}

fn date(text: &str) -> Option<Date> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let digits = |digits: &[u8]| {
        digits.iter().try_fold(0i16, |sum, digit| Some(sum * 10 + i16::from(digit.is_ascii_digit().then(|| digit - b'0')?)))
    };
    let (month, day) = (digits(&[e, f])?, digits(&[g, h])?);
    Date::new(digits(&[a, b, c, d])?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn instant(text: &str, days: RegisteredDays) -> Result<Timestamp, Bilingual> {
    let shaped = text.is_ascii() && text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
    let instant = if shaped { text.parse::<Timestamp>().ok() } else { None };
    // The database holds millionths.
    let Some(instant) = instant.filter(|instant| instant.subsec_nanosecond() % 1_000 == 0) else {
        return Err((
            "must be an instant in UTC such as 2026-11-30T15:00:00Z, with at most six digits after the second",
            "UTCの時刻を2026-11-30T15:00:00Zの形で書いてください（秒の小数は6桁まで）",
        )
            .into());
    };
    let day = Offset::constant(9).to_datetime(instant).date();
    if days.contains(day) {
        return Ok(instant);
    }
    let (first, last) = (RegisteredDays::FIRST, days.last());
    Err((format!("must lie between {first} and {last}"), format!("{first}から{last}までの時刻を書いてください")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> RegisteredDays {
        RegisteredDays::seen_on(jiff::civil::date(2026, 12, 1))
    }

    #[test]
    fn days_are_those_of_the_calendar_within_their_bounds() {
        for text in ["1868-01-01", "2024-02-29", "2126-12-01"] {
            assert_eq!(day(text, days(), false).unwrap().to_string(), text);
        }
        assert!(day("9999-12-31", days(), true).is_ok());
        for text in ["S23.7.29", "昭和２３年７月２９日", "1948/7/29"] {
            assert_eq!(day(text, days(), false).unwrap().to_string(), "1948-07-29", "{text}");
        }
        for (text, reason) in [
            ("1867-12-31", "must lie between 1868-01-01 and 2126-12-01"),
            ("2126-12-02", "must lie between"),
            ("9999-12-31", "must lie between"),
            ("2026-02-29", "must be a day of the calendar"),
            ("+026-02-03", "must be a day"),
        ] {
            let found = day(text, days(), false).unwrap_err().to_string();
            assert!(found.starts_with(reason), "{text} {found}");
        }
    }

    #[test]
    fn instants_are_in_utc() {
        let read = |text: &str| instant(text, days());
        assert_eq!(read("2026-11-30T15:00:00Z").unwrap().to_string(), "2026-11-30T15:00:00Z");
        assert_eq!(read("2026-11-30T15:00:00.000001Z").unwrap().to_string(), "2026-11-30T15:00:00.000001Z");
        for text in ["2026-11-30T15:00:00", "2026-11-30T15:00:00+09:00", "2026-11-30", "2026-11-30T15:00:00.0000001Z"] {
            assert!(read(text).unwrap_err().to_string().contains("in UTC"), "{text}");
        }
        assert!(read("1867-01-01T00:00:00Z").unwrap_err().to_string().contains("must lie between"));
    }

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!((whole("0"), whole("0012"), whole("123456789012345")), (Some(0), Some(12), Some(123_456_789_012_345)));
        for text in ["", "+1", "-1", "1.0", "1,000", "１", "1234567890123456"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}

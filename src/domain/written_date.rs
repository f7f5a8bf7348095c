//! Dates as people write them: 2026-12-01, 2026年12月1日, S23.7.29, 昭和23年7月29日, in any width.

use std::borrow::Cow;

use jiff::civil::{Date, date};
use unicode_normalization::UnicodeNormalization;

use crate::language::Japanese;

/// 元号: an era, from its first day until the next begins.
struct Era {
    letter: char,
    kanji: &'static str,
    /// The first day, on which the year is 元年.
    begins: Date,
    /// The last day, inclusive. 明治 and 大正 end on the day on which the next era begins: both names are right on that day.
    ends: Date,
}

/// The eras since 明治 (元号法, 平成31年政令143号 and the edicts before them).
const ERAS: [Era; 5] = [
    Era { letter: 'M', kanji: "明治", begins: date(1868, 10, 23), ends: date(1912, 7, 30) },
    Era { letter: 'T', kanji: "大正", begins: date(1912, 7, 30), ends: date(1926, 12, 25) },
    Era { letter: 'S', kanji: "昭和", begins: date(1926, 12, 25), ends: date(1989, 1, 7) },
    Era { letter: 'H', kanji: "平成", begins: date(1989, 1, 8), ends: date(2019, 4, 30) },
    Era { letter: 'R', kanji: "令和", begins: date(2019, 5, 1), ends: Date::MAX },
];

/// The first day of the present calendar: 明治6年1月1日 (明治5年太政官布告337号).
const CALENDAR: Date = date(1873, 1, 1);

/// The reason why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrittenDateError {
    /// It has another form.
    #[error("a date is written 2026-12-01, R8.12.1 or 令和8年12月1日")]
    Form,
    /// The year has fewer than four digits and no era.
    #[error(
        "the year is ambiguous: write its era before it (M, T, S, H or R, such as R8.12.1), or four digits (2026-12-01)"
    )]
    NoEra,
    /// There is no such day.
    #[error("there is no such day; a date is written 2026-12-01, R8.12.1 or 令和8年12月1日")]
    NoDay,
    /// The day lies outside of its era.
    #[error("{written} lies outside of its era; write {right} or {day}")]
    OutsideEra {
        /// The date as it was written, in short form.
        written: String,
        /// The same day in its own era.
        right: String,
        /// The same day.
        day: Date,
    },
    /// The calendar was another one.
    #[error(
        "{0} lies before 明治6年1月1日 (1873-01-01), when the present calendar began; days were counted by another calendar before: \
         write the day of the present calendar, such as 1868-10-23"
    )]
    OldCalendar(String),
}

impl Japanese for WrittenDateError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Form => "日付は2026-12-01、R8.12.1、令和8年12月1日のように書きます".into(),
            Self::NoEra => {
                "年が曖昧です。R8.12.1のように元号（M、T、S、H、R）を付けるか、2026-12-01のように4桁で書いてください".into()
            }
            Self::NoDay => "その日はありません。日付は2026-12-01、R8.12.1、令和8年12月1日のように書きます".into(),
            Self::OutsideEra { written, right, day } => {
                format!("{written}はその元号の日ではありません。{right}または{day}と書いてください").into()
            }
            Self::OldCalendar(written) => format!(
                "{written}は明治6年1月1日（1873-01-01）の改暦より前で、暦が今と違います。1868-10-23のように今の暦の日付を\
                 書いてください"
            )
            .into(),
        }
    }
}

/// Reads a date as people write it: with a year of four digits (2026-12-01, 2026/12/1, 2026.12.1, 2026年12月1日), or of an era
/// (R8.12.1, r08-12-01, R081201, 令8.12.1, 令和元年5月1日). Width and blanks do not matter. 1912-07-30 and 1926-12-25 may be written
/// in either of their two eras.
///
/// # Errors
/// See [`WrittenDateError`].
pub fn parse_date(text: &str) -> Result<Date, WrittenDateError> {
    // NFKD turns ㍼ into 昭和 and digits of full width into ASCII.
    let text: String = text.nfkd().filter(|c| !c.is_whitespace()).collect();
    let (era, rest) = match era_of(&text) {
        Some((era, rest)) => (Some(era), rest),
        None => (None, text.as_str()),
    };
    let [year, month, day] = parts(rest, era.is_some()).ok_or(WrittenDateError::Form)?;
    let number = |digits: &str| digits.parse::<i16>().map_err(|_| WrittenDateError::Form);
    let (month, day) = (number(month)?, number(day)?);
    let in_month = |year: i16| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(year, month, day).ok().filter(|day| day.year() > 0)
    };
    let Some(era) = era else {
        return match year.len() {
            4 => in_month(number(year)?).ok_or(WrittenDateError::NoDay),
            _ => Err(WrittenDateError::NoEra),
        };
    };
    let of_era = if year == "元" { 1 } else { number(year)? };
    if of_era == 0 || year.len() > 3 {
        return Err(WrittenDateError::NoDay);
    }
    let written = format!("{}{of_era}.{month}.{day}", era.letter);
    // Years of 明治 before the sixth had other months: their days cannot be looked up here.
    let calendar_year = era.begins.year() + of_era - 1;
    if calendar_year < CALENDAR.year() {
        return Err(WrittenDateError::OldCalendar(written));
    }
    let found = in_month(calendar_year).ok_or(WrittenDateError::NoDay)?;
    if (era.begins..=era.ends).contains(&found) {
        return Ok(found);
    }
    Err(WrittenDateError::OutsideEra { written, right: short(found), day: found })
}

/// Writes a day from 1873 on in short form, in the later of two eras that meet on it.
fn short(day: Date) -> String {
    let era = ERAS.iter().rfind(|era| era.begins <= day).unwrap_or(&ERAS[0]);
    format!("{}{}.{}.{}", era.letter, day.year() - era.begins.year() + 1, day.month(), day.day())
}

/// Takes the era from the front of a text.
fn era_of(text: &str) -> Option<(&'static Era, &str)> {
    ERAS.iter().find_map(|era| {
        let first = &era.kanji[..era.kanji.len() / 2];
        let letters = [era.letter, era.letter.to_ascii_lowercase()];
        let rest =
            text.strip_prefix(era.kanji).or_else(|| text.strip_prefix(first)).or_else(|| text.strip_prefix(letters))?;
        Some((era, rest))
    })
}

/// Splits year, month and day: digits with one mark between them, or 年月日; of an era, also six digits alone.
fn parts(text: &str, of_era: bool) -> Option<[&str; 3]> {
    let digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if of_era && text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some([&text[..2], &text[2..4], &text[4..]]);
    }
    let split = |marks: [char; 2]| {
        let (year, rest) = text.split_once(marks[0])?;
        let (month, day) = rest.split_once(marks[1])?;
        Some([year, month, day])
    };
    let [year, month, day] =
        split(['年', '月']).or_else(|| ['-', '/', '.', '・'].into_iter().find_map(|mark| split([mark, mark])))?;
    let day = if text.contains('月') { day.strip_suffix('日').unwrap_or(day) } else { day };
    let short = |part: &str| digits(part) && part.len() <= 2;
    let whole = (digits(year) || (of_era && year == "元")) && short(month) && short(day);
    whole.then_some([year, month, day])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse_date(text) {
            Ok(day) => day.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_first_and_last_days_of_eras() {
        for (text, day) in [
            // 明治: the present calendar begins with its sixth year.
            ("M6.1.1", "1873-01-01"),
            ("M45.7.29", "1912-07-29"),
            ("M45.7.30", "1912-07-30"),
            ("T1.7.30", "1912-07-30"),
            ("T1.7.31", "1912-07-31"),
            ("T15.12.24", "1926-12-24"),
            ("T15.12.25", "1926-12-25"),
            ("S1.12.25", "1926-12-25"),
            ("S1.12.31", "1926-12-31"),
            ("S2.1.1", "1927-01-01"),
            ("S64.1.7", "1989-01-07"),
            ("H1.1.8", "1989-01-08"),
            ("H31.4.30", "2019-04-30"),
            ("R1.5.1", "2019-05-01"),
        ] {
            assert_eq!(read(text), day, "{text}");
        }
    }

    #[test]
    fn one_day_in_many_forms() {
        for text in [
            "1948-07-29",
            "1948/7/29",
            "1948.07.29",
            "1948年7月29日",
            "S23.7.29",
            "s23.07.29",
            "S23/7/29",
            "S23-07-29",
            "S230729",
            "昭和23年7月29日",
            "昭23.7.29",
            "㍼23年7月29日",
            "昭和２３年７月２９日",
            "Ｓ２３．７．２９",
            "昭和 23 年 7 月 29 日",
            "昭和　２３年　７月２９日",
            "S23・7・29",
            "1948年7月29",
        ] {
            assert_eq!(read(text), "1948-07-29", "{text}");
        }
        for text in ["令和元年5月1日", "令元.5.1", "R1.5.1", "R01.05.01", "㋿元年5月1日"] {
            assert_eq!(read(text), "2019-05-01", "{text}");
        }
        assert_eq!(read("R08.04.01"), "2026-04-01");
        assert_eq!(read("R8.2.28"), "2026-02-28");
        assert_eq!(read("9999-12-31"), "9999-12-31");
    }

    #[test]
    fn a_day_outside_of_its_era_is_told_in_its_own() {
        for (text, right) in [
            ("S64.1.8", "H1.1.8 or 1989-01-08"),
            ("昭和65年1月1日", "H2.1.1 or 1990-01-01"),
            ("H31.5.1", "R1.5.1 or 2019-05-01"),
            ("H1.1.7", "S64.1.7 or 1989-01-07"),
            ("R1.4.30", "H31.4.30 or 2019-04-30"),
            ("S1.12.24", "T15.12.24 or 1926-12-24"),
            ("T1.7.29", "M45.7.29 or 1912-07-29"),
            ("M45.7.31", "T1.7.31 or 1912-07-31"),
            ("T15.12.26", "S1.12.26 or 1926-12-26"),
        ] {
            let said = read(text);
            assert!(said.ends_with(&format!("lies outside of its era; write {right}")), "{text}: {said}");
        }
        assert!(read("S64.1.8").starts_with("S64.1.8 lies"));
        let japanese = parse_date("H31.5.1").unwrap_err().japanese().into_owned();
        assert_eq!(japanese, "H31.5.1はその元号の日ではありません。R1.5.1または2019-05-01と書いてください");
    }

    #[test]
    fn days_of_the_old_calendar_are_refused() {
        for text in ["M5.12.31", "明治5年12月2日", "明治元年10月23日", "M1.1.1"] {
            let said = read(text);
            assert!(said.contains("another calendar before") && said.contains("1873-01-01"), "{text}: {said}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_impossible_is_refused() {
        for text in ["01.2.3", "23.7.29", "8-4-1", "23年7月29日"] {
            assert!(read(text).contains("the year is ambiguous"), "{text}: {}", read(text));
        }
        for text in ["S23.2.30", "R8.2.29", "2026-02-29", "R8.13.1", "R8.0.1", "R0.5.1", "0000-01-01"] {
            assert!(read(text).contains("no such day"), "{text}: {}", read(text));
        }
        for text in [
            "",
            "S",
            "昭和",
            "S23",
            "S23.7",
            "S23.7.29.1",
            "20260401",
            "S2307290",
            "X23.7.29",
            "昭和23年7月29日生",
            "R-8.4.1",
            "R8.4.+1",
            "元年5月1日",
            "1948-7月29日",
            "S23.007.29",
            "R8,4,1",
        ] {
            assert!(read(text).starts_with("a date is written"), "{text}: {}", read(text));
        }
    }
}

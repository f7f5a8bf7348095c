//! Months of treatment (診療月).

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::language::Japanese;

/// 診療月: a civil month, from 0001-01 to 9999-12, without time zone. Later months are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// The text is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written YYYY-MM, such as 2026-08")]
pub struct MonthError;

impl Japanese for MonthError {
    fn japanese(&self) -> Cow<'static, str> {
        "月は2026-08のように書きます".into()
    }
}

impl Month {
    /// Makes a month that the program itself knows, such as one of the law.
    ///
    /// # Panics
    /// If `month` is outside 1 to 12 or `year` outside 1 to 9999; in a constant, at compile time.
    #[must_use]
    pub const fn new(year: i16, month: i8) -> Self {
        assert!(1 <= year && year <= 9999 && 1 <= month && month <= 12);
        Self { year, month }
    }

    /// Reads `2026-08`.
    ///
    /// # Errors
    /// If the text has another form or does not name a month.
    pub fn parse(text: &str) -> Result<Self, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(MonthError);
        }
        let (year, month): (i16, i8) = (year.parse().map_err(|_| MonthError)?, month.parse().map_err(|_| MonthError)?);
        if year == 0 || !(1..=12).contains(&month) {
            return Err(MonthError);
        }
        Ok(Self { year, month })
    }

    /// Returns the month of `day`.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year().max(1), month: day.month() }
    }

    /// Returns its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.year, self.month, 1)
    }

    /// Returns its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// Returns the month before it; 0001-01 stays.
    #[must_use]
    pub fn previous(self) -> Self {
        match self {
            Self { year: 1, month: 1 } => self,
            Self { year, month: 1 } => Self { year: year - 1, month: 12 },
            Self { year, month } => Self { year, month: month - 1 },
        }
    }

    /// Returns the month after it; 9999-12 stays.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self { year: 9999, month: 12 } => self,
            Self { year, month: 12 } => Self { year: year + 1, month: 1 },
            Self { year, month } => Self { year, month: month + 1 },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_is_read() {
        assert_eq!(Month::parse("2026-08"), Ok(Month::new(2026, 8)));
        for text in ["", "2026", "2026-8", "2026-13", "2026-00", "0000-01", "202608", "2026-08-01", "+202-08", "２０２６-08"]
        {
            assert_eq!(Month::parse(text), Err(MonthError), "{text}");
        }
    }

    #[test]
    fn ends() {
        assert_eq!(Month::new(2028, 2).last_day(), jiff::civil::date(2028, 2, 29));
        assert_eq!(Month::new(2026, 12).last_day(), jiff::civil::date(2026, 12, 31));
    }

    #[test]
    fn neighbours() {
        assert_eq!(Month::new(2026, 12).next(), Month::new(2027, 1));
        assert_eq!(Month::new(2026, 7).next().to_string(), "2026-08");
        assert_eq!(Month::new(2027, 1).previous(), Month::new(2026, 12));
        assert_eq!(Month::new(2026, 8).previous(), Month::new(2026, 7));
        assert!(Month::new(2026, 12) < Month::new(2027, 1));
    }
}

//! Birth dates, and ages as the law counts them.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::language::Japanese;

/// 生年月日: a date from 1860-01-01 through 9699-12-31 (nobody older can be insured; every age can be computed from it).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BirthDate(Date);

/// The date is before 1860, or too far in the future to compute ages from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a birth date lies between 1860 and 9699")]
pub struct BirthDateError;

impl Japanese for BirthDateError {
    fn japanese(&self) -> Cow<'static, str> {
        "生年月日は1860年から9699年までです".into()
    }
}

impl BirthDate {
    /// # Errors
    /// If `date` is before 1860-01-01 or after 9699-12-31.
    pub fn new(date: Date) -> Result<Self, BirthDateError> {
        if (1860..=9699).contains(&date.year()) { Ok(Self(date)) } else { Err(BirthDateError) }
    }

    /// Returns the date.
    #[must_use]
    pub fn date(self) -> Date {
        self.0
    }

    /// Returns the day at the end of which the person reaches `age` by law: the day before the birthday (年齢計算ニ関スル法律;
    /// 民法143条). Born on 29 February: 28 February in every year, a reading of ours.
    #[must_use]
    pub fn reaches(self, age: u8) -> Date {
        let year = self.0.year() + i16::from(age);
        match Date::new(year, self.0.month(), self.0.day()) {
            Ok(birthday) => birthday.yesterday().expect("years after 1860 have a day before"),
            Err(_) => Date::new(year, 2, 28).expect("28 February exists in every year"),
        }
    }

    /// Returns the birthday on which the person turns `age`. Born on 29 February: 1 March in common years, a reading of ours.
    #[must_use]
    pub fn birthday(self, age: u8) -> Date {
        self.reaches(age).tomorrow().expect("years below 9999 have a day after")
    }

    /// Returns the age in completed years on the morning of `day`: the number of birthdays up to `day`, inclusive; 0 before
    /// birth.
    #[must_use]
    pub fn age_on(self, day: Date) -> u8 {
        let years = (day.year() - self.0.year()).clamp(0, 200);
        let years = u8::try_from(years).expect("clamped to 200");
        if self.birthday(years) <= day { years } else { years.saturating_sub(1) }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(withheld)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn born(year: i16, month: i8, day: i8) -> BirthDate {
        BirthDate::new(date(year, month, day)).unwrap()
    }

    #[test]
    fn an_age_is_reached_on_the_day_before_the_birthday() {
        assert_eq!(born(2020, 4, 1).reaches(6), date(2026, 3, 31));
        assert_eq!(born(2020, 4, 2).reaches(6), date(2026, 4, 1));
        assert_eq!(born(1951, 1, 1).reaches(75), date(2025, 12, 31));
    }

    #[test]
    fn leap_day_children_by_our_reading() {
        assert_eq!(born(1952, 2, 29).reaches(75), date(2027, 2, 28));
        assert_eq!(born(1952, 2, 29).reaches(76), date(2028, 2, 28));
        assert_eq!(born(1952, 2, 29).birthday(75), date(2027, 3, 1));
    }

    #[test]
    fn age_changes_on_the_birthday() {
        assert_eq!(born(1951, 11, 22).age_on(date(2026, 11, 21)), 74);
        assert_eq!(born(1951, 11, 22).age_on(date(2026, 11, 22)), 75);
        assert_eq!(born(2026, 11, 22).age_on(date(2026, 11, 1)), 0);
    }
}

//! Periods of days.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::language::Japanese;

/// A span of civil days, both ends inclusive; `from` never lies after `through`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Date,
    through: Date,
}

/// The first day is after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the first day of a period lies after its last")]
pub struct PeriodError;

impl Japanese for PeriodError {
    fn japanese(&self) -> Cow<'static, str> {
        "期間の初日が末日より後です".into()
    }
}

impl Period {
    /// # Errors
    /// If `from` is after `through`.
    pub fn new(from: Date, through: Date) -> Result<Self, PeriodError> {
        if from <= through { Ok(Self { from, through }) } else { Err(PeriodError) }
    }

    /// Returns the first day, inclusive.
    #[must_use]
    pub fn from(self) -> Date {
        self.from
    }

    /// Returns the last day, inclusive.
    #[must_use]
    pub fn through(self) -> Date {
        self.through
    }

    /// Returns whether `day` is in the period.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.through
    }

    /// Returns whether the two periods share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.through && other.from <= self.through
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_ends_belong_to_it() {
        let year = Period::new(date(2025, 8, 1), date(2026, 7, 31)).unwrap();
        assert!(year.contains(date(2025, 8, 1)) && year.contains(date(2026, 7, 31)));
        assert!(!year.contains(date(2025, 7, 31)) && !year.contains(date(2026, 8, 1)));
        assert_eq!(Period::new(date(2026, 8, 1), date(2026, 7, 31)), Err(PeriodError));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let before = Period::new(date(2025, 8, 1), date(2026, 7, 31)).unwrap();
        let after = Period::new(date(2026, 8, 1), date(2027, 7, 31)).unwrap();
        assert!(!before.overlaps(after) && before.overlaps(before));
    }
}

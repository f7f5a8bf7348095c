//! The days that a registration can have.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The days that a registration can have: from the first of Meiji to a hundred years ahead. People who were born before are not
/// insured any more, and later days are slips of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisteredDays {
    last: Date,
}

impl RegisteredDays {
    /// The first day.
    pub const FIRST: Date = date(1868, 1, 1);
    /// Stands for an end that is open.
    pub const OPEN: Date = date(9999, 12, 31);

    /// Returns the days that a registration of `today` can have.
    #[must_use]
    pub fn seen_on(today: Date) -> Self {
        Self { last: today.saturating_add(100.years()) }
    }

    /// Returns the last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.last
    }

    /// Returns whether `day` is one of them. An open end is not.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        (Self::FIRST..=self.last).contains(&day)
    }
}

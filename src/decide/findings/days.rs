//! Days and periods of a registration, and the age group on them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{Coverage, Period, Scheme};
use crate::rules::elderly::{elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::{Ages, tables};
use crate::rules::scheme::late_elderly_begins;

/// Returns the days from `from` through `through`, both inclusive; None if `from` is after `through`.
pub(super) fn days(from: Date, through: Date) -> Option<Period> {
    Period::new(from, through).ok()
}

/// Returns the day before `day`.
pub(super) fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// Cuts `period` at each day on which another table or another age begins.
pub(super) fn stretches(coverage: &Coverage, period: Period) -> Vec<Period> {
    let birth = coverage.identity.birth_on;
    let starts: BTreeSet<Date> = tables()
        .iter()
        .map(|table| table.from.first_day())
        .chain([period.from(), elderly_begins(birth), late_elderly_begins(birth)])
        .filter(|day| period.contains(*day))
        .collect();
    let ends = starts.iter().skip(1).map(|next| before(*next)).chain([period.through()]);
    starts.iter().zip(ends).filter_map(|(from, through)| days(*from, through)).collect()
}

/// Returns whether the coverage is one of 後期高齢者医療.
pub(super) fn is_late_elderly(coverage: &Coverage) -> bool {
    coverage.key.insurer.scheme() == Scheme::LateElderly
}

/// Returns the age group whose bands apply to a person with this coverage on `day`.
pub(in crate::decide) fn ages_on(coverage: &Coverage, day: Date) -> Ages {
    if is_late_elderly(coverage) {
        Ages::LateElderly
    } else if is_elderly(coverage.identity.birth_on, day) {
        Ages::From70To74
    } else if day > elderly_ends(coverage.identity.birth_on) {
        // A person who stays in the old scheme by mistake has a finding of its own.
        Ages::From70
    } else {
        Ages::Under70
    }
}

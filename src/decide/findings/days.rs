//! Days and periods of a registration, and whose bands hold on them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{Coverage, Period, Scheme};
use crate::rules::elderly::{elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::{Ages, tables};
use crate::rules::scheme::late_elderly_begins;

/// The days from `from` to `through`; none if there are none.
pub(super) fn days(from: Date, through: Date) -> Option<Period> {
    Period::new(from, through).ok()
}

/// The day before `day`.
pub(super) fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// `period` cut where another table or another age begins.
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

/// Whether the coverage is of 後期高齢者医療.
pub(super) fn is_late_elderly(coverage: &Coverage) -> bool {
    coverage.key.insurer.scheme() == Scheme::LateElderly
}

/// Whose bands hold for somebody with this coverage on `day`.
pub(in crate::decide) fn ages_on(coverage: &Coverage, day: Date) -> Ages {
    if is_late_elderly(coverage) {
        Ages::LateElderly
    } else if is_elderly(coverage.identity.birth_on, day) {
        Ages::From70To74
    } else if day > elderly_ends(coverage.identity.birth_on) {
        // Whoever stays in the old scheme by mistake has a contradiction of its own.
        Ages::From70
    } else {
        Ages::Under70
    }
}

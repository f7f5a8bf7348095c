//! Findings: 一部負担金割合 of 後期高齢者医療 that did not exist yet, lasts too long, or changes in the middle of a month.

use jiff::civil::{Date, date};

use super::days::{before, days};
use super::finding::Finding;
use crate::decide::registered::Registered;
use crate::domain::{CopayRatio, Coverage, DatedRatio};
use crate::rules::late_elderly::{self, CHANGES_WITH_THE_MONTH, JUDGED_YEARLY};

/// Returns the findings of the registered ratios.
pub(super) fn ratios(coverage: &Coverage) -> Vec<Finding> {
    let mut found = Vec::new();
    for dated in &coverage.ratios {
        found.extend(before_two(dated));
        found.extend(over_a_year(dated));
        found.extend(changed_in_mid_month(coverage, dated));
    }
    found
}

fn before_two(dated: &DatedRatio) -> Option<Finding> {
    let days = days(dated.period.from(), before(late_elderly::TWO_SINCE).min(dated.period.through()))?;
    let wrong = dated.ratio == CopayRatio::Two;
    wrong.then(|| Finding::new(Registered::Ratio(dated.ratio), days, late_elderly::BEFORE_TWO))
}

fn soft(dated: &DatedRatio, from: Date, through: Date, rule: crate::rules::Rule) -> Option<Finding> {
    let finding = Finding::new(Registered::Ratio(dated.ratio), days(from, through)?, rule);
    Some(Finding { soft: true, ..finding })
}

fn over_a_year(dated: &DatedRatio) -> Option<Finding> {
    let (from, through) = (dated.period.from(), dated.period.through());
    let next_august = date(if from.month() < 8 { from.year() } else { from.year().checked_add(1)? }, 8, 1);
    soft(dated, next_august, through, JUDGED_YEARLY)
}

/// Returns a finding if a ratio follows a different one and does not begin on a 1st. The first ratio of a coverage begins with
/// it.
fn changed_in_mid_month(coverage: &Coverage, dated: &DatedRatio) -> Option<Finding> {
    let from = dated.period.from();
    let earlier = coverage.ratios.iter().filter(|other| other.period.through() < from);
    let last = earlier.max_by_key(|other| other.period.through()).filter(|last| last.ratio != dated.ratio)?;
    let finding = soft(dated, from, from.last_of_month().min(dated.period.through()), CHANGES_WITH_THE_MONTH)?;
    let mid_month = from.day() != 1;
    mid_month.then_some(Finding { beside: Some(Registered::Ratio(last.ratio)), ..finding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::findings::tests::{found, late_elderly, period};

    fn covered(entries: &[(CopayRatio, Date, Date)]) -> Coverage {
        let entry = |(ratio, from, through): &_| DatedRatio { period: period(*from, *through), ratio: *ratio };
        Coverage { ratios: entries.iter().map(entry).collect(), ..late_elderly(date(1940, 1, 1), date(2015, 1, 10)) }
    }

    #[test]
    fn a_ratio_holds_from_august_to_july() {
        use CopayRatio::One;
        assert_eq!(found(&covered(&[(One, date(2025, 8, 1), date(2026, 7, 31))])), []);
        let year = |from, through| [("late-elderly-ratio-year", from, through)];
        let long = covered(&[(One, date(2025, 8, 1), date(2026, 8, 1))]);
        assert_eq!(found(&long), year(date(2026, 8, 1), date(2026, 8, 1)));
        let short_but_across = covered(&[(One, date(2026, 7, 31), date(2027, 7, 31))]);
        assert_eq!(found(&short_but_across), year(date(2026, 8, 1), date(2027, 7, 31)));
        assert!(ratios(&long)[0].soft);
        // Days before the coverage do not count.
        let from_the_start = covered(&[(One, date(2014, 8, 1), date(2015, 7, 31))]);
        assert_eq!(found(&from_the_start), []);
    }

    #[test]
    fn a_ratio_changes_with_the_month() {
        use CopayRatio::{One, Three};
        let change = |day: Date, ratio| {
            covered(&[(One, date(2026, 8, 1), day.yesterday().unwrap()), (ratio, day, date(2027, 7, 31))])
        };
        let mid_month = change(date(2026, 10, 15), Three);
        assert_eq!(found(&mid_month), [("late-elderly-ratio-month", date(2026, 10, 15), date(2026, 10, 31))]);
        let finding = &ratios(&mid_month)[0];
        assert!(finding.soft);
        assert_eq!(finding.registered_japanese(), "一部負担金割合3割と一部負担金割合1割");
        assert_eq!(found(&change(date(2026, 11, 1), Three)), []);
        assert_eq!(found(&change(date(2026, 10, 31), Three)).len(), 1);
        // Another entry of the same ratio is not a change.
        assert_eq!(found(&change(date(2026, 10, 15), One)), []);
        // The first ratio begins with the coverage, on any day.
        assert_eq!(found(&covered(&[(Three, date(2015, 1, 10), date(2015, 7, 31))])), []);
    }
}

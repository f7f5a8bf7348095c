//! Findings: entries of one kind on the same days that contradict each other.

use super::days::days;
use super::finding::Finding;
use crate::decide::message_rules::ONE_AT_A_TIME;
use crate::decide::registered::Registered;
use crate::domain::{Coverage, Period};

/// Returns the pairs of entries of one kind that differ on the same days.
pub(super) fn overlaps(coverage: &Coverage) -> Vec<Finding> {
    let ratios = coverage.ratios.iter().map(|dated| (dated.period, Registered::Ratio(dated.ratio))).collect();
    let elderly = coverage.elderly.iter().map(|card| (card.period, Registered::Elderly(card.ratio))).collect();
    let limits = coverage.limits.iter().map(|limit| (limit.period, Registered::Category(limit.category))).collect();
    let sorts: [Vec<(Period, Registered)>; 3] = [ratios, elderly, limits];
    sorts.iter().flat_map(|entries| overlaps_of(entries)).collect()
}

fn overlaps_of(entries: &[(Period, Registered)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, (period, what)) in entries.iter().enumerate() {
        for (other, other_what) in entries.iter().skip(place + 1).filter(|(_, other)| other != what) {
            let both = days(period.from().max(other.from()), period.through().min(other.through()));
            let finding = |days| Finding { beside: Some(*other_what), ..Finding::new(*what, days, ONE_AT_A_TIME) };
            found.extend(both.map(finding));
        }
    }
    found
}

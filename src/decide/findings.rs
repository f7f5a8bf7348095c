//! Findings: where a registration contradicts the law; one file for each part of a registration.

mod card_class;
mod certificates;
mod days;
mod death;
mod finding;
mod held;
mod overlaps;
mod ratios;
mod scheme;
mod specific_disease;

use jiff::civil::Date;

use crate::domain::{Coverage, Period};

use days::{before, days};

pub(super) use days::ages_on;
pub use finding::Finding;
pub use held::{Held, Holder};

/// Returns the contradictions between `coverage` and the law, in the order of its parts, and between it and what else is known of its
/// `holder`, whose coverages may include itself. A coverage without a loss is judged until `as_of`, inclusive. Certificates count
/// only on the days of the coverage, because no answer shows them on others.
#[must_use]
pub fn findings(coverage: &Coverage, holder: &Holder<'_>, as_of: Date) -> Vec<Finding> {
    let coverage = &within_coverage(coverage);
    let mut found = scheme::scheme(coverage, as_of);
    found.extend(held::beside_others(coverage, holder.coverages, as_of));
    found.extend(death::death(coverage, holder.died_on, as_of));
    found.extend(card_class::card_class(coverage, as_of));
    found.extend(ratios::ratios(coverage));
    found.extend(certificates::elderly(coverage));
    for limit in &coverage.limits {
        found.extend(certificates::limit(coverage, limit));
    }
    for certificate in &coverage.specific_diseases {
        found.extend(specific_disease::specific_disease(coverage, certificate, as_of));
    }
    found.extend(overlaps::overlaps(coverage));
    found
}

/// Returns the coverage with every certificate cut to its days.
fn within_coverage(coverage: &Coverage) -> Coverage {
    let last = coverage.loss.map_or(Date::MAX, |loss| before(loss.on));
    let cut = |period: Period| days(period.from().max(coverage.acquired_on), period.through().min(last));
    let mut coverage = coverage.clone();
    coverage.ratios.retain_mut(|entry| cut(entry.period).map(|period| entry.period = period).is_some());
    coverage.elderly.retain_mut(|entry| cut(entry.period).map(|period| entry.period = period).is_some());
    coverage.limits.retain_mut(|entry| cut(entry.period).map(|period| entry.period = period).is_some());
    coverage.specific_diseases.retain_mut(|entry| cut(entry.period).map(|period| entry.period = period).is_some());
    coverage
}

#[cfg(test)]
pub(super) mod tests;

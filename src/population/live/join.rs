//! Lets a member come into a scheme, with what its insurer issues from the first day on.

use jiff::civil::Date;

use crate::domain::{Coverage, Relationship};
use crate::population::people::confirmation;

use super::home::{Home, When};
use super::means;

/// Registers a new coverage of a member, with its ratio and certificates.
pub(super) fn join(home: &mut Home<'_>, member: usize, mut coverage: Coverage, when: When) {
    means::certify(home, member, &mut coverage);
    if home.members[member].person.cards.is_empty() {
        coverage.card = confirmation(coverage.key.insurer.scheme(), coverage.acquired_on, coverage.acquired_on);
    }
    home.gain(member, coverage, when);
}

/// Lets a member join the national health insurance of the municipality from a day on.
pub(super) fn join_national_health(home: &mut Home<'_>, member: usize, on: Date, when: When) {
    let Some(key) = home.national_health(member) else { return };
    let first = home.living().iter().all(|other| *other >= member);
    let relationship = if first { Relationship::Insured } else { Relationship::Dependant };
    if let Some(coverage) = home.coverage(member, key, Some(relationship), on) {
        join(home, member, coverage, when);
    }
}

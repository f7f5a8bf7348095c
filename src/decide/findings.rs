//! What contradicts the law in what insurers registered, a file for each part of a registration.

mod card_class;
mod certificates;
mod held;
mod ratios;
mod scheme;
mod specific_disease;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{Coverage, Period, Scheme};
use crate::rules::Rule;
use crate::rules::elderly::{elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::{Ages, tables};
use crate::rules::scheme::late_elderly_begins;

use super::message_rules::ONE_AT_A_TIME;
use super::part::Part;
use super::registered::Registered;

pub use held::Held;

/// A contradiction between what an insurer registered and the law, or within the registration. Answers follow the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub part: Part,
    /// What was registered.
    pub registered: Registered,
    /// What else was registered that contradicts it, where the two contradict each other.
    pub beside: Option<Registered>,
    /// The days on which it contradicts, both inclusive.
    pub days: Period,
    /// Whether it goes on after the last of them, which is only the day until which was judged.
    pub open: bool,
    /// Whether it only looks like a contradiction: the rule has exceptions that a registration does not show, or is a reading of ours.
    pub soft: bool,
    /// The rule that says otherwise.
    pub rule: Rule,
}

impl Finding {
    fn new(registered: Registered, days: Period, rule: Rule) -> Self {
        Self { part: registered.part(), registered, beside: None, days, open: false, soft: false, rule }
    }

    /// What was registered, in few words of English.
    #[must_use]
    pub fn registered_english(&self) -> String {
        let beside = self.beside.map(|other| format!(" and {}", other.english()));
        format!("{}{}", self.registered.english(), beside.unwrap_or_default())
    }

    /// What was registered, in few words of Japanese.
    #[must_use]
    pub fn registered_japanese(&self) -> String {
        let beside = self.beside.map(|other| format!("と{}", other.japanese()));
        format!("{}{}", self.registered.japanese(), beside.unwrap_or_default())
    }
}

/// What contradicts the law in `coverage`, in the order of its parts, and what it contradicts among the coverages `held` by the
/// same person, itself among them or not. A coverage without a loss is judged until `as_of`.
/// Certificates count on the days of the coverage only, because no answer shows them on others.
#[must_use]
pub fn findings(coverage: &Coverage, held: &[Held], as_of: Date) -> Vec<Finding> {
    let coverage = &within_coverage(coverage);
    let mut found = scheme::scheme(coverage, as_of);
    found.extend(held::beside_others(coverage, held, as_of));
    found.extend(card_class::card_class(coverage, as_of));
    found.extend(ratios::ratios(coverage));
    found.extend(certificates::elderly(coverage));
    for limit in &coverage.limits {
        found.extend(certificates::limit(coverage, limit));
    }
    for certificate in &coverage.specific_diseases {
        found.extend(specific_disease::specific_disease(coverage, certificate, as_of));
    }
    found.extend(overlaps(coverage));
    found
}

/// The coverage with every certificate cut to its days.
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

fn is_late_elderly(coverage: &Coverage) -> bool {
    coverage.key.insurer.scheme() == Scheme::LateElderly
}

/// Whose bands hold for somebody with this coverage on `day`.
pub(super) fn ages_on(coverage: &Coverage, day: Date) -> Ages {
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

/// The days from `from` to `through`; none if there are none.
fn days(from: Date, through: Date) -> Option<Period> {
    Period::new(from, through).ok()
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// Adds a finding, to the last one where it only goes on.
fn add(found: &mut Vec<Finding>, finding: Finding) {
    let goes_on = |last: &&mut Finding| last.rule == finding.rule && last.days.through() == before(finding.days.from());
    match found.last_mut().filter(goes_on) {
        Some(last) => last.days = days(last.days.from(), finding.days.through()).unwrap_or(last.days),
        None => found.push(finding),
    }
}

/// `period` cut where another table or another age begins.
fn stretches(coverage: &Coverage, period: Period) -> Vec<Period> {
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

/// Two entries of one sort on the same days that do not say the same.
fn overlaps(coverage: &Coverage) -> Vec<Finding> {
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

#[cfg(test)]
pub(super) mod tests;

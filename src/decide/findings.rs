use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{CopayRatio, Coverage, LimitCertificate, LimitKind, Month, Period, Scheme};
use crate::rules::elderly::{self, elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::{Ages, BandError, BandName, band, table_of, tables};
use crate::rules::registered_category::{
    MEAL_REDUCTION, agrees_with_ratio, category_rule_on, follows_ratio_rule_on, is_low_income,
};
use crate::rules::scheme::{LATE_ELDERLY_AT_75, LATE_ELDERLY_FROM_65, late_elderly_begins, late_elderly_earliest};
use crate::rules::{Rule, late_elderly};

use super::message_rules::ONE_AT_A_TIME;
use super::part::Part;
use super::registered::Registered;

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
    /// The rule that says otherwise.
    pub rule: Rule,
}

impl Finding {
    fn new(registered: Registered, days: Period, rule: Rule) -> Self {
        Self { part: registered.part(), registered, beside: None, days, open: false, rule }
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

/// What contradicts the law in `coverage`, in the order of its parts. A coverage without a loss is judged until `as_of`.
/// Certificates count on the days of the coverage only, because no answer shows them on others.
#[must_use]
pub fn findings(coverage: &Coverage, as_of: Date) -> Vec<Finding> {
    let coverage = &within_coverage(coverage);
    let mut found: Vec<Finding> = scheme(coverage, as_of).into_iter().collect();
    found.extend(ratios(coverage));
    found.extend(elderly_certificates(coverage));
    for limit in &coverage.limits {
        found.extend(category(coverage, limit));
        found.extend(category_and_ratio(coverage, limit));
        found.extend(kind(limit));
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

fn scheme(coverage: &Coverage, as_of: Date) -> Option<Finding> {
    let birth = coverage.identity.birth_on;
    let from = coverage.acquired_on;
    let through = coverage.loss.map_or(as_of, |loss| before(loss.on));
    let (days, rule) = if is_late_elderly(coverage) {
        (days(from, before(late_elderly_earliest(birth)).min(through)), LATE_ELDERLY_FROM_65)
    } else if coverage.key.insurer.scheme().insures_below_75() {
        (days(late_elderly_begins(birth).max(from), through), LATE_ELDERLY_AT_75)
    } else {
        // 医療扶助 goes on at any age: its recipients are left out of 後期高齢者医療 (高齢者の医療の確保に関する法律51条).
        return None;
    };
    let days = days?;
    let open = coverage.loss.is_none() && days.through() == as_of;
    Some(Finding { open, ..Finding::new(Registered::Scheme(coverage.key.insurer.scheme()), days, rule) })
}

fn ratios(coverage: &Coverage) -> impl Iterator<Item = Finding> {
    coverage.ratios.iter().filter(|dated| dated.ratio == CopayRatio::Two).filter_map(|dated| {
        let days = days(dated.period.from(), before(late_elderly::TWO_SINCE).min(dated.period.through()))?;
        Some(Finding::new(Registered::Ratio(dated.ratio), days, late_elderly::BEFORE_TWO))
    })
}

fn elderly_certificates(coverage: &Coverage) -> Vec<Finding> {
    let birth = coverage.identity.birth_on;
    let mut found = Vec::new();
    for certificate in &coverage.elderly {
        let (from, through) = (certificate.period.from(), certificate.period.through());
        let outside = if is_late_elderly(coverage) {
            [Some(certificate.period), None]
        } else {
            [days(from, before(elderly_begins(birth)).min(through)), days(late_elderly_begins(birth).max(from), through)]
        };
        let finding = |days, rule| Finding::new(Registered::Elderly(certificate.ratio), days, rule);
        found.extend(outside.into_iter().flatten().map(|days| finding(days, elderly::PERIOD)));
        if certificate.ratio == CopayRatio::One && birth.date() > elderly::LAST_BORN_WITH_ONE {
            let since = days(from.max(elderly::TWO_SINCE), through);
            found.extend(since.map(|days| finding(days, elderly::ONE_BY_BIRTH)));
        }
    }
    found
}

/// A category on days on which people of this age, or nobody, can have it. Days whose table has no known codes are passed over.
fn category(coverage: &Coverage, limit: &LimitCertificate) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for stretch in stretches(coverage, limit.period) {
        let month = Month::of(stretch.from());
        let judged = table_of(month).is_some_and(|table| table.codes_known);
        let wrong = matches!(
            band(month, ages_on(coverage, stretch.from()), BandName::Code(limit.category)),
            Err(BandError::Unknown { .. } | BandError::Age { .. })
        );
        if !judged || !wrong {
            continue;
        }
        let rule = category_rule_on(stretch.from());
        add(&mut found, Finding::new(Registered::Category(limit.category), stretch, rule));
    }
    found
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

fn category_and_ratio(coverage: &Coverage, limit: &LimitCertificate) -> Vec<Finding> {
    let registered = coverage.ratios.iter().map(|dated| (dated.period, dated.ratio, Registered::Ratio(dated.ratio)));
    let certificates = coverage.elderly.iter().map(|one| (one.period, one.ratio, Registered::Elderly(one.ratio)));
    registered
        .chain(certificates)
        .filter(|(_, ratio, _)| !agrees_with_ratio(limit.category, *ratio, is_late_elderly(coverage)))
        .filter_map(|(period, _, ratio)| {
            let shared = days(period.from().max(limit.period.from()), period.through().min(limit.period.through()))?;
            let mut found = Vec::new();
            for days in stretches(coverage, shared) {
                let rule = follows_ratio_rule_on(days.from());
                let finding = Finding::new(Registered::Category(limit.category), days, rule);
                add(&mut found, Finding { beside: Some(ratio), ..finding });
            }
            Some(found)
        })
        .flatten()
        .collect()
}

fn kind(limit: &LimitCertificate) -> Option<Finding> {
    let reduces_meals = matches!(limit.kind, LimitKind::LimitAndMeal | LimitKind::Meal);
    let wrong = reduces_meals && !is_low_income(limit.category);
    wrong.then(|| Finding::new(Registered::Category(limit.category), limit.period, MEAL_REDUCTION))
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

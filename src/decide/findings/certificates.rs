//! Findings: 高齢受給者証 and 限度額適用認定証 that fit another age, time, ratio or kind.

use super::days::{ages_on, before, days, is_late_elderly, stretches};
use super::finding::{Finding, add};
use crate::decide::registered::Registered;
use crate::domain::{CopayRatio, Coverage, LimitCertificate, LimitKind, Month};
use crate::rules::elderly::{self, elderly_begins};
use crate::rules::limit::{BandError, BandName, band, table_of};
use crate::rules::registered_category::{
    MEAL_REDUCTION, agrees_with_ratio, category_rule_on, follows_ratio_rule_on, is_low_income,
};
use crate::rules::scheme::late_elderly_begins;

/// Returns the findings of 高齢受給者証 outside its age, or with a ratio impossible at that age.
pub(super) fn elderly(coverage: &Coverage) -> Vec<Finding> {
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

/// Returns the findings of a limit certificate.
pub(super) fn limit(coverage: &Coverage, limit: &LimitCertificate) -> Vec<Finding> {
    let mut found = category(coverage, limit);
    found.extend(category_and_ratio(coverage, limit));
    found.extend(kind(limit));
    found
}

/// Returns the days on which nobody of this age can have the category. Days whose table has no known codes are skipped.
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
    let finding = || Finding::new(Registered::Category(limit.category), limit.period, MEAL_REDUCTION);
    wrong.then(|| Finding { soft: true, ..finding() })
}

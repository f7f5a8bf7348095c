//! Findings: 特定疾病療養受療証 of 20,000 yen for a person who pays 10,000.

use jiff::civil::Date;

use super::days::{ages_on, before, days, stretches};
use super::finding::{Finding, add};
use crate::decide::registered::Registered;
use crate::domain::{Coverage, Month, SpecificDisease, SpecificDiseaseCertificate};
use crate::rules::Rule;
use crate::rules::elderly::elderly_begins;
use crate::rules::limit::{Ages, BandName, band, table_of};
use crate::rules::registered_disease::{DIALYSIS_ONLY, ORDINARY, UNDER_70_ONLY, UPPER_BANDS_ONLY};

/// Returns the findings of the certificate. Certificates commonly last beyond the 70th birthday, which is wrong only once `as_of`
/// has reached the first day as a senior.
pub(super) fn specific_disease(coverage: &Coverage, certificate: &SpecificDiseaseCertificate, as_of: Date) -> Vec<Finding> {
    if certificate.self_pay <= ORDINARY {
        return Vec::new();
    }
    let registered = Registered::SpecificDisease(certificate.disease, certificate.self_pay);
    let finding = |days, rule: Rule| Finding::new(registered, days, rule);
    let period = certificate.period;
    if certificate.disease != SpecificDisease::Dialysis {
        return vec![finding(period, DIALYSIS_ONLY)];
    }
    let senior = match ages_on(coverage, period.from()) {
        Ages::Under70 => days(elderly_begins(coverage.identity.birth_on), period.through()),
        Ages::From70 | Ages::From70To74 | Ages::LateElderly => Some(period),
    };
    let last_young = senior.map_or_else(|| period.through(), |senior| before(senior.from()));
    let come = senior.filter(|senior| *senior == period || senior.from() <= as_of);
    let mut found: Vec<Finding> = come.map(|days| finding(days, UNDER_70_ONLY)).into_iter().collect();
    for limit in &coverage.limits {
        let shared = days(period.from().max(limit.period.from()), last_young.min(limit.period.through()));
        // Days whose table has no known codes are skipped.
        let other_band = |day| {
            let month = Month::of(day);
            let known = table_of(month).is_some_and(|table| table.codes_known);
            known && band(month, Ages::Under70, BandName::Code(limit.category)).is_ok_and(|band| !band.upper_income)
        };
        let beside = Some(Registered::Category(limit.category));
        let mut of_limit = Vec::new();
        let known = shared.into_iter().flat_map(|shared| stretches(coverage, shared));
        for days in known.filter(|stretch| other_band(stretch.from())) {
            add(&mut of_limit, Finding { beside, ..finding(days, UPPER_BANDS_ONLY) });
        }
        found.extend(of_limit);
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::{TODAY, employee, found, late_elderly, limit, period};
    use crate::domain::{LimitCategory, Yen};

    fn certificate(disease: SpecificDisease, from: Date, through: Date, yen: u64) -> SpecificDiseaseCertificate {
        SpecificDiseaseCertificate { disease, issued_on: None, period: period(from, through), self_pay: Yen::new(yen) }
    }

    #[test]
    fn only_dialysis_has_20_000() {
        let (from, through) = (date(2026, 4, 1), date(2027, 3, 31));
        for (disease, yen, wrong) in [
            (SpecificDisease::Dialysis, 20_000, false),
            (SpecificDisease::Haemophilia, 20_000, true),
            (SpecificDisease::Hiv, 20_000, true),
            (SpecificDisease::Hiv, 10_001, true),
            (SpecificDisease::Hiv, 10_000, false),
            (SpecificDisease::Haemophilia, 5_000, false),
        ] {
            let mut covered = employee(date(1980, 1, 1));
            covered.specific_diseases = vec![certificate(disease, from, through, yen)];
            let expected = if wrong { vec![("disease-dialysis-only", from, through)] } else { vec![] };
            assert_eq!(found(&covered), expected, "{disease:?} {yen}");
        }
    }

    #[test]
    fn nobody_has_20_000_from_70_on() {
        // 70 in January 2026, so a senior from 1 February 2026 on.
        let mut covered = employee(date(1956, 1, 20));
        let of = |from, through| vec![certificate(SpecificDisease::Dialysis, from, through, 20_000)];
        covered.specific_diseases = of(date(2025, 8, 1), date(2026, 2, 1));
        assert_eq!(found(&covered), [("disease-under-70-only", date(2026, 2, 1), date(2026, 2, 1))]);
        covered.specific_diseases = of(date(2025, 8, 1), date(2026, 1, 31));
        assert_eq!(found(&covered), []);
        covered.specific_diseases = of(date(2026, 8, 1), date(2027, 7, 31));
        assert_eq!(found(&covered), [("disease-under-70-only", date(2026, 8, 1), date(2027, 7, 31))]);
        // 70 on 10 November 2026: the certificate lasts beyond it and is not wrong before 1 December has come.
        let young = employee(date(1956, 11, 10));
        let lasting = of(date(2025, 8, 1), date(2099, 12, 31));
        let days = |as_of| -> Vec<_> {
            specific_disease(&young, &lasting[0], as_of).iter().map(|one| (one.days.from(), one.days.through())).collect()
        };
        assert_eq!(days(date(2026, 11, 30)), []);
        assert_eq!(days(date(2026, 12, 1)), [(date(2026, 12, 1), date(2099, 12, 31))]);
        // With a recognised disability below 70, too, 後期高齢者医療 has no ア and イ.
        let mut disabled = late_elderly(date(1958, 3, 10), date(2024, 6, 12));
        disabled.specific_diseases = of(date(2024, 6, 12), date(2025, 7, 31));
        assert_eq!(found(&disabled), [("disease-under-70-only", date(2024, 6, 12), date(2025, 7, 31))]);
    }

    #[test]
    fn dialysis_has_20_000_with_a_and_i_only() {
        let year = (date(2025, 8, 1), date(2026, 7, 31));
        for (category, agrees) in [
            (LimitCategory::A, true),
            (LimitCategory::I, true),
            (LimitCategory::U, false),
            (LimitCategory::E, false),
            (LimitCategory::O, false),
            (LimitCategory::OBoundary, false),
        ] {
            let mut covered = employee(date(1980, 1, 1));
            covered.specific_diseases =
                vec![certificate(SpecificDisease::Dialysis, date(2020, 1, 1), date(2099, 12, 31), 20_000)];
            covered.limits = vec![limit(category, year.0, year.1)];
            let expected = if agrees { vec![] } else { vec![("disease-upper-bands-only", year.0, year.1)] };
            assert_eq!(found(&covered), expected, "{category:?}");
            // One finding, although a table begins in between; from 2027-08 on no codes are known.
            covered.limits = vec![limit(category, date(2026, 7, 1), date(2027, 8, 31))];
            let expected =
                if agrees { vec![] } else { vec![("disease-upper-bands-only", date(2026, 7, 1), date(2027, 7, 31))] };
            assert_eq!(found(&covered), expected, "{category:?}");
        }
        let mut covered = employee(date(1980, 1, 1));
        covered.specific_diseases = vec![certificate(SpecificDisease::Dialysis, date(2020, 1, 1), TODAY, 10_000)];
        covered.limits = vec![limit(LimitCategory::U, year.0, year.1)];
        assert_eq!(found(&covered), []);
    }
}

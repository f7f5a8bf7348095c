//! Findings: a coverage of a scheme that cannot insure the person on that day.

use jiff::civil::Date;

use super::days::{before, days, is_late_elderly};
use super::finding::Finding;
use crate::decide::registered::Registered;
use crate::domain::{Coverage, Relationship, Scheme};
use crate::rules::Rule;
use crate::rules::national_health::{
    RETIRED_BELOW_65, RETIRED_CLOSED, RETIRED_CLOSES, RETIRED_ENDED, RETIRED_ENDS, SELF_DEFENCE_MEMBERS, retired_too_old,
};
use crate::rules::scheme::{LATE_ELDERLY_AT_75, LATE_ELDERLY_FROM_65, late_elderly_begins, late_elderly_earliest};

/// Returns the findings about ages, ended schemes and dependants.
pub(super) fn scheme(coverage: &Coverage, as_of: Date) -> Vec<Finding> {
    let birth = coverage.identity.birth_on;
    let (from, through) = (coverage.acquired_on, coverage.loss.map_or(as_of, |loss| before(loss.on)));
    let scheme = coverage.key.insurer.scheme();
    let finding = |registered, days: Option<_>, rule: Rule| {
        let wrong = Finding::new(registered, days?, rule);
        Some(Finding { open: coverage.loss.is_none() && wrong.days.through() == as_of, ..wrong })
    };
    let covered = |days, rule| finding(Registered::Scheme(scheme), days, rule);

    let mut found = Vec::new();
    // 医療扶助 continues at any age: its recipients are excluded from 後期高齢者医療 (高齢者の医療の確保に関する法律51条).
    if is_late_elderly(coverage) {
        found.push(covered(days(from, before(late_elderly_earliest(birth)).min(through)), LATE_ELDERLY_FROM_65));
    } else if scheme.insures_below_75() {
        found.push(covered(days(late_elderly_begins(birth).max(from), through), LATE_ELDERLY_AT_75));
    }
    if scheme == Scheme::RetiredNationalHealth {
        let until_end = through.min(before(RETIRED_ENDS));
        let came_late = days(from, until_end).filter(|_| from >= RETIRED_CLOSES);
        found.push(covered(came_late, RETIRED_CLOSED).map(|late| Finding { soft: true, ..late }));
        found.push(covered(days(retired_too_old(birth).max(from), until_end), RETIRED_BELOW_65));
        found.push(covered(days(RETIRED_ENDS.max(from), through), RETIRED_ENDED));
    }
    if scheme == Scheme::SelfDefenceForces && coverage.relationship == Some(Relationship::Dependant) {
        found.push(finding(Registered::Dependant(scheme), days(from, through), SELF_DEFENCE_MEMBERS));
    }
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::{TODAY, coverage, found};
    use crate::domain::{Loss, LossReason};

    const RETIRED: &str = "67138016";

    #[test]
    fn retired_national_health_insurance_ended_with_march_2020() {
        // 65 in June 2021, so that only the end of the scheme matters.
        let mut retired = coverage(RETIRED, date(1956, 6, 10), date(2014, 4, 1));
        assert_eq!(found(&retired), [("retired-ended", date(2020, 4, 1), TODAY)]);
        retired.loss = Some(Loss { on: date(2020, 4, 2), reason: LossReason::Other });
        assert_eq!(found(&retired), [("retired-ended", date(2020, 4, 1), date(2020, 4, 1))]);
        retired.loss = Some(Loss { on: date(2020, 4, 1), reason: LossReason::Other });
        assert_eq!(found(&retired), []);
    }

    #[test]
    fn retired_national_health_insurance_ends_at_65_at_the_latest() {
        // 65 is reached on 19 March 2015.
        let mut retired = coverage(RETIRED, date(1950, 3, 20), date(2012, 4, 1));
        retired.loss = Some(Loss { on: date(2015, 4, 1), reason: LossReason::Other });
        assert_eq!(found(&retired), []);
        retired.loss = Some(Loss { on: date(2015, 4, 2), reason: LossReason::Other });
        assert_eq!(found(&retired), [("retired-below-65", date(2015, 4, 1), date(2015, 4, 1))]);
        // Other national health insurance continues until 75.
        assert_eq!(found(&coverage("138016", date(1956, 3, 20), date(2012, 4, 1))), []);
    }

    #[test]
    fn nobody_new_came_into_retired_national_health_insurance_after_march_2015() {
        let of = |acquired_on| {
            let loss = Some(Loss { on: date(2016, 1, 1), reason: LossReason::Other });
            Coverage { loss, ..coverage(RETIRED, date(1956, 6, 10), acquired_on) }
        };
        assert_eq!(found(&of(date(2015, 3, 31))), []);
        assert_eq!(found(&of(date(2015, 4, 1))), [("retired-closed", date(2015, 4, 1), date(2015, 12, 31))]);
        let soft: Vec<bool> = scheme(&of(date(2015, 4, 1)), TODAY).iter().map(|finding| finding.soft).collect();
        assert_eq!(soft, [true]);
    }

    #[test]
    fn dependants_are_not_under_07() {
        let mut member = coverage("07130016", date(1993, 9, 11), date(2012, 4, 1));
        assert_eq!(found(&member), []);
        member.relationship = Some(Relationship::Dependant);
        assert_eq!(found(&member), [("self-defence-members", date(2012, 4, 1), TODAY)]);
        assert!(scheme(&member, TODAY)[0].open);
        let mut of_the_ministry = coverage("31130016", date(1993, 9, 11), date(2012, 4, 1));
        of_the_ministry.relationship = Some(Relationship::Dependant);
        assert_eq!(found(&of_the_ministry), []);
    }
}

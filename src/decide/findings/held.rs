//! Findings: contradictions with another coverage of the same person.

use jiff::civil::Date;

use super::days::{before, days};
use super::finding::Finding;
use crate::decide::answer::Other;
use crate::decide::registered::Registered;
use crate::domain::{Coverage, LossReason, Scheme};
use crate::rules::Rule;
use crate::rules::loss::DAY_AFTER_JOINING;
use crate::rules::national_health::{
    LATE_ELDERLY_NOT_BESIDE_AID, NOT_BESIDE_AID, NOT_BESIDE_EMPLOYEES, NOT_BESIDE_LATE_ELDERLY,
};

/// The parts of a person's coverage that affect the person's other coverages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    scheme: Scheme,
    acquired_on: Date,
    lost_on: Option<Date>,
}

/// What is known of a person beside the coverage that is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Holder<'a> {
    /// The person's coverages.
    pub coverages: &'a [Held],
    /// 死亡日; none if the person lives, or if it is not known here.
    pub died_on: Option<Date>,
}

impl From<&Coverage> for Held {
    fn from(coverage: &Coverage) -> Self {
        let Coverage { key, acquired_on, loss, .. } = coverage;
        Self { scheme: key.insurer.scheme(), acquired_on: *acquired_on, lost_on: loss.map(|loss| loss.on) }
    }
}

impl From<&Other> for Held {
    fn from(other: &Other) -> Self {
        Self { scheme: other.insurer.scheme(), acquired_on: other.acquired_on, lost_on: other.lost_on }
    }
}

/// Returns the contradictions with the person's other coverages. Each is found once: in the coverage that had to end.
pub(super) fn beside_others(coverage: &Coverage, held: &[Held], as_of: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    for other in held {
        found.extend(in_force_beside(coverage, other, as_of));
        found.extend(lost_too_early(coverage, other));
    }
    found
}

fn in_force_beside(coverage: &Coverage, other: &Held, as_of: Date) -> Option<Finding> {
    let scheme = coverage.key.insurer.scheme();
    let (from, rule) = excluded(scheme, other)?;
    let losses = [coverage.loss.map(|loss| loss.on), other.lost_on];
    let first_loss = losses.into_iter().flatten().min();
    let shared = days(from.max(coverage.acquired_on), first_loss.map_or(as_of, before))?;
    let beside = Some(Registered::Scheme(other.scheme));
    Some(Finding { beside, open: first_loss.is_none(), ..Finding::new(Registered::Scheme(scheme), shared, rule) })
}

/// Returns the first day on which a coverage of the scheme is excluded by the other coverage, and the rule for it; None if it is
/// not excluded.
fn excluded(scheme: Scheme, other: &Held) -> Option<(Date, Rule)> {
    match other.scheme {
        Scheme::MedicalAid if scheme.is_national_health() => Some((other.acquired_on, NOT_BESIDE_AID)),
        Scheme::MedicalAid if scheme == Scheme::LateElderly => Some((other.acquired_on, LATE_ELDERLY_NOT_BESIDE_AID)),
        Scheme::LateElderly if scheme.is_national_health() => Some((other.acquired_on, NOT_BESIDE_LATE_ELDERLY)),
        _ if is_employees(other.scheme) && scheme.is_national_health() => {
            Some((other.acquired_on.tomorrow().ok()?, NOT_BESIDE_EMPLOYEES))
        }
        _ => None,
    }
}

fn is_employees(scheme: Scheme) -> bool {
    scheme.insures_below_75() && !scheme.is_national_health()
}

/// Returns a finding if 国保 ends on the first day of an employees' insurance, one day too early.
fn lost_too_early(coverage: &Coverage, other: &Held) -> Option<Finding> {
    let scheme = coverage.key.insurer.scheme();
    let loss = coverage.loss.filter(|loss| loss.reason == LossReason::OtherInsurance && loss.on == other.acquired_on)?;
    let wrong = scheme.is_national_health() && is_employees(other.scheme);
    let finding = |days| Finding {
        beside: Some(Registered::Scheme(other.scheme)),
        soft: true,
        ..Finding::new(Registered::LossOn(scheme, loss.on), days, DAY_AFTER_JOINING)
    };
    days(loss.on, loss.on).filter(|_| wrong).map(finding)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::{TODAY, coverage, late_elderly};
    use crate::domain::{Loss, LossReason};

    const NATIONAL: &str = "138057";
    const SOCIETY: &str = "133017";
    const EMPLOYEES: &str = "06132013";
    const AID: &str = "12138012";

    fn of(insurer: &str, acquired_on: Date, lost_on: Option<Date>) -> Coverage {
        let loss = lost_on.map(|on| Loss { on, reason: LossReason::OtherInsurance });
        Coverage { loss, ..coverage(insurer, date(1980, 5, 5), acquired_on) }
    }

    /// Returns rule, days, and whether it is open and soft, of each finding in `one` beside `other`.
    fn found(one: &Coverage, other: &Coverage) -> Vec<(&'static str, Date, Date, bool, bool)> {
        // A coverage contradicts nothing beside itself.
        let held = [Held::from(one), Held::from(other)];
        let found = beside_others(one, &held, TODAY);
        found.iter().map(|one| (one.rule.name, one.days.from(), one.days.through(), one.open, one.soft)).collect()
    }

    #[test]
    fn public_assistance_ends_national_health_insurance_on_its_first_day() {
        let began = date(2026, 10, 5);
        for insurer in [NATIONAL, SOCIETY, "67138016"] {
            let aid = of(AID, began, None);
            let lost = |on| of(insurer, date(2020, 12, 1), on);
            let name = "national-health-beside-aid";
            assert_eq!(found(&lost(None), &aid), [(name, began, TODAY, true, false)], "{insurer}");
            assert_eq!(found(&lost(Some(date(2026, 10, 6))), &aid), [(name, began, began, false, false)], "{insurer}");
            assert_eq!(found(&lost(Some(began)), &aid), [], "{insurer}");
            // Found once, in the coverage that had to end.
            assert_eq!(found(&aid, &lost(None)), [], "{insurer}");
        }
        // National health insurance that begins on the day on which the assistance has ended.
        let ended = of(AID, date(2024, 1, 1), Some(began));
        assert_eq!(found(&of(NATIONAL, began, None), &ended), []);
        let day_before = date(2026, 10, 4);
        let overlap = [("national-health-beside-aid", day_before, day_before, false, false)];
        assert_eq!(found(&of(NATIONAL, day_before, None), &ended), overlap);
        // Employees keep their insurance beside it.
        assert_eq!(found(&of(EMPLOYEES, date(2020, 4, 1), None), &of(AID, began, None)), []);
    }

    #[test]
    fn public_assistance_ends_late_elderly_care_too() {
        let aid = coverage(AID, date(1946, 3, 12), date(2026, 10, 5));
        let mut late = late_elderly(date(1946, 3, 12), date(2021, 3, 12));
        let name = "late-elderly-beside-aid";
        assert_eq!(found(&late, &aid), [(name, date(2026, 10, 5), TODAY, true, false)]);
        late.loss = Some(Loss { on: date(2026, 10, 5), reason: LossReason::Welfare });
        assert_eq!(found(&late, &aid), []);
    }

    #[test]
    fn a_recognised_disability_ends_national_health_insurance() {
        let late = coverage("39131016", date(1958, 3, 10), date(2024, 6, 12));
        let mut national = coverage(NATIONAL, date(1958, 3, 10), date(2010, 4, 1));
        let name = "national-health-beside-late-elderly";
        assert_eq!(found(&national, &late), [(name, date(2024, 6, 12), TODAY, true, false)]);
        national.loss = Some(Loss { on: date(2024, 6, 12), reason: LossReason::OtherInsurance });
        assert_eq!(found(&national, &late), []);
        let employees = coverage(EMPLOYEES, date(1958, 3, 10), date(2010, 4, 1));
        assert_eq!(found(&employees, &late), []);
    }

    #[test]
    fn national_health_insurance_ends_on_the_day_after_an_employees_insurance_begins() {
        let employees = of(EMPLOYEES, date(2026, 4, 1), None);
        let national = |lost_on| of(NATIONAL, date(2020, 4, 1), lost_on);
        let name = "national-health-beside-employees";
        assert_eq!(found(&national(None), &employees), [(name, date(2026, 4, 2), TODAY, true, false)]);
        let by_a_day = (name, date(2026, 4, 2), date(2026, 4, 2), false, false);
        assert_eq!(found(&national(Some(date(2026, 4, 3))), &employees), [by_a_day]);
        assert_eq!(found(&national(Some(date(2026, 4, 2))), &employees), []);
        let early = ("national-health-loss-date", date(2026, 4, 1), date(2026, 4, 1), false, true);
        assert_eq!(found(&national(Some(date(2026, 4, 1))), &employees), [early]);
        assert_eq!(found(&national(Some(date(2026, 3, 31))), &employees), []);
        // Between municipalities, or for another reason, a loss on the day itself is normal.
        assert_eq!(found(&national(Some(date(2026, 4, 1))), &of("138016", date(2026, 4, 1), None)), []);
        let mut moved = national(Some(date(2026, 4, 1)));
        moved.loss = Some(Loss { on: date(2026, 4, 1), reason: LossReason::Other });
        assert_eq!(found(&moved, &employees), []);
        // Two employees' insurances are left for the insurers to settle.
        assert_eq!(found(&of("01130012", date(2020, 4, 1), None), &employees), []);
    }
}

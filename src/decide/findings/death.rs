//! Findings: a coverage that goes on after its holder's death, or was lost by death on another day.

use jiff::civil::Date;

use super::days::{before, days};
use super::finding::Finding;
use crate::decide::registered::Registered;
use crate::domain::{Coverage, LossReason};
use crate::rules::loss::{DAY_AFTER_DEATH, LossEvent, loss_date};

/// Returns the contradiction with the day of death, if that is known. Often one insurer knows of a death before the others.
pub(super) fn death(coverage: &Coverage, died_on: Option<Date>, as_of: Date) -> Option<Finding> {
    let after = loss_date(LossEvent::Death, died_on?)?;
    let scheme = coverage.key.insurer.scheme();
    match coverage.loss.filter(|loss| loss.reason == LossReason::Death && loss.on < after) {
        Some(loss) => {
            let early = days(loss.on, before(after))?;
            Some(Finding::new(Registered::LossOn(scheme, loss.on), early, DAY_AFTER_DEATH))
        }
        None => {
            let late = days(after.max(coverage.acquired_on), coverage.loss.map_or(as_of, |loss| before(loss.on)))?;
            let open = coverage.loss.is_none();
            Some(Finding { open, ..Finding::new(Registered::Scheme(scheme), late, DAY_AFTER_DEATH) })
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::{TODAY, coverage};
    use crate::domain::Loss;

    /// Returns first and last day and whether it is open, of the finding in a coverage from April 2020 on; the holder died on 1 May 2026.
    fn found(loss: Option<(Date, LossReason)>) -> Option<(Date, Date, bool)> {
        let loss = loss.map(|(on, reason)| Loss { on, reason });
        let coverage = Coverage { loss, ..coverage("06132013", date(1980, 5, 5), date(2020, 4, 1)) };
        assert_eq!(death(&coverage, None, TODAY), None);
        let found = death(&coverage, Some(date(2026, 5, 1)), TODAY)?;
        assert_eq!(found.rule.name, "lost-by-death");
        Some((found.days.from(), found.days.through(), found.open))
    }

    #[test]
    fn a_coverage_ends_with_the_day_of_death() {
        assert_eq!(found(None), Some((date(2026, 5, 2), TODAY, true)));
        for reason in [LossReason::Death, LossReason::Other] {
            assert_eq!(found(Some((date(2026, 5, 2), reason))), None);
            assert_eq!(found(Some((date(2026, 5, 4), reason))), Some((date(2026, 5, 2), date(2026, 5, 3), false)));
        }
        // Lost earlier: for another reason that is normal, by death it is a day that contradicts the other.
        assert_eq!(found(Some((date(2026, 4, 30), LossReason::Other))), None);
        assert_eq!(found(Some((date(2026, 4, 30), LossReason::Death))), Some((date(2026, 4, 30), date(2026, 5, 1), false)));
    }

    #[test]
    fn a_coverage_that_begins_after_the_death_contradicts_it_from_its_first_day_on() {
        let later = coverage("06132013", date(1980, 5, 5), date(2026, 6, 1));
        let found = death(&later, Some(date(2026, 5, 1)), TODAY).unwrap();
        assert_eq!((found.days.from(), found.days.through(), found.open), (date(2026, 6, 1), TODAY, true));
    }
}

//! 資格喪失日: the first day without a coverage, by the event that ended it.

use jiff::civil::Date;

use super::Rule;
use crate::domain::Month;

/// An event that ends a coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossEvent {
    /// 退職: the last day of work.
    Leaving,
    /// 死亡: the day of death.
    Death,
    /// 生活保護: the day on which it begins. Ends national health insurance and 後期高齢者医療.
    PublicAssistance,
    /// 転出: the day of leaving the municipality. Ends municipal national health insurance.
    MovingAway,
    /// 社保加入: the first day of an employees' insurance. Ends national health insurance.
    JoiningEmployees,
    /// 任意継続の資格喪失申出: the day on which the request arrives.
    VoluntaryRequest,
    /// 任意継続の保険料未納: the day on which the premium was due.
    VoluntaryUnpaid,
    /// 任意継続中の就職: the first day of the new employees' insurance.
    VoluntaryNewWork,
}

/// Returns 資格喪失日 after an event on `day`. Since when each rule applies is not known to us; our sources state them as today's
/// law, and they are applied to every day.
///
/// * The day after: leaving, death, an unpaid premium (健康保険法36条・38条); moving away, joining an employees' insurance
///   (国民健康保険法8条).
/// * The day itself: public assistance (国民健康保険法8条; 高齢者の医療の確保に関する法律53条), new work during 任意継続 (健康保険法38条).
/// * The next 1st of a month: a request to end 任意継続 (健康保険法38条; one source). 20 January: 1 February; 2 February: 1 March.
///
/// None if the day would lie after year 9999.
#[must_use]
pub fn loss_date(event: LossEvent, day: Date) -> Option<Date> {
    match event {
        LossEvent::Leaving
        | LossEvent::Death
        | LossEvent::MovingAway
        | LossEvent::JoiningEmployees
        | LossEvent::VoluntaryUnpaid => day.tomorrow().ok(),
        LossEvent::PublicAssistance | LossEvent::VoluntaryNewWork => Some(day),
        LossEvent::VoluntaryRequest => Month::of(day).last_day().tomorrow().ok(),
    }
}

/// 国保 → 社保: a loss on the first day of the new insurance contradicts it.
pub const DAY_AFTER_JOINING: Rule = Rule {
    name: "national-health-loss-date",
    source: "国民健康保険法8条",
    effective_on: None,
    english: "national health insurance (国保) is lost on the day after an employees' insurance begins; some municipalities may \
              register the day itself",
    japanese: "国保の資格は、社保の資格取得日の翌日に喪失する。市区町村によっては取得日当日を登録していることもある",
};

/// 死亡: a coverage that goes on contradicts it, and so does one that is lost by death on another day.
pub const DAY_AFTER_DEATH: Rule = Rule {
    name: "lost-by-death",
    source: "健康保険法36条; 国民健康保険法8条; 高齢者の医療の確保に関する法律53条",
    effective_on: None,
    english: "a coverage is lost on the day after its holder's death",
    japanese: "資格は、死亡した日の翌日に喪失する",
};

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_request_ends_the_voluntary_continuation_with_the_month() {
        let after = |day| loss_date(LossEvent::VoluntaryRequest, day);
        // The examples of our source.
        assert_eq!(after(date(2026, 1, 20)), Some(date(2026, 2, 1)));
        assert_eq!(after(date(2026, 2, 2)), Some(date(2026, 3, 1)));
        // On the 1st it is the next 1st too; on the last day it is the day after.
        assert_eq!(after(date(2026, 2, 1)), Some(date(2026, 3, 1)));
        assert_eq!(after(date(2026, 1, 31)), Some(date(2026, 2, 1)));
        assert_eq!(after(date(2026, 12, 15)), Some(date(2027, 1, 1)));
        assert_eq!(after(date(9999, 12, 1)), None);
    }

    #[test]
    fn public_assistance_and_new_work_end_on_the_day_and_the_others_on_the_day_after() {
        let day = date(2028, 2, 28);
        for event in [LossEvent::PublicAssistance, LossEvent::VoluntaryNewWork] {
            assert_eq!(loss_date(event, day), Some(day), "{event:?}");
        }
        for event in [
            LossEvent::Leaving,
            LossEvent::Death,
            LossEvent::MovingAway,
            LossEvent::JoiningEmployees,
            LossEvent::VoluntaryUnpaid,
        ] {
            assert_eq!(loss_date(event, day), Some(date(2028, 2, 29)), "{event:?}");
            assert_eq!(loss_date(event, Date::MAX), None, "{event:?}");
        }
    }
}

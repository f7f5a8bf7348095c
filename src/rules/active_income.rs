//! 現役並み所得: the income with which people of 70 and over pay 3割. Since when each line applies is not known to us; our
//! sources state them as today's law, and they are applied to every day since 2008-04-01.

use jiff::Span;
use jiff::civil::{Date, date};

use crate::domain::{BirthDate, Yen};

/// 標準報酬月額 of an employee of 70 and over (健康保険法施行令34条1項; since when is not known to us).
pub const STANDARD_PAY: Yen = Yen::new(280_000);
/// 課税所得 (国民健康保険法施行令27条の2; 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
pub const TAXABLE: Yen = Yen::new(1_450_000);
/// 基準収入額適用: below this revenue a single person is general on request (健康保険法施行令34条2項; 国民健康保険法施行令27条の2;
/// 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
const REVENUE_SINGLE: Yen = Yen::new(3_830_000);
/// 基準収入額適用: the same line for two or more people (the same articles; since when is not known to us).
const REVENUE_SEVERAL: Yen = Yen::new(5_200_000);
/// Up to this sum of income less basic deduction the insured are general without a request (国民健康保険法施行令27条の2;
/// 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
const AFTER_BASIC_DEDUCTION: Yen = Yen::new(2_100_000);
/// In 後期高齢者医療 the line above applies to households with an insured born on this day or later
/// (高齢者の医療の確保に関する法律施行令7条; since when is not known to us: one document shows it from 2015-01 on).
const AFTER_BASIC_DEDUCTION_BORN_SINCE: Date = date(1945, 1, 2);
/// 旧被扶養者 of employees count among the housemates for this many months (健康保険法施行令34条2項; since when is not known to
/// us).
const FORMER_DEPENDANT_MONTHS: i64 = 5 * 12;

/// The revenue that a household declared for 基準収入額適用.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revenue {
    /// 収入 of the people tested.
    pub yen: Yen,
    /// Whether they are two or more.
    pub several: bool,
    /// For a single insured, the same including the housemates that count: people of 70 to 74 (後期高齢者医療); people who moved
    /// from the household's national health insurance to 後期高齢者医療 (特定同一世帯所属者); people who moved there as
    /// dependants of the employee (旧被扶養者; see [`former_dependant_counts`]).
    pub with_housemates: Option<Yen>,
}

impl Revenue {
    fn is_low(&self) -> bool {
        let line = if self.several { REVENUE_SEVERAL } else { REVENUE_SINGLE };
        let housemates = !self.several && self.with_housemates.is_some_and(|yen| yen < REVENUE_SEVERAL);
        self.yen < line || housemates
    }
}

/// Returns whether the income of a person who moved to 後期高齢者医療 on `moved_on`, until then a dependant of the employee,
/// counts on `day`: 「該当するに至った日の属する月以後五年を経過する月までの間」, that is for sixty months, the first of which is
/// the month of `moved_on` (健康保険法施行令34条2項; since when is not known to us). Moved on 10 April 2020: through 31 March
/// 2025. Days before `moved_on` do not count.
#[must_use]
pub fn former_dependant_counts(moved_on: Date, day: Date) -> bool {
    moved_on <= day && day < moved_on.first_of_month().saturating_add(Span::new().months(FORMER_DEPENDANT_MONTHS))
}

/// Returns whether an insured has 現役並み所得 in employees' schemes (健康保険法施行令34条; since when is not known to us): the
/// insured is 70 or over (`insured_is_elderly`, as [`is_elderly`](super::elderly::is_elderly) says), has a standard pay of
/// 280,000 yen or more, and did not show a revenue below the line. Dependants of 70 to 74 follow the insured; dependants of an
/// insured below 70 therefore pay 2割 whatever the pay.
#[must_use]
pub fn is_active_employee(insured_is_elderly: bool, standard_monthly_remuneration: Yen, revenue: Option<Revenue>) -> bool {
    let above = standard_monthly_remuneration >= STANDARD_PAY;
    insured_is_elderly && above && !revenue.is_some_and(|revenue| revenue.is_low())
}

/// Returns whether the insured of 70 to 74 in national health insurance have 現役並み所得 (国民健康保険法施行令27条の2; since
/// when is not known to us): one of them has a taxable income of 1,450,000 yen or more, the revenue was not shown to be below the
/// line, and income less basic deduction, if known, is above 2,100,000 yen in total.
#[must_use]
pub fn is_active_nhi(taxable: Yen, revenue: Option<Revenue>, after_basic_deduction: Option<Yen>) -> bool {
    let modest = after_basic_deduction.is_some_and(|sum| sum <= AFTER_BASIC_DEDUCTION);
    taxable >= TAXABLE && !modest && !revenue.is_some_and(|revenue| revenue.is_low())
}

/// Returns whether the insured of 後期高齢者医療 have 現役並み所得 (高齢者の医療の確保に関する法律施行令7条; since when is not
/// known to us). The test is that of [`is_active_nhi`], but the line of 2,100,000 yen applies only to households with an insured
/// born since 1945-01-02. `births` are the birth dates of the insured.
#[must_use]
pub fn is_active_late_elderly(
    taxable: Yen,
    revenue: Option<Revenue>,
    after_basic_deduction: Option<Yen>,
    births: &[BirthDate],
) -> bool {
    let has_line = births.iter().any(|birth| birth.date() >= AFTER_BASIC_DEDUCTION_BORN_SINCE);
    is_active_nhi(taxable, revenue, after_basic_deduction.filter(|_| has_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_dependant_counts_in_sixty_months() {
        for moved_on in [date(2020, 4, 1), date(2020, 4, 10), date(2020, 4, 30)] {
            assert!(former_dependant_counts(moved_on, moved_on));
            assert!(former_dependant_counts(moved_on, date(2025, 3, 31)));
            assert!(!former_dependant_counts(moved_on, date(2025, 4, 1)));
        }
        assert!(!former_dependant_counts(date(2020, 4, 10), date(2020, 4, 9)));
        assert!(former_dependant_counts(date(2024, 2, 29), date(2029, 1, 31)));
        assert!(!former_dependant_counts(date(2024, 2, 29), date(2029, 2, 1)));
    }
}

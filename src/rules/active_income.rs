//! 現役並み所得: an income with which people of 70 and over pay 3割. Since when each line stands is not known to us; our sources give
//! them as the law of today, and they are applied to every day since 2008-04-01.

use crate::domain::Yen;

/// 標準報酬月額 of an employee of 70 and over (健康保険法施行令34条1項; since when is not known to us).
pub const STANDARD_PAY: Yen = Yen::new(280_000);
/// 課税所得 (国民健康保険法施行令27条の2; 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
pub const TAXABLE: Yen = Yen::new(1_450_000);
/// 基準収入額適用: below this revenue a single person is general on request (健康保険法施行令34条2項; 国民健康保険法施行令27条の2;
/// 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
const REVENUE_SINGLE: Yen = Yen::new(3_830_000);
/// 基準収入額適用: the same line for two and more (the same articles; since when is not known to us).
const REVENUE_SEVERAL: Yen = Yen::new(5_200_000);
/// Up to this sum of income less basic deduction they are general without request (国民健康保険法施行令27条の2;
/// 高齢者の医療の確保に関する法律施行令7条; since when is not known to us).
const AFTER_BASIC_DEDUCTION: Yen = Yen::new(2_100_000);

/// What a household declared to have its income judged by revenue (基準収入額適用).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revenue {
    /// 収入 of those whom the test is about.
    pub yen: Yen,
    /// Whether they are two or more.
    pub several: bool,
    /// For a single insured, the same with the housemates that count: those of 70 to 74 (後期高齢者医療). That those who moved on
    /// to 後期高齢者医療 count too (旧被扶養者 of employees, 特定同一世帯所属者 of national health insurance) is a reading of ours.
    pub with_housemates: Option<Yen>,
}

impl Revenue {
    fn is_low(&self) -> bool {
        let line = if self.several { REVENUE_SEVERAL } else { REVENUE_SINGLE };
        let housemates = !self.several && self.with_housemates.is_some_and(|yen| yen < REVENUE_SEVERAL);
        self.yen < line || housemates
    }
}

/// Employees' schemes (健康保険法施行令34条; since when is not known to us): the insured is 70 or over and has a standard pay of 280,000
/// yen and more, and did not show a revenue below the line. The dependants of 70 to 74 follow the insured.
#[must_use]
pub fn is_active_employee(standard_monthly_remuneration: Yen, revenue: Option<Revenue>) -> bool {
    standard_monthly_remuneration >= STANDARD_PAY && !revenue.is_some_and(|revenue| revenue.is_low())
}

/// National health insurance (70 to 74) and 後期高齢者医療 (国民健康保険法施行令27条の2; 高齢者の医療の確保に関する法律施行令7条; since when is
/// not known to us): somebody of them has a taxable income of 1,450,000 yen and more, the revenue was not shown to be below the
/// line, and income less basic deduction is above 2,100,000 yen in all, where known. That the last holds in 後期高齢者医療 whatever the
/// birth date is a reading of ours: one city limits it to people born since 1945-01-02.
#[must_use]
pub fn is_active_by_tax(taxable: Yen, revenue: Option<Revenue>, after_basic_deduction: Option<Yen>) -> bool {
    let modest = after_basic_deduction.is_some_and(|sum| sum <= AFTER_BASIC_DEDUCTION);
    taxable >= TAXABLE && !modest && !revenue.is_some_and(|revenue| revenue.is_low())
}

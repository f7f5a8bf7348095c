//! 適用区分 by income. The bands are those of [`limit`](super::limit) until 2027-07. From 2027-08 on there are thirteen under 70,
//! and their codes are not known.

use super::active_income::{STANDARD_PAY, TAXABLE};
use super::late_elderly::MIDDLE_TAXABLE;
use crate::domain::{CopayRatio, LimitCategory, Month, Yen};

/// Whether ア and イ apply although the insured person pays no municipal tax (健康保険法施行令42条1項, since 2015-01). From
/// memory, 協会けんぽ says that they do; another transcription puts オ first, so that it is a reading of ours. The case cannot
/// arise in national health insurance: people who pay no municipal tax have no such income.
pub const UPPER_BANDS_BEAT_TAX_EXEMPTION: bool = true;

/// 年金収入 up to which a person has no income left in the sense of 低所得Ⅰ (健康保険法施行令42条3項;
/// 高齢者の医療の確保に関する法律施行令15条), by the first month of each line. Readings of ours: 806,700 yen from 2025-08 on is
/// from memory, and the line from 2026-08 on is in none of our sources. Since when it was 800,000 is not known to us.
const LOW_ONE_PENSION_LINES: [(Month, Yen); 3] = [
    (Month::new(2026, 8), Yen::new(826_500)),
    (Month::new(2025, 8), Yen::new(806_700)),
    (Month::new(1, 1), Yen::new(800_000)),
];

/// Returns whether a pension of this amount in the year, without other income, leaves no income in the sense of 低所得Ⅰ; the
/// lines since 2025-08 are readings of ours.
#[must_use]
pub fn is_pension_without_income(month: Month, pension: Yen) -> bool {
    let line = LOW_ONE_PENSION_LINES.iter().find(|(from, _)| *from <= month);
    line.is_some_and(|(_, line)| pension <= *line)
}

/// Returns the category under 70 in employees' schemes, by 標準報酬月額 of the month of treatment (健康保険法施行令42条1項, since
/// 2015-01, until 2027-07).
#[must_use]
pub fn category_of_employee(standard_monthly_remuneration: Yen, municipal_tax_exempt: bool) -> LimitCategory {
    let by_pay = match standard_monthly_remuneration.amount() {
        830_000.. => LimitCategory::A,
        530_000.. => LimitCategory::I,
        280_000.. => LimitCategory::U,
        _ => LimitCategory::E,
    };
    let upper = matches!(by_pay, LimitCategory::A | LimitCategory::I);
    if municipal_tax_exempt && !(upper && UPPER_BANDS_BEAT_TAX_EXEMPTION) { LimitCategory::O } else { by_pay }
}

/// Returns the category under 70 in national health insurance, by 旧ただし書き所得 of the household (国民健康保険法施行令29条の3,
/// since 2015-01, until 2027-07). An `income` of None was not declared and counts as ア, as one town states.
#[must_use]
pub fn category_of_nhi(income: Option<Yen>, municipal_tax_exempt: bool) -> LimitCategory {
    match income.map(Yen::amount) {
        _ if municipal_tax_exempt => LimitCategory::O,
        None | Some(9_010_001..) => LimitCategory::A,
        Some(6_000_001..) => LimitCategory::I,
        Some(2_100_001..) => LimitCategory::U,
        Some(_) => LimitCategory::E,
    }
}

/// The facts that make people of 70 and over 低所得 (健康保険法施行令42条3項; 高齢者の医療の確保に関する法律施行令15条; since
/// when is not known to us).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LowIncome {
    /// Nobody in the household pays municipal tax.
    pub household_tax_exempt: bool,
    /// In addition, nobody has income left after deductions.
    pub no_income: bool,
}

/// Returns the category at 70 and over in employees' schemes: the ratio decides first, then the standard pay
/// (健康保険法施行令42条3項; 現役並みⅢ to Ⅰ since 2018-08, until 2027-07). None if ratio and pay contradict each other: 3割
/// begins with a pay of 280,000 yen.
#[must_use]
pub fn category_from_70_of_employee(ratio: CopayRatio, standard_pay: Yen, low: LowIncome) -> Option<LimitCategory> {
    match (ratio, standard_pay.amount()) {
        (CopayRatio::Three, 830_000..) => Some(LimitCategory::ActiveThree),
        (CopayRatio::Three, 530_000..) => Some(LimitCategory::ActiveTwo),
        (CopayRatio::Three, _) => (standard_pay >= STANDARD_PAY).then_some(LimitCategory::ActiveOne),
        (CopayRatio::One | CopayRatio::Two, _) => Some(low.category().unwrap_or(LimitCategory::General)),
    }
}

/// Returns the category at 70 and over in national health insurance and 後期高齢者医療: the ratio decides first, then the highest
/// taxable income among the insured of the household (国民健康保険法施行令29条の3; 高齢者の医療の確保に関する法律施行令15条;
/// 現役並みⅢ to Ⅰ since 2018-08, until 2027-07). `split` says whether 一般 is split into Ⅱ and Ⅰ, as in 後期高齢者医療 since
/// 2022-10-01. None if ratio and income contradict each other: 3割 begins with 1,450,000 yen, and 2割 of 後期高齢者医療 with
/// 280,000 yen, of one of them.
#[must_use]
pub fn category_from_70_by_tax(ratio: CopayRatio, taxable: Yen, low: LowIncome, split: bool) -> Option<LimitCategory> {
    match (ratio, taxable.amount()) {
        (CopayRatio::Three, 6_900_000..) => Some(LimitCategory::ActiveThree),
        (CopayRatio::Three, 3_800_000..) => Some(LimitCategory::ActiveTwo),
        (CopayRatio::Three, _) => (taxable >= TAXABLE).then_some(LimitCategory::ActiveOne),
        (CopayRatio::Two, _) if split => (taxable >= MIDDLE_TAXABLE).then_some(LimitCategory::GeneralTwo),
        (CopayRatio::One, _) if split => Some(low.category().unwrap_or(LimitCategory::GeneralOne)),
        (CopayRatio::One | CopayRatio::Two, _) => Some(low.category().unwrap_or(LimitCategory::General)),
    }
}

impl LowIncome {
    fn category(self) -> Option<LimitCategory> {
        match self {
            Self { household_tax_exempt: false, .. } => None,
            Self { no_income: true, .. } => Some(LimitCategory::LowOne),
            Self { no_income: false, .. } => Some(LimitCategory::LowTwo),
        }
    }
}

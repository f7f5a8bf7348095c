//! 適用区分 by income. The bands are those of [`limit`](super::limit) until 2027-07; from 2027-08 on under 70 has thirteen, for which no
//! codes are known.

use jiff::civil::date;

use super::Rule;
use crate::domain::{CopayRatio, LimitCategory, LimitKind, Month, Yen};

/// Who can have a category, and since when it exists.
pub const CATEGORY: Rule = Rule {
    name: "limit-category",
    source: "適用区分 OQSCD012; 健康保険法施行令42条; 高齢者の医療の確保に関する法律施行令15条",
    effective_on: Some(date(2022, 10, 1)),
    english: "ア to オ until the month in which 70 is reached (since 2015-01); 現役並みⅢ to Ⅰ (since 2018-08) and 低所得 after it and \
              in 後期高齢者医療; 一般 at 70 to 74 (in 後期高齢者医療 until 2022-09); 一般Ⅱ and Ⅰ (since 2022-10) and 老福 in 後期高齢者医療",
    japanese: "ア〜オは70歳に達する月まで（2015年1月〜）。現役並みⅢ〜Ⅰ（2018年8月〜）と低所得は、その翌月からの人と後期高齢者医療の人。\
               一般は70〜74歳（後期高齢者医療は2022年9月まで）。一般Ⅱ・Ⅰ（2022年10月〜）と老福は後期高齢者医療",
};

/// Categories of 70 and over go with the ratio.
pub const CATEGORY_FOLLOWS_RATIO: Rule = Rule {
    name: "category-follows-ratio",
    source: "健康保険法施行令42条3項; 高齢者の医療の確保に関する法律施行令15条",
    effective_on: Some(date(2022, 10, 1)),
    english: "from 70 on and in 後期高齢者医療, 3割 goes with 現役並み and nothing else does; in 後期高齢者医療 2割 goes with 一般Ⅱ, 1割 with \
              一般Ⅰ or 低所得",
    japanese: "70歳以上と後期高齢者医療では、3割の人の区分は現役並み、現役並みの人の割合は3割。後期高齢者医療では2割が一般Ⅱ、1割が一般Ⅰか低所得",
};

/// Who gets 標準負担額減額.
pub const MEAL_REDUCTION: Rule = Rule {
    name: "meal-reduction",
    source: "健康保険法施行規則105条ほか（限度額適用・標準負担額減額認定証）",
    effective_on: None,
    english: "02 and 03 are for people who pay no municipal tax: オ and 低所得",
    japanese: "標準負担額減額（02・03）は住民税非課税者（オ・低所得）だけ",
};

/// Whether a category of 70 and over can go with a ratio; categories under 70 go with any.
#[must_use]
pub fn agrees_with_ratio(category: LimitCategory, ratio: CopayRatio, late_elderly: bool) -> bool {
    use LimitCategory as C;
    match category {
        C::A | C::I | C::U | C::E | C::O | C::OBoundary => true,
        C::ActiveThree | C::ActiveTwo | C::ActiveOne => ratio == CopayRatio::Three,
        C::GeneralTwo => ratio == CopayRatio::Two,
        C::GeneralOne => ratio == CopayRatio::One,
        C::General | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary if late_elderly => {
            ratio == CopayRatio::One
        }
        C::General | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary => ratio != CopayRatio::Three,
    }
}

/// Whether ア and イ hold although the insured person's municipal tax is nil. 協会けんぽ says they do (健康保険法施行令42条1項5号 leaves them
/// out); another transcription has オ first, so that it is a reading. National health insurance never has the case: who
/// pays no municipal tax has no such income.
pub const UPPER_BANDS_BEAT_TAX_EXEMPTION: bool = true;

/// 年金収入 up to which somebody has no income left in the sense of 低所得Ⅰ, by the first month of each line. The lines since 2025-08
/// rest on one source each.
const LOW_ONE_PENSION_LINES: [(Month, Yen); 3] = [
    (Month::new(2026, 8), Yen::new(826_500)),
    (Month::new(2025, 8), Yen::new(806_700)),
    (Month::new(1, 1), Yen::new(800_000)),
];

/// Whether a pension of this much in the year, without other income, leaves no income in the sense of 低所得Ⅰ.
#[must_use]
pub fn is_pension_without_income(month: Month, pension: Yen) -> bool {
    let line = LOW_ONE_PENSION_LINES.iter().find(|(from, _)| *from <= month);
    line.is_some_and(|(_, line)| pension <= *line)
}

/// Under 70, employees' schemes: 標準報酬月額 of the month of treatment (健康保険法施行令42条1項).
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

/// Under 70, national health insurance: 旧ただし書き所得 of the household (国民健康保険法施行令29条の3). `None`: not declared.
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

/// What makes people of 70 and over 低所得.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LowIncome {
    /// Nobody in the household pays municipal tax.
    pub household_tax_exempt: bool,
    /// Besides, nobody has income left after deductions.
    pub no_income: bool,
}

/// 70 and over, employees' schemes: the ratio decides first, then the standard pay.
#[must_use]
pub fn category_from_70_of_employee(ratio: CopayRatio, standard_monthly_remuneration: Yen, low: LowIncome) -> LimitCategory {
    match (ratio, standard_monthly_remuneration.amount()) {
        (CopayRatio::Three, 830_000..) => LimitCategory::ActiveThree,
        (CopayRatio::Three, 530_000..) => LimitCategory::ActiveTwo,
        (CopayRatio::Three, _) => LimitCategory::ActiveOne,
        (CopayRatio::One | CopayRatio::Two, _) => low.category().unwrap_or(LimitCategory::General),
    }
}

/// 70 and over, national health insurance and 後期高齢者医療: the ratio decides first, then the highest taxable income in the
/// household. `split` is whether 一般 is split into Ⅱ and Ⅰ, as in 後期高齢者医療 since 2022-10.
#[must_use]
pub fn category_from_70_by_tax(ratio: CopayRatio, taxable: Yen, low: LowIncome, split: bool) -> LimitCategory {
    match (ratio, taxable.amount()) {
        (CopayRatio::Three, 6_900_000..) => LimitCategory::ActiveThree,
        (CopayRatio::Three, 3_800_000..) => LimitCategory::ActiveTwo,
        (CopayRatio::Three, _) => LimitCategory::ActiveOne,
        (CopayRatio::Two, _) if split => LimitCategory::GeneralTwo,
        (CopayRatio::One, _) if split => low.category().unwrap_or(LimitCategory::GeneralOne),
        (CopayRatio::One | CopayRatio::Two, _) => low.category().unwrap_or(LimitCategory::General),
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

/// 認定証区分 that goes with a category, from memory: 01 for ア to エ and 現役並みⅡ and Ⅰ, 02 for オ and 低所得; 現役並みⅢ and 一般 need none on paper.
#[must_use]
pub fn certificate_kind(category: LimitCategory) -> Option<LimitKind> {
    use LimitCategory as C;
    match category {
        C::A | C::I | C::U | C::E | C::ActiveTwo | C::ActiveOne => Some(LimitKind::Limit),
        _ if is_low_income(category) => Some(LimitKind::LimitAndMeal),
        _ => None,
    }
}

/// Whether the category is of people who pay no municipal tax, who alone get 標準負担額減額.
#[must_use]
pub fn is_low_income(category: LimitCategory) -> bool {
    use LimitCategory as C;
    matches!(category, C::O | C::OBoundary | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary)
}

//! The ratio of 後期高齢者医療: 1割, 2割 or 3割.

use jiff::civil::{Date, date};

use super::Rule;
use super::scheme::BEGIN;
use crate::domain::{CopayRatio, Yen};

/// The rule of the ratio.
pub const RATIO: Rule = Rule {
    name: "late-elderly-ratio",
    source: "高齢者の医療の確保に関する法律67条1項1号〜3号",
    effective_on: Some(TWO_SINCE),
    english: "as the wide-area union (広域連合) judged and registered (1割 as a rule, 2割 with an income above a set level (一定以上) since \
              2022-10-01, 3割 with an income at the level of active workers (現役並み))",
    japanese: "広域連合が判定し登録した割合のとおり（原則1割、一定以上所得者は2022年10月1日から2割、現役並み所得者は3割）",
};

/// The ratios before 2022-10-01: a registered 2割 on those days contradicts it.
pub const BEFORE_TWO: Rule = Rule {
    source: SOURCE_BEFORE_TWO,
    effective_on: Some(BEGIN),
    english: "until 2022-09-30 there was only 1割 and 3割; 2割 exists since 2022-10-01 (令和3年法律66号)",
    japanese: "2022年9月30日までは1割と3割だけ。2割は2022年10月1日から（令和3年法律66号）",
    ..RATIO
};

const SOURCE_BEFORE_TWO: &str = "高齢者の医療の確保に関する法律67条1項（2022年9月まで）";

/// The longest period of a ratio: an entry over more than one year contradicts it.
pub const JUDGED_YEARLY: Rule = Rule {
    name: "late-elderly-ratio-year",
    source: "高齢者の医療の確保に関する法律施行令7条",
    effective_on: Some(BEGIN),
    english: "as a rule a ratio is judged for August to July, and anew from every 1 August on",
    japanese: "割合は8月から翌年7月までの1年ごとに判定し直すのが原則",
};

/// The days on which a ratio changes: an entry that begins in the middle of a month contradicts it.
pub const CHANGES_WITH_THE_MONTH: Rule = Rule {
    name: "late-elderly-ratio-month",
    source: "高齢者の医療の確保に関する法律施行令7条",
    effective_on: Some(BEGIN),
    english: "as a rule a ratio changes with the 1st of a month: a change in the household counts from the next month on",
    japanese: "割合は月の初日から変わるのが原則（世帯の異動は翌月から）",
};

/// Returns the rule of the ratio on `day`: before 2022-10-01 there was no 2割.
#[must_use]
pub fn rule_on(day: Date) -> Rule {
    match day < TWO_SINCE {
        true => Rule {
            source: SOURCE_BEFORE_TWO,
            effective_on: Some(BEGIN),
            english: "as the wide-area union (広域連合) judged and registered (1割 as a rule, 3割 with an income at the level of active \
                      workers (現役並み))",
            japanese: "広域連合が判定し登録した割合のとおり（原則1割、現役並み所得者は3割）",
            ..RATIO
        },
        false => RATIO,
    }
}

/// The first day with 2割 (高齢者の医療の確保に関する法律67条1項2号; 令和3年法律66号).
pub const TWO_SINCE: Date = date(2022, 10, 1);

/// 一定以上所得: 課税所得 of this amount or more (高齢者の医療の確保に関する法律施行令7条1項, since 2022-10-01).
pub const MIDDLE_TAXABLE: Yen = Yen::new(280_000);
/// 一定以上所得: in addition, pension and other income of this amount or more for a single insured (the same article, since
/// 2022-10-01).
const MIDDLE_INCOME_SINGLE: Yen = Yen::new(2_000_000);
/// 一定以上所得: the same line for two or more people in total (the same article, since 2022-10-01).
const MIDDLE_INCOME_SEVERAL: Yen = Yen::new(3_200_000);

/// Income of the insured of 後期高齢者医療 in a household (高齢者の医療の確保に関する法律施行令7条1項, since 2022-10-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MiddleIncome {
    /// The highest 課税所得 among them.
    pub taxable: Yen,
    /// 年金収入 + その他の合計所得金額, of all of them.
    pub pension_plus_other: Yen,
    /// Whether they are two or more.
    pub several: bool,
}

impl MiddleIncome {
    /// Returns whether it is 一定以上所得.
    #[must_use]
    pub fn is_middle(&self) -> bool {
        let line = if self.several { MIDDLE_INCOME_SEVERAL } else { MIDDLE_INCOME_SINGLE };
        self.taxable >= MIDDLE_TAXABLE && self.pension_plus_other >= line
    }
}

/// Returns the ratio on `day` in 後期高齢者医療, at 75 and over or at 65 and over with a recognised disability
/// (高齢者の医療の確保に関する法律67条1項; 2割 since 2022-10-01).
#[must_use]
pub fn late_elderly_ratio(day: Date, active_income: bool, income: &MiddleIncome) -> CopayRatio {
    match active_income {
        true => CopayRatio::Three,
        false if day >= TWO_SINCE && income.is_middle() => CopayRatio::Two,
        false => CopayRatio::One,
    }
}

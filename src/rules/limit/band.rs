//! The bands of a table: for each 適用区分 its people and its amounts.

use crate::domain::{CopayRatio, LimitCategory, Month, Yen};
use crate::rules::elderly::ONE_ENDED;
use crate::rules::registered_category::agrees_with_ratio;

/// 適用区分 of one month's table: its people and its amounts.
///
/// Amounts are those of the whole month, before they are halved in the month of the 75th birthday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Its usual name: ア, 現役並みⅢ, 一般Ⅱ …
    pub label: &'static str,
    /// The official codes of the band; empty if none is known.
    pub codes: &'static [LimitCategory],
    /// Its people.
    pub ages: Ages,
    /// 算定基準額 of the household, or of one item.
    pub household: Formula,
    /// 外来（個人）: the most that one person of 70 or over pays for outpatient care.
    pub outpatient: Option<Outpatient>,
    /// 年間上限: the most that a household pays from August to July, refunded afterwards. It never lowers a month's cap.
    pub yearly: Option<Yen>,
    /// 上位所得者: people under 70 who pay 20,000 yen instead of 10,000 for dialysis (特定疾病). Never set from 70 on.
    pub upper_income: bool,
    /// What to know about the row, in particular which part of it is a reading of ours.
    pub note: Option<Note>,
}

/// A remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// In English.
    pub english: &'static str,
    /// In Japanese.
    pub japanese: &'static str,
}

/// The age group of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ages {
    /// Under 70; exactly, before the rule of 70 to 74 begins.
    Under70,
    /// 70 and over, in 後期高齢者医療 or not.
    From70,
    /// 70 to 74.
    From70To74,
    /// 後期高齢者医療.
    LateElderly,
}

impl Ages {
    /// Returns whether a person can be in both groups.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Under70, other) | (other, Self::Under70) => other == Self::Under70,
            (Self::From70, _) | (_, Self::From70) => true,
            _ => self == other,
        }
    }

    /// In English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Under70 => "under 70",
            Self::From70 => "70 and over",
            Self::From70To74 => "70 to 74",
            Self::LateElderly => "後期高齢者医療",
        }
    }

    /// Returns it in Japanese.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Under70 => "70歳未満",
            Self::From70 => "70歳以上",
            Self::From70To74 => "70〜74歳",
            Self::LateElderly => "後期高齢者医療",
        }
    }
}

/// `base`, plus 1 % of the medical cost above `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    /// The lowest possible cap.
    pub base: Yen,
    /// Medical cost above which the cap rises; None if the cap is flat.
    pub start: Option<Yen>,
    /// 多数回該当: the cap from the fourth month on; None if that month is like any other.
    pub fourth: Option<Yen>,
}

/// 外来特例 of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outpatient {
    /// A person's cap in a month.
    pub monthly: Yen,
    /// A person's cap from August to July, refunded afterwards.
    pub yearly: Option<Yen>,
    /// 配慮措置 that lowers the monthly cap for a limited time.
    pub transitional: Option<Transitional>,
}

/// 配慮措置: for a limited time the cap is at most `base` plus a tenth of the person's medical cost above `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transitional {
    /// The last month, inclusive.
    pub through: Month,
    /// The lowest possible cap.
    pub base: Yen,
    /// Medical cost above which the cap rises.
    pub start: Yen,
}

impl Band {
    /// Returns whether the other band has the same name and the same monthly amounts for the same people.
    #[must_use]
    pub fn amounts_as(&self, other: &Self) -> bool {
        let monthly = |band: &Self| band.outpatient.map(|cap| cap.monthly);
        self.label == other.label
            && self.ages.meets(other.ages)
            && self.household == other.household
            && monthly(self) == monthly(other)
    }

    /// Returns the ratios that people of `ages` with the band can have in `month`, as far as band and age determine them: under
    /// 70, 2割 is the ratio of children before school (健康保険法74条・110条; 高齢者の医療の確保に関する法律67条; 2割 of the
    /// latter since 2022-10-01).
    #[must_use]
    pub fn ratios(&self, ages: Ages, month: Month) -> &'static [CopayRatio] {
        use CopayRatio::{One, Three, Two};
        let ages = if self.ages == Ages::From70 { ages } else { self.ages };
        match (ages, self.ratio(ages, month)) {
            (Ages::Under70, _) => &[Two, Three],
            (_, Some(One)) => &[One],
            (_, Some(Two)) => &[Two],
            (_, Some(Three)) => &[Three],
            // 低所得 at either age, 1割 by birth date until 2019-03, or a band without known codes.
            (_, None) => &[One, Two],
        }
    }

    /// Returns the ratio of people of `ages` with the band in `month`; None if band and age do not determine it.
    #[must_use]
    pub fn ratio(&self, ages: Ages, month: Month) -> Option<CopayRatio> {
        let ages = if self.ages == Ages::From70 { ages } else { self.ages };
        match ages {
            Ages::Under70 => Some(CopayRatio::Three),
            // From 70 on only 現役並み rises with the medical cost.
            _ if self.household.start.is_some() => Some(CopayRatio::Three),
            // 1割 or 2割, by the birth date.
            Ages::From70To74 if month < ONE_ENDED => None,
            Ages::From70To74 => Some(CopayRatio::Two),
            Ages::LateElderly => [CopayRatio::One, CopayRatio::Two].into_iter().find(|ratio| self.goes_with(*ratio)),
            Ages::From70 => None,
        }
    }

    /// Returns whether every code of the band fits a ratio in 後期高齢者医療; false if no code is known.
    fn goes_with(&self, ratio: CopayRatio) -> bool {
        !self.codes.is_empty() && self.codes.iter().all(|code| agrees_with_ratio(*code, ratio, true))
    }
}

/// Builders of rows, which read as sentences: `Band::under_70("ア", …, 270_300).rising_above(901_000).fourth(140_100)`.
impl Band {
    pub(super) const fn new(label: &'static str, codes: &'static [LimitCategory], ages: Ages, base: u64) -> Self {
        Self {
            label,
            codes,
            ages,
            household: Formula { base: Yen::new(base), start: None, fourth: None },
            outpatient: None,
            yearly: None,
            upper_income: false,
            note: None,
        }
    }

    pub(super) const fn under_70(label: &'static str, codes: &'static [LimitCategory], base: u64) -> Self {
        Self::new(label, codes, Ages::Under70, base)
    }

    pub(super) const fn from_70(label: &'static str, codes: &'static [LimitCategory], base: u64) -> Self {
        Self::new(label, codes, Ages::From70, base)
    }

    pub(super) const fn rising_above(mut self, start: u64) -> Self {
        self.household.start = Some(Yen::new(start));
        self
    }

    pub(super) const fn fourth(mut self, cap: u64) -> Self {
        self.household.fourth = Some(Yen::new(cap));
        self
    }

    pub(super) const fn outpatient(mut self, monthly: u64) -> Self {
        self.outpatient = Some(Outpatient { monthly: Yen::new(monthly), yearly: None, transitional: None });
        self
    }

    pub(super) const fn outpatient_a_year(mut self, monthly: u64, yearly: u64) -> Self {
        self.outpatient =
            Some(Outpatient { monthly: Yen::new(monthly), yearly: Some(Yen::new(yearly)), transitional: None });
        self
    }

    pub(super) const fn transitional(mut self, measure: Transitional) -> Self {
        let Some(mut outpatient) = self.outpatient else { panic!("a 配慮措置 lowers an outpatient cap") };
        outpatient.transitional = Some(measure);
        self.outpatient = Some(outpatient);
        self
    }

    pub(super) const fn a_year(mut self, cap: u64) -> Self {
        self.yearly = Some(Yen::new(cap));
        self
    }

    pub(super) const fn upper_income(mut self) -> Self {
        self.upper_income = true;
        self
    }

    pub(super) const fn note(mut self, note: Note) -> Self {
        self.note = Some(note);
        self
    }
}

//! 入院時食事療養: the payment of a patient in hospital for a meal (食事療養標準負担額). It is not part of any cap. People of 65
//! and over in 療養病床 pay other amounts (生活療養標準負担額), which are not here.

use super::limit::Note;
use super::registered_category::is_low_income;
use crate::domain::{LimitCategory, Month, Yen};

/// The source of the amounts.
pub const SOURCE: &str = "健康保険法85条2項・施行規則58条; 国民健康保険法52条2項; 高齢者の医療の確保に関する法律74条2項; 食事療養標準負担額の告示";

/// The people of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eater {
    /// 一般: ア to エ, 一般 and 現役並み, and patients who show no reduction.
    General,
    /// 一般 with 指定難病 or 小児慢性特定疾病.
    Designated,
    /// オ and 低所得Ⅱ.
    LowTwo,
    /// オ and 低所得Ⅱ after more than 90 days in hospital within 12 months (長期入院該当).
    LowTwoLongStay,
    /// 低所得Ⅰ, 70 and over.
    LowOne,
}

/// 食事療養標準負担額 of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MealCharge {
    /// The charge of one meal.
    pub yen: Yen,
    /// The first month of its table.
    pub since: Month,
    /// A note if it is a reading of ours.
    pub note: Option<Note>,
}

/// The amounts from one month on.
struct Amounts {
    from: Month,
    general: u64,
    designated: u64,
    low_two: u64,
    low_two_long_stay: u64,
    low_one: u64,
}

/// The tables, newest first.
const TABLES: [Amounts; 4] = [
    // 550 yen has one source. The other amounts are readings of ours.
    Amounts { from: UNSOURCED_SINCE, general: 550, designated: 330, low_two: 270, low_two_long_stay: 220, low_one: 130 },
    Amounts { from: Month::new(2025, 4), general: 510, designated: 300, low_two: 240, low_two_long_stay: 190, low_one: 110 },
    Amounts { from: Month::new(2024, 6), general: 490, designated: 280, low_two: 230, low_two_long_stay: 180, low_one: 110 },
    Amounts { from: BEGIN, general: 460, designated: 260, low_two: 210, low_two_long_stay: 160, low_one: 100 },
];

/// The first month of the first table; earlier amounts are not known here.
pub const BEGIN: Month = Month::new(2018, 4);

/// The first month from which the amounts of low incomes and of 指定難病 are in none of our sources, which say only that those of
/// low incomes rise by 20 to 30 yen.
const UNSOURCED_SINCE: Month = Month::new(2026, 6);

const UNSOURCED: Note = Note {
    english: "that a meal costs 30 yen more from 2026-06 on, for 低所得Ⅰ 20 yen more, is a reading of ours: sources say 20 to 30",
    japanese: "2026年6月からの1食の額を30円増（低所得Ⅰは20円増）と解釈した（出典には20〜30円増とだけある）",
};

const DESIGNATED_UNSOURCED: Note = Note {
    english: "that a meal costs 30 yen more with 指定難病 or 小児慢性特定疾病 from 2026-06 on is a reading of ours",
    japanese: "指定難病・小児慢性特定疾病の2026年6月からの1食の額を30円増と解釈した",
};

impl Eater {
    /// Returns the people whose amount a patient pays. `category` is None if its code is not known, which is never a low income.
    /// `reduced` says that the low income is shown (認定証区分 02 or 03). `long_stay` says that 長期入院該当 applies, which
    /// lowers only the amount of オ and 低所得Ⅱ. `designated` means 指定難病 or 小児慢性特定疾病, which lowers only the amount of
    /// 一般. That オ（境） counts as オ, 低所得Ⅰ（境） and 低所得Ⅰ（老福） as 低所得Ⅰ, is a reading of ours.
    #[must_use]
    pub fn of(category: Option<LimitCategory>, reduced: bool, long_stay: bool, designated: bool) -> Self {
        use LimitCategory as C;
        match category.filter(|category| reduced && is_low_income(*category)) {
            Some(C::LowOne | C::LowOnePension | C::LowOneBoundary) => Self::LowOne,
            Some(_) if long_stay => Self::LowTwoLongStay,
            Some(_) => Self::LowTwo,
            None if designated => Self::Designated,
            None => Self::General,
        }
    }

    /// Returns the charge of a meal in `month`; None before 2018-04.
    #[must_use]
    pub fn charge(self, month: Month) -> Option<MealCharge> {
        let amounts = TABLES.iter().find(|amounts| amounts.from <= month)?;
        let yen = match self {
            Self::General => amounts.general,
            Self::Designated => amounts.designated,
            Self::LowTwo => amounts.low_two,
            Self::LowTwoLongStay => amounts.low_two_long_stay,
            Self::LowOne => amounts.low_one,
        };
        let note = match self {
            Self::General => None,
            Self::Designated => Some(DESIGNATED_UNSOURCED),
            Self::LowTwo | Self::LowTwoLongStay | Self::LowOne => Some(UNSOURCED),
        };
        Some(MealCharge { yen: Yen::new(yen), since: amounts.from, note: note.filter(|_| month >= UNSOURCED_SINCE) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amounts_without_a_source_are_noted() {
        let noted = |eater: Eater, month| eater.charge(month).unwrap().note.is_some();
        for eater in [Eater::Designated, Eater::LowTwo, Eater::LowTwoLongStay, Eater::LowOne] {
            assert!(!noted(eater, Month::new(2026, 5)) && noted(eater, Month::new(2026, 6)), "{eater:?}");
        }
        assert!(!noted(Eater::General, Month::new(2026, 6)));
        assert_eq!(Eater::General.charge(Month::new(2018, 3)), None);
    }

    #[test]
    fn a_meal_costs_less_only_for_a_low_income_that_is_shown() {
        use LimitCategory as C;
        for category in C::ALL {
            let low_one = matches!(category, C::LowOne | C::LowOnePension | C::LowOneBoundary);
            let low_two = matches!(category, C::O | C::OBoundary | C::LowTwo);
            let of = |reduced, long_stay| Eater::of(Some(category), reduced, long_stay, false);
            let expected = match (low_one, low_two) {
                (true, _) => [Eater::LowOne, Eater::LowOne],
                (_, true) => [Eater::LowTwo, Eater::LowTwoLongStay],
                _ => [Eater::General, Eater::General],
            };
            assert_eq!([of(true, false), of(true, true)], expected, "{category:?}");
            assert_eq!([of(false, false), of(false, true)], [Eater::General; 2], "{category:?}");
        }
        assert_eq!(Eater::of(None, true, true, false), Eater::General);
        assert_eq!(Eater::of(Some(C::U), false, false, true), Eater::Designated);
        // The lower amount of a low income takes precedence.
        assert_eq!(Eater::of(Some(C::O), true, false, true), Eater::LowTwo);
    }
}

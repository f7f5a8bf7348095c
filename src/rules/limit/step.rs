//! The lines of a calculation, for explanations.

use super::cap::{Cap, Origin};
use crate::domain::{CopayRatio, Yen};

/// One line of a calculation, with its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The share of an item.
    Share {
        /// The person, in a household.
        who: Option<&'a str>,
        /// Medical cost.
        cost: Yen,
        /// The ratio applied.
        ratio: CopayRatio,
        /// The share.
        yen: Yen,
    },
    /// An item that does not count in the household's sum.
    Uncounted {
        /// The person.
        who: &'a str,
        /// Its share.
        yen: Yen,
        /// The share from which on it would count.
        below: Yen,
    },
    /// The sum compared with the next cap.
    Sum {
        /// The people whose sum it is.
        stage: Stage<'a>,
        /// The sum.
        yen: Yen,
    },
    /// A cap.
    Cap(Cap),
    /// The remainder after a cap.
    Stays(Yen),
    /// The final payment.
    Pays(Yen),
    /// The refund.
    Refund(Yen),
}

/// The people whose sum is compared with a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage<'a> {
    /// One person's outpatient care, 70 and over.
    Outpatient(&'a str),
    /// Everything that counts for one person, against half amounts.
    Person(&'a str),
    /// All people of 70 and over.
    Elderly,
    /// The whole household.
    Household,
}

impl Step<'_> {
    /// Returns the amount.
    #[must_use]
    pub fn yen(&self) -> Yen {
        match self {
            Self::Share { yen, .. } | Self::Uncounted { yen, .. } | Self::Sum { yen, .. } => *yen,
            Self::Cap(cap) => cap.yen,
            Self::Stays(yen) | Self::Pays(yen) | Self::Refund(yen) => *yen,
        }
    }

    /// Describes it in English.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::Share { who, cost, ratio, .. } => {
                format!("{}share: {}0 % of {cost}", of(*who), ratio.tenths())
            }
            Self::Uncounted { who, below, .. } => {
                format!("{who}: share below {below}, so it does not count in the household's sum")
            }
            Self::Sum { stage: Stage::Outpatient(who), .. } => format!("{who}: outpatient shares together"),
            Self::Sum { stage: Stage::Person(who), .. } => format!("{who}: everything together"),
            Self::Sum { stage: Stage::Elderly, .. } => "70 and over together".to_owned(),
            Self::Sum { stage: Stage::Household, .. } => "the household together".to_owned(),
            Self::Cap(cap) => cap.origin.english() + if cap.halved { " (half of everything: 75th birthday)" } else { "" },
            Self::Stays(_) => "stays".to_owned(),
            Self::Pays(_) => "paid in the end".to_owned(),
            Self::Refund(_) => "refunded, or not asked for".to_owned(),
        }
    }

    /// Describes it in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Share { who, cost, ratio, .. } => format!("{}一部負担金: {cost}円の{}割", of(*who), ratio.tenths()),
            Self::Uncounted { who, below, .. } => format!("{who}: {below}円未満のため世帯合算の対象外"),
            Self::Sum { stage: Stage::Outpatient(who), .. } => format!("{who}: 外来の一部負担金の合計"),
            Self::Sum { stage: Stage::Person(who), .. } => format!("{who}: 個人の合計"),
            Self::Sum { stage: Stage::Elderly, .. } => "70歳以上の合計".to_owned(),
            Self::Sum { stage: Stage::Household, .. } => "世帯の合計".to_owned(),
            Self::Cap(cap) => cap.origin.japanese() + if cap.halved { "（75歳到達月の半額）" } else { "" },
            Self::Stays(_) => "限度額適用後の負担".to_owned(),
            Self::Pays(_) => "最終的な負担".to_owned(),
            Self::Refund(_) => "高額療養費（払戻し・現物給付）".to_owned(),
        }
    }
}

fn of(who: Option<&str>) -> String {
    who.map_or_else(String::new, |who| format!("{who}: "))
}

impl Origin {
    fn english(self) -> String {
        match self {
            Self::Flat => "cap".to_owned(),
            Self::Rising { base, start, cost } if cost <= start => {
                format!("cap: {base}, because {cost} is not above {start}")
            }
            Self::Rising { base, start, cost } => format!("cap: {base} + 1 % of {cost} above {start}"),
            Self::FourthMonth => "cap from the fourth month on (多数回該当)".to_owned(),
            Self::Outpatient => "cap of one person's outpatient care".to_owned(),
            Self::SpecificDisease { .. } => "cap of a 特定疾病 at one institution".to_owned(),
            Self::Transitional { base, start, cost } if cost <= start => {
                format!("outpatient cap until 2025-09 (配慮措置): {base}, because {cost} is not above {start}")
            }
            Self::Transitional { base, start, cost } => {
                format!("outpatient cap until 2025-09 (配慮措置): {base} + 10 % of {cost} above {start}")
            }
        }
    }

    fn japanese(self) -> String {
        match self {
            Self::Flat => "自己負担限度額".to_owned(),
            Self::Rising { base, start, cost } if cost <= start => format!("自己負担限度額: {base}（{cost}は{start}以下）"),
            Self::Rising { base, start, cost } => format!("自己負担限度額: {base} + ({cost} − {start}) × 1%"),
            Self::FourthMonth => "自己負担限度額（多数回該当）".to_owned(),
            Self::Outpatient => "外来（個人）の限度額".to_owned(),
            Self::SpecificDisease { .. } => "特定疾病の限度額".to_owned(),
            Self::Transitional { base, start, cost } if cost <= start => {
                format!("外来の配慮措置: {base}（{cost}は{start}以下）")
            }
            Self::Transitional { base, start, cost } => format!("外来の配慮措置: {base} + ({cost} − {start}) × 10%"),
        }
    }
}

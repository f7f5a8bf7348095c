use crate::domain::{CopayRatio, LimitCategory, Scheme};

use super::part::Part;

/// What an insurer registered, as a finding names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// A coverage of the scheme.
    Scheme(Scheme),
    /// 一部負担金割合 of 後期高齢者医療.
    Ratio(CopayRatio),
    /// 高齢受給者証 with its ratio.
    Elderly(CopayRatio),
    /// 適用区分 of a limit certificate.
    Category(LimitCategory),
}

impl Registered {
    /// The part of an answer in which it stands.
    pub(super) fn part(self) -> Part {
        match self {
            Self::Scheme(_) => Part::Validity,
            Self::Ratio(_) => Part::Ratio,
            Self::Elderly(_) => Part::Elderly,
            Self::Category(_) => Part::Limit,
        }
    }

    /// In few words of English.
    pub(super) fn english(self) -> String {
        match self {
            Self::Scheme(scheme) => format!("coverage by {}", scheme.english()),
            Self::Ratio(ratio) => format!("ratio of {}0 %", ratio.tenths()),
            Self::Elderly(ratio) => format!("elderly recipient certificate of {}0 %", ratio.tenths()),
            Self::Category(category) => format!("category {}", category.english()),
        }
    }

    /// In few words of Japanese.
    pub(super) fn japanese(self) -> String {
        match self {
            Self::Scheme(scheme) => format!("{}の資格", scheme.japanese()),
            Self::Ratio(ratio) => format!("一部負担金割合{}割", ratio.tenths()),
            Self::Elderly(ratio) => format!("高齢受給者証{}割", ratio.tenths()),
            Self::Category(category) => format!("適用区分 {}", category.japanese()),
        }
    }
}

//! What an insurer registered, as findings name it.

use jiff::civil::Date;

use crate::domain::{CardClass, CopayRatio, LimitCategory, Scheme, SpecificDisease, Yen};

use super::part::AnswerPart;

/// A registered value that a finding names.
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
    /// 特定疾病療養受療証 with its 自己負担限度額 a month.
    SpecificDisease(SpecificDisease, Yen),
    /// 被保険者証区分.
    CardClass(CardClass),
    /// A coverage of the scheme as 家族.
    Dependant(Scheme),
    /// A coverage of the scheme, lost on this day.
    LossOn(Scheme, Date),
}

impl Registered {
    /// Returns the part of an answer that shows it.
    pub(super) fn part(self) -> AnswerPart {
        match self {
            Self::Scheme(_) => AnswerPart::Validity,
            Self::Ratio(_) => AnswerPart::Ratio,
            Self::Elderly(_) => AnswerPart::Elderly,
            Self::Category(_) => AnswerPart::Limit,
            Self::SpecificDisease(..) => AnswerPart::SpecificDisease,
            Self::CardClass(_) | Self::Dependant(_) => AnswerPart::Card,
            Self::LossOn(..) => AnswerPart::Loss,
        }
    }

    /// Names it briefly in English.
    pub(super) fn english(self) -> String {
        match self {
            Self::Scheme(scheme) => format!("coverage by {}", scheme.english()),
            Self::Ratio(ratio) => format!("ratio of {}0 %", ratio.tenths()),
            Self::Elderly(ratio) => format!("elderly recipient certificate of {}0 %", ratio.tenths()),
            Self::Category(category) => format!("category {}", category.english()),
            Self::SpecificDisease(disease, yen) => format!("{yen} yen a month for {}", disease.english()),
            Self::CardClass(class) => format!("card class {}", class.english()),
            Self::Dependant(scheme) => format!("dependant of {}", scheme.english()),
            Self::LossOn(scheme, day) => format!("loss of {} on {day}", scheme.english()),
        }
    }

    /// Names it briefly in Japanese.
    pub(super) fn japanese(self) -> String {
        match self {
            Self::Scheme(scheme) => format!("{}の資格", scheme.japanese()),
            Self::Ratio(ratio) => format!("一部負担金割合{}割", ratio.tenths()),
            Self::Elderly(ratio) => format!("高齢受給者証{}割", ratio.tenths()),
            Self::Category(category) => format!("適用区分 {}", category.japanese()),
            Self::SpecificDisease(disease, yen) => format!("特定疾病（{}）月額{yen}円", disease.japanese()),
            Self::CardClass(class) => format!("被保険者証区分 {}", class.japanese()),
            Self::Dependant(scheme) => format!("{}の家族", scheme.japanese()),
            Self::LossOn(scheme, day) => format!("{}の{day}喪失", scheme.japanese()),
        }
    }
}

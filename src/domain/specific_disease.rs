//! 特定疾病療養受療証 and its diseases.

use jiff::civil::Date;

use super::period::Period;
use super::yen::Yen;

/// 特定疾病療養受療証 as an insurer registered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecificDiseaseCertificate {
    /// 認定疾病区分.
    pub disease: SpecificDisease,
    /// 交付年月日.
    pub issued_on: Option<Date>,
    /// 有効開始年月日 to 有効終了年月日.
    pub period: Period,
    /// 自己負担限度額 in a month.
    pub self_pay: Yen,
}

impl SpecificDiseaseCertificate {
    /// The most that a patient pays for such a disease in a month.
    pub const MOST_SELF_PAY: Yen = Yen::new(20_000);
}

/// 特定疾病 (code table 013).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecificDisease {
    /// 1 人工腎臓を実施している慢性腎不全.
    Dialysis,
    /// 2 血漿分画製剤を投与している先天性血液凝固第Ⅷ因子障害・第Ⅸ因子障害.
    Haemophilia,
    /// 3 抗ウイルス剤を投与している後天性免疫不全症候群（血液製剤による）.
    Hiv,
}

impl SpecificDisease {
    /// Returns a short Japanese name.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Dialysis => "人工透析",
            Self::Haemophilia => "血友病",
            Self::Hiv => "HIV",
        }
    }

    /// Returns a short English name.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Dialysis => "dialysis",
            Self::Haemophilia => "haemophilia",
            Self::Hiv => "HIV",
        }
    }
}

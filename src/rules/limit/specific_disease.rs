use super::band::Band;
use crate::domain::Yen;

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

/// 特定疾病: what is paid at most in a month at one institution, in- and outpatient apart (健康保険法施行令41条9項, 42条9項): 10,000
/// yen; 20,000 for dialysis under 70 in the two upper bands. That it is the same after 2026-08 is a reading of ours.
#[must_use]
pub fn specific_disease_cap(disease: SpecificDisease, band: &Band) -> Yen {
    if disease == SpecificDisease::Dialysis && band.upper_income { Yen::new(20_000) } else { Yen::new(10_000) }
}

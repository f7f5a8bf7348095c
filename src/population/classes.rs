//! Schemes as statistics group them.

use crate::domain::Scheme;
use crate::language::Bilingual;

use super::profile::Group;

/// A class of schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SchemeClass {
    Kyokai,
    Society,
    /// Mutual aid, and seamen.
    Mutual,
    NationalHealth,
    NationalHealthSociety,
    LateElderly,
    MedicalAid,
}

impl SchemeClass {
    /// In the order of [`Group::TARGET_SCHEMES`].
    pub const ALL: [Self; 7] = [
        Self::Kyokai,
        Self::Society,
        Self::Mutual,
        Self::NationalHealth,
        Self::NationalHealthSociety,
        Self::LateElderly,
        Self::MedicalAid,
    ];

    pub fn of(scheme: Scheme) -> Self {
        use Scheme as S;
        match scheme {
            S::KyokaiKenpo | S::DayLabourers => Self::Kyokai,
            S::HealthInsuranceSociety | S::SpecialRetired => Self::Society,
            S::Seamen | S::SelfDefenceForces | S::NationalMutualAid | S::LocalMutualAid | S::PoliceMutualAid => Self::Mutual,
            S::SchoolMutualAid => Self::Mutual,
            S::MunicipalNationalHealth | S::RetiredNationalHealth => Self::NationalHealth,
            S::NationalHealthSociety => Self::NationalHealthSociety,
            S::LateElderly => Self::LateElderly,
            S::MedicalAid => Self::MedicalAid,
        }
    }

    /// Returns the name, in Japanese in both languages, as elsewhere in the project.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Kyokai => ("協会けんぽ", "協会けんぽ"),
            Self::Society => ("組合健保", "組合健保"),
            Self::Mutual => ("共済 and seamen", "共済・船員"),
            Self::NationalHealth => ("市町村国保", "市町村国保"),
            Self::NationalHealthSociety => ("国保組合", "国保組合"),
            Self::LateElderly => ("後期高齢者医療", "後期高齢者医療"),
            Self::MedicalAid => ("医療扶助", "医療扶助"),
        }
        .into()
    }

    /// Returns the days that registrations take.
    pub fn lag(self) -> Group {
        match self {
            Self::Kyokai => Group::LAG_KYOKAI,
            Self::Society => Group::LAG_SOCIETY,
            Self::Mutual => Group::LAG_MUTUAL,
            Self::NationalHealth => Group::LAG_NATIONAL_HEALTH,
            Self::NationalHealthSociety => Group::LAG_NATIONAL_HEALTH_SOCIETY,
            Self::LateElderly => Group::LAG_LATE,
            Self::MedicalAid => Group::LAG_AID,
        }
    }
}

/// Returns the first and the last day of each entry of a lag, both inclusive.
pub(super) fn lag_days() -> Vec<(i64, i64)> {
    let starts: Vec<i64> = super::profile::LAG_DAYS.iter().filter_map(|days| days.parse().ok()).collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([45]);
    starts.iter().copied().zip(ends).collect()
}

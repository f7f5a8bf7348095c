//! 提供同意: the consents of patients.

use jiff::SignedDuration;

/// 提供同意: what a patient allows the clinic to see. The order is that of the record's elements, and of the bits in the
/// database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consent {
    /// 限度額適用認定証.
    Limit,
    /// 特定疾病療養受療証.
    SpecificDisease,
    /// 特定健診情報.
    Checkup,
    /// 薬剤情報.
    Drug,
    /// 診療情報.
    Diagnosis,
    /// 手術情報.
    Operation,
    /// 傷病名 (since 2025).
    DiagnosisName,
    /// 感染症 (since 2025).
    Infection,
    /// アレルギー (since 2025).
    Allergy,
    /// 薬剤禁忌 (since 2025).
    Contraindication,
    /// 検査 (since 2025).
    Test,
    /// 処方 (since 2025).
    Prescription,
}

impl Consent {
    /// Every kind, in the order of the record's elements.
    pub const ALL: [Self; 12] = [
        Self::Limit,
        Self::SpecificDisease,
        Self::Checkup,
        Self::Drug,
        Self::Diagnosis,
        Self::Operation,
        Self::DiagnosisName,
        Self::Infection,
        Self::Allergy,
        Self::Contraindication,
        Self::Test,
        Self::Prescription,
    ];

    /// Returns whether it was added in 2025.
    #[must_use]
    pub fn is_of_2025(self) -> bool {
        matches!(
            self,
            Self::DiagnosisName | Self::Infection | Self::Allergy | Self::Contraindication | Self::Test | Self::Prescription
        )
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The consents that a patient gave at one reception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Consents(u16);

impl Consents {
    /// No consent.
    pub const NONE: Self = Self(0);

    /// Returns all consents.
    #[must_use]
    pub fn all() -> Self {
        Consent::ALL.into_iter().collect()
    }

    /// Returns whether `kind` is given.
    #[must_use]
    pub fn has(self, kind: Consent) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Returns one bit for each kind: 1 << place in [`Consent::ALL`].
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Returns the given consents.
    pub fn iter(self) -> impl Iterator<Item = Consent> {
        Consent::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl FromIterator<Consent> for Consents {
    fn from_iter<I: IntoIterator<Item = Consent>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

/// 有効期限: how long medical information can be fetched after consent. How much longer consent lasts for home visits and online
/// care is not known to us.
pub const CONSENT_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// 診療区分 (code table 028): the kind of care for which the card is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TreatmentKind {
    /// 1 外来.
    Outpatient,
    /// 2 訪問診療等.
    Visit,
    /// 3 オンライン診療等.
    Online,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_itself() {
        for kind in Consent::ALL {
            let one: Consents = [kind].into_iter().collect();
            assert_eq!(one.iter().collect::<Vec<_>>(), [kind]);
        }
        assert_eq!(Consents::all().iter().collect::<Vec<_>>(), Consent::ALL);
        assert_eq!(Consents::all().bits(), (1 << 12) - 1);
        assert_eq!(Consents::NONE.iter().count(), 0);
    }
}

//! The parts of an answer that are explained.

/// A part of an answer with a reason of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerPart {
    /// 資格有効性.
    Validity,
    /// The data on the card: insurer, symbol, number, branch, relationship, class, dates, and identity.
    Card,
    /// Address and postal code.
    Address,
    /// 資格喪失年月日 and 喪失事由.
    Loss,
    /// 未就学区分.
    Preschool,
    /// 一部負担金割合 of 後期高齢者医療.
    Ratio,
    /// 高齢受給者証.
    Elderly,
    /// 限度額適用認定証, with the patient's consent.
    Limit,
    /// 特定疾病療養受療証, by card and with the patient's consent.
    SpecificDisease,
    /// 医療券・調剤券 of 医療扶助.
    Ticket,
    /// Consents to medical information, by card.
    MedicalConsents,
    /// The reason why a card cannot be used.
    CardState,
}

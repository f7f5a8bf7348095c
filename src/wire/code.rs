//! Official code values (code tables 001–026 in wire.md §3) of the domain's enums.

use crate::domain::{
    AnswerCharset, CardClass, CardKind, Consent, CopayRatio, HolderVerification, InsurerNumber, LimitCategory, LimitKind,
    LossReason, MedicalTreatment, Relationship, RevocationReason, Sex, SpecificDisease, TicketKind, TreatmentKind, Validity,
};

/// Returns the code of 資格有効性 (table 006).
#[must_use]
pub fn validity(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "1",
        Validity::Invalid => "2",
        Validity::InvalidNewerExists => "3",
        Validity::NoneFound => "4",
        Validity::SeveralMatch => "5",
        Validity::ValidUnregistered => "6",
    }
}

/// Every 資格有効性 that the answer to a question by card can have.
pub const VALIDITIES: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// Reads a code of 資格有効性.
#[must_use]
pub fn parse_validity(code: &str) -> Option<Validity> {
    use Validity as V;
    let all = [V::Valid, V::Invalid, V::InvalidNewerExists, V::NoneFound, V::SeveralMatch, V::ValidUnregistered];
    all.into_iter().find(|known| validity(*known) == code)
}

/// Returns the code of 性別 (table 007).
#[must_use]
pub fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "1",
        Sex::Female => "2",
        Sex::Unset => "3",
    }
}

/// Reads 性別 from its code; None if there is no such code.
#[must_use]
pub fn parse_sex(code: &str) -> Option<Sex> {
    [Sex::Male, Sex::Female, Sex::Unset].into_iter().find(|known| sex(*known) == code)
}

/// Returns the code of 喪失事由 (table 008).
#[must_use]
pub fn loss_reason(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Death => "01",
        LossReason::Welfare => "02",
        LossReason::OtherInsurance => "03",
        LossReason::Other => "99",
    }
}

/// Reads 喪失事由 from its code; None if there is no such code.
#[must_use]
pub fn parse_loss_reason(code: &str) -> Option<LossReason> {
    let all = [LossReason::Death, LossReason::Welfare, LossReason::OtherInsurance, LossReason::Other];
    all.into_iter().find(|reason| loss_reason(*reason) == code)
}

/// Returns the code of 本人・家族の別 (table 009).
#[must_use]
pub fn relationship(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Insured => "1",
        Relationship::Dependant => "2",
    }
}

/// Reads 本人・家族の別 from its code; None if there is no such code.
#[must_use]
pub fn parse_relationship(code: &str) -> Option<Relationship> {
    [Relationship::Insured, Relationship::Dependant].into_iter().find(|known| relationship(*known) == code)
}

/// Returns the code of 被保険者証区分 (table 010).
#[must_use]
pub fn card_class(class: CardClass) -> &'static str {
    match class {
        CardClass::General => "01",
        CardClass::Retired => "02",
        CardClass::ShortTerm => "03",
        CardClass::ShortTermRetired => "04",
        CardClass::SpecialExpense => "05",
        CardClass::SpecialRetired => "06",
        CardClass::SelfDefence => "07",
        CardClass::MedicalAid => "A1",
    }
}

/// Reads 被保険者証区分 from its code; None if there is no such code.
#[must_use]
pub fn parse_card_class(code: &str) -> Option<CardClass> {
    let all = [
        CardClass::General,
        CardClass::Retired,
        CardClass::ShortTerm,
        CardClass::ShortTermRetired,
        CardClass::SpecialExpense,
        CardClass::SpecialRetired,
        CardClass::SelfDefence,
        CardClass::MedicalAid,
    ];
    all.into_iter().find(|class| card_class(*class) == code)
}

/// Returns the code of 限度額適用認定証区分 (table 011).
#[must_use]
pub fn limit_kind(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Limit => "01",
        LimitKind::LimitAndMeal => "02",
        LimitKind::Meal => "03",
    }
}

/// Reads 限度額適用認定証区分 from its code; None if there is no such code.
#[must_use]
pub fn parse_limit_kind(code: &str) -> Option<LimitKind> {
    [LimitKind::Limit, LimitKind::LimitAndMeal, LimitKind::Meal].into_iter().find(|kind| limit_kind(*kind) == code)
}

/// Returns the code of 限度額適用認定証適用区分 (table 012).
#[must_use]
pub fn limit_category(category: LimitCategory) -> &'static str {
    match category {
        LimitCategory::A => "A01",
        LimitCategory::I => "A02",
        LimitCategory::U => "A03",
        LimitCategory::E => "A04",
        LimitCategory::O => "A05",
        LimitCategory::OBoundary => "A06",
        LimitCategory::ActiveThree => "B01",
        LimitCategory::ActiveTwo => "B02",
        LimitCategory::ActiveOne => "B03",
        LimitCategory::General => "B04",
        LimitCategory::LowTwo => "B05",
        LimitCategory::LowOne => "B06",
        LimitCategory::LowOnePension => "B07",
        LimitCategory::LowOneBoundary => "B08",
        LimitCategory::GeneralTwo => "B09",
        LimitCategory::GeneralOne => "B10",
    }
}

/// Reads 限度額適用認定証適用区分 from its code; None if there is no such code.
#[must_use]
pub fn parse_limit_category(code: &str) -> Option<LimitCategory> {
    LimitCategory::ALL.into_iter().find(|category| limit_category(*category) == code)
}

/// Returns the code of 同意フラグ (table 001): 0 未同意, 1 同意.
#[must_use]
pub fn consent(given: bool) -> &'static str {
    if given { "1" } else { "0" }
}

/// Returns the code of 同意フラグ for an earlier consent (table 016): 0 なし, 1 あり, 2 有効期限切れ.
#[must_use]
pub fn earlier_consent(given: bool, expired: bool) -> &'static str {
    match (given, expired) {
        (false, _) => "0",
        (true, false) => "1",
        (true, true) => "2",
    }
}

/// Returns the code of 限度額適用認定証情報変更有無 (table 014): 0 変更なし, 1 変更あり or 判定不能.
#[must_use]
pub fn changed(changed: bool) -> &'static str {
    if changed { "1" } else { "0" }
}

/// Every 同意フラグ that a request can have.
pub const CONSENTS: [&str; 2] = ["0", "1"];

/// Reads 同意フラグ from its code; None if there is no such code.
#[must_use]
pub fn parse_consent(code: &str) -> Option<bool> {
    match code {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

/// Returns the code of 文字コード識別 (table 005).
#[must_use]
pub fn charset(charset: AnswerCharset) -> &'static str {
    match charset {
        AnswerCharset::Utf8 => "0",
        AnswerCharset::ShiftJis => "1",
    }
}

/// Writes a ratio as three digits of percent: 1割 is `010`.
#[must_use]
pub fn ratio(ratio: CopayRatio) -> &'static str {
    match ratio {
        CopayRatio::One => "010",
        CopayRatio::Two => "020",
        CopayRatio::Three => "030",
    }
}

/// Writes an insurer number in its eight-character field, padded with blanks on the left.
#[must_use]
pub fn insurer_number(number: &InsurerNumber) -> String {
    match number.as_str() {
        // Nearly all of them; a record of a file is spared the formatting.
        whole if whole.len() == 8 => whole.to_owned(),
        short => format!("{short:>8}"),
    }
}

/// Returns the code of 認定疾病区分 (table 013).
#[must_use]
pub fn specific_disease(disease: SpecificDisease) -> &'static str {
    match disease {
        SpecificDisease::Dialysis => "1",
        SpecificDisease::Haemophilia => "2",
        SpecificDisease::Hiv => "3",
    }
}

/// Reads 認定疾病区分 from its code; None if there is no such code.
#[must_use]
pub fn parse_specific_disease(code: &str) -> Option<SpecificDisease> {
    use SpecificDisease as D;
    [D::Dialysis, D::Haemophilia, D::Hiv].into_iter().find(|disease| specific_disease(*disease) == code)
}

/// Returns the code of 医療券・調剤券の別 (table 018).
#[must_use]
pub fn ticket_kind(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Treatment => "01",
        TicketKind::Dispensing => "02",
    }
}

/// Reads 医療券・調剤券の別 from its code; None if there is no such code.
#[must_use]
pub fn parse_ticket_kind(code: &str) -> Option<TicketKind> {
    [TicketKind::Treatment, TicketKind::Dispensing].into_iter().find(|kind| ticket_kind(*kind) == code)
}

/// Returns the code of 診療別 of a ticket (table 019).
#[must_use]
pub fn medical_treatment(treatment: MedicalTreatment) -> &'static str {
    match treatment {
        MedicalTreatment::Inpatient => "01",
        MedicalTreatment::Outpatient => "02",
        MedicalTreatment::Dental => "03",
        MedicalTreatment::Dispensing => "04",
        MedicalTreatment::VisitingNursing => "05",
    }
}

/// Reads 診療別 of a ticket from its code.
#[must_use]
pub fn parse_medical_treatment(code: &str) -> Option<MedicalTreatment> {
    use MedicalTreatment as M;
    let all = [M::Inpatient, M::Outpatient, M::Dental, M::Dispensing, M::VisitingNursing];
    all.into_iter().find(|treatment| medical_treatment(*treatment) == code)
}

/// Returns the code of 単独・併用の別 (table 020): 01 単独, 02 併用.
#[must_use]
pub fn combined(combined: bool) -> &'static str {
    if combined { "02" } else { "01" }
}

/// Returns the code for whether there is another payer (tables 021, 023, 024, 025): 01 あり, 02 なし.
#[must_use]
pub fn present(present: bool) -> &'static str {
    if present { "01" } else { "02" }
}

/// 照会区分: how the question was asked.
#[derive(Clone, Copy)]
pub(super) enum Reference {
    /// By マイナンバーカード.
    Card,
    /// By 被保険者証情報.
    InsuredCard,
}

/// Returns the code of 照会区分 (table 002).
pub(super) fn reference(reference: Reference) -> &'static str {
    match reference {
        Reference::Card => "1",
        Reference::InsuredCard => "2",
    }
}

/// Returns the code of 診療区分 (table 028).
#[must_use]
pub fn treatment(kind: TreatmentKind) -> &'static str {
    match kind {
        TreatmentKind::Outpatient => "1",
        TreatmentKind::Visit => "2",
        TreatmentKind::Online => "3",
    }
}

/// Every 診療区分.
pub const TREATMENTS: [&str; 3] = ["1", "2", "3"];

/// Reads 診療区分 from its code; None if there is no such code.
#[must_use]
pub fn parse_treatment(code: &str) -> Option<TreatmentKind> {
    use TreatmentKind as T;
    [T::Outpatient, T::Visit, T::Online].into_iter().find(|kind| treatment(*kind) == code)
}

/// Returns our word for how the card's holder was verified. The real code list is not public.
#[must_use]
pub fn holder(holder: HolderVerification) -> &'static str {
    match holder {
        HolderVerification::Pin => "pin",
        HolderVerification::Face => "face",
        HolderVerification::Visual => "visual",
        HolderVerification::Phone => "phone",
    }
}

/// Every word for how the card's holder was verified.
pub const HOLDERS: [&str; 4] = ["pin", "face", "visual", "phone"];

/// Reads how the card's holder was verified from our word for it.
#[must_use]
pub fn parse_holder(word: &str) -> Option<HolderVerification> {
    use HolderVerification as H;
    [H::Pin, H::Face, H::Visual, H::Phone].into_iter().find(|way| holder(*way) == word)
}

/// Returns our word for the carrier of a certificate.
#[must_use]
pub fn card_kind(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Card => "card",
        CardKind::Android => "android",
        CardKind::Ios => "ios",
    }
}

/// Reads the carrier of a certificate from our word for it.
#[must_use]
pub fn parse_card_kind(word: &str) -> Option<CardKind> {
    [CardKind::Card, CardKind::Android, CardKind::Ios].into_iter().find(|kind| card_kind(*kind) == word)
}

/// Returns our word for the reason of a certificate's revocation.
#[must_use]
pub fn revocation_reason(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Lost => "lost",
        RevocationReason::KeyCompromise => "key_compromise",
        RevocationReason::Ceased => "ceased",
    }
}

/// Reads the reason of a certificate's revocation from our word for it.
#[must_use]
pub fn parse_revocation_reason(word: &str) -> Option<RevocationReason> {
    use RevocationReason as R;
    [R::Lost, R::KeyCompromise, R::Ceased].into_iter().find(|reason| revocation_reason(*reason) == word)
}

/// Returns our word for a kind of consent.
#[must_use]
pub fn consent_word(kind: Consent) -> &'static str {
    match kind {
        Consent::Limit => "limit",
        Consent::SpecificDisease => "specific_disease",
        Consent::Checkup => "checkup",
        Consent::Drug => "drug",
        Consent::Diagnosis => "diagnosis",
        Consent::Operation => "operation",
        Consent::DiagnosisName => "diagnosis_name",
        Consent::Infection => "infection",
        Consent::Allergy => "allergy",
        Consent::Contraindication => "contraindication",
        Consent::Test => "test",
        Consent::Prescription => "prescription",
    }
}

/// Reads a kind of consent from our word for it.
#[must_use]
pub fn parse_consent_word(word: &str) -> Option<Consent> {
    Consent::ALL.into_iter().find(|kind| consent_word(*kind) == word)
}

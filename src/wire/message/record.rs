//! ResultOfQualificationConfirmation: one coverage as an answer shows it.

use jiff::civil::DateTime;

use crate::decide::{AnswerPart, Record};
use crate::domain::{
    BranchNumber, CardSymbol, DiseaseList, ElderlyCertificate, LimitCertificate, MedicalTicket, PersonalText, PostNumber,
    ReferenceNumber, SpecificDiseaseCertificate,
};
use crate::wire::code;
use crate::wire::object::{Object, Shape, Value, shape};

use super::header::{date_text, month_text, time_text};

/// Makes a record's members in specification order: those that every record has, then the given ones. The place of members added
/// later is not public.
macro_rules! record_shape {
    ($($rest:literal),* $(,)?) => {
        shape![
            "InsuredCardClassification",
            "InsurerNumber",
            "InsuredCardSymbol",
            "InsuredIdentificationNumber",
            "InsuredBranchNumber",
            "PersonalFamilyClassification",
            "InsuredName",
            "Name",
            "NameOfOther",
            "NameKana",
            "NameOfOtherKana",
            "Sex1",
            "Sex2",
            "Birthdate",
            "Address",
            "PostNumber",
            "QualificationDate",
            "DisqualificationDate",
            "InsuredCertificateIssuanceDate",
            "InsuredCardValidDate",
            "InsuredCardExpirationDate",
            "InsuredPartialContributionRatio",
            "PreschoolClassification",
            "ReasonOfLoss",
            "InsurerName",
            "ElderlyRecipientCertificateInfo",
            $($rest,)*
        ]
    };
}

/// The record of an answer about one person, with the parts that require consent, and those added later.
macro_rules! single_record_shape {
    ($($later:literal),* $(,)?) => {
        record_shape![
            "LimitApplicationCertificateRelatedConsFlg",
            "LimitApplicationCertificateRelatedConsTime",
            "LimitApplicationCertificateRelatedInfo",
            "SpecificDiseasesCertificateRelatedConsFlg",
            "SpecificDiseasesCertificateRelatedConsTime",
            "SpecificDiseasesCertificateList",
            "PublicExpenseResultList",
            "SpecificHealthCheckupsInfoConsFlg",
            "SpecificHealthCheckupsInfoConsTime",
            "SpecificHealthCheckupsInfoAvailableTime",
            "PharmacistsInfoConsFlg",
            "PharmacistsInfoConsTime",
            "PharmacistsInfoAvailableTime",
            "DiagnosisInfoConsFlg",
            "DiagnosisInfoConsTime",
            "DiagnosisInfoAvailableTime",
            "OperationInfoConsFlg",
            "OperationInfoConsTime",
            "OperationInfoAvailableTime",
            $($later,)*
            "ReferenceNumber",
        ]
    };
}

/// All 46 members of a record when the element order of the real XML was observed (wire.md 2.0.1); members that only an answer by
/// card fills count for the order too.
pub(super) static RECORD: Shape = single_record_shape![];

/// A record with the consents of 2025 (wire.md 2.2): 64 members, for which the map of the real application doubles.
pub(super) static RECORD_2025: Shape = single_record_shape![
    "DiagnosisNameConsFlg",
    "DiagnosisNameConsTime",
    "DiagnosisNameAvailableTime",
    "InfectiousInfoConsFlg",
    "InfectiousInfoConsTime",
    "InfectiousInfoAvailableTime",
    "AllergyInfoConsFlg",
    "AllergyInfoConsTime",
    "AllergyInfoAvailableTime",
    "ContraindicationInfoConsFlg",
    "ContraindicationInfoConsTime",
    "ContraindicationInfoAvailableTime",
    "TestInfoConsFlg",
    "TestInfoConsTime",
    "TestInfoAvailableTime",
    "PrescriptionInfoConsFlg",
    "PrescriptionInfoConsTime",
    "PrescriptionInfoAvailableTime",
];

/// The record of a bulk result: without consents and the parts that require them, but with 限度額適用認定証情報変更有無 (wire.md
/// 2.4). The number of members of the real one is not known; the order is the same for any number from 25 to 48.
pub(super) static BULK_RECORD: Shape = record_shape!["LimitApplicationCertificateChanged", "PublicExpenseResultList"];

pub(super) static LIMIT_INFO: Shape = shape![
    "LimitApplicationCertificateClassification",
    "LimitApplicationCertificateClassificationFlag",
    "LimitApplicationCertificateDate",
    "LimitApplicationCertificateValidStartDate",
    "LimitApplicationCertificateValidEndDate",
    "LimitApplicationCertificateLongTermDate",
];

pub(super) static ELDERLY_INFO: Shape = shape![
    "ElderlyRecipientCertificateDate",
    "ElderlyRecipientValidStartDate",
    "ElderlyRecipientValidEndDate",
    "ElderlyRecipientContributionRatio",
];

pub(super) static DISEASE_INFO: Shape = shape![
    "SpecificDiseasesDiseaseCategory",
    "SpecificDiseasesCertificateDate",
    "SpecificDiseasesValidStartDate",
    "SpecificDiseasesValidEndDate",
    "SpecificDiseasesSelfPay",
];

pub(super) static TICKET_INFO: Shape = shape![
    "TicketType",
    "MedicalTicketValidDate",
    "MedicalTicketExpirationDate",
    "IssueNumber",
    "MedicalTreatmentMonth",
    "DesignatedMedicalInstitutionCode",
    "DesignatedMedicalInstitutionFlag",
    "DesignatedMedicalInstitutionName",
    "PrescriptionIssuerMedicalInstitutionCode",
    "PrescriptionIssuerMedicalInstitutionName",
    "InjuryName1",
    "InjuryName2",
    "InjuryName3",
    "MedicalTreatmentType",
    "SelfPayAmount",
    "DistrictContactName",
    "HandlingContactName",
    "SingleOrCombinedUse",
    "StatusOfSocialInsurance",
    "ConsistencyFlag",
    // The official name is misspelt like this.
    "StatusOfInfecton",
    "StatusOfElderlyMedicalCare",
    "StatusOfPrefecturalExpenses",
    "Remarks1",
    "Remarks2",
    "Remarks3",
];

/// Returns the elements that a record can hold; members of an inner element as `Outer.Inner`.
#[must_use]
pub fn record_elements() -> Vec<String> {
    let inner = |outer: &str, shape: &Shape| -> Vec<String> {
        shape.keys().iter().map(|member| format!("{outer}.{member}")).collect()
    };
    let plain = RECORD_2025.keys().iter().filter(|key| !key.ends_with("Info") && !key.ends_with("List"));
    plain
        .map(|key| (*key).to_owned())
        .chain(inner("ElderlyRecipientCertificateInfo", &ELDERLY_INFO))
        .chain(inner("LimitApplicationCertificateRelatedInfo", &LIMIT_INFO))
        .chain(inner("SpecificDiseasesCertificateList", &DISEASE_INFO))
        .chain(inner("PublicExpenseResultList", &TICKET_INFO))
        .collect()
}

/// Returns the elements that hold a part of an answer; an inner element stands for its members.
#[must_use]
pub fn elements(part: AnswerPart) -> &'static [&'static str] {
    match part {
        AnswerPart::Validity => &["QualificationValidity"],
        AnswerPart::Card => &[
            "InsuredCardClassification",
            "InsurerNumber",
            "InsurerName",
            "InsuredCardSymbol",
            "InsuredIdentificationNumber",
            "InsuredBranchNumber",
            "PersonalFamilyClassification",
            "InsuredName",
            "Name",
            "NameOfOther",
            "NameKana",
            "NameOfOtherKana",
            "Sex1",
            "Sex2",
            "Birthdate",
            "QualificationDate",
            "InsuredCertificateIssuanceDate",
            "InsuredCardValidDate",
            "InsuredCardExpirationDate",
        ],
        AnswerPart::Address => &["Address", "PostNumber"],
        AnswerPart::Loss => &["DisqualificationDate", "ReasonOfLoss"],
        AnswerPart::Preschool => &["PreschoolClassification"],
        AnswerPart::Ratio => &["InsuredPartialContributionRatio"],
        AnswerPart::Elderly => &["ElderlyRecipientCertificateInfo"],
        AnswerPart::SpecificDisease => &[
            "SpecificDiseasesCertificateRelatedConsFlg",
            "SpecificDiseasesCertificateRelatedConsTime",
            "SpecificDiseasesCertificateList",
        ],
        AnswerPart::Ticket => &["PublicExpenseResultList"],
        AnswerPart::MedicalConsents => &[
            "SpecificHealthCheckupsInfoConsFlg",
            "PharmacistsInfoConsFlg",
            "DiagnosisInfoConsFlg",
            "OperationInfoConsFlg",
            "DiagnosisNameConsFlg",
            "InfectiousInfoConsFlg",
            "AllergyInfoConsFlg",
            "ContraindicationInfoConsFlg",
            "TestInfoConsFlg",
            "PrescriptionInfoConsFlg",
        ],
        AnswerPart::CardState => &["ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"],
        AnswerPart::Limit => &[
            "LimitApplicationCertificateRelatedConsFlg",
            "LimitApplicationCertificateRelatedConsTime",
            "LimitApplicationCertificateRelatedInfo",
        ],
    }
}

fn text(text: &PersonalText) -> &str {
    text.as_str()
}

/// Makes a record an object of `shape`, without the parts that require the patient's consent.
pub(super) fn record<'a>(shape: &'static Shape, record: &'a Record, insurer_name: &'a str) -> Object<'a> {
    let coverage = &record.coverage;
    let identity = &coverage.identity;
    let mut object = Object::new(shape)
        .text("InsuredCardClassification", code::card_class(coverage.card_class))
        .text("InsurerNumber", code::insurer_number(&coverage.key.insurer))
        .text_if("InsuredCardSymbol", coverage.key.symbol.as_ref().map(CardSymbol::as_str))
        .text("InsuredIdentificationNumber", coverage.key.number.as_str())
        .text_if("InsuredBranchNumber", coverage.key.branch.as_ref().map(BranchNumber::as_str))
        .text_if("PersonalFamilyClassification", coverage.relationship.map(code::relationship))
        .text_if("InsuredName", identity.insured_name.as_ref().map(text))
        .text("Name", text(&identity.name))
        .text_if("NameOfOther", identity.other_name.as_ref().map(text))
        .text_if("NameKana", identity.kana.as_ref().map(text))
        .text_if("NameOfOtherKana", identity.other_kana.as_ref().map(text))
        .text("Sex1", code::sex(identity.sex))
        .text_if("Sex2", identity.sex_on_back.map(code::sex))
        .text("Birthdate", date_text(identity.birth_on.date()))
        .text("QualificationDate", date_text(coverage.acquired_on))
        .text_if("DisqualificationDate", record.loss.map(|loss| date_text(loss.on)))
        .text_if("InsuredCertificateIssuanceDate", coverage.card.issued_on.map(date_text))
        .text_if("InsuredCardValidDate", coverage.card.valid_from.map(date_text))
        .text_if("InsuredCardExpirationDate", coverage.card.valid_through.map(date_text))
        .text_if("InsuredPartialContributionRatio", record.ratio.map(|dated| code::ratio(dated.ratio)))
        .text_if("PreschoolClassification", record.preschool.then_some("1"))
        .text_if("ReasonOfLoss", record.loss.map(|loss| code::loss_reason(loss.reason)))
        .text("InsurerName", insurer_name);
    if record.shows_address {
        object = object
            .text_if("Address", identity.address.as_ref().map(text))
            .text_if("PostNumber", identity.post_number.as_ref().map(PostNumber::as_str));
    }
    if let Some(elderly) = &record.elderly {
        object = object.set("ElderlyRecipientCertificateInfo", Value::Object(elderly_info(elderly)));
    }
    if !record.tickets.is_empty() {
        let tickets = record.tickets.iter().map(ticket_info).collect();
        object = object.set("PublicExpenseResultList", Value::List("MedicalTicketInfo", tickets));
    }
    object
}

/// Adds the institution's 照会番号 for the person, if the record has one.
pub(super) fn referenced<'a>(object: Object<'a>, record: &'a Record) -> Object<'a> {
    object.text_if("ReferenceNumber", record.reference.as_ref().map(ReferenceNumber::as_str))
}

/// Adds the patient's decision on the limit certificate, at the time `at`, and the certificate if it may be shown.
pub(super) fn limit<'a>(object: Object<'a>, record: &'a Record, at: DateTime) -> Object<'a> {
    let object = object.text("LimitApplicationCertificateRelatedConsFlg", code::consent(record.limit_consent));
    if !record.limit_consent {
        return object;
    }
    let object = object.text("LimitApplicationCertificateRelatedConsTime", time_text(at));
    match &record.limit {
        Some(limit) => object.set("LimitApplicationCertificateRelatedInfo", Value::Object(limit_info(limit))),
        None => object,
    }
}

/// Makes 特定疾病療養受療証情報 in a form; None if there is no certificate to show.
pub(super) fn diseases(record: &Record, form: DiseaseList) -> Option<Value<'static>> {
    let info = |certificate: &SpecificDiseaseCertificate| {
        Object::new(&DISEASE_INFO)
            .text("SpecificDiseasesDiseaseCategory", code::specific_disease(certificate.disease))
            .text_if("SpecificDiseasesCertificateDate", certificate.issued_on.map(date_text))
            .text("SpecificDiseasesValidStartDate", date_text(certificate.period.from()))
            .text("SpecificDiseasesValidEndDate", date_text(certificate.period.through()))
            .text("SpecificDiseasesSelfPay", certificate.self_pay.amount().to_string())
    };
    let certificates: Vec<_> = record.specific_diseases.iter().map(info).collect();
    (!certificates.is_empty()).then(|| disease_list(form, certificates))
}

/// The element within a nested list of 特定疾病療養受療証情報.
pub(super) const DISEASE: &str = "SpecificDiseasesCertificateInfo";

/// Makes certificates the value of SpecificDiseasesCertificateList.
pub(super) fn disease_list(form: DiseaseList, certificates: Vec<Object<'_>>) -> Value<'_> {
    match form {
        DiseaseList::Nested => Value::List(DISEASE, certificates),
        DiseaseList::Flat => Value::Repeated(certificates),
    }
}

fn elderly_info(elderly: &ElderlyCertificate) -> Object<'static> {
    Object::new(&ELDERLY_INFO)
        .text_if("ElderlyRecipientCertificateDate", elderly.issued_on.map(date_text))
        .text("ElderlyRecipientValidStartDate", date_text(elderly.period.from()))
        .text("ElderlyRecipientValidEndDate", date_text(elderly.period.through()))
        .text("ElderlyRecipientContributionRatio", code::ratio(elderly.ratio))
}

fn limit_info(limit: &LimitCertificate) -> Object<'static> {
    Object::new(&LIMIT_INFO)
        .text("LimitApplicationCertificateClassification", code::limit_kind(limit.kind))
        .text("LimitApplicationCertificateClassificationFlag", code::limit_category(limit.category))
        .text_if("LimitApplicationCertificateDate", limit.issued_on.map(date_text))
        .text("LimitApplicationCertificateValidStartDate", date_text(limit.period.from()))
        .text("LimitApplicationCertificateValidEndDate", date_text(limit.period.through()))
        .text_if("LimitApplicationCertificateLongTermDate", limit.long_stay_on.map(date_text))
}

/// Makes 医療券・調剤券情報. A ticket is shown only to the institution that it names, so that the flag always says 一致.
fn ticket_info(ticket: &MedicalTicket) -> Object<'_> {
    const INJURIES: [&str; MedicalTicket::LINES] = ["InjuryName1", "InjuryName2", "InjuryName3"];
    const REMARKS: [&str; MedicalTicket::LINES] = ["Remarks1", "Remarks2", "Remarks3"];
    let prescriber = ticket.prescriber.as_ref();
    let mut object = Object::new(&TICKET_INFO)
        .text("TicketType", code::ticket_kind(ticket.kind))
        .text("MedicalTicketValidDate", date_text(ticket.period.from()))
        .text("MedicalTicketExpirationDate", date_text(ticket.period.through()))
        .text_if("IssueNumber", ticket.issue_number.as_ref().map(text))
        .text("MedicalTreatmentMonth", month_text(ticket.month))
        .text("DesignatedMedicalInstitutionCode", ticket.institution.as_str())
        .text("DesignatedMedicalInstitutionFlag", "0")
        .text_if("DesignatedMedicalInstitutionName", ticket.institution_name.as_ref().map(text))
        .text_if("PrescriptionIssuerMedicalInstitutionCode", prescriber.map(|prescriber| prescriber.institution.as_str()))
        .text_if("PrescriptionIssuerMedicalInstitutionName", prescriber.and_then(|one| one.name.as_ref()).map(text))
        .text("MedicalTreatmentType", code::medical_treatment(ticket.treatment))
        .text_if("SelfPayAmount", ticket.self_pay.map(|yen| yen.amount().to_string()))
        .text_if("DistrictContactName", ticket.district_contact.as_ref().map(text))
        .text_if("HandlingContactName", ticket.handling_contact.as_ref().map(text))
        .text("SingleOrCombinedUse", code::combined(ticket.combined))
        .text("StatusOfSocialInsurance", code::present(ticket.beside.social_insurance))
        .text_if("ConsistencyFlag", ticket.inconsistent.then_some("1"))
        .text("StatusOfInfecton", code::present(ticket.beside.infection))
        .text("StatusOfElderlyMedicalCare", code::present(ticket.beside.elderly_care))
        .text("StatusOfPrefecturalExpenses", code::present(ticket.beside.prefecture));
    for (element, injury) in INJURIES.into_iter().zip(&ticket.injuries) {
        object = object.text(element, text(injury));
    }
    for (element, remark) in REMARKS.into_iter().zip(&ticket.remarks) {
        object = object.text(element, text(remark));
    }
    object
}

//! 資格確認 by マイナンバーカード: our own request, OQS-IF-002 answer with 照会区分 1.
//!
//! The message of the real reader is not public. The request here has the envelope of OQS-IF-001, the official names of the
//! consents, and our own names for the data from the card.

use data_encoding::BASE64;
use jiff::civil::{Date, DateTime};
use uuid::Uuid;

use crate::decide::Record;
use crate::domain::{
    AnswerCharset, CONSENT_LASTS, CertificateQuery, Consent, Consents, DiseaseList, HolderVerification, InstitutionCode,
    Subject, TreatmentKind, Validity,
};
use crate::wire::Format;
use crate::wire::code::{self, Reference};
use crate::wire::element::{Element, Group, Texts};
use crate::wire::fault::{Fault, ValueFault};
use crate::wire::object::{Object, Shape, Value, shape};

use super::header::{Processed, time_text, value};
use super::qualification::{self, ANSWER_BODY, header, open, request_header, result_list};
use super::record::{RECORD, RECORD_2025, diseases, limit, record, referenced};
use super::refused::Refusal;
use super::request::{Message, Understood};

/// The question of an institution to which a card is shown.
#[derive(Clone)]
pub struct Request {
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// 資格確認日.
    pub check_on: Date,
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// How the holder was verified.
    pub holder: HolderVerification,
    /// The id of the challenge issued for this use of the card.
    pub challenge: Uuid,
    /// The card's signature over the challenge; None if staff only looked at the card.
    pub signature: Option<Vec<u8>>,
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// The patient's consents.
    pub consents: Consents,
    /// Whether the question names consents of 2025; the answer then has their elements.
    pub since_2025: bool,
    file_identifier: Option<String>,
}

const CERTIFICATE: &str = "UserAuthenticationCertificate";
const HOLDER: &str = "HolderVerification";
const CHALLENGE: &str = "ChallengeId";
const SIGNATURE: &str = "ChallengeSignature";
const TREATMENT: &str = "MedicalTreatmentFlag";

/// The elements of a consent: flag, time and, if the consent ends, the time of its end.
struct ConsentElements {
    flag: &'static str,
    time: &'static str,
    available: Option<&'static str>,
}

fn consent_elements(kind: Consent) -> ConsentElements {
    macro_rules! triple {
        ($stem:literal) => {
            ConsentElements {
                flag: concat!($stem, "ConsFlg"),
                time: concat!($stem, "ConsTime"),
                available: Some(concat!($stem, "AvailableTime")),
            }
        };
    }
    macro_rules! pair {
        ($stem:literal) => {
            ConsentElements { flag: concat!($stem, "ConsFlg"), time: concat!($stem, "ConsTime"), available: None }
        };
    }
    match kind {
        Consent::Limit => pair!("LimitApplicationCertificateRelated"),
        Consent::SpecificDisease => pair!("SpecificDiseasesCertificateRelated"),
        Consent::Checkup => triple!("SpecificHealthCheckupsInfo"),
        Consent::Drug => triple!("PharmacistsInfo"),
        Consent::Diagnosis => triple!("DiagnosisInfo"),
        Consent::Operation => triple!("OperationInfo"),
        Consent::DiagnosisName => triple!("DiagnosisName"),
        Consent::Infection => triple!("InfectiousInfo"),
        Consent::Allergy => triple!("AllergyInfo"),
        Consent::Contraindication => triple!("ContraindicationInfo"),
        Consent::Test => triple!("TestInfo"),
        Consent::Prescription => triple!("PrescriptionInfo"),
    }
}

static SHOWN_CARD: Shape = shape![
    "UserAuthenticationCertificate",
    "ChallengeId",
    "ChallengeSignature",
    "HolderVerification",
    "MedicalTreatmentFlag",
    "LimitApplicationCertificateRelatedConsFlg",
    "SpecificDiseasesCertificateRelatedConsFlg",
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
];

static REQUEST_BODY: Shape = shape!["CardConfirmInfo"];

impl Request {
    /// Reads a request in either format.
    ///
    /// # Errors
    /// The first fault found, with the content understood before it.
    pub fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        let mut understood = Understood::default();
        Self::read(root, &mut understood).map_err(|fault| (fault, understood))
    }

    fn read(root: &Element, understood: &mut Understood) -> Result<Self, Fault> {
        let opened = open(root, understood)?;
        let body = opened.body.group("MessageBody", REQUEST_BODY.keys())?;
        let info = body.element("CardConfirmInfo")?.group("CardConfirmInfo", SHOWN_CARD.keys())?;
        let holder = value(HOLDER, code::parse_holder(info.required(HOLDER)?).ok_or(ValueFault::Code(&code::HOLDERS)))?;
        let treatment = match info.text(TREATMENT)? {
            Some(text) => value(TREATMENT, code::parse_treatment(text).ok_or(ValueFault::Code(&code::TREATMENTS)))?,
            None => TreatmentKind::Outpatient,
        };
        let (consents, since_2025) = consents(&info)?;
        Ok(Self {
            institution: opened.institution,
            check_on: opened.check_on,
            certificate: base64(CERTIFICATE, info.required(CERTIFICATE)?)?,
            holder,
            challenge: value(CHALLENGE, info.required(CHALLENGE)?.parse().map_err(|_| ValueFault::ChallengeId))?,
            signature: signature(&info, holder)?,
            treatment,
            consents,
            since_2025,
            file_identifier: understood.file_identifier.clone(),
        })
    }

    /// Returns the question about the card's holder.
    #[must_use]
    pub fn query(&self) -> CertificateQuery {
        CertificateQuery { holder: self.holder, treatment: self.treatment, consents: self.consents, check_on: self.check_on }
    }
}

impl Message for Request {
    fn institution(&self) -> InstitutionCode {
        self.institution
    }

    fn subject(&self) -> Subject<'_> {
        Subject::Certificate { der: &self.certificate, query: self.query() }
    }

    fn understood(&self) -> Understood {
        Understood { check_on: Some(self.check_on), file_identifier: self.file_identifier.clone(), ..Understood::default() }
    }

    fn refusal(processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
        qualification::refusal(processed, Reference::Card, understood, reason)
    }
}

/// Reads the consents, and whether any of 2025 is named. An absent flag is no consent.
fn consents(info: &Group<'_>) -> Result<(Consents, bool), Fault> {
    let mut given = Vec::new();
    let mut since_2025 = false;
    for kind in Consent::ALL {
        let element = consent_elements(kind).flag;
        let Some(text) = info.text(element)? else { continue };
        since_2025 |= kind.is_of_2025();
        if value(element, code::parse_consent(text).ok_or(ValueFault::Code(&code::CONSENTS)))? {
            given.push(kind);
        }
    }
    Ok((given.into_iter().collect(), since_2025))
}

fn signature(info: &Group<'_>, holder: HolderVerification) -> Result<Option<Vec<u8>>, Fault> {
    match info.text(SIGNATURE)? {
        Some(_) if !holder.signs() => value(HOLDER, Err(ValueFault::NothingToSign)),
        None if !holder.signs() => Ok(None),
        Some(text) => Ok(Some(base64(SIGNATURE, text)?)),
        None => Err(Fault::Missing(SIGNATURE)),
    }
}

/// Decodes Base64, in one line or several.
fn base64(element: &'static str, text: &str) -> Result<Vec<u8>, Fault> {
    let joined: String = text.split_ascii_whitespace().collect();
    value(element, BASE64.decode(joined.as_bytes()).map_err(|_| ValueFault::Base64))
}

/// The message as a terminal sends it.
#[derive(Clone)]
pub struct NewRequest<'a> {
    /// 医療機関コード.
    pub institution: &'a str,
    /// 任意のファイル識別子.
    pub file_identifier: Option<&'a str>,
    /// 資格確認日.
    pub check_on: Date,
    /// The certificate in DER.
    pub certificate: &'a [u8],
    /// How the holder was verified.
    pub holder: HolderVerification,
    /// The id of the challenge.
    pub challenge: Uuid,
    /// The card's signature over the challenge.
    pub signature: Option<&'a [u8]>,
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// The patient's consents. Every flag is sent, so that the answer has the elements of 2025.
    pub consents: Consents,
}

impl NewRequest<'_> {
    /// Writes the message; XML in the given character set.
    #[must_use]
    pub fn write(&self, format: Format, charset: AnswerCharset) -> Vec<u8> {
        let header = request_header(self.institution, self.check_on, self.file_identifier);
        let mut info = Object::new(&SHOWN_CARD)
            .text(CERTIFICATE, BASE64.encode(self.certificate))
            .text(HOLDER, code::holder(self.holder))
            .text(TREATMENT, code::treatment(self.treatment))
            .text(CHALLENGE, self.challenge.to_string())
            .text_if(SIGNATURE, self.signature.map(|signature| BASE64.encode(signature)));
        for kind in Consent::ALL {
            info = info.text(consent_elements(kind).flag, code::consent(self.consents.has(kind)));
        }
        let body = Object::new(&REQUEST_BODY).set("CardConfirmInfo", Value::Object(info));
        format.write(&header, &body, charset)
    }
}

/// Writes OQS-IF-002 about a usable card. Each record comes with the name of its insurer; `remark` is a notice for the patient.
#[must_use]
pub fn answer(
    processed: &Processed,
    request: &Request,
    validity: Validity,
    records: &[(Record, std::sync::Arc<str>)],
    remark: Option<&Refusal>,
) -> Vec<u8> {
    let mut body = Object::new(&ANSWER_BODY)
        .text("ProcessingResultStatus", "1")
        .text_if("ProcessingResultCode", remark.map(|remark| remark.code))
        .text_if("ProcessingResultMessage", remark.map(|remark| remark.message.clone()))
        .text("QualificationValidity", code::validity(validity));
    if !records.is_empty() {
        let shape = if request.since_2025 { &RECORD_2025 } else { &RECORD };
        let given = ReaderConsents {
            consents: request.consents,
            at: processed.at,
            until: processed.at.saturating_add(CONSENT_LASTS),
            expired: false,
            since_2025: request.since_2025,
            disease_list: processed.form.disease_list,
        };
        let records = records
            .iter()
            .map(|(shown, insurer)| {
                let record = limit(record(shape, shown, insurer), shown, processed.at);
                referenced(consented(record, &given, shown), shown)
            })
            .collect();
        body = body.set("ResultList", result_list(processed, records));
    }
    processed.write(&normal_header(processed, request), &body)
}

/// Writes OQS-IF-002 about an unusable card: the message was processed, the person was not (処理結果状況 2).
#[must_use]
pub fn unusable(processed: &Processed, request: &Request, reason: &Refusal) -> Vec<u8> {
    let body = Object::new(&ANSWER_BODY)
        .text("ProcessingResultStatus", "2")
        .text("ProcessingResultCode", reason.code)
        .text("ProcessingResultMessage", reason.message.clone());
    processed.write(&normal_header(processed, request), &body)
}

fn normal_header(processed: &Processed, request: &Request) -> Object<'static> {
    header(processed, Reference::Card, request.check_on, request.file_identifier.as_deref()).text("SegmentOfResult", "1")
}

/// The decisions of a patient at the reader.
pub(super) struct ReaderConsents {
    pub consents: Consents,
    pub at: DateTime,
    pub until: DateTime,
    /// Whether the consent has expired; only an answer about an earlier consent can say so.
    pub expired: bool,
    /// Whether the record has the elements of 2025.
    pub since_2025: bool,
    /// How 特定疾病療養受療証情報 is listed.
    pub disease_list: DiseaseList,
}

/// Adds the patient's decisions at the reader: a flag for each consent that could be asked for; for each one given its time and,
/// if it is limited, its end (wire.md §4.2).
pub(super) fn consented<'a>(mut object: Object<'a>, given: &ReaderConsents, shown: &'a Record) -> Object<'a> {
    let (at, ends) = (time_text(given.at), time_text(given.until));
    for kind in Consent::ALL.into_iter().filter(|kind| given.since_2025 || !kind.is_of_2025()) {
        let elements = consent_elements(kind);
        let has = given.consents.has(kind);
        object = object.text(elements.flag, code::earlier_consent(has, given.expired));
        if has {
            object = object.text(elements.time, at.clone());
            if let Some(available) = elements.available {
                object = object.text(available, ends.clone());
            }
        }
    }
    match diseases(shown, given.disease_list) {
        Some(list) => object.set("SpecificDiseasesCertificateList", list),
        None => object,
    }
}

#[cfg(test)]
mod tests;

//! 資格確認 by what stands on the card: OQS-IF-001 request, OQS-IF-002 answer (file id `OQSsiquc01`).

use jiff::civil::Date;

use crate::decide::{Answer, Part, Record};
use crate::domain::{
    AnswerCharset, BirthDate, BranchNumber, CardKey, CardNumber, CardQuery, CardSymbol, ElderlyCertificate, InstitutionCode,
    InsurerNumber, LimitCertificate,
};
use crate::wire::element::{Element, Group};
use crate::wire::fault::{Fault, FieldName, ValueFault};
use crate::wire::object::{Object, Shape, Value, shape};
use crate::wire::{Format, code, write_json, write_xml};

use super::header::{Processed, Refusal, date_text, free_text, institution, parse_date, required_date};

/// The file id of the message without `req` and `res`.
pub const ID: &str = "OQSsiquc01";

/// OQS-IF-001 資格確認要求.
#[derive(Clone)]
pub struct Request {
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// What is asked.
    pub query: CardQuery,
    /// What the answer repeats as it came.
    pub echo: Echo,
}

/// Parts of a request that its answer repeats to the letter.
#[derive(Clone, Default)]
pub struct Echo {
    file_identifier: Option<String>,
    search_info: Vec<(&'static str, String)>,
}

/// What was understood of a request that cannot be answered: as much of its header as stood before the fault.
#[derive(Clone, Default)]
pub struct Understood {
    check_on: Option<Date>,
    file_identifier: Option<String>,
}

impl Request {
    /// What a refusal of this request repeats.
    #[must_use]
    pub fn understood(&self) -> Understood {
        Understood { check_on: Some(self.query.check_on), file_identifier: self.echo.file_identifier.clone() }
    }
}

const HEADER: [&str; 3] = ["QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"];

const SEARCH_INFO: [&str; 7] = [
    "InsurerNumber",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "Birthdate",
    "LimitApplicationCertificateRelatedConsFlg",
    "ArbitraryIdentifier",
];

impl Request {
    /// Reads a request out of either format.
    ///
    /// # Errors
    /// The first fault found, with what had been understood before it.
    pub fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        let mut understood = Understood::default();
        Self::read(root, &mut understood).map_err(|fault| (fault, understood))
    }

    fn read(root: &Element, understood: &mut Understood) -> Result<Self, Fault> {
        if root.name != "XmlMsg" {
            return Err(Fault::Unknown(FieldName::of(&root.name)));
        }
        let message = root.group("XmlMsg", &["MessageHeader", "MessageBody"])?;
        let header = message.element("MessageHeader")?.group("MessageHeader", &HEADER)?;
        understood.file_identifier = free_text(&header, "ArbitraryFileIdentifier", 50)?;
        let check_on = required_date(&header, "QualificationConfirmationDate")?;
        understood.check_on = Some(check_on);
        let request_institution = institution(&header)?;
        let body = message.element("MessageBody")?.group("MessageBody", &["QualificationConfirmSearchInfo"])?;
        let info = body.element("QualificationConfirmSearchInfo")?.group("QualificationConfirmSearchInfo", &SEARCH_INFO)?;

        let query = card_query(&info, check_on)?;
        free_text(&info, "ArbitraryIdentifier", 50)?;
        let mut echo = Echo { file_identifier: understood.file_identifier.clone(), ..Echo::default() };
        for element in SEARCH_INFO {
            echo.search_info.extend(info.text(element)?.map(|text| (element, text.to_owned())));
        }
        Ok(Self { institution: request_institution, query, echo })
    }
}

/// The question in a QualificationConfirmSearchInfo.
fn card_query(info: &Group<'_>, check_on: Date) -> Result<CardQuery, Fault> {
    fn value<T, E: Into<ValueFault>>(element: &'static str, parsed: Result<T, E>) -> Result<T, Fault> {
        parsed.map_err(|reason| Fault::Value { element, reason: reason.into() })
    }
    let insurer = value("InsurerNumber", InsurerNumber::parse(info.required("InsurerNumber")?))?;
    let symbol = info.text("InsuredCardSymbol")?.map(|t| value("InsuredCardSymbol", CardSymbol::parse(t))).transpose()?;
    let number = value("InsuredIdentificationNumber", CardNumber::parse(info.required("InsuredIdentificationNumber")?))?;
    let branch =
        info.text("InsuredBranchNumber")?.map(|t| value("InsuredBranchNumber", BranchNumber::parse(t))).transpose()?;
    let birth_on = parse_date(info.required("Birthdate")?)
        .ok_or(Fault::Value { element: "Birthdate", reason: ValueFault::Date })
        .and_then(|date| value("Birthdate", BirthDate::new(date).map_err(|_| ValueFault::BirthDate)))?;
    let flag = info.required("LimitApplicationCertificateRelatedConsFlg")?;
    let limit_consent =
        value("LimitApplicationCertificateRelatedConsFlg", code::parse_consent(flag).ok_or(ValueFault::Code))?;
    Ok(CardQuery { key: CardKey { insurer, symbol, number, branch }, birth_on, check_on, limit_consent })
}

static ANSWER_HEADER: Shape = shape![
    "ProcessExecutionTime",
    "QualificationConfirmationDate",
    "MedicalInstitutionCode",
    "ArbitraryFileIdentifier",
    "ReferenceClassification",
    "SegmentOfResult",
    "ErrorCode",
    "ErrorMessage",
    "CharacterCodeIdentifier",
];

static ANSWER_BODY: Shape = shape![
    "QualificationConfirmSearchInfo",
    "PrescriptionIssueSelect",
    "ProcessingResultStatus",
    "ProcessingResultCode",
    "ProcessingResultMessage",
    "QualificationValidity",
    "ResultList",
];

static SEARCH_INFO_SHAPE: Shape = shape![
    "InsurerNumber",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "Birthdate",
    "LimitApplicationCertificateRelatedConsFlg",
    "ArbitraryIdentifier",
];

/// All 46 members that a record had when the element order of the real XML was observed (wire.md 2.0.1); those that only
/// the card path fills count for the order too.
static RECORD: Shape = shape![
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
    "ReferenceNumber",
];

static LIMIT_INFO: Shape = shape![
    "LimitApplicationCertificateClassification",
    "LimitApplicationCertificateClassificationFlag",
    "LimitApplicationCertificateDate",
    "LimitApplicationCertificateValidStartDate",
    "LimitApplicationCertificateValidEndDate",
    "LimitApplicationCertificateLongTermDate",
];

static ELDERLY_INFO: Shape = shape![
    "ElderlyRecipientCertificateDate",
    "ElderlyRecipientValidStartDate",
    "ElderlyRecipientValidEndDate",
    "ElderlyRecipientContributionRatio",
];

static REQUEST_HEADER: Shape = shape!["QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"];

static REQUEST_BODY: Shape = shape!["QualificationConfirmSearchInfo"];

/// OQS-IF-001 as a terminal sends it. The texts go out as they are, right or wrong.
#[derive(Clone)]
pub struct NewRequest<'a> {
    /// 医療機関コード.
    pub institution: &'a str,
    /// 任意のファイル識別子.
    pub file_identifier: Option<&'a str>,
    /// 資格確認日.
    pub check_on: Date,
    /// 保険者番号.
    pub insurer: &'a str,
    /// 記号.
    pub symbol: Option<&'a str>,
    /// 番号.
    pub number: &'a str,
    /// 枝番.
    pub branch: Option<&'a str>,
    /// 生年月日.
    pub birth_on: Date,
    /// 限度額適用認定証提供同意.
    pub limit_consent: bool,
}

impl NewRequest<'_> {
    /// The message in a format; XML in the given character set.
    #[must_use]
    pub fn write(&self, format: Format, charset: AnswerCharset) -> Vec<u8> {
        let owned = |text: &str| text.to_owned();
        let header = Object::new(&REQUEST_HEADER)
            .text("QualificationConfirmationDate", date_text(self.check_on))
            .text("MedicalInstitutionCode", owned(self.institution))
            .text_if("ArbitraryFileIdentifier", self.file_identifier.map(owned));
        let info = Object::new(&SEARCH_INFO_SHAPE)
            .text("InsurerNumber", owned(self.insurer))
            .text_if("InsuredCardSymbol", self.symbol.map(owned))
            .text("InsuredIdentificationNumber", owned(self.number))
            .text_if("InsuredBranchNumber", self.branch.map(owned))
            .text("Birthdate", date_text(self.birth_on))
            .text("LimitApplicationCertificateRelatedConsFlg", code::consent(self.limit_consent));
        let body = Object::new(&REQUEST_BODY).set("QualificationConfirmSearchInfo", Value::Object(info));
        match format {
            Format::Xml => write_xml(&header, &body, charset),
            Format::Json => write_json(&header, &body),
        }
    }
}

/// The elements that a record of this path can hold; members of an inner element as `Outer.Inner`.
#[must_use]
pub fn record_elements() -> Vec<String> {
    let inner = |outer: &str, shape: &Shape| -> Vec<String> {
        shape.keys().iter().map(|member| format!("{outer}.{member}")).collect()
    };
    let plain = RECORD.keys().iter().filter(|key| !key.ends_with("Info") && !key.ends_with("List"));
    plain
        .map(|key| (*key).to_owned())
        .chain(inner("ElderlyRecipientCertificateInfo", &ELDERLY_INFO))
        .chain(inner("LimitApplicationCertificateRelatedInfo", &LIMIT_INFO))
        .collect()
}

/// The elements in which a part of an answer stands; an inner element stands for its members.
#[must_use]
pub fn elements(part: Part) -> &'static [&'static str] {
    match part {
        Part::Validity => &["QualificationValidity"],
        Part::Card => &[
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
        Part::Address => &["Address", "PostNumber"],
        Part::Loss => &["DisqualificationDate", "ReasonOfLoss"],
        Part::Preschool => &["PreschoolClassification"],
        Part::Ratio => &["InsuredPartialContributionRatio"],
        Part::Elderly => &["ElderlyRecipientCertificateInfo"],
        Part::Limit => &[
            "LimitApplicationCertificateRelatedConsFlg",
            "LimitApplicationCertificateRelatedConsTime",
            "LimitApplicationCertificateRelatedInfo",
        ],
    }
}

/// OQS-IF-002 資格確認結果, encoded.
#[must_use]
pub fn answer(processed: &Processed, request: &Request, answer: &Answer, insurer_name: Option<&str>) -> Vec<u8> {
    let header =
        header(processed, request.query.check_on, request.echo.file_identifier.as_deref()).text("SegmentOfResult", "1");
    let mut search_info = Object::new(&SEARCH_INFO_SHAPE);
    for (element, text) in &request.echo.search_info {
        search_info = search_info.text(element, text.clone());
    }
    let mut body = Object::new(&ANSWER_BODY)
        .set("QualificationConfirmSearchInfo", Value::Object(search_info))
        .text("ProcessingResultStatus", "1")
        .text("QualificationValidity", code::validity(answer.validity));
    if let Some(found) = &answer.record {
        let records = vec![record(processed, found, insurer_name.unwrap_or_default())];
        body = body.set("ResultList", Value::List("ResultOfQualificationConfirmation", records));
    }
    write(processed, &header, &body)
}

/// An answer that says why the request could not be processed. What was understood of the header is repeated, because clients
/// pair answers by it; the check date falls back to the day of processing, because clients insist on the element.
#[must_use]
pub fn refusal(processed: &Processed, understood: &Understood, refusal: &Refusal) -> Vec<u8> {
    let check_on = understood.check_on.unwrap_or_else(|| processed.at.date());
    let header = header(processed, check_on, understood.file_identifier.as_deref())
        .text("SegmentOfResult", "9")
        .text("ErrorCode", refusal.code)
        .text("ErrorMessage", refusal.message.clone());
    let body = Object::new(&ANSWER_BODY)
        .text("ProcessingResultStatus", "2")
        .text("ProcessingResultCode", refusal.code)
        .text("ProcessingResultMessage", refusal.message.clone());
    write(processed, &header, &body)
}

fn write(processed: &Processed, header: &Object, body: &Object) -> Vec<u8> {
    match processed.format {
        Format::Xml => write_xml(header, body, processed.charset),
        Format::Json => write_json(header, body),
    }
}

fn header(processed: &Processed, check_on: Date, file_identifier: Option<&str>) -> Object {
    Object::new(&ANSWER_HEADER)
        .text("ProcessExecutionTime", processed.at_text())
        .text("QualificationConfirmationDate", date_text(check_on))
        .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
        .text_if("ArbitraryFileIdentifier", file_identifier.map(str::to_owned))
        .text("ReferenceClassification", "2")
        .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()))
}

fn record(processed: &Processed, record: &Record, insurer_name: &str) -> Object {
    let coverage = &record.coverage;
    let identity = &coverage.identity;
    let text = |t: &crate::domain::PersonalText| t.as_str().to_owned();
    let mut object = Object::new(&RECORD)
        .text("InsuredCardClassification", code::card_class(coverage.card_class))
        .text("InsurerNumber", code::insurer_number(&coverage.key.insurer))
        .text_if("InsuredCardSymbol", coverage.key.symbol.as_ref().map(|s| s.as_str().to_owned()))
        .text("InsuredIdentificationNumber", coverage.key.number.as_str().to_owned())
        .text_if("InsuredBranchNumber", coverage.key.branch.as_ref().map(|b| b.as_str().to_owned()))
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
        .text("InsurerName", insurer_name.to_owned())
        .text("LimitApplicationCertificateRelatedConsFlg", code::consent(record.limit_consent));
    if record.shows_address {
        object = object
            .text_if("Address", identity.address.as_ref().map(text))
            .text_if("PostNumber", identity.post_number.as_ref().map(|p| p.as_str().to_owned()));
    }
    if record.limit_consent {
        object = object.text("LimitApplicationCertificateRelatedConsTime", processed.at_text());
    }
    if let Some(elderly) = &record.elderly {
        object = object.set("ElderlyRecipientCertificateInfo", Value::Object(elderly_info(elderly)));
    }
    if let Some(limit) = &record.limit {
        object = object.set("LimitApplicationCertificateRelatedInfo", Value::Object(limit_info(limit)));
    }
    object
}

fn elderly_info(elderly: &ElderlyCertificate) -> Object {
    Object::new(&ELDERLY_INFO)
        .text_if("ElderlyRecipientCertificateDate", elderly.issued_on.map(date_text))
        .text("ElderlyRecipientValidStartDate", date_text(elderly.period.from()))
        .text("ElderlyRecipientValidEndDate", date_text(elderly.period.through()))
        .text("ElderlyRecipientContributionRatio", code::ratio(elderly.ratio))
}

fn limit_info(limit: &LimitCertificate) -> Object {
    Object::new(&LIMIT_INFO)
        .text("LimitApplicationCertificateClassification", code::limit_kind(limit.kind))
        .text("LimitApplicationCertificateClassificationFlag", code::limit_category(limit.category))
        .text_if("LimitApplicationCertificateDate", limit.issued_on.map(date_text))
        .text("LimitApplicationCertificateValidStartDate", date_text(limit.period.from()))
        .text("LimitApplicationCertificateValidEndDate", date_text(limit.period.through()))
        .text_if("LimitApplicationCertificateLongTermDate", limit.long_stay_on.map(date_text))
}

#[cfg(test)]
mod tests;

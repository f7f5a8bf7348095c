//! OQS-IF-002 資格確認結果 without its records: the parts that do not depend on the kind of question.

use jiff::civil::Date;

use crate::domain::{InstitutionCode, ResultLists};
use crate::wire::code::{self, Reference};
use crate::wire::element::{Element, Group};
use crate::wire::fault::{Fault, FieldName};
use crate::wire::object::{Object, Shape, Value, shape};

use super::header::{Processed, date_text, free_text, institution, required_date};
use super::refused::{Refusal, refused};
use super::request::Understood;

/// The header of a request for 資格確認, with the request's body.
pub(super) struct Opened<'a> {
    pub institution: InstitutionCode,
    pub check_on: Date,
    pub body: &'a Element<'a>,
}

const REQUEST_HEADER: [&str; 3] = ["QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"];

/// Reads the header of a request and keeps in `understood` the parts that a refusal repeats.
pub(super) fn open<'a>(root: &'a Element, understood: &mut Understood) -> Result<Opened<'a>, Fault> {
    if root.name != "XmlMsg" {
        return Err(Fault::Unknown(FieldName::of(&root.name)));
    }
    let message: Group<'a> = root.group("XmlMsg", &["MessageHeader", "MessageBody"])?;
    let header = message.element("MessageHeader")?.group("MessageHeader", &REQUEST_HEADER)?;
    understood.file_identifier = free_text(&header, "ArbitraryFileIdentifier", 50)?.map(str::to_owned);
    let check_on = required_date(&header, "QualificationConfirmationDate")?;
    understood.check_on = Some(check_on);
    Ok(Opened { institution: institution(&header)?, check_on, body: message.element("MessageBody")? })
}

/// Makes the header of a request as a terminal sends it.
pub(super) fn request_header(institution: &str, check_on: Date, file_identifier: Option<&str>) -> Object<'static> {
    static SHAPE: Shape = shape!["QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"];
    Object::new(&SHAPE)
        .text("QualificationConfirmationDate", date_text(check_on))
        .text("MedicalInstitutionCode", institution.to_owned())
        .text_if("ArbitraryFileIdentifier", file_identifier.map(str::to_owned))
}

pub(super) static ANSWER_HEADER: Shape = shape![
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

pub(super) static ANSWER_BODY: Shape = shape![
    "QualificationConfirmSearchInfo",
    "PrescriptionIssueSelect",
    "ProcessingResultStatus",
    "ProcessingResultCode",
    "ProcessingResultMessage",
    "QualificationValidity",
    "ResultList",
];

/// Writes an answer that says why the request could not be processed. Without a check date it states the day of processing,
/// because clients insist on the element.
pub(super) fn refusal(processed: &Processed, reference: Reference, understood: &Understood, refusal: &Refusal) -> Vec<u8> {
    let check_on = understood.check_on.unwrap_or_else(|| processed.at.date());
    let header = header(processed, reference, check_on, understood.file_identifier.as_deref());
    let (header, body) = refused(header, Object::new(&ANSWER_BODY), refusal);
    processed.write(&header, &body)
}

/// Makes the ResultList of the records, in the form that the institution wants.
pub(super) fn result_list<'a>(processed: &Processed, records: Vec<Object<'a>>) -> Value<'a> {
    const RECORD: &str = "ResultOfQualificationConfirmation";
    match processed.form.result_lists {
        ResultLists::OneEach => Value::Lists(RECORD, records),
        ResultLists::One => Value::List(RECORD, records),
    }
}

pub(super) fn header(
    processed: &Processed,
    reference: Reference,
    check_on: Date,
    file_identifier: Option<&str>,
) -> Object<'static> {
    let file_identifier = file_identifier.map(str::to_owned).or_else(|| processed.drawn_identifier());
    Object::new(&ANSWER_HEADER)
        .text("ProcessExecutionTime", processed.at_text())
        .text("QualificationConfirmationDate", date_text(check_on))
        .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
        .text_if("ArbitraryFileIdentifier", file_identifier)
        .text("ReferenceClassification", code::reference(reference))
        .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()))
}

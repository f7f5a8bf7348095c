//! The messages that fetch the result of a file: OQS-IF-007 request and 008 answer (`OQSmuquc02`), and their like.

use jiff::civil::{Date, DateTime};

use crate::domain::{AnswerCharset, BatchKind, InstitutionCode, ReceptionNumber, Subject};
use crate::wire::element::{BODY, Element, Texts};
use crate::wire::fault::{Fault, FieldName};
use crate::wire::object::{Object, Shape, shape};
use crate::wire::{Format, code, write_frame};

use super::header::{Processed, date_text, institution, time_text, value};
use super::refused::{self, Refusal};
use super::request::{Message, Understood};
use super::unit::{Counts, unit_element};

/// ダウンロード要求.
#[derive(Clone)]
pub struct Request {
    /// The kind of the file.
    pub kind: BatchKind,
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// 受付番号.
    pub number: ReceptionNumber,
}

impl Request {
    /// Reads a request in either format. The kind of its file comes from the file id alone.
    ///
    /// # Errors
    /// The first fault found, with the content understood before it.
    pub fn parse(kind: BatchKind, root: &Element) -> Result<Self, (Fault, Understood)> {
        let mut understood = Understood::default();
        Self::read(kind, root, &mut understood).map_err(|fault| (fault, understood))
    }

    fn read(kind: BatchKind, root: &Element, understood: &mut Understood) -> Result<Self, Fault> {
        const NUMBER: &str = "ReceptionNumber";
        if root.name != "XmlMsg" {
            return Err(Fault::Unknown(FieldName::of(&root.name)));
        }
        let message = root.group("XmlMsg", &["MessageHeader", BODY])?;
        let header = message.element("MessageHeader")?.group("MessageHeader", &["MedicalInstitutionCode"])?;
        let body = message.element(BODY)?.group(BODY, &[NUMBER])?;
        let number = value(NUMBER, ReceptionNumber::parse(body.required(NUMBER)?))?;
        understood.reception_number = Some(number.clone());
        Ok(Self { kind, institution: institution(&header)?, number })
    }
}

impl Message for Request {
    fn institution(&self) -> InstitutionCode {
        self.institution
    }

    fn subject(&self) -> Subject<'_> {
        Subject::File { kind: self.kind, check_on: None }
    }

    fn understood(&self) -> Understood {
        Understood { reception_number: Some(self.number.clone()), ..Understood::default() }
    }

    fn refusal(processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
        let header = Object::new(&ANSWER_HEADER)
            .text("ProcessExecutionTime", processed.at_text())
            .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
            .text_if("ReceptionNumber", understood.reception_number.as_ref().map(|number| number.as_str().to_owned()))
            .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()));
        refused::write(processed, header, reason)
    }
}

/// Writes the message as a terminal sends it.
#[must_use]
pub fn request(institution: &str, number: &str, format: Format, charset: AnswerCharset) -> Vec<u8> {
    static HEADER: Shape = shape!["MedicalInstitutionCode"];
    static BODY: Shape = shape!["ReceptionNumber"];
    let header = Object::new(&HEADER).text("MedicalInstitutionCode", institution.to_owned());
    let body = Object::new(&BODY).text("ReceptionNumber", number.to_owned());
    format.write(&header, &body, charset)
}

/// The file that a result answers.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The kind of the file.
    pub kind: BatchKind,
    /// 資格確認日.
    pub check_on: Option<Date>,
    /// 任意のファイル識別子 of the file.
    pub file_identifier: Option<String>,
    /// 受付番号.
    pub number: ReceptionNumber,
}

pub(super) static ANSWER_HEADER: Shape = shape![
    "ProcessExecutionTime",
    "QualificationConfirmationDate",
    "MedicalInstitutionCode",
    "ArbitraryFileIdentifier",
    "ReceptionNumber",
    "SegmentOfResult",
    "ErrorCode",
    "ErrorMessage",
    "NumberOfProcessingResult",
    "NumberOfNormalProcessing",
    "NumberOfError",
    "CharacterCodeIdentifier",
];

/// Returns the bytes before and after the units of a whole result, finished at `finished_at`. They do not contain the moment of
/// fetching, so that every fetch returns the same bytes.
#[must_use]
pub fn frame(processed: &Processed, fetched: &Fetched, finished_at: DateTime, counts: Counts) -> (Vec<u8>, Vec<u8>) {
    let header = header(processed, fetched)
        .text("ProcessExecutionTime", time_text(finished_at))
        .text("SegmentOfResult", "1")
        .text("NumberOfProcessingResult", (counts.normal + counts.errors).to_string())
        .text("NumberOfNormalProcessing", counts.normal.to_string())
        .text("NumberOfError", counts.errors.to_string());
    write_frame(processed.format, &header, unit_element(fetched.kind), processed.form.charset)
}

/// Writes the answer that the result is not ready yet (処理結果区分 2).
#[must_use]
pub fn processing(processed: &Processed, fetched: &Fetched) -> Vec<u8> {
    static BODY: Shape = shape![];
    let header = header(processed, fetched).text("SegmentOfResult", "2");
    processed.write(&header, &Object::new(&BODY))
}

/// Writes the answer that there will be no result.
#[must_use]
pub fn failed(processed: &Processed, fetched: &Fetched, reason: &Refusal) -> Vec<u8> {
    refused::write(processed, header(processed, fetched), reason)
}

fn header(processed: &Processed, fetched: &Fetched) -> Object<'static> {
    Object::new(&ANSWER_HEADER)
        .text("ProcessExecutionTime", processed.at_text())
        .text_if("QualificationConfirmationDate", fetched.check_on.map(date_text))
        .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
        .text_if("ArbitraryFileIdentifier", fetched.file_identifier.clone())
        .text("ReceptionNumber", fetched.number.as_str().to_owned())
        .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()))
}

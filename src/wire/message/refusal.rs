//! Answers that say why a message could not be processed (処理結果区分 9), with the members that its answer would have had.

use jiff::civil::Date;

use crate::domain::ReceptionNumber;
use crate::wire::code;
use crate::wire::object::{Object, Shape, shape};

use super::header::{Processed, Reference, Refusal};
use super::{bulk_fetch, bulk_register, qualification, reference_number};

/// Which answer a message gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// OQS-IF-002 and its like: 資格確認結果.
    Qualification(Reference),
    /// A file was taken: アップロード結果.
    BulkRegister,
    /// A file's result: ダウンロード結果.
    BulkFetch,
    /// OQS-IF-004 照会番号登録結果.
    ReferenceNumber,
    /// Nobody knows: there is no message of this id.
    Unknown,
}

/// What was understood of a request that cannot be answered: as much of it as stood before the fault. It is repeated, because
/// clients pair answers by it.
#[derive(Clone, Default)]
pub struct Understood {
    pub(super) check_on: Option<Date>,
    pub(super) file_identifier: Option<String>,
    pub(super) reception_number: Option<ReceptionNumber>,
}

static HEADER: Shape = shape![
    "ProcessExecutionTime",
    "MedicalInstitutionCode",
    "SegmentOfResult",
    "ErrorCode",
    "ErrorMessage",
    "CharacterCodeIdentifier",
];

static BODY: Shape = shape!["ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"];

/// An answer that says why the request could not be processed.
#[must_use]
pub fn refusal(family: Family, processed: &Processed, understood: &Understood, refusal: &Refusal) -> Vec<u8> {
    match family {
        Family::Qualification(reference) => qualification::refusal(processed, reference, understood, refusal),
        Family::BulkRegister => bulk_register::refusal(processed, understood, refusal),
        Family::BulkFetch => bulk_fetch::refusal(processed, understood, refusal),
        Family::ReferenceNumber => reference_number::refusal(processed, understood, refusal),
        Family::Unknown => {
            let header = Object::new(&HEADER)
                .text("ProcessExecutionTime", processed.at_text())
                .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
                .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()));
            write(processed, header, refusal)
        }
    }
}

/// A refusal whose body holds nothing else.
pub(super) fn write(processed: &Processed, header: Object<'static>, refusal: &Refusal) -> Vec<u8> {
    let (header, body) = refused(header, Object::new(&BODY), refusal);
    processed.write(&header, &body)
}

/// Header and body with the reason in them. It stands in the body too, because clients read it there and stumble when there is
/// no body.
pub(super) fn refused(
    header: Object<'static>,
    body: Object<'static>,
    refusal: &Refusal,
) -> (Object<'static>, Object<'static>) {
    let header =
        header.text("SegmentOfResult", "9").text("ErrorCode", refusal.code).text("ErrorMessage", refusal.message.clone());
    let body = body
        .text("ProcessingResultStatus", "2")
        .text("ProcessingResultCode", refusal.code)
        .text("ProcessingResultMessage", refusal.message.clone());
    (header, body)
}

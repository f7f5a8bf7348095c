//! The refusal of a message whose id names none.

use crate::wire::object::{Object, Shape, shape};
use crate::wire::{Format, code, write_json, write_xml};

use super::header::{Processed, Refusal};

static HEADER: Shape = shape![
    "ProcessExecutionTime",
    "MedicalInstitutionCode",
    "SegmentOfResult",
    "ErrorCode",
    "ErrorMessage",
    "CharacterCodeIdentifier",
];

static BODY: Shape = shape!["ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"];

/// Only what every message has.
#[must_use]
pub fn refusal(processed: &Processed, refusal: &Refusal) -> Vec<u8> {
    let header = Object::new(&HEADER)
        .text("ProcessExecutionTime", processed.at_text())
        .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
        .text("SegmentOfResult", "9")
        .text("ErrorCode", refusal.code)
        .text("ErrorMessage", refusal.message.clone())
        .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()));
    let body = Object::new(&BODY)
        .text("ProcessingResultStatus", "2")
        .text("ProcessingResultCode", refusal.code)
        .text("ProcessingResultMessage", refusal.message.clone());
    match processed.format {
        Format::Xml => write_xml(&header, &body, processed.charset),
        Format::Json => write_json(&header, &body),
    }
}

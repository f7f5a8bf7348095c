//! The body with which a terminal asks for a challenge: one JSON object of our own.

use crate::domain::TreatmentKind;
use crate::wire::code;
use crate::wire::element::{Bounds, Texts};
use crate::wire::fault::{Fault, ValueFault};
use crate::wire::json_reader::parse_object;

use super::header::value;

/// Reads 診療区分; returns 外来 if it is absent.
///
/// # Errors
/// If `body` is not a JSON object, or has another member or value.
pub fn treatment(body: &[u8]) -> Result<TreatmentKind, Fault> {
    const TREATMENT: &str = "MedicalTreatmentFlag";
    let wanted = parse_object(body, Bounds::SINGLE, None)?;
    match wanted.group("", &[TREATMENT])?.text(TREATMENT)? {
        Some(text) => value(TREATMENT, code::parse_treatment(text).ok_or(ValueFault::Code(&code::TREATMENTS))),
        None => Ok(TreatmentKind::Outpatient),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{FieldName, NotText};

    #[test]
    fn one_member_at_most_and_a_string() {
        assert_eq!(treatment(b"{}"), Ok(TreatmentKind::Outpatient));
        assert_eq!(treatment(br#" {"MedicalTreatmentFlag": "3"} "#), Ok(TreatmentKind::Online));
        let flag = |reason| Fault::Value { element: "MedicalTreatmentFlag", reason };
        for (body, fault) in [
            ("", Fault::Empty),
            ("[]", Fault::Malformed),
            (r#"["3"]"#, Fault::Malformed),
            ("\"3\"", Fault::Malformed),
            (r#"{"Other":"3"}"#, Fault::Unknown(FieldName::of("Other"))),
            (
                r#"{"MedicalTreatmentFlag":"1","MedicalTreatmentFlag":"3"}"#,
                Fault::Duplicate(FieldName::of("MedicalTreatmentFlag")),
            ),
            (r#"{"MedicalTreatmentFlag":3}"#, flag(ValueFault::NotText(NotText::Number))),
            (r#"{"MedicalTreatmentFlag":["3"]}"#, flag(ValueFault::NotText(NotText::Array))),
            (r#"{"MedicalTreatmentFlag":"4"}"#, flag(ValueFault::Code(&["1", "2", "3"]))),
        ] {
            assert_eq!(treatment(body.as_bytes()), Err(fault), "{body}");
        }
    }
}

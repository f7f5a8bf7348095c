//! Reads fields that several operator routes take.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::calculator::read;
use crate::domain::{InstitutionCode, parse_instant};
use crate::http::error::HttpError;

/// The days that can be asked about. Any other day makes no sense for living people and is a typing error.
const CHECKED: (Date, Date) = (date(1900, 1, 1), date(2999, 12, 31));

/// Reads the field `check_on`.
pub(super) fn check_date(text: &str) -> Result<Date, HttpError> {
    let day = read::date("check_on", text).map_err(|fault| HttpError::OperatorRequest(fault.to_string().into()))?;
    match (CHECKED.0..=CHECKED.1).contains(&day) {
        true => Ok(day),
        false => Err(HttpError::OperatorRequest("check_on: must lie between 1900-01-01 and 2999-12-31".into())),
    }
}

/// Reads the field `registered_by`, if present.
pub(super) fn registered_by(text: Option<&str>) -> Result<Option<Timestamp>, HttpError> {
    text.map(|text| instant("registered_by", text)).transpose().map_err(|reason| HttpError::OperatorRequest(reason.into()))
}

/// Reads an instant in the form of RFC 3339.
///
/// # Errors
/// The field, and the right form.
pub(super) fn instant(field: &str, text: &str) -> Result<Timestamp, String> {
    parse_instant(text).map_err(|reason| format!("{field}: {reason}"))
}

/// Reads the field `institution`, if present.
pub(super) fn institution(text: Option<&str>) -> Result<Option<InstitutionCode>, HttpError> {
    let parsed = text.map(InstitutionCode::parse).transpose();
    parsed.map_err(|reason| HttpError::OperatorRequest(format!("institution: {reason}").into()))
}

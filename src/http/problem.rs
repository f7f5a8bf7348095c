//! Turns failures into responses: adds the headers that belong to them, and makes a problem document if no official message can
//! carry the failure.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::failure::Failure;

use super::error::{HttpError, status};

/// The outcome of a request for metrics and logs; the middleware reads it from the response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(pub &'static str);

/// What was wrong with a message, for the log; holds nothing personal.
#[derive(Debug, Clone)]
pub(super) struct Reason(pub String);

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// `urn:shikaku:error:` followed by the code.
    r#type: String,
    /// What happened, in English.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The detail beyond the title: the field, and what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The error code; docs/errors.md lists all codes.
    code: &'static str,
    /// What happened, in Japanese.
    message: String,
}

/// Makes a problem document, for everything that is not an official message.
impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let (row, status) = (self.row(), self.status());
        let problem = Problem {
            r#type: format!("urn:shikaku:error:{}", row.code),
            title: row.title,
            status: status.as_u16(),
            detail: self.detail(),
            code: row.code,
            message: self.message(),
        };
        let body = serde_json::to_vec(&problem).expect("plain fields");
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match &self {
            Self::Failure(failure) => finish(&mut response, failure),
            _ => drop(response.extensions_mut().insert(Code(row.code))),
        }
        response
    }
}

/// Adds what every response to a failure carries, whatever its format.
pub(super) fn finish(response: &mut Response, failure: &Failure) {
    *response.status_mut() = status(failure);
    response.extensions_mut().insert(Code(failure.row().code));
    if let Some(reason) = failure.logged() {
        response.extensions_mut().insert(Reason(reason));
    }
    let again = match failure {
        Failure::Busy | Failure::Unavailable | Failure::LogUnavailable => Some(1),
        Failure::FilesInFlight => Some(5),
        Failure::Misses(seconds) => Some(*seconds),
        _ => None,
    };
    if let Some(seconds) = again {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Failure::OutsideResult(length) = failure
        && let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}"))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    let ends_connection = Failure::BodyTooLarge == *failure
        || Failure::BodyIncomplete == *failure
        || matches!(failure, Failure::Certificate(_) | Failure::Framing(_));
    if ends_connection {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

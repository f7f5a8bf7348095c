//! How a failure leaves: as a problem document where no official message can carry it, and with the headers that go with it.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::failure::Failure;

/// The outcome of a request for metrics and logs: the middleware reads it off the response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code(pub &'static str);

/// What was wrong with a message, for the log; without anything personal.
#[derive(Debug, Clone)]
pub(crate) struct Reason(pub String);

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:shikaku:error:` and the code.
    r#type: String,
    /// What happened, in English.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What goes beyond the title: the field, and what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The code in the README's table of errors.
    code: &'static str,
    /// What happened, in Japanese.
    message: String,
}

/// A problem document, for everything that is not an official message.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let row = self.row();
        let problem = Problem {
            r#type: format!("urn:shikaku:error:{}", row.code),
            title: row.title,
            status: row.status.as_u16(),
            detail: self.detail(),
            code: row.code,
            message: self.refusal().message,
        };
        let body = serde_json::to_vec(&problem).expect("plain fields");
        let mut response = (row.status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        finish(&mut response, &self);
        response
    }
}

/// What every failing response carries, whatever its format.
pub(crate) fn finish(response: &mut Response, failure: &Failure) {
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
    let ends_connection = Failure::BodyTooLarge == *failure
        || Failure::BodyIncomplete == *failure
        || matches!(failure, Failure::Certificate(_) | Failure::Framing(_));
    if ends_connection {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

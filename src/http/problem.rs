//! Turns refusals into responses: adds the headers that belong to them, and makes a problem document if no official message can
//! carry the refusal.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::refused::MessageRefused;

use super::error::{HttpError, status};

/// The outcome of a request for metrics and logs; the middleware reads it from the response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(pub &'static str);

/// What was wrong with a message, for the log; holds nothing personal.
#[derive(Debug, Clone)]
pub(super) struct LoggedReason(pub String);

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
            Self::Refused(refused) => finish(&mut response, refused),
            _ => drop(response.extensions_mut().insert(Code(row.code))),
        }
        if self == Self::OperatorToken {
            // RFC 9110 §11.6.1 demands it of every 401.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"shikaku\""));
        }
        response
    }
}

/// Adds what every refusal carries, whatever its format.
pub(super) fn finish(response: &mut Response, refused: &MessageRefused) {
    *response.status_mut() = status(refused);
    response.extensions_mut().insert(Code(refused.row().code));
    if let Some(reason) = refused.logged() {
        response.extensions_mut().insert(LoggedReason(reason));
    }
    let again = match refused {
        MessageRefused::Busy | MessageRefused::Unavailable | MessageRefused::LogUnavailable => Some(1),
        MessageRefused::FilesInFlight => Some(5),
        MessageRefused::Misses(seconds) => Some(*seconds),
        _ => None,
    };
    if let Some(seconds) = again {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let MessageRefused::OutsideResult(length) = refused
        && let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}"))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    let ends_connection = MessageRefused::BodyTooLarge == *refused
        || MessageRefused::BodyIncomplete == *refused
        || matches!(refused, MessageRefused::Certificate(_) | MessageRefused::Framing(_));
    if ends_connection {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

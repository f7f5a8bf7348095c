//! The errors of all requests: each has a row in the table, an HTTP status, and a detail beyond the title. The rows of refused
//! messages are in `exchange/failure/table.rs`.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::exchange::failure::{Failure, Row, row};
use crate::query::QueryError;
use crate::wire::Fault;

/// A reason why a request is refused. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// A reason for which official messages are refused too.
    Failure(Failure),
    /// The content type is neither XML nor JSON, or not that of the route.
    MediaType,
    /// The route exists, but with another method.
    Method,
    /// There is no such route.
    NoRoute,
    /// The operator's token is missing or wrong.
    OperatorToken,
    /// The operator asks for something that does not exist; the reason names the field, if that helps.
    NotFound(Option<&'static str>),
    /// The operator's request is malformed; the reason names the field.
    OperatorRequest(Cow<'static, str>),
    /// The present state does not allow what the operator asks for.
    Conflict(Cow<'static, str>),
}

impl HttpError {
    /// Returns its row in the table of errors.
    #[must_use]
    pub fn row(&self) -> Row {
        match self {
            Self::Failure(failure) => failure.row(),
            Self::MediaType => row(
                "SHK2002",
                "Content-Type must be application/xml or application/json",
                "Content-Typeはapplication/xmlかapplication/jsonです",
            ),
            Self::Method => row("SHK2003", "This route has another method", "HTTPメソッドが違います"),
            Self::NoRoute => row("SHK2004", "There is no such route", "URLが違います"),
            Self::OperatorToken => row("SHK4001", "The operator token is missing or wrong", "運用者トークンが違います"),
            Self::NotFound(_) => row("SHK4002", "There is nothing of this id", "該当するものがありません"),
            Self::OperatorRequest(_) => row("SHK4003", "The request is malformed", "リクエストの形式が違います"),
            Self::Conflict(_) => row("SHK4004", "This does not fit to how things stand", "現在の状態では実行できません"),
        }
    }

    /// Returns its HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Failure(failure) => status(failure),
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoRoute | Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::OperatorToken => StatusCode::UNAUTHORIZED,
            Self::OperatorRequest(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
        }
    }

    /// Returns the Japanese text: what happened, and what is expected.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Failure(failure) => failure.refusal().message,
            _ => self.row().message.to_owned(),
        }
    }

    /// Returns the detail beyond the title: the field or element, and what is wrong with it.
    pub(super) fn detail(&self) -> Option<String> {
        match self {
            Self::Failure(failure) => failure.detail(),
            Self::OperatorRequest(reason) | Self::Conflict(reason) => Some(reason.clone().into_owned()),
            Self::NotFound(reason) => reason.map(str::to_owned),
            Self::MediaType | Self::Method | Self::NoRoute | Self::OperatorToken => None,
        }
    }

    /// Returns one error of every kind, for tests and documents.
    #[must_use]
    pub fn examples() -> Vec<Self> {
        let others = [
            Self::MediaType,
            Self::Method,
            Self::NoRoute,
            Self::OperatorToken,
            Self::NotFound(None),
            Self::OperatorRequest("birth_on".into()),
            Self::Conflict("in use".into()),
        ];
        Failure::examples().into_iter().map(Self::Failure).chain(others).collect()
    }
}

/// Returns the HTTP status of a failure; a refusal in official fields has the same.
pub(super) fn status(failure: &Failure) -> StatusCode {
    use Failure as F;
    use StatusCode as S;
    match failure {
        F::BodyTooLarge | F::Message(Fault::TooManyPeople(_)) => S::PAYLOAD_TOO_LARGE,
        F::Message(_) | F::Framing(_) => S::BAD_REQUEST,
        F::BodyIncomplete => S::REQUEST_TIMEOUT,
        F::ContentEncoding => S::UNSUPPORTED_MEDIA_TYPE,
        F::TokenMissing | F::Token(_) => S::UNAUTHORIZED,
        F::InstitutionMismatch | F::InstitutionUnknown | F::InstitutionInactive => S::FORBIDDEN,
        F::Certificate(_) | F::Challenge(_) | F::Card(_) => S::FORBIDDEN,
        F::UnknownMessage | F::NoSuchFile => S::NOT_FOUND,
        F::ResultExpired => S::GONE,
        F::OutsideResult(_) => S::RANGE_NOT_SATISFIABLE,
        F::FilesInFlight | F::PeopleOfDay | F::Misses(_) => S::TOO_MANY_REQUESTS,
        F::Inconsistent | F::Internal => S::INTERNAL_SERVER_ERROR,
        F::Busy | F::Unavailable | F::LogUnavailable => S::SERVICE_UNAVAILABLE,
        F::Timeout => S::GATEWAY_TIMEOUT,
    }
}

impl From<Failure> for HttpError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Fault> for HttpError {
    fn from(fault: Fault) -> Self {
        Self::Failure(fault.into())
    }
}

impl From<QueryError> for HttpError {
    fn from(error: QueryError) -> Self {
        Self::Failure(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::wire::message::remark;

    #[test]
    fn every_failure_has_a_code_of_its_own_and_a_short_message() {
        let mut codes = HashSet::new();
        for failure in HttpError::examples() {
            let (code, message) = (failure.row().code, failure.message());
            assert!(codes.insert(code), "{code} stands twice");
            assert!(message.chars().count() <= 60, "{message}");
        }
        for remark in remark::examples() {
            assert!(codes.insert(remark.code), "{} stands twice", remark.code);
            assert!(remark.message.chars().count() <= 60, "{}", remark.message);
        }
    }
}

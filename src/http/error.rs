//! The errors of all requests: each has a row in the table, an HTTP status, and a detail beyond the title. The rows of refused
//! messages are in `exchange/refused/table.rs`.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::exchange::refused::{MessageRefused, Row, row};
use crate::query::QueryError;
use crate::wire::Fault;

/// A reason why a request is refused. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// A reason for which official messages are refused too.
    Refused(MessageRefused),
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
            Self::Refused(refused) => refused.row(),
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
            Self::Refused(refused) => status(refused),
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
            Self::Refused(refused) => refused.refusal().message,
            _ => self.row().message.to_owned(),
        }
    }

    /// Returns the detail beyond the title: the field or element, and what is wrong with it.
    pub(super) fn detail(&self) -> Option<String> {
        match self {
            Self::Refused(refused) => refused.detail(),
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
        MessageRefused::examples().into_iter().map(Self::Refused).chain(others).collect()
    }
}

/// Returns the HTTP status of a refusal, in official fields or not.
pub(super) fn status(refused: &MessageRefused) -> StatusCode {
    use MessageRefused as R;
    use StatusCode as S;
    match refused {
        R::BodyTooLarge | R::Message(Fault::TooManyPeople(_)) => S::PAYLOAD_TOO_LARGE,
        R::Message(_) | R::Framing(_) => S::BAD_REQUEST,
        R::BodyIncomplete => S::REQUEST_TIMEOUT,
        R::ContentEncoding => S::UNSUPPORTED_MEDIA_TYPE,
        R::TokenMissing | R::Token(_) => S::UNAUTHORIZED,
        R::InstitutionMismatch | R::InstitutionUnknown | R::InstitutionInactive => S::FORBIDDEN,
        R::Certificate(_) | R::Challenge(_) | R::Card(_) => S::FORBIDDEN,
        R::UnknownMessage | R::NoSuchFile => S::NOT_FOUND,
        R::ResultExpired => S::GONE,
        R::OutsideResult(_) => S::RANGE_NOT_SATISFIABLE,
        R::FilesInFlight | R::PeopleOfDay | R::Misses(_) => S::TOO_MANY_REQUESTS,
        R::Inconsistent | R::Internal => S::INTERNAL_SERVER_ERROR,
        R::Busy | R::Unavailable | R::LogUnavailable => S::SERVICE_UNAVAILABLE,
        R::Timeout => S::GATEWAY_TIMEOUT,
    }
}

impl From<MessageRefused> for HttpError {
    fn from(refused: MessageRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Fault> for HttpError {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault.into())
    }
}

impl From<QueryError> for HttpError {
    fn from(error: QueryError) -> Self {
        Self::Refused(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::wire::message::remark;

    #[test]
    fn every_refusal_has_a_code_of_its_own_and_a_short_message() {
        let mut codes = HashSet::new();
        for refused in HttpError::examples() {
            let (code, message) = (refused.row().code, refused.message());
            assert!(codes.insert(code), "{code} stands twice");
            assert!(message.chars().count() <= 60, "{message}");
        }
        for remark in remark::examples() {
            assert!(codes.insert(remark.code), "{} stands twice", remark.code);
            assert!(remark.message.chars().count() <= 60, "{}", remark.message);
        }
    }
}

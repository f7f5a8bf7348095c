//! The one error table: every failure has a code, an HTTP status, an English title, and a Japanese message that fits into
//! the official ErrorMessage. The official codes are not public; these are ours, and the README lists them. Rows of one kind of
//! failure stand in `rows.rs`, what a refusal adds to its row in `refusal.rs`. Remarks in answers, which are no failures, stand in
//! `wire/message/remark.rs`.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::identity::card::CardRefused;
use crate::identity::{Framing, Refused, TokenError};
use crate::query::{BulkRefused, ChallengeRefused, QueryError};
use crate::wire::Fault;

mod refusal;
mod rows;

use rows::{card_row, challenge_row, message_row};

/// Why a request gets no answer. Holds nothing that came from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The message itself is wrong.
    Message(Fault),
    /// The body is longer than it may be.
    BodyTooLarge,
    /// The body did not come in time, or was cut off.
    BodyIncomplete,
    /// It cannot be told where the request or its body ends.
    Framing(Framing),
    /// The body is compressed.
    ContentEncoding,
    /// There is no message of this id.
    UnknownMessage,
    /// The content type is neither XML nor JSON.
    MediaType,
    /// The route exists, with another method.
    Method,
    /// There is no such route.
    NoRoute,
    /// The message names another institution than the certificate.
    InstitutionMismatch,
    /// The certificate's institution is not registered.
    InstitutionUnknown,
    /// The certificate's institution may not ask today.
    InstitutionInactive,
    /// The certificate has lost its worth since the handshake.
    Certificate(Refused),
    /// A login is needed first.
    TokenMissing,
    /// The token is not good.
    Token(TokenError),
    /// The challenge is worth nothing.
    Challenge(ChallengeRefused),
    /// The card is not genuine, or did not prove to be there.
    Card(CardRefused),
    /// The institution has too many files in work, or arriving.
    FilesInFlight,
    /// The institution asks about too many people in one day.
    PeopleOfDay,
    /// The institution has asked about too many people whom nobody knows; it may ask again after so many seconds.
    Misses(u64),
    /// There is no file of this reception number, or it is another institution's.
    NoSuchFile,
    /// A part of a result is wanted that begins behind its end.
    OutsideResult,
    /// The result can be fetched no more.
    ResultExpired,
    /// Too many questions are waiting.
    Busy,
    /// The database does not answer.
    Unavailable,
    /// The database holds what it must not.
    Inconsistent,
    /// The access log cannot be written.
    LogUnavailable,
    /// The answer took too long.
    Timeout,
    /// Our fault.
    Internal,
    /// The operator's token is missing or wrong.
    OperatorToken,
    /// The operator asked for something that is not there; the reason names the field, where that tells more.
    NotFound(Option<&'static str>),
    /// The operator's request is malformed; the reason names the field.
    OperatorRequest(Cow<'static, str>),
    /// What the operator asked for does not fit to how things stand.
    Conflict(Cow<'static, str>),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The error code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened, in English.
    pub title: &'static str,
    /// What happened, in Japanese.
    pub message: &'static str,
}

const fn row(code: &'static str, status: StatusCode, title: &'static str, message: &'static str) -> Row {
    Row { code, status, title, message }
}

impl Failure {
    /// Its row in the table.
    #[must_use]
    pub fn row(&self) -> Row {
        use StatusCode as S;
        match self {
            Self::Message(fault) => message_row(fault),
            Self::BodyTooLarge => row("SHK1010", S::PAYLOAD_TOO_LARGE, "The message is too large", "電文が大きすぎます"),
            Self::BodyIncomplete => {
                row("SHK1011", S::REQUEST_TIMEOUT, "The message did not arrive completely", "電文が最後まで届きませんでした")
            }
            Self::Framing(_) => {
                row("SHK1016", S::BAD_REQUEST, "The HTTP framing is broken", "HTTPの区切りが正しくありません")
            }
            Self::ContentEncoding => row(
                "SHK1012",
                S::UNSUPPORTED_MEDIA_TYPE,
                "Compressed messages are refused",
                "圧縮された電文は受け付けません",
            ),
            Self::UnknownMessage => row("SHK2001", S::NOT_FOUND, "There is no message of this id", "未対応の電文IDです"),
            Self::MediaType => row(
                "SHK2002",
                S::UNSUPPORTED_MEDIA_TYPE,
                "Content-Type must be application/xml or application/json",
                "Content-Typeはapplication/xmlかapplication/jsonです",
            ),
            Self::Method => row("SHK2003", S::METHOD_NOT_ALLOWED, "This route has another method", "HTTPメソッドが違います"),
            Self::NoRoute => row("SHK2004", S::NOT_FOUND, "There is no such route", "URLが違います"),
            Self::InstitutionMismatch => row(
                "SHK3001",
                S::FORBIDDEN,
                "The message names another institution than the certificate",
                "電文の医療機関コードが証明書と一致しません",
            ),
            Self::InstitutionUnknown => {
                row("SHK3002", S::FORBIDDEN, "The institution is not registered", "登録されていない医療機関です")
            }
            Self::InstitutionInactive => {
                row("SHK3003", S::FORBIDDEN, "The institution may not ask today", "利用期間外の医療機関です")
            }
            Self::Certificate(_) => row(
                "SHK3004",
                S::FORBIDDEN,
                "The terminal's certificate is no longer valid",
                "端末の電子証明書が無効になっています",
            ),
            Self::TokenMissing => row("SHK3005", S::UNAUTHORIZED, "Log in first", "ログインしてください"),
            Self::Token(TokenError::Invalid) => {
                row("SHK3006", S::UNAUTHORIZED, "The token is not of this terminal", "idTokenがこの端末のものではありません")
            }
            Self::Token(TokenError::Expired) => {
                row("SHK3007", S::UNAUTHORIZED, "The token has expired", "idTokenの有効期限が切れました")
            }
            Self::Challenge(refused) => challenge_row(*refused),
            Self::Card(refused) => card_row(*refused),
            Self::FilesInFlight => row(
                "SHK7001",
                S::TOO_MANY_REQUESTS,
                "Too many files of this institution are in work",
                "処理中のファイルが多すぎます",
            ),
            Self::PeopleOfDay => row(
                "SHK7002",
                S::TOO_MANY_REQUESTS,
                "The institution has asked about too many different people today",
                "本日の照会人数の上限を超えます",
            ),
            Self::Misses(_) => row(
                "SHK7005",
                S::TOO_MANY_REQUESTS,
                "Too many lookups of the institution found nobody",
                "該当なしの照会が多すぎます。時間をおいてください",
            ),
            Self::NoSuchFile => {
                row("SHK7003", S::NOT_FOUND, "There is no file of this reception number", "該当する受付番号がありません")
            }
            Self::OutsideResult => {
                row("SHK7006", S::RANGE_NOT_SATISFIABLE, "The result has no such part", "Rangeが結果の長さを超えています")
            }
            Self::ResultExpired => {
                row("SHK7004", S::GONE, "The result can be fetched no more", "結果の保存期間が過ぎました")
            }
            Self::Busy => row("SHK5001", S::SERVICE_UNAVAILABLE, "Too many requests at once", "混み合っています"),
            Self::Unavailable => {
                row("SHK5002", S::SERVICE_UNAVAILABLE, "The database does not answer", "データベースが応答しません")
            }
            Self::LogUnavailable => {
                row("SHK5003", S::SERVICE_UNAVAILABLE, "The access log cannot be written", "アクセス記録を書き込めません")
            }
            Self::Timeout => {
                row("SHK5004", S::GATEWAY_TIMEOUT, "The answer took too long", "処理が時間内に終わりませんでした")
            }
            Self::Internal => row("SHK5005", S::INTERNAL_SERVER_ERROR, "Internal error", "内部エラーが発生しました"),
            Self::Inconsistent => row(
                "SHK5006",
                S::INTERNAL_SERVER_ERROR,
                "The stored data are inconsistent",
                "登録データに不整合があり回答できません",
            ),
            Self::OperatorToken => {
                row("SHK4001", S::UNAUTHORIZED, "The operator token is missing or wrong", "運用者トークンが違います")
            }
            Self::NotFound(_) => row("SHK4002", S::NOT_FOUND, "There is nothing of this id", "該当するものがありません"),
            Self::Conflict(_) => {
                row("SHK4004", S::CONFLICT, "This does not fit to how things stand", "現在の状態では実行できません")
            }
            Self::OperatorRequest(_) => {
                row("SHK4003", S::BAD_REQUEST, "The request is malformed", "リクエストの形式が違います")
            }
        }
    }

    /// One failure of every kind, for tests and documents.
    #[must_use]
    pub fn examples() -> Vec<Self> {
        use crate::wire::{FieldName, Tail, ValueFault};
        let faults = [
            Fault::Empty,
            Fault::Malformed,
            Fault::AfterEnd(Tail::CtrlZ),
            Fault::Forbidden,
            Fault::TooLarge,
            Fault::Charset,
            Fault::Unknown(FieldName::of("Unknown")),
            Fault::Duplicate(FieldName::of("Birthdate")),
            Fault::Missing("Birthdate"),
            Fault::Nobody,
            Fault::TooManyPeople(10_000),
            Fault::Value { element: "Birthdate", reason: ValueFault::Date },
        ];
        let others = [
            Self::BodyTooLarge,
            Self::BodyIncomplete,
            Self::Framing(Framing::Chunk),
            Self::ContentEncoding,
            Self::UnknownMessage,
            Self::MediaType,
            Self::Method,
            Self::NoRoute,
            Self::InstitutionMismatch,
            Self::InstitutionUnknown,
            Self::InstitutionInactive,
            Self::Certificate(Refused::Revoked),
            Self::TokenMissing,
            Self::Token(TokenError::Invalid),
            Self::Token(TokenError::Expired),
            Self::Challenge(ChallengeRefused::Unknown),
            Self::Challenge(ChallengeRefused::Used),
            Self::Challenge(ChallengeRefused::Expired),
            Self::Challenge(ChallengeRefused::OtherTerminal),
            Self::Challenge(ChallengeRefused::Early),
            Self::Card(CardRefused::UnknownIssuer),
            Self::Card(CardRefused::Signature),
            Self::Card(CardRefused::VisualNotPermitted),
            Self::OperatorToken,
            Self::NotFound(None),
            Self::OperatorRequest("birth_on".into()),
            Self::Conflict("in use".into()),
            Self::FilesInFlight,
            Self::PeopleOfDay,
            Self::Misses(60),
            Self::NoSuchFile,
            Self::OutsideResult,
            Self::ResultExpired,
            Self::Busy,
            Self::Unavailable,
            Self::Inconsistent,
            Self::LogUnavailable,
            Self::Timeout,
            Self::Internal,
        ];
        faults.into_iter().map(Self::Message).chain(others).collect()
    }

    /// What goes beyond the title: the element, and what is wrong with it.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Message(fault) => Some(fault.to_string()),
            Self::Framing(framing) => Some(framing.to_string()),
            Self::Certificate(refused) => Some(refused.to_string()),
            Self::Challenge(refused) => Some(refused.to_string()),
            Self::Card(refused) => Some(refused.to_string()),
            Self::OperatorRequest(reason) | Self::Conflict(reason) => Some(reason.clone().into_owned()),
            Self::NotFound(reason) => reason.map(str::to_owned),
            _ => None,
        }
    }

    /// The same for logs, where neither a name that the caller spelled nor a digit of any number may stand. Only what is wrong with
    /// a message is told; the code says the rest.
    pub(crate) fn logged(&self) -> Option<String> {
        match self {
            Self::Message(fault) => Some(fault.for_logs()),
            _ => None,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Message(fault)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Busy => Self::Busy,
            QueryError::Misses(seconds) => Self::Misses(seconds),
            QueryError::Unavailable => Self::Unavailable,
            QueryError::Inconsistent => Self::Inconsistent,
            QueryError::Log => Self::LogUnavailable,
        }
    }
}

impl From<BulkRefused> for Failure {
    fn from(refused: BulkRefused) -> Self {
        match refused {
            BulkRefused::InFlight => Self::FilesInFlight,
            BulkRefused::PeopleOfDay => Self::PeopleOfDay,
            BulkRefused::Misses(seconds) => Self::Misses(seconds),
            BulkRefused::TooManyPeople(most) => Self::Message(Fault::TooManyPeople(most)),
            BulkRefused::Failed(error) => error.into(),
        }
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
        for failure in Failure::examples() {
            let refusal = failure.refusal();
            assert!(codes.insert(refusal.code), "{} stands twice", refusal.code);
            assert!(refusal.message.chars().count() <= 60, "{}", refusal.message);
        }
        for remark in remark::examples() {
            assert!(codes.insert(remark.code), "{} stands twice", remark.code);
            assert!(remark.message.chars().count() <= 60, "{}", remark.message);
        }
    }

    #[test]
    fn the_readme_lists_every_code() {
        for (name, text) in
            [("README.md", include_str!("../../README.md")), ("README.ja.md", include_str!("../../README.ja.md"))]
        {
            for failure in Failure::examples() {
                let row = failure.row();
                assert!(text.contains(&format!("| {} | {} |", row.code, row.status.as_u16())), "{name} lacks {}", row.code);
            }
            for remark in remark::examples() {
                assert!(text.contains(&format!("| {} | 200 |", remark.code)), "{name} lacks {}", remark.code);
            }
        }
    }
}

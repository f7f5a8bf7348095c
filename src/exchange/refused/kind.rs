//! The reasons why a message is refused.

use crate::identity::card::CardRefused;
use crate::identity::{CertificateRefused, Framing, TokenError};
use crate::query::{BulkRefused, ChallengeRefused, QueryError};
use crate::wire::Fault;

/// A reason why a message, or another request of a terminal or an operator, is refused. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageRefused {
    /// The message itself is wrong.
    Message(Fault),
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The body did not arrive in time, or was cut off.
    BodyIncomplete,
    /// The HTTP framing of the request or its body is malformed.
    Framing(Framing),
    /// The body is compressed.
    ContentEncoding,
    /// There is no message of this id.
    UnknownMessage,
    /// The message names another institution than the certificate.
    InstitutionMismatch,
    /// The certificate's institution is not registered.
    InstitutionUnknown,
    /// The certificate's institution may not ask today.
    InstitutionInactive,
    /// The certificate has become invalid since the handshake.
    Certificate(CertificateRefused),
    /// A login is needed first.
    TokenMissing,
    /// The token is invalid or has expired.
    Token(TokenError),
    /// The challenge cannot be used.
    Challenge(ChallengeRefused),
    /// The card's certificate or its proof is not accepted.
    Card(CardRefused),
    /// The institution has too many unfinished files, or too many that are arriving.
    FilesInFlight,
    /// The institution asks about too many people in one day.
    PeopleOfDay,
    /// Too many lookups of the institution found nobody; it may ask again after this many seconds.
    Misses(u64),
    /// There is no file of this reception number, or it is another institution's.
    NoSuchFile,
    /// The result has no byte of the wanted part; it has this many bytes.
    OutsideResult(usize),
    /// The result has expired.
    ResultExpired,
    /// Too many questions are waiting.
    Busy,
    /// The database does not answer.
    Unavailable,
    /// The database holds an illegal value.
    Inconsistent,
    /// The access log cannot be written.
    LogUnavailable,
    /// The answer took too long.
    Timeout,
    /// A fault of the server.
    Internal,
}

impl MessageRefused {
    /// Returns one refusal of every kind, for tests and documents.
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
            Self::InstitutionMismatch,
            Self::InstitutionUnknown,
            Self::InstitutionInactive,
            Self::Certificate(CertificateRefused::Revoked),
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
            Self::FilesInFlight,
            Self::PeopleOfDay,
            Self::Misses(60),
            Self::NoSuchFile,
            Self::OutsideResult(0),
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

    /// Returns the detail beyond the title: the element, and what is wrong with it.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Message(fault) => Some(fault.to_string()),
            Self::Framing(framing) => Some(framing.to_string()),
            Self::Certificate(refused) => Some(refused.to_string()),
            Self::Challenge(refused) => Some(refused.to_string()),
            Self::Card(refused) => Some(refused.to_string()),
            _ => None,
        }
    }

    /// Returns the detail for logs, without names that the caller spelled and without digits of any number. Only a fault in a
    /// message has one; otherwise the code says enough.
    pub(crate) fn logged(&self) -> Option<String> {
        match self {
            Self::Message(fault) => Some(fault.for_logs()),
            _ => None,
        }
    }
}

impl From<Fault> for MessageRefused {
    fn from(fault: Fault) -> Self {
        Self::Message(fault)
    }
}

impl From<QueryError> for MessageRefused {
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

impl From<BulkRefused> for MessageRefused {
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

//! The faults in the bytes or the content of a request.

use std::fmt;

use crate::domain::{Format, grouped};

/// A fault in the bytes or the content of a request. It never holds a value from the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The body is empty.
    #[error("the body is empty")]
    Empty,
    /// Not well-formed XML or JSON, or cut off.
    #[error("the message is not well-formed XML or JSON, or is cut off")]
    Malformed,
    /// Something stands after the end of the message.
    #[error("{0} after the end of the message; nothing may follow it")]
    AfterEnd(Tail),
    /// A document type declaration, an entity other than the five of XML, or a processing instruction.
    #[error("document type declarations, entities and processing instructions are refused")]
    Forbidden,
    /// Nested deeper, or with more elements, than any message.
    #[error("elements are nested too deeply, or there are too many")]
    TooLarge,
    /// A character set that is neither UTF-8 nor Shift_JIS, or bytes that do not fit the declared one.
    #[error("the bytes do not fit the declared character set, or that set is not UTF-8 or Shift_JIS (JSON: UTF-8)")]
    Charset,
    /// The envelope names a character set that a message in this format cannot have.
    #[error("the charset parameter must be {}", charsets(.0))]
    CharsetParameter(Format),
    /// An element that the message does not have.
    #[error("unknown element {0}")]
    Unknown(FieldName),
    /// An attribute.
    #[error("attribute {0} is refused; only the root's namespace declarations are allowed")]
    Attribute(FieldName),
    /// An element that occurs more than once.
    #[error("element {0} occurs more than once; send it once")]
    Duplicate(FieldName),
    /// A mandatory element that is absent or empty.
    #[error("mandatory element {0} is missing")]
    Missing(&'static str),
    /// A file without people.
    #[error("the file names no person; it needs at least one")]
    Nobody,
    /// A file with more people than allowed.
    #[error("the file covers more than {} people; split it, or shorten the period", grouped(*.0))]
    TooManyPeople(usize),
    /// An element with an impossible value.
    #[error("element {element}: {reason}")]
    Value {
        /// The element.
        element: &'static str,
        /// The fault.
        reason: ValueFault,
    },
}

impl Fault {
    /// Returns the text for logs: without names that the caller spelled, and without digits of any number.
    #[must_use]
    pub fn for_logs(&self) -> String {
        match self {
            Self::Unknown(_) => "unknown element".to_owned(),
            Self::Attribute(_) => "attribute".to_owned(),
            Self::Value { element, reason } if reason.tells_a_digit() => {
                format!("element {element}: the check digit is wrong")
            }
            Self::Empty
            | Self::Malformed
            | Self::AfterEnd(_)
            | Self::Forbidden
            | Self::TooLarge
            | Self::Charset
            | Self::CharsetParameter(_)
            | Self::Duplicate(_)
            | Self::Missing(_)
            | Self::Nobody
            | Self::TooManyPeople(_)
            | Self::Value { .. } => self.to_string(),
        }
    }
}

fn charsets(format: &Format) -> &'static str {
    match format {
        Format::Xml => "UTF-8 or Shift_JIS",
        Format::Json => "UTF-8",
    }
}

fn one_of(codes: &[&str]) -> String {
    match codes {
        [only] => (*only).to_owned(),
        several => format!("one of {}", several.join(", ")),
    }
}

/// The kind of content after the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Tail {
    /// U+0000, used by some programs to fill a buffer or to end a text.
    #[error("NUL (0x00)")]
    Nul,
    /// U+001A, used by MS-DOS programs to end a text.
    #[error("^Z (0x1A)")]
    CtrlZ,
    /// Text, or a second message.
    #[error("text or a second message")]
    Other,
}

impl Tail {
    /// Classifies the text after a message; None if it is only blanks and line ends.
    pub(super) fn of(rest: &str) -> Option<Self> {
        match rest.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).chars().next()? {
            '\0' => Some(Self::Nul),
            '\u{1a}' => Some(Self::CtrlZ),
            _ => Some(Self::Other),
        }
    }
}

/// The fault of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// Not eight digits of a date that exists.
    #[error("must be an existing date, written YYYYMMDD")]
    Date,
    /// Not six digits of a month.
    #[error("must be an existing month, written YYYYMM")]
    Month,
    /// A birth date before 1860 or after 9699.
    #[error("must be a birth date from 1860-01-01 to 9699-12-31")]
    BirthDate,
    /// No insurer number.
    #[error(transparent)]
    Insurer(#[from] crate::domain::InsurerNumberError),
    /// No institution code.
    #[error(transparent)]
    Institution(#[from] crate::domain::InstitutionCodeError),
    /// No symbol, number or branch.
    #[error(transparent)]
    Card(#[from] crate::domain::CardKeyError),
    /// No reference number.
    #[error(transparent)]
    ReferenceNumber(#[from] crate::domain::ReferenceNumberError),
    /// No reception number.
    #[error(transparent)]
    ReceptionNumber(#[from] crate::domain::ReceptionNumberError),
    /// The first day of a range is after the last.
    #[error("must not be before the first day")]
    Days,
    /// Not one of the codes that the element takes.
    #[error("must be {}", one_of(.0))]
    Code(&'static [&'static str]),
    /// Not base64.
    #[error("must be base64 with padding (RFC 4648 section 4)")]
    Base64,
    /// Not a UUID.
    #[error("must be the UUID of a challenge")]
    ChallengeId,
    /// A signature although staff only looked at the card.
    #[error("visual verification must have no signature")]
    NothingToSign,
    /// More characters than allowed in the element, or a control character among them.
    #[error("must have at most {0} characters, none of them a control character")]
    Text(usize),
    /// A control character, or another one that XML cannot carry.
    #[error("must not hold control characters, or others that XML cannot carry")]
    Control,
    /// Another kind of value where text belongs.
    #[error("must be text (JSON: a string), not {0}")]
    NotText(NotText),
    /// Text, or a JSON value that is no object, where elements belong.
    #[error("must hold elements (JSON: an object)")]
    NotElements,
}

impl ValueFault {
    /// Whether the error's text reveals a digit of the refused number.
    fn tells_a_digit(self) -> bool {
        use crate::domain::{InstitutionCodeError as Institution, InsurerNumberError as Insurer};
        match self {
            Self::Insurer(Insurer::CheckDigit { .. }) | Self::Institution(Institution::CheckDigit { .. }) => true,
            Self::Insurer(Insurer::Length | Insurer::NotDigits | Insurer::Scheme)
            | Self::Institution(Institution::Form | Institution::Prefecture | Institution::PointTable)
            | Self::Date
            | Self::Month
            | Self::BirthDate
            | Self::Card(_)
            | Self::ReferenceNumber(_)
            | Self::ReceptionNumber(_)
            | Self::Days
            | Self::Code(_)
            | Self::Base64
            | Self::ChallengeId
            | Self::NothingToSign
            | Self::Text(_)
            | Self::Control
            | Self::NotText(_)
            | Self::NotElements => false,
        }
    }
}

/// The kind of value that stands where text belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Elements, or a JSON object.
    #[error("elements")]
    Elements,
    /// A JSON array.
    #[error("a JSON array")]
    Array,
    /// A JSON number.
    #[error("a JSON number")]
    Number,
    /// `true` or `false`.
    #[error("a JSON boolean")]
    Boolean,
    /// `null`; an absent member must be left out instead.
    #[error("null; leave the member out instead")]
    Null,
}

/// The name of an element or attribute as spelled in a request, reduced so that it cannot be a value: ASCII letters, with at most
/// one prefix before a colon, at most 64 in all.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldName(String);

impl FieldName {
    /// Keeps `name` only if it consists of ASCII letters (and the 1 and 2 of `Sex1`, `Sex2`), perhaps in two parts as in
    /// `xsi:schemaLocation`, and is at most 64 long.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let is_plain = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'1' | b'2'))
        };
        let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        let plain = name.len() <= 64 && prefix.is_none_or(is_plain) && is_plain(local);
        Self(if plain { name.to_owned() } else { "(unnamed)".to_owned() })
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

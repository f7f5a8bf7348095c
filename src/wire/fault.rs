//! The faults in the bytes or the content of a request.

use std::fmt;

use crate::domain::Format;

/// A fault in the bytes or the content of a request. It never holds a value from the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The body is empty.
    #[error("the body is empty")]
    Empty,
    /// Not well-formed XML or JSON, or cut off.
    #[error("not well-formed, or cut off")]
    Malformed,
    /// Something stands after the end of the message.
    #[error("{0} after the end of the message; nothing may follow it")]
    AfterEnd(Tail),
    /// A document type declaration, an entity other than the five of XML, or a processing instruction.
    #[error("document type declarations, entities and processing instructions are refused")]
    Forbidden,
    /// Nested deeper, or with more elements, than any message.
    #[error("nested too deeply, or too many elements")]
    TooLarge,
    /// A character set that is neither UTF-8 nor Shift_JIS, or bytes that do not fit the declared one.
    #[error("the bytes are not in the declared character set (UTF-8 or Shift_JIS; JSON: UTF-8)")]
    Charset,
    /// The envelope names a character set that a message in this format cannot have.
    #[error("the charset parameter must be {}", charsets(.0))]
    CharsetParameter(Format),
    /// An element that the message does not have.
    #[error("unknown element {0}")]
    Unknown(FieldName),
    /// An attribute.
    #[error("attribute {0}; nothing but namespace declarations of the root is ignored")]
    Attribute(FieldName),
    /// An element that occurs more than once.
    #[error("element {0} stands more than once")]
    Duplicate(FieldName),
    /// A mandatory element that is absent or empty.
    #[error("mandatory element {0} is missing")]
    Missing(&'static str),
    /// A file without people.
    #[error("the file names nobody")]
    Nobody,
    /// A file with more people than allowed.
    #[error("the file names more than {0} people")]
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
                format!("element {element}: the check digit does not fit")
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
    #[error("not a date of the form YYYYMMDD that exists")]
    Date,
    /// Not six digits of a month.
    #[error("not a month of the form YYYYMM that exists")]
    Month,
    /// A birth date before 1860 or after 9699.
    #[error("not a possible birth date: 1860 or later")]
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
    #[error("the first day is after the last")]
    Days,
    /// Not one of the codes that the element takes.
    #[error("not one of the codes {}", .0.join(", "))]
    Code(&'static [&'static str]),
    /// Not base64.
    #[error("not base64 with padding (RFC 4648 section 4)")]
    Base64,
    /// Not a UUID.
    #[error("not the id of a challenge: a UUID")]
    ChallengeId,
    /// A signature although staff only looked at the card.
    #[error("visual verification comes without a signature")]
    NothingToSign,
    /// More characters than allowed in the element, or a control character among them.
    #[error("more than {0} characters, or a control character among them")]
    Text(usize),
    /// A control character, or another one that XML cannot carry.
    #[error("a control character, or another one that XML cannot carry")]
    Control,
    /// Another kind of value where text belongs.
    #[error("{0} where text belongs (JSON: a string)")]
    NotText(NotText),
    /// Text, or a JSON value that is no object, where elements belong.
    #[error("no elements (JSON: an object) where they belong")]
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
    #[error("a JSON true or false")]
    Boolean,
    /// `null`; an absent member must be left out instead.
    #[error("null, instead of leaving the member out,")]
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

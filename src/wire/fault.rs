use std::fmt;

/// What is wrong with the bytes or the content of a request. Never holds a value from the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The body is empty.
    #[error("the body is empty")]
    Empty,
    /// Not well-formed XML or JSON, or cut off.
    #[error("not well-formed, or cut off")]
    Malformed,
    /// A document type declaration, an entity other than the five of XML, or a processing instruction.
    #[error("document type declarations, entities and processing instructions are refused")]
    Forbidden,
    /// Nested deeper, or holding more elements, than a message can.
    #[error("nested too deeply, or too many elements")]
    TooLarge,
    /// A character set that is neither UTF-8 nor Shift_JIS, or bytes that do not fit the declared one.
    #[error("the bytes are not in the declared character set (UTF-8 or Shift_JIS)")]
    Charset,
    /// An element or attribute that the message does not have.
    #[error("unknown element {0}")]
    Unknown(FieldName),
    /// An element that stands more than once.
    #[error("element {0} stands more than once")]
    Duplicate(FieldName),
    /// A mandatory element that is absent or empty.
    #[error("mandatory element {0} is missing")]
    Missing(&'static str),
    /// A file that asks about nobody.
    #[error("the file names nobody")]
    Nobody,
    /// A file that asks about more people than a file may.
    #[error("the file names more than {0} people")]
    TooManyPeople(usize),
    /// An element whose value cannot be.
    #[error("element {element}: {reason}")]
    Value {
        /// The element.
        element: &'static str,
        /// What is wrong.
        reason: ValueFault,
    },
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// Not eight digits of a date that exists.
    #[error("not a date of the form YYYYMMDD")]
    Date,
    /// Not six digits of a month.
    #[error("not a month of the form YYYYMM")]
    Month,
    /// A birth date before 1860 or after the check date.
    #[error("not a possible birth date")]
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
    /// Not one of the codes of its table.
    #[error("not a code of its table")]
    Code,
    /// Not base64.
    #[error("not base64")]
    Base64,
    /// Not a UUID.
    #[error("not the id of a challenge")]
    ChallengeId,
    /// A signature where staff only looked.
    #[error("visual verification comes without a signature")]
    NothingToSign,
    /// Longer than the element takes, or with control characters.
    #[error("too long, or holds control characters")]
    Text,
    /// An object where text belongs, or text where elements belong.
    #[error("text and elements are mixed up, or a JSON value is no string")]
    Kind,
}

/// The name of an element as a request spelled it, cut down to what cannot be a value: ASCII letters, at most 64.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldName(String);

impl FieldName {
    /// Keeps `name` only if it consists of ASCII letters (and the 1 and 2 of `Sex1`, `Sex2`) and is at most 64 long.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let plain = name.len() <= 64
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'1' | b'2'));
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

//! Whole messages in one of the two formats: read into elements, written out of objects.

use crate::domain::{AnswerCharset, Format};

use super::element::{Bounds, Element};
use super::fault::Fault;
use super::json::{self, write_json};
use super::object::Object;
use super::sent::Sent;
use super::xml_writer::{self, write_xml};

impl Format {
    /// Reads a message body of which only the format is known.
    ///
    /// # Errors
    /// If the bytes are not a well-formed message within `bounds`.
    pub fn parse(self, body: &[u8], bounds: Bounds) -> Result<Element<'static>, Fault> {
        Sent::new(self, None).parse(body, bounds)
    }

    /// Reads a message body of which only the format is known, and returns what `taken` makes of it while it borrows from the body.
    ///
    /// # Errors
    /// If the bytes are not a well-formed message within `bounds`.
    pub fn parse_with<T>(self, body: &[u8], bounds: Bounds, taken: impl FnOnce(Element<'_>) -> T) -> Result<T, Fault> {
        Sent::new(self, None).parse_with(body, bounds, taken)
    }

    /// Writes a message; XML in the given character set, JSON in UTF-8.
    #[must_use]
    pub fn write(self, header: &Object, body: &Object, charset: AnswerCharset) -> Vec<u8> {
        match self {
            Self::Xml => write_xml(header, body, charset),
            Self::Json => write_json(header, body),
        }
    }
}

/// Returns the bytes before and after the units of a result; `unit` is the element of one person.
#[must_use]
pub fn write_frame(format: Format, header: &Object, unit: &str, charset: AnswerCharset) -> (Vec<u8>, Vec<u8>) {
    match format {
        Format::Xml => xml_writer::frame(header, charset),
        Format::Json => json::frame(header, unit),
    }
}

/// Appends units to those in `text`, in UTF-8 regardless of the answer's character set.
pub fn write_units(format: Format, text: &mut Vec<u8>, unit: &str, objects: &[Object]) {
    match format {
        Format::Xml => xml_writer::repeated(text, unit, objects),
        Format::Json => json::repeated(text, objects),
    }
}

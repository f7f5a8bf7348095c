//! Whole messages in one of the two formats: read into elements, written out of objects.

use crate::domain::{AnswerCharset, Format};

use super::element::{Bounds, Element};
use super::fault::Fault;
use super::json::{self, write_json};
use super::object::Object;
use super::sent::Sent;
use super::xml_writer::{self, write_xml};

impl Format {
    /// Reads a message body that nothing is known of but its format.
    ///
    /// # Errors
    /// When the bytes are no well-formed message within `bounds`.
    pub fn parse(self, body: &[u8], bounds: Bounds) -> Result<Element<'static>, Fault> {
        Sent::new(self, None).parse(body, bounds)
    }

    /// Writes a message; XML in the given character set.
    #[must_use]
    pub fn write(self, header: &Object, body: &Object, charset: AnswerCharset) -> Vec<u8> {
        match self {
            Self::Xml => write_xml(header, body, charset),
            Self::Json => write_json(header, body),
        }
    }
}

/// What stands before and after the units of a result, in which `unit` is the element of one person.
#[must_use]
pub fn write_frame(format: Format, header: &Object, unit: &str, charset: AnswerCharset) -> (Vec<u8>, Vec<u8>) {
    match format {
        Format::Xml => xml_writer::frame(header, charset),
        Format::Json => json::frame(header, unit),
    }
}

/// Adds units to those in `text`, in UTF-8 whatever the character set of the answer will be.
pub fn write_units(format: Format, text: &mut Vec<u8>, unit: &str, objects: &[Object]) {
    match format {
        Format::Xml => xml_writer::repeated(text, unit, objects),
        Format::Json => json::repeated(text, objects),
    }
}

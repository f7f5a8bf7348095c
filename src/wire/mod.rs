//! Official messages and code lists <-> domain types, as XML and JSON.
//!
//! A request goes bytes -> [`Element`] tree (either format, with bounds) -> message type; an answer goes message type ->
//! [`Object`] tree -> bytes. Only this module knows element names and code strings.

mod charset;
pub mod code;
mod element;
mod fault;
mod java_order;
mod json;
mod json_reader;
pub mod message;
mod object;
#[cfg(test)]
mod properties;
mod sent;
mod xml_reader;
mod xml_writer;

pub use charset::{decode_declared, encode};
pub use element::{Bounds, Each, Element};
pub use fault::{Fault, FieldName, NotText, Tail, ValueFault};
pub use java_order::java_order;
pub use json::write_json;
pub use json_reader::{after_end, parse_json, parse_json_each, parse_object};
pub use object::{Object, Shape, Value};
pub use sent::Sent;
pub use xml_reader::{parse_xml, parse_xml_each};
pub use xml_writer::write_xml;

pub use crate::domain::Format;

use crate::domain::AnswerCharset;

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

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
pub mod message;
mod object;
#[cfg(test)]
mod properties;
mod xml_reader;
mod xml_writer;

pub use charset::{decode_declared, encode};
pub use element::{Bounds, Each, Element};
pub use fault::{Fault, FieldName, ValueFault};
pub use java_order::java_order;
pub use json::{parse_json, parse_json_each, write_json};
pub use object::{Object, Shape, Value};
pub use xml_reader::{parse_xml, parse_xml_each};
pub use xml_writer::write_xml;

pub use crate::domain::Format;

use crate::domain::AnswerCharset;

impl Format {
    /// Reads a message body.
    ///
    /// # Errors
    /// When the bytes are no well-formed message within `bounds`.
    pub fn parse(self, body: &[u8], bounds: Bounds) -> Result<Element<'static>, Fault> {
        match self {
            Self::Xml => parse_xml(&decode_declared(body)?, bounds).map(Element::into_owned),
            Self::Json => parse_json(body, bounds).map(Element::into_owned),
        }
    }

    /// Reads a message whose body may be long: what stands directly in it goes to `each` and is not kept. `bounds` hold for each
    /// of them.
    ///
    /// # Errors
    /// When the bytes are no well-formed message, or `each` finds a fault.
    pub fn parse_each(self, body: &[u8], bounds: Bounds, each: &mut Each<'_>) -> Result<Element<'static>, Fault> {
        match self {
            Self::Xml => parse_xml_each(&decode_declared(body)?, bounds, each).map(Element::into_owned),
            Self::Json => parse_json_each(body, bounds, each).map(Element::into_owned),
        }
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

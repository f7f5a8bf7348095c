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
pub use element::{Bounds, Element};
pub use fault::{Fault, FieldName, ValueFault};
pub use java_order::java_order;
pub use json::{parse_json, write_json};
pub use object::{Object, Shape, Value};
pub use xml_reader::parse_xml;
pub use xml_writer::write_xml;

use crate::domain::AnswerCharset;

/// The two formats that official messages travel in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// XML in the character set of its declaration.
    Xml,
    /// JSON in UTF-8.
    Json,
}

impl Format {
    /// Reads a message body.
    ///
    /// # Errors
    /// When the bytes are no well-formed message within `bounds`.
    pub fn parse(self, body: &[u8], bounds: Bounds) -> Result<Element, Fault> {
        match self {
            Self::Xml => parse_xml(&decode_declared(body)?, bounds),
            Self::Json => parse_json(body, bounds),
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

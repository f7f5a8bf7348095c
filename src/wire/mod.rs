//! Official messages and code lists <-> domain types, as XML and JSON.
//!
//! A request goes bytes -> [`Element`] tree (either format, with bounds) -> message type; an answer goes message type ->
//! [`Object`] tree -> bytes. Only this module knows element names and code strings.

mod charset;
pub mod code;
mod element;
mod fault;
mod format;
mod java_order;
mod json;
mod json_reader;
pub mod message;
mod object;
#[cfg(test)]
mod property_tests;
mod sent;
mod xml_reader;
mod xml_writer;

pub use charset::{decode_declared, encode};
pub use element::{Bounds, Each, Element};
pub use fault::{Fault, FieldName, NotText, Tail, ValueFault};
pub use format::{write_frame, write_units};
pub use java_order::java_order;
pub use json::write_json;
pub use json_reader::{after_end, parse_json, parse_json_each, parse_object};
pub use object::{Object, Shape, Value};
pub use sent::Sent;
pub use xml_reader::{parse_xml, parse_xml_each};
pub use xml_writer::write_xml;

pub use crate::domain::Format;

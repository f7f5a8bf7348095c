//! Writes answers as XML.

use crate::domain::AnswerCharset;

use super::charset::encode;
use super::object::{Object, Value};

/// Writes an answer as XML in the given character set, children in the element order of the real application.
#[must_use]
pub fn write_xml(header: &Object, body: &Object, charset: AnswerCharset) -> Vec<u8> {
    let mut text = up_to_body(header, charset);
    element(&mut text, "MessageBody", |text| members(text, body));
    text.extend(END);
    encode(text, charset)
}

/// The bytes after the body; real files end without a line end.
const END: &[u8] = b"</XmlMsg>";

/// Returns the bytes before and after the content of a body that is written separately.
pub(super) fn frame(header: &Object, charset: AnswerCharset) -> (Vec<u8>, Vec<u8>) {
    let mut before = up_to_body(header, charset);
    before.extend(b"<MessageBody>");
    (encode(before, charset), [b"</MessageBody>", END].concat())
}

fn up_to_body(header: &Object, charset: AnswerCharset) -> Vec<u8> {
    let label: &[u8] = match charset {
        AnswerCharset::Utf8 => b"UTF-8",
        AnswerCharset::ShiftJis => b"Shift_JIS",
    };
    let mut text = Vec::with_capacity(2048);
    text.extend(b"<?xml version=\"1.0\" encoding=\"");
    text.extend(label);
    text.extend(b"\" standalone=\"no\"?>\n<XmlMsg>");
    element(&mut text, "MessageHeader", |text| members(text, header));
    text
}

fn members(text: &mut Vec<u8>, object: &Object) {
    for (name, value) in object.in_xml_order() {
        match value {
            Value::Text(content) => element(text, name, |text| escape(text, content)),
            Value::Object(inner) => element(text, name, |text| members(text, inner)),
            Value::List(item, entries) => element(text, name, |text| repeated(text, item, entries)),
            Value::Lists(item, entries) => {
                for entry in entries {
                    element(text, name, |text| element(text, item, |text| members(text, entry)));
                }
            }
            Value::Repeated(entries) => repeated(text, name, entries),
        }
    }
}

/// Appends one element named `name` for each entry, in UTF-8.
pub(super) fn repeated(text: &mut Vec<u8>, name: &str, entries: &[Object]) {
    for entry in entries {
        element(text, name, |text| members(text, entry));
    }
}

fn element(text: &mut Vec<u8>, name: &str, content: impl FnOnce(&mut Vec<u8>)) {
    text.push(b'<');
    text.extend(name.as_bytes());
    text.push(b'>');
    content(text);
    text.extend(b"</");
    text.extend(name.as_bytes());
    text.push(b'>');
}

fn escape(text: &mut Vec<u8>, content: &str) {
    let is_special = |byte: &u8| matches!(byte, b'&' | b'<' | b'>' | b'\r');
    let mut rest = content.as_bytes();
    // Nearly every text holds none of them. A search to the end compares sixteen bytes at once, and one that stops does not.
    if !rest.iter().fold(false, |found, byte| found | is_special(byte)) {
        return text.extend(rest);
    }
    while let Some(place) = rest.iter().position(is_special) {
        text.extend(&rest[..place]);
        text.extend(match rest[place] {
            b'&' => b"&amp;".as_slice(),
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            // XML readers turn a bare carriage return into a line feed (XML 1.0 section 2.11).
            _ => b"&#13;",
        });
        rest = &rest[place + 1..];
    }
    text.extend(rest);
}

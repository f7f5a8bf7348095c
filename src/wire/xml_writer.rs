use crate::domain::AnswerCharset;

use super::charset::encode;
use super::object::{Object, Value};

/// Writes an answer as XML in the given character set, children in the order of the real application.
#[must_use]
pub fn write_xml(header: &Object, body: &Object, charset: AnswerCharset) -> Vec<u8> {
    let label = match charset {
        AnswerCharset::Utf8 => "UTF-8",
        AnswerCharset::ShiftJis => "Shift_JIS",
    };
    let mut text = String::with_capacity(2048);
    text.push_str("<?xml version=\"1.0\" encoding=\"");
    text.push_str(label);
    text.push_str("\" standalone=\"no\"?>\n");
    text.push_str("<XmlMsg>");
    element(&mut text, "MessageHeader", |text| members(text, header));
    element(&mut text, "MessageBody", |text| members(text, body));
    text.push_str("</XmlMsg>\n");
    encode(&text, charset)
}

fn members(text: &mut String, object: &Object) {
    for (name, value) in object.in_xml_order() {
        element(text, name, |text| match value {
            Value::Text(content) => escape(text, content),
            Value::Object(inner) => members(text, inner),
            Value::List(item, entries) => {
                for entry in entries {
                    element(text, item, |text| members(text, entry));
                }
            }
        });
    }
}

fn element(text: &mut String, name: &str, content: impl FnOnce(&mut String)) {
    text.push('<');
    text.push_str(name);
    text.push('>');
    content(text);
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

fn escape(text: &mut String, content: &str) {
    for c in content.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            other => text.push(other),
        }
    }
}

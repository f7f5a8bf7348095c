//! Writes answers as JSON.

use super::object::{Object, Value};

/// Writes an answer as JSON, members in specification order.
#[must_use]
pub fn write_json(header: &Object, body: &Object) -> Vec<u8> {
    let mut out = up_to_body(header);
    object(&mut out, body);
    out.extend(b"}}");
    out
}

fn up_to_body(header: &Object) -> Vec<u8> {
    let mut out = Vec::with_capacity(2048);
    out.extend(b"{\"XmlMsg\":{\"MessageHeader\":");
    object(&mut out, header);
    out.extend(b",\"MessageBody\":");
    out
}

/// Returns the bytes before and after the objects of a body that is written separately and holds one array under `name`.
pub(super) fn frame(header: &Object, name: &str) -> (Vec<u8>, Vec<u8>) {
    let mut before = up_to_body(header);
    before.push(b'{');
    string(&mut before, name);
    before.extend(b":[");
    (before, b"]}}}".to_vec())
}

/// Appends objects of an array to those in `out`.
pub(super) fn repeated(out: &mut Vec<u8>, entries: &[Object]) {
    for entry in entries {
        if !out.is_empty() {
            out.push(b',');
        }
        object(out, entry);
    }
}

fn object(out: &mut Vec<u8>, object: &Object) {
    out.push(b'{');
    for (place, (name, value)) in object.in_spec_order().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        key(out, name);
        match value {
            Value::Text(text) => string(out, text),
            Value::Object(inner) => self::object(out, inner),
            Value::List(item, entries) | Value::Lists(item, entries) => list(out, item, entries),
            Value::Repeated(entries) => {
                let mut array = Vec::new();
                repeated(&mut array, entries);
                out.push(b'[');
                out.extend(array);
                out.push(b']');
            }
        }
    }
    out.push(b'}');
}

fn list(out: &mut Vec<u8>, item: &'static str, entries: &[Object]) {
    out.push(b'[');
    for (place, entry) in entries.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.push(b'{');
        key(out, item);
        object(out, entry);
        out.push(b'}');
    }
    out.push(b']');
}

/// Writes the name of a member unescaped: names are letters and digits.
fn key(out: &mut Vec<u8>, name: &'static str) {
    out.push(b'"');
    out.extend(name.as_bytes());
    out.extend(b"\":");
}

fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing a string to memory cannot fail");
}

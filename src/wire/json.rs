use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::element::{BODY, Bounds, Each, Element};
use super::fault::{Fault, ValueFault};
use super::object::{Object, Value};

/// Reads `{"XmlMsg": {…}}`. Every value is a string, an object or an array of objects; a repeated key is kept, so that it
/// can be refused as a duplicate.
///
/// # Errors
/// See [`Fault`].
pub fn parse_json(body: &[u8], bounds: Bounds) -> Result<Element<'_>, Fault> {
    read(body, bounds, None)
}

/// Reads a message of which the body may be long: what stands directly in it goes to `each`, object by object, and is not kept.
/// `bounds` hold for each of them.
///
/// # Errors
/// See [`Fault`]; a fault of `each` ends the reading.
pub fn parse_json_each<'t>(body: &'t [u8], bounds: Bounds, each: &mut Each<'_>) -> Result<Element<'t>, Fault> {
    read(body, bounds, Some(each))
}

fn read<'t>(body: &'t [u8], bounds: Bounds, each: Option<&mut Each<'_>>) -> Result<Element<'t>, Fault> {
    if body.is_empty() {
        return Err(Fault::Empty);
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| Fault::Charset)?;
    let mut state = State { left: bounds.elements, bounds, fault: None, each };
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut whole = Vec::new();
    let (name, place) = (Cow::Borrowed(""), Place::Message);
    let seed = Content { state: &mut state, depth_left: bounds.depth, place, name, into: &mut whole };
    let parsed = seed.deserialize(&mut reader).and_then(|()| reader.end());
    parsed.map_err(|_| state.fault.unwrap_or(Fault::Malformed))?;
    match (whole.len(), whole.pop()) {
        (1, Some(Element { text, mut children, .. })) if text.is_empty() && children.len() == 1 => {
            children.pop().ok_or(Fault::Malformed)
        }
        _ => Err(Fault::Malformed),
    }
}

struct State<'a, 'b> {
    left: usize,
    bounds: Bounds,
    fault: Option<Fault>,
    each: Option<&'a mut Each<'b>>,
}

impl State<'_, '_> {
    fn refuse<E: Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom("refused")
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    /// The whole text.
    Message,
    /// `XmlMsg`.
    Root,
    /// `MessageBody`.
    Body,
    /// Directly in the body.
    InBody,
    /// Anywhere else.
    Elsewhere,
}

impl Place {
    fn of_member(self, key: &str) -> Self {
        match self {
            Self::Message => Self::Root,
            Self::Root if key == BODY => Self::Body,
            Self::Body => Self::InBody,
            _ => Self::Elsewhere,
        }
    }

    fn of_entry(self) -> Self {
        match self {
            Self::InBody => Self::InBody,
            _ => Self::Elsewhere,
        }
    }
}

/// Reads one JSON value into elements of one name: one for a string or an object, one an entry for an array.
struct Content<'s, 'a, 'b, 't> {
    state: &'s mut State<'a, 'b>,
    depth_left: usize,
    place: Place,
    name: Cow<'t, str>,
    into: &'s mut Vec<Element<'t>>,
}

impl<'t> Content<'_, '_, '_, 't> {
    /// Hands the element on where somebody takes it, and keeps it otherwise.
    fn put<E: Error>(self, text: Cow<'t, str>, children: Vec<Element<'t>>) -> Result<(), E> {
        if matches!(self.place, Place::Message) {
            self.into.push(Element { name: self.name, text, children });
            return Ok(());
        }
        if self.state.left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        self.state.left -= 1;
        let element = Element { name: self.name, text, children };
        match (self.place, &mut self.state.each) {
            (Place::InBody, Some(each)) => {
                self.state.left = self.state.bounds.elements;
                each(element).map_err(|fault| self.state.refuse(fault))
            }
            _ => {
                self.into.push(element);
                Ok(())
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Content<'_, '_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Content<'_, '_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, an object, or an array of objects")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.put(text.into(), Vec::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put(text.to_owned().into(), Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth_left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        let mut children = Vec::new();
        while let Some(name) = map.next_key_seed(Key)? {
            let place = self.place.of_member(&name);
            let depth_left = self.depth_left - 1;
            map.next_value_seed(Content { state: &mut *self.state, depth_left, place, name, into: &mut children })?;
        }
        self.put("".into(), children)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.depth_left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        let (depth_left, place) = (self.depth_left - 1, self.place.of_entry());
        loop {
            let name = self.name.clone();
            let seed = Content { state: &mut *self.state, depth_left, place, name, into: &mut *self.into };
            if entries.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(self.state.refuse(NO_STRING))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(self.state.refuse(NO_STRING))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(self.state.refuse(NO_STRING))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(self.state.refuse(NO_STRING))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.state.refuse(NO_STRING))
    }
}

/// Reads a member's name, which is borrowed where it stands in the text as it is.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(name.into())
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(name.to_owned().into())
    }
}

const NO_STRING: Fault = Fault::Value { element: "JSON", reason: ValueFault::Kind };

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

/// What stands before and after the objects of a body that holds an array of `name` and is written by itself.
pub(super) fn frame(header: &Object, name: &str) -> (Vec<u8>, Vec<u8>) {
    let mut before = up_to_body(header);
    before.push(b'{');
    string(&mut before, name);
    before.extend(b":[");
    (before, b"]}}}".to_vec())
}

/// Objects of an array, behind others that are there already.
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

/// Names of members are letters and digits.
fn key(out: &mut Vec<u8>, name: &'static str) {
    out.push(b'"');
    out.extend(name.as_bytes());
    out.extend(b"\":");
}

fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing a string to memory cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Element<'_>, Fault> {
        parse_json(text.as_bytes(), Bounds::SINGLE)
    }

    #[test]
    fn objects_and_arrays_become_elements() {
        let root = parse(r#"{"XmlMsg":{"A":"1","L":[{"B":"2"},{"B":"3"}]}}"#).unwrap();
        let names: Vec<_> = root.children.iter().map(|c| &*c.name).collect();
        assert_eq!((&*root.name, names), ("XmlMsg", vec!["A", "L", "L"]));
        assert_eq!(root.children[2].children[0].text, "3");
    }

    #[test]
    fn escapes_in_names_and_texts_are_read() {
        let root = parse(r#"{"XmlMsg":{"\u0041":"\u5c71","L":[{"B":"\"2\""}]}}"#).unwrap();
        assert_eq!((&*root.children[0].name, &*root.children[0].text), ("A", "山"));
        assert_eq!(root.children[1].children[0].text, "\"2\"");
    }

    #[test]
    fn repeated_keys_are_kept_for_refusal() {
        assert_eq!(parse(r#"{"XmlMsg":{"A":"1","A":"2"}}"#).unwrap().children.len(), 2);
    }

    #[test]
    fn what_is_refused() {
        for (text, fault) in [
            ("", Fault::Empty),
            ("{", Fault::Malformed),
            ("[]", Fault::Malformed),
            ("\"x\"", Fault::Malformed),
            ("{}", Fault::Malformed),
            (r#"{"XmlMsg":{}} x"#, Fault::Malformed),
            (r#"{"XmlMsg":{},"Other":{}}"#, Fault::Malformed),
            (r#"{"XmlMsg":{"A":1}}"#, NO_STRING),
            (r#"{"XmlMsg":{"A":null}}"#, NO_STRING),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
        assert_eq!(parse_json(b"{\"XmlMsg\":\"\x8e\"}", Bounds::SINGLE), Err(Fault::Charset));
    }

    #[test]
    fn a_body_comes_object_by_object() {
        let people = r#"{"A":"1","B":"2"},"#.repeat(1000);
        let text = format!(r#"{{"XmlMsg":{{"MessageHeader":{{"H":"1"}},"MessageBody":{{"P":[{}{{"A":"9"}}]}}}}}}"#, people);
        let bounds = Bounds { depth: 5, elements: 8 };
        let mut seen = 0;
        let root = parse_json_each(text.as_bytes(), bounds, &mut |person| {
            assert_eq!(person.name, "P");
            seen += 1;
            Ok(())
        });
        let root = root.unwrap();
        assert_eq!((seen, root.children.len(), root.children[1].children.len()), (1001, 2, 0));
        let stopped = parse_json_each(text.as_bytes(), bounds, &mut |_| Err(Fault::TooLarge));
        assert_eq!(stopped, Err(Fault::TooLarge));
        let one = br#"{"XmlMsg":{"MessageBody":{"P":{"A":"1"}}}}"#;
        let mut names = Vec::new();
        parse_json_each(one, bounds, &mut |person| {
            names.push(person.name.into_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(names, ["P"]);
    }

    #[test]
    fn size_is_bounded() {
        assert_eq!(parse(&r#"{"a":"#.repeat(100)), Err(Fault::TooLarge));
        assert_eq!(parse(&format!(r#"{{"a":{}"#, "[".repeat(100))), Err(Fault::TooLarge));
        let wide = format!(r#"{{"XmlMsg":{{{}"b":"1"}}}}"#, r#""a":"1","#.repeat(1000));
        assert_eq!(parse(&wide), Err(Fault::TooLarge));
        let entries = format!(r#"{{"XmlMsg":{{"a":[{}{{}}]}}}}"#, "{},".repeat(1000));
        assert_eq!(parse(&entries), Err(Fault::TooLarge));
    }
}

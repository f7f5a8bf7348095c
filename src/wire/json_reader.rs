//! Messages in JSON read into elements.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::Read;

use super::element::{BODY, Bounds, Each, Element};
use super::fault::{Fault, FieldName, NotText, Tail, ValueFault};

/// The one member of a message.
const ROOT: &str = "XmlMsg";

/// Reads `{"XmlMsg": {…}}`. Every value should be a string, an object or an array of objects. Other values and repeated keys are
/// kept, so that the reader of the message can refuse them by name.
///
/// # Errors
/// See [`Fault`].
pub fn parse_json(body: &[u8], bounds: Bounds) -> Result<Element<'_>, Fault> {
    read(body, bounds, None)
}

/// Reads a message with a body that may be long: each object directly in the body goes to `each` and is not kept. `bounds` hold
/// for each object.
///
/// # Errors
/// See [`Fault`]; a fault returned by `each` ends the reading.
pub fn parse_json_each<'t>(body: &'t [u8], bounds: Bounds, each: &mut Each<'_>) -> Result<Element<'t>, Fault> {
    read(body, bounds, Some(each))
}

fn read<'t>(body: &'t [u8], bounds: Bounds, each: Option<&mut Each<'_>>) -> Result<Element<'t>, Fault> {
    let mut members = parse_object(body, bounds, each)?.children;
    if members.len() > 1 {
        return Err(match members.iter().find(|member| member.name != ROOT) {
            Some(other) => Fault::Unknown(FieldName::of(&other.name)),
            None if members[0].listed => Fault::Value { element: ROOT, reason: ValueFault::NotElements },
            None => Fault::Duplicate(FieldName::of(ROOT)),
        });
    }
    members.pop().ok_or(Fault::Missing(ROOT))
}

/// Reads a body that is one object into an element without a name.
///
/// # Errors
/// See [`Fault`].
pub fn parse_object<'t>(body: &'t [u8], bounds: Bounds, each: Option<&mut Each<'_>>) -> Result<Element<'t>, Fault> {
    if body.is_empty() {
        return Err(Fault::Empty);
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| Fault::Charset)?;
    let mut state = State { left: bounds.elements, bounds, fault: None, each };
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut whole = Vec::new();
    let (name, place) = (Cow::Borrowed(""), Position::Message);
    let seed = Content { state: &mut state, depth_left: bounds.depth, place, name, listed: false, into: &mut whole };
    seed.deserialize(&mut reader).map_err(|_| state.fault.unwrap_or(Fault::Malformed))?;
    if let Some(tail) = after_end(reader, body) {
        return Err(Fault::AfterEnd(tail));
    }
    match whole.pop() {
        Some(object) if object.not_text == Some(NotText::Elements) && !object.listed => Ok(object),
        _ => Err(Fault::Malformed),
    }
}

/// Classifies what follows the value that `reader` has read from `body`; None if it is only blanks and line ends.
pub fn after_end<'t>(mut reader: serde_json::Deserializer<impl Read<'t>>, body: &[u8]) -> Option<Tail> {
    reader.end().err()?;
    let rest = body.get(reader.into_iter::<IgnoredAny>().byte_offset()..).unwrap_or_default();
    Some(Tail::of(&String::from_utf8_lossy(rest)).unwrap_or(Tail::Other))
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

/// The place of a value in the message.
#[derive(Clone, Copy)]
enum Position {
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

impl Position {
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

/// Reads one JSON value into elements of one name: one element for each entry of a non-empty array, one element otherwise.
struct Content<'s, 'a, 'b, 't> {
    state: &'s mut State<'a, 'b>,
    depth_left: usize,
    place: Position,
    name: Cow<'t, str>,
    listed: bool,
    into: &'s mut Vec<Element<'t>>,
}

impl<'t> Content<'_, '_, '_, 't> {
    /// Passes the element to `each` if it stands directly in the body and `each` is set; keeps it otherwise.
    fn put<E: Error>(self, text: Cow<'t, str>, children: Vec<Element<'t>>, not_text: Option<NotText>) -> Result<(), E> {
        let element = Element { name: self.name, text, children, not_text, listed: self.listed };
        if matches!(self.place, Position::Message) {
            self.into.push(element);
            return Ok(());
        }
        if self.state.left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        self.state.left -= 1;
        match (self.place, &mut self.state.each) {
            (Position::InBody, Some(each)) => {
                self.state.left = self.state.bounds.elements;
                each(element).map_err(|fault| self.state.refuse(fault))
            }
            _ => {
                self.into.push(element);
                Ok(())
            }
        }
    }

    fn put_other<E: Error>(self, found: NotText) -> Result<(), E> {
        self.put("".into(), Vec::new(), Some(found))
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
        self.put(text.into(), Vec::new(), None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put(text.to_owned().into(), Vec::new(), None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth_left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        let mut children = Vec::new();
        while let Some(name) = map.next_key_seed(Key)? {
            let place = self.place.of_member(&name);
            let depth_left = self.depth_left - 1;
            let (state, into, listed) = (&mut *self.state, &mut children, false);
            map.next_value_seed(Content { state, depth_left, place, name, listed, into })?;
        }
        self.put("".into(), children, Some(NotText::Elements))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.depth_left == 0 {
            return Err(self.state.refuse(Fault::TooLarge));
        }
        let (depth_left, place) = (self.depth_left - 1, self.place.of_entry());
        // The content of an array inside an array is read only to check its bounds.
        let mut beneath = Vec::new();
        let mut seen = false;
        loop {
            let (name, listed) = (self.name.clone(), true);
            let seed = match self.listed {
                false => Content { state: &mut *self.state, depth_left, place, name, listed, into: &mut *self.into },
                true => {
                    let place = Position::Elsewhere;
                    Content { state: &mut *self.state, depth_left, place, name, listed, into: &mut beneath }
                }
            };
            if entries.next_element_seed(seed)?.is_none() {
                break;
            }
            seen = true;
        }
        match self.place {
            _ if self.listed => self.put_other(NotText::Array),
            // An empty array makes no element; the reader of a file refuses a file without people.
            Position::InBody => Ok(()),
            _ if seen => Ok(()),
            _ => self.put_other(NotText::Array),
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.put_other(NotText::Boolean)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.put_other(NotText::Number)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.put_other(NotText::Number)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.put_other(NotText::Number)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put_other(NotText::Null)
    }
}

/// Reads a member's name, borrowed from the text unless it contains escapes.
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

#[cfg(test)]
mod tests;

//! The tree of objects out of which answers of both formats are written.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::java_order::java_order;

/// The members of one kind of object, in specification order.
pub struct Shape {
    keys: &'static [&'static str],
    xml_order: LazyLock<Vec<usize>>,
}

/// Makes a [`Shape`] from member names in specification order.
macro_rules! shape {
    ($($key:literal),* $(,)?) => {
        $crate::wire::object::Shape::new(
            &[$($key),*],
            std::sync::LazyLock::new(|| $crate::wire::java_order::java_order(&[$($key),*])),
        )
    };
}
pub(super) use shape;

impl Shape {
    pub(super) const fn new(keys: &'static [&'static str], xml_order: LazyLock<Vec<usize>>) -> Self {
        Self { keys, xml_order }
    }

    /// Returns the member names in the order of JSON.
    #[must_use]
    pub fn keys(&self) -> &'static [&'static str] {
        self.keys
    }

    /// Returns the member names in the order of the real XML.
    pub fn xml_keys(&self) -> impl Iterator<Item = &'static str> {
        debug_assert_eq!(*self.xml_order, java_order(self.keys));
        self.xml_order.iter().map(|&place| self.keys[place])
    }
}

/// The value of a member; texts are borrowed from the record if possible.
#[derive(Clone)]
pub enum Value<'a> {
    /// Text; a JSON string too, whatever it means.
    Text(Cow<'a, str>),
    /// One group of members.
    Object(Object<'a>),
    /// Groups of one name: in XML one wrapping element that holds them all, in JSON an array of objects with one key each.
    List(&'static str, Vec<Object<'a>>),
    /// Like `List` in JSON; in XML a wrapping element for each group.
    Lists(&'static str, Vec<Object<'a>>),
    /// Groups side by side: in XML the member's element is repeated, in JSON they form one array of objects.
    Repeated(Vec<Object<'a>>),
}

/// A group of members of an answer. An absent member is left out of both formats.
#[derive(Clone)]
pub struct Object<'a> {
    shape: &'static Shape,
    values: Vec<Option<Value<'a>>>,
    /// The place after the member that was set last: members are mostly set in the order of the shape.
    next: usize,
}

impl<'a> Object<'a> {
    /// Makes an object with every member absent.
    #[must_use]
    pub fn new(shape: &'static Shape) -> Self {
        Self { shape, values: vec![None; shape.keys.len()], next: 0 }
    }

    /// Sets a member to a text.
    #[must_use]
    pub fn text(self, key: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
        self.set(key, Value::Text(text.into()))
    }

    /// Sets a member to a text; None leaves it absent.
    #[must_use]
    pub fn text_if(self, key: &'static str, text: Option<impl Into<Cow<'a, str>>>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    /// Sets a member.
    ///
    /// # Panics
    /// If the shape has no such member; names are literals, so every message meets this in its first test.
    #[must_use]
    pub fn set(mut self, key: &'static str, value: Value<'a>) -> Self {
        let keys = self.shape.keys;
        let ahead = keys[self.next..].iter().position(|known| *known == key).map(|steps| self.next + steps);
        let place = ahead.or_else(|| keys.iter().position(|known| *known == key)).expect("a member of the shape");
        self.values[place] = Some(value);
        self.next = place + 1;
        self
    }

    /// Returns the present members in specification order.
    pub fn in_spec_order(&self) -> impl Iterator<Item = (&'static str, &Value<'a>)> {
        self.shape.keys.iter().zip(&self.values).filter_map(|(key, value)| Some((*key, value.as_ref()?)))
    }

    /// Returns the present members in the order of the real XML.
    pub fn in_xml_order(&self) -> impl Iterator<Item = (&'static str, &Value<'a>)> {
        self.shape.xml_order.iter().filter_map(|&place| Some((self.shape.keys[place], self.values[place].as_ref()?)))
    }
}

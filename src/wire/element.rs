//! The tree of elements into which messages of both formats are read.

use std::borrow::Cow;

use super::fault::{Fault, FieldName, NotText, ValueFault};

/// The element of a message that holds its content; the header stands beside it.
pub(super) const BODY: &str = "MessageBody";

/// Takes the elements of a long body one by one.
pub type Each<'a> = dyn FnMut(Element<'_>) -> Result<(), Fault> + 'a;

/// The largest request that is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Levels of elements, the root being the first.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
}

impl Bounds {
    /// Bounds of any request about one person.
    pub const SINGLE: Self = Self { depth: 8, elements: 64 };

    /// Bounds of any answer about one person.
    pub const ANSWER: Self = Self { depth: 12, elements: 1024 };
}

/// One element of a request in either format: text, or children. A child that is repeated in the request is repeated here. Names
/// and texts are borrowed from the request unless they contain escapes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Element<'a> {
    /// Its name as written.
    pub name: Cow<'a, str>,
    /// Its text; if it has children, only blanks in a valid message.
    pub text: Cow<'a, str>,
    /// The elements in it, in order.
    pub children: Vec<Self>,
    /// The kind of JSON value if it is not a string; None in XML.
    pub(super) not_text: Option<NotText>,
    /// Whether it is an entry of a JSON array.
    pub(super) listed: bool,
}

/// Returns a text without the blanks around it: U+0020, U+3000, tabs and line ends. This is the one rule for all elements: values
/// are read so, and an element that holds only blanks counts as absent. An answer repeats the text with its blanks.
pub(super) fn without_blanks(text: &str) -> &str {
    match text.as_bytes() {
        // The fast path for nearly every text of a file: three times as fast as trimming, because nothing is decoded.
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches([' ', '\u{3000}', '\t', '\r', '\n']),
    }
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Element({} children, content withheld)", self.children.len())
    }
}

impl Element<'_> {
    /// Returns a copy that borrows nothing from the request.
    #[must_use]
    pub fn into_owned(self) -> Element<'static> {
        Element {
            name: self.name.into_owned().into(),
            text: self.text.into_owned().into(),
            children: self.children.into_iter().map(Self::into_owned).collect(),
            not_text: self.not_text,
            listed: self.listed,
        }
    }

    /// Opens the element as a group with the given members, each at most once.
    ///
    /// # Errors
    /// If the element holds text, an element that is not in `members`, or a member twice; or if it is an array or another JSON
    /// value.
    pub(super) fn group<'a>(&'a self, name: &'static str, members: &[&'static str]) -> Result<Group<'a>, Fault> {
        if self.listed || !self.holds_elements() {
            return Err(Fault::Value { element: name, reason: ValueFault::NotElements });
        }
        for (place, child) in self.children.iter().enumerate() {
            if !members.contains(&&*child.name) {
                return Err(Fault::Unknown(FieldName::of(&child.name)));
            }
            // Repeated entries of an array are not duplicates; an array in the wrong place is found when the member is read.
            if !child.listed && self.children[..place].iter().any(|earlier| earlier.name == child.name) {
                return Err(Fault::Duplicate(FieldName::of(&child.name)));
            }
        }
        Ok(Group { children: &self.children })
    }

    /// Whether the element holds nothing but elements; it may be empty.
    pub(super) fn holds_elements(&self) -> bool {
        matches!(self.not_text, None | Some(NotText::Elements)) && without_blanks(&self.text).is_empty()
    }

    /// Returns what the element holds instead of text; None if it holds text.
    pub(super) fn not_text(&self) -> Option<NotText> {
        match self.not_text {
            _ if self.listed => Some(NotText::Array),
            None if !self.children.is_empty() => Some(NotText::Elements),
            not_text => not_text,
        }
    }
}

/// A group of texts under names.
pub(super) trait Texts {
    /// Returns the text of a member as sent, with the blanks around it; None if it is absent, empty or blank.
    fn as_it_came(&self, name: &'static str) -> Result<Option<&str>, Fault>;

    /// Returns the text of a member without the blanks around it; None if it is absent, empty or blank.
    fn text(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        Ok(self.as_it_came(name)?.map(without_blanks))
    }

    /// Returns the text of a mandatory member, or [`Fault::Missing`].
    fn required(&self, name: &'static str) -> Result<&str, Fault> {
        self.text(name)?.ok_or(Fault::Missing(name))
    }
}

/// The members of an element, checked to be allowed and not repeated.
pub(super) struct Group<'a> {
    children: &'a [Element<'a>],
}

impl Texts for Group<'_> {
    fn as_it_came(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        let Some(child) = self.find(name) else { return Ok(None) };
        if let Some(found) = child.not_text() {
            return Err(Fault::Value { element: name, reason: ValueFault::NotText(found) });
        }
        Ok(Some(&*child.text).filter(|text| !without_blanks(text).is_empty()))
    }
}

impl<'a> Group<'a> {
    fn find(&self, name: &str) -> Option<&'a Element<'a>> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns a mandatory member that is a group itself.
    pub(super) fn element(&self, name: &'static str) -> Result<&'a Element<'a>, Fault> {
        self.find(name).ok_or(Fault::Missing(name))
    }
}

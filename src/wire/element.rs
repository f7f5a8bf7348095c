use std::borrow::Cow;

use super::fault::{Fault, FieldName, NotText, ValueFault};

/// The element that holds what a message is about, beside its header.
pub(super) const BODY: &str = "MessageBody";

/// Takes the elements of a long body one by one.
pub type Each<'a> = dyn FnMut(Element<'_>) -> Result<(), Fault> + 'a;

/// How much a request may hold before it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Levels of elements, the root being the first.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
}

impl Bounds {
    /// Enough for any message about one person.
    pub const SINGLE: Self = Self { depth: 8, elements: 64 };

    /// Enough for any answer about one person.
    pub const ANSWER: Self = Self { depth: 12, elements: 1024 };
}

/// One element of a request in either format: text, or children. A repeated child stands here as often as it came. Names and texts are
/// borrowed from the request where they stand in it as they are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Element<'a> {
    /// Its name as written.
    pub name: Cow<'a, str>,
    /// Its text; blank around children.
    pub text: Cow<'a, str>,
    /// The elements in it, in order.
    pub children: Vec<Self>,
    /// What it is in JSON if no string; none in XML.
    pub(super) not_text: Option<NotText>,
    /// Whether it is an entry of a JSON array.
    pub(super) listed: bool,
}

/// What counts of a text that stands in an element: the blanks around it do not, of either width (U+0020, U+3000), nor tabs and line
/// ends. The one rule for all elements: values are read so, and an element with nothing else in it is as good as absent. What an
/// answer repeats, it repeats as it came.
pub(super) fn without_blanks(text: &str) -> &str {
    match text.as_bytes() {
        // Nearly every text of a file, and three times as fast: there is nothing to decode.
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
    /// The same, not borrowed any more.
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

    /// Opens the element as a group with the given members, each of which may stand once at most.
    ///
    /// # Errors
    /// When it holds text, another element than the `members`, or one of them twice; or is an array or another JSON value.
    pub(super) fn group<'a>(&'a self, name: &'static str, members: &[&'static str]) -> Result<Group<'a>, Fault> {
        if self.listed || !self.holds_elements() {
            return Err(Fault::Value { element: name, reason: ValueFault::NotElements });
        }
        for (place, child) in self.children.iter().enumerate() {
            if !members.contains(&&*child.name) {
                return Err(Fault::Unknown(FieldName::of(&child.name)));
            }
            // Entries of an array are none too many, but in the wrong place, which is found when the member is read.
            if !child.listed && self.children[..place].iter().any(|earlier| earlier.name == child.name) {
                return Err(Fault::Duplicate(FieldName::of(&child.name)));
            }
        }
        Ok(Group { children: &self.children })
    }

    /// Whether there is nothing in it but elements, if any.
    pub(super) fn holds_elements(&self) -> bool {
        matches!(self.not_text, None | Some(NotText::Elements)) && without_blanks(&self.text).is_empty()
    }

    /// What stands in it where text belongs, if not that.
    pub(super) fn not_text(&self) -> Option<NotText> {
        match self.not_text {
            _ if self.listed => Some(NotText::Array),
            None if !self.children.is_empty() => Some(NotText::Elements),
            not_text => not_text,
        }
    }
}

/// Something with texts under names.
pub(super) trait Texts {
    /// The text of a member as it came, blanks around it included; an absent, empty or blank one is `None`.
    fn as_it_came(&self, name: &'static str) -> Result<Option<&str>, Fault>;

    /// The text of a member without blanks around it; an absent, empty or blank one is `None`.
    fn text(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        Ok(self.as_it_came(name)?.map(without_blanks))
    }

    /// The text of a mandatory member.
    fn required(&self, name: &'static str) -> Result<&str, Fault> {
        self.text(name)?.ok_or(Fault::Missing(name))
    }
}

/// The members of an element, known to be allowed and single.
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

    /// A mandatory member that is a group itself.
    pub(super) fn element(&self, name: &'static str) -> Result<&'a Element<'a>, Fault> {
        self.find(name).ok_or(Fault::Missing(name))
    }
}

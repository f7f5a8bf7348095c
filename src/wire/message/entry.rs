//! One person of a file as sent: the texts that the result repeats, and the refusal, if any.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::BatchKind;
use crate::wire::element::{Element, Texts, without_blanks};
use crate::wire::fault::{Fault, FieldName, NotText, ValueFault};
use crate::wire::object::{Object, Shape};

use super::by_card::{self, SEARCH_INFO, SearchInfo};
use super::reference_number::{self, NumberRegistration, REGISTRATION_INFO};
use super::refused::Refusal;

/// The element of one person in a file, and its members.
pub(super) struct EntryForm {
    pub element: &'static str,
    pub shape: &'static Shape,
}

/// Returns the form of a file's people; None for kinds of file that name no people, because the national side finds them.
pub(super) fn form(kind: BatchKind) -> Option<EntryForm> {
    match kind {
        BatchKind::Qualification => Some(EntryForm { element: "QualificationConfirmSearchInfo", shape: &SEARCH_INFO }),
        BatchKind::ReferenceNumbers => {
            Some(EntryForm { element: "ReferenceNumberRegistrationInfo", shape: &REGISTRATION_INFO })
        }
        BatchKind::Visit | BatchKind::Online | BatchKind::MedicalAid => None,
    }
}

/// One person of a file: texts in the order of the form, and code and message of the refusal if the person cannot be asked about.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry<'a>(#[serde(borrow)] Vec<Option<Text<'a>>>, Option<(String, String)>);

/// One of the texts, borrowed from the input unless it contains escapes. It has a type of its own because serde does not borrow a
/// text inside a list.
#[derive(Clone, Serialize, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Entry<'a> {
    /// Reads one person. A fault concerns this person only.
    pub(super) fn read(form: &EntryForm, element: Element<'a>) -> (Self, Result<(), Fault>) {
        let keys = form.shape.keys();
        let mut texts = vec![None; keys.len()];
        let mut fault = None;
        let mut blame = |found: Fault| {
            fault.get_or_insert(found);
        };
        if !element.holds_elements() {
            blame(Fault::Value { element: form.element, reason: ValueFault::NotElements });
        }
        let mut seen = vec![false; keys.len()];
        for child in element.children {
            match keys.iter().position(|key| *key == child.name) {
                None => blame(Fault::Unknown(FieldName::of(&child.name))),
                Some(place) if child.not_text() == Some(NotText::Array) => {
                    blame(Fault::Value { element: keys[place], reason: ValueFault::NotText(NotText::Array) });
                }
                Some(place) if seen[place] => blame(Fault::Duplicate(FieldName::of(&child.name))),
                Some(place) => {
                    seen[place] = true;
                    if let Some(found) = child.not_text() {
                        blame(Fault::Value { element: keys[place], reason: ValueFault::NotText(found) });
                    } else if is_unwritable(&child.text) {
                        blame(Fault::Value { element: keys[place], reason: ValueFault::Control });
                    } else if !without_blanks(&child.text).is_empty() {
                        texts[place] = Some(Text(child.text));
                    }
                }
            }
        }
        (Self(texts, None), fault.map_or(Ok(()), Err))
    }

    /// Records why the person cannot be asked about.
    pub fn refuse(&mut self, refusal: &Refusal) {
        self.1 = Some((refusal.code.to_owned(), refusal.message.clone()));
    }

    /// Returns why the person cannot be asked about: code and message.
    #[must_use]
    pub fn refusal(&self) -> Option<(&str, &str)> {
        self.1.as_ref().map(|(code, message)| (code.as_str(), message.as_str()))
    }

    /// Returns the question about the person.
    ///
    /// # Errors
    /// If a text is invalid, which was already found when the file was read.
    pub fn asked(&self) -> Result<SearchInfo, Fault> {
        by_card::asked(&Named { keys: SEARCH_INFO.keys(), texts: &self.0 })
    }

    /// Returns the registration for the person.
    ///
    /// # Errors
    /// If a text is invalid, which was already found when the file was read.
    pub fn registration(&self) -> Result<NumberRegistration, Fault> {
        reference_number::registration(&Named { keys: REGISTRATION_INFO.keys(), texts: &self.0 })
    }

    /// Returns the texts as sent.
    pub(super) fn echo(&self, form: &EntryForm) -> Object<'_> {
        let mut object = Object::new(form.shape);
        for (key, text) in form.shape.keys().iter().zip(&self.0) {
            object = object.text_if(key, text.as_ref().map(|text| &*text.0));
        }
        object
    }
}

/// Returns whether the text holds a character that XML cannot carry, so that no answer can repeat it.
fn is_unwritable(text: &str) -> bool {
    let unwritable = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}') || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    !text.bytes().all(|b| b.is_ascii_graphic()) && text.chars().any(unwritable)
}

/// Texts under the names of a form.
struct Named<'a> {
    keys: &'static [&'static str],
    texts: &'a [Option<Text<'a>>],
}

impl Texts for Named<'_> {
    fn as_it_came(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        let place = self.keys.iter().position(|key| *key == name);
        Ok(place.and_then(|place| self.texts.get(place)?.as_ref()).map(|text| &*text.0))
    }
}

/// Packs the people of a file into slices that are processed one by one.
pub struct Packer {
    most: usize,
    whole: Vec<Packed>,
    open: Packed,
}

/// A slice of a file.
#[derive(Clone, Default)]
pub struct Packed {
    /// The number of people in it.
    pub persons: usize,
    /// The people, encoded; [`Packed::unpack`] decodes them.
    pub entries: Vec<u8>,
}

impl Packer {
    /// Makes a packer with up to `most` people to a slice.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, whole: Vec::new(), open: Packed::default() }
    }

    /// Adds the next person of the file.
    pub fn push(&mut self, entry: &Entry<'_>) {
        self.open.entries.push(if self.open.persons == 0 { b'[' } else { b',' });
        serde_json::to_writer(&mut self.open.entries, entry).expect("writing texts to memory cannot fail");
        self.open.persons += 1;
        if self.open.persons == self.most {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut slice = std::mem::take(&mut self.open);
        if slice.persons > 0 {
            slice.entries.push(b']');
            self.whole.push(slice);
        }
    }

    /// Returns every slice, in order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Packed> {
        self.close();
        self.whole
    }
}

impl Packed {
    /// Decodes the people of a slice, in order; None if the bytes are not a slice.
    #[must_use]
    pub fn unpack(entries: &[u8]) -> Option<Vec<Entry<'_>>> {
        serde_json::from_slice(entries).ok()
    }
}

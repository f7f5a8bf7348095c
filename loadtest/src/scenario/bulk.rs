//! Sends a file about many people, and fetches its result.

use shikaku::domain::{AnswerCharset, BatchKind, Format, InstitutionCode};
use shikaku::wire::message::by_card::NewRequest;
use shikaku::wire::message::{MessageKind, bulk_fetch, bulk_register};
use shikaku::wire::{Bounds, Element, Sent};

use super::Message;
use crate::answer::{Difference, text};
use crate::people::Person;

const KIND: BatchKind = BatchKind::Qualification;

/// Bounds of one person of a result.
const PERSON: Bounds = Bounds { depth: 12, elements: 256 };

/// The element of one person in a result.
const UNIT: &str = "BulkConfirmUnit";

/// What comes when a result is asked for.
pub enum Fetched {
    /// 処理中: the result is not there yet.
    InWork,
    /// There will be none, with the code that says why.
    GivenUp(String),
    /// The result: who is wrong first, and how; none if nobody is.
    Result(Option<Wrong>),
    /// No official message.
    Unreadable,
}

/// A person of a result who is not as expected, and every difference.
pub type Wrong = (String, Vec<Difference>);

/// Returns the people of a file: so many, from a place on, who are asked about on the same day. The list is a circle, so that only a file
/// that is larger than it has somebody twice.
#[must_use]
pub fn people(all: &[Person], from: usize, number: usize) -> Vec<&Person> {
    let day = all[from].ask.check_on;
    // The first one is of that day, so that the circle comes to an end.
    all.iter().cycle().skip(from).filter(|person| person.ask.check_on == day).take(number).collect()
}

/// Writes the file, as an institution sends it. Each person's identifier is the place in the file, from 1.
#[must_use]
pub fn upload(format: Format, institution: InstitutionCode, people: &[&Person], number: u64) -> Message {
    let identifier = format!("load-{number}");
    let places: Vec<String> = (1..=people.len()).map(|place| place.to_string()).collect();
    let requests: Vec<NewRequest<'_>> = people
        .iter()
        .zip(&places)
        .map(|(person, place)| NewRequest {
            file_identifier: Some(&identifier),
            identifier: Some(place),
            ..person.ask.request(institution.as_str())
        })
        .collect();
    let body = bulk_register::people_file(&requests, format, AnswerCharset::Utf8);
    Message { path: format!("/oqs/{}", MessageKind::BulkRegister(KIND).id()), format, body }
}

/// Returns the reception number of a file that the server took.
#[must_use]
pub fn reception(format: Format, body: &[u8]) -> Option<String> {
    format.parse_with(body, Bounds::ANSWER, |answer| text(&answer, "ReceptionNumber").map(str::to_owned)).ok()?
}

/// Writes the question for a result.
#[must_use]
pub fn fetch(format: Format, institution: InstitutionCode, reception: &str) -> Message {
    let body = bulk_fetch::request(institution.as_str(), reception, format, AnswerCharset::Utf8);
    Message { path: format!("/oqs/{}", MessageKind::BulkFetch(KIND).id()), format, body }
}

/// Reads what came when a result was asked for, and compares a result with the people of its file. `is_compared` chooses who is compared
/// field by field, by the place from 0. That each has an answer, in the order of the file, is compared of all.
#[must_use]
pub fn fetched(format: Format, body: &[u8], people: &[&Person], is_compared: impl FnMut(usize) -> bool) -> Fetched {
    let mut comparison = Comparison { people, is_compared, found: 0, wrong: None };
    let whole = Sent::new(format, None).parse_each(body, PERSON, &mut |element| {
        comparison.add(&element);
        Ok(())
    });
    let Ok(whole) = whole else { return Fetched::Unreadable };
    match text(&whole, "SegmentOfResult") {
        Some("1") => Fetched::Result(comparison.end()),
        Some("2") => Fetched::InWork,
        Some("9") => Fetched::GivenUp(text(&whole, "ErrorCode").unwrap_or_default().to_owned()),
        _ => Fetched::Unreadable,
    }
}

/// A result that is being compared with the people of its file.
struct Comparison<'a, F> {
    people: &'a [&'a Person],
    is_compared: F,
    /// The units so far.
    found: usize,
    wrong: Option<Wrong>,
}

impl<F: FnMut(usize) -> bool> Comparison<'_, F> {
    fn add(&mut self, unit: &Element<'_>) {
        if unit.name != UNIT {
            return;
        }
        self.found += 1;
        let Some(person) = self.people.get(self.found - 1).filter(|_| self.wrong.is_none()) else { return };
        let (expected, identifier) = (self.found.to_string(), text(unit, "ArbitraryIdentifier"));
        let differences = if identifier != Some(&expected) {
            vec![Difference::of("ArbitraryIdentifier", Some(&expected), identifier)]
        } else if (self.is_compared)(self.found - 1) {
            person.expected.differences_of_unit(unit)
        } else {
            Vec::new()
        };
        if !differences.is_empty() {
            self.wrong = Some((person.id.clone(), differences));
        }
    }

    fn end(self) -> Option<Wrong> {
        let (expected, found) = (self.people.len().to_string(), self.found.to_string());
        let missing = || (String::new(), vec![Difference::of("(people)", Some(&expected), Some(&found))]);
        self.wrong.or_else(|| (expected != found).then(missing))
    }
}

//! Compares answers with what is expected, element by element.

use std::borrow::Cow;
use std::cell::Cell;
use std::slice;

use jiff::Span;
use jiff::civil::DateTime;
use shikaku::domain::Format;
use shikaku::wire::{Bounds, Element};

use super::{CONSENTED, Difference, ELDERLY_RATIO, Expected, RATIO, RECORD, Wanted, text};

/// What an answer of its kind does not hold, whoever is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// About one person.
    Single,
    /// A person of a file: without consents and the parts that need them, but with whether the limit certificate has changed, which
    /// depends on what the institution saw before.
    OfFile,
}

impl Kind {
    fn lacks(self, element: &str) -> bool {
        self == Self::OfFile && element.starts_with(CONSENTED)
    }
}

const CHANGED: &str = "LimitApplicationCertificateChanged";

impl Expected {
    /// Compares an answer field by field; returns every difference, or that it cannot be read.
    #[must_use]
    pub fn differences(&self, format: Format, body: &[u8]) -> Vec<Difference> {
        let found = format.parse_with(body, Bounds::ANSWER, |answer| {
            let mut found = Differences::default();
            found.check("SegmentOfResult", Some("1"), text(&answer, "SegmentOfResult"));
            self.compare(&answer, Kind::Single, &mut found);
            found.0
        });
        found.unwrap_or_else(|_| vec![Difference::unreadable()])
    }

    /// Compares the unit of a person of a file.
    #[must_use]
    pub fn differences_of_unit(&self, unit: &Element<'_>) -> Vec<Difference> {
        let mut found = Differences::default();
        self.compare(unit, Kind::OfFile, &mut found);
        found.0
    }

    fn compare(&self, answer: &Element<'_>, kind: Kind, differences: &mut Differences) {
        let status = if self.validity.is_some() { "1" } else { "2" };
        differences.check("ProcessingResultStatus", Some(status), text(answer, "ProcessingResultStatus"));
        if let Some(code) = &self.code {
            differences.check("ProcessingResultCode", code.as_deref(), text(answer, "ProcessingResultCode"));
        }
        differences.check("QualificationValidity", self.validity.as_deref(), text(answer, "QualificationValidity"));
        let mut records = Vec::new();
        collect(answer, &mut records);
        if self.whole && records.len() != self.records.len() {
            let (expected, found) = (self.records.len().to_string(), records.len().to_string());
            differences.check("(records)", Some(&expected), Some(&found));
        }
        if let Some(shown) = self.shown {
            let found = records.first().and_then(|record| record.text(RATIO).or_else(|| record.text(ELDERLY_RATIO)));
            differences.check(RATIO, shown, found.as_deref());
        }
        let answered_at = text(answer, "ProcessExecutionTime");
        let nothing = Record::default();
        for (place, expected) in self.records.iter().enumerate() {
            let record = records.get(place).unwrap_or(&nothing);
            for (element, wanted) in expected.iter().filter(|(element, _)| !kind.lacks(element)) {
                let later = match wanted {
                    Wanted::DayLater => answered_at.and_then(a_day_later),
                    _ => None,
                };
                let wanted = match wanted {
                    Wanted::Absent => None,
                    Wanted::Text(text) => Some(text.as_str()),
                    Wanted::Answered => answered_at,
                    Wanted::DayLater => later.as_deref(),
                };
                differences.check(element, wanted, record.take(element).as_deref());
            }
            if self.whole {
                let is_known = |leaf: &Leaf<'_>| leaf.taken.get() || (kind == Kind::OfFile && leaf.is(CHANGED));
                let mut more: Vec<String> = record.0.iter().filter(|leaf| !is_known(leaf)).map(Leaf::element).collect();
                more.sort_unstable();
                more.dedup();
                more.iter().for_each(|element| differences.check(element, None, record.text(element).as_deref()));
            }
        }
    }
}

/// The differences found so far.
#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn check(&mut self, element: &str, expected: Option<&str>, found: Option<&str>) {
        if expected != found {
            self.0.push(Difference::of(element, expected, found));
        }
    }
}

impl Difference {
    pub(crate) fn of(element: &str, expected: Option<&str>, found: Option<&str>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self { element: element.to_owned(), expected: owned(expected), found: owned(found) }
    }

    /// Says that an answer is no official message.
    pub(crate) fn unreadable() -> Self {
        Self::of("(body)", Some("an official message"), None)
    }
}

/// Returns the same time on the next day, in the form of the messages.
fn a_day_later(time: &str) -> Option<String> {
    const FORM: &str = "%Y%m%d%H%M%S";
    let later = DateTime::strptime(FORM, time).ok()?.checked_add(Span::new().hours(24)).ok()?;
    Some(later.strftime(FORM).to_string())
}

/// Adds every record within an element.
fn collect<'a>(element: &'a Element<'_>, records: &mut Vec<Record<'a>>) {
    if element.name == RECORD {
        records.push(Record::of(element));
        return;
    }
    element.children.iter().for_each(|child| collect(child, records));
}

/// The elements of a record that hold text.
#[derive(Default)]
struct Record<'a>(Vec<Leaf<'a>>);

/// An element that holds text.
struct Leaf<'a> {
    /// The element of the record in which it stands; none if it stands directly in the record.
    outer: Option<&'a str>,
    name: &'a str,
    text: &'a str,
    /// Whether it was compared.
    taken: Cell<bool>,
}

impl<'a> Record<'a> {
    fn of(record: &'a Element<'_>) -> Self {
        let mut all = Vec::with_capacity(record.children.len());
        for child in &record.children {
            let outer = (!child.children.is_empty()).then_some(child.name.as_ref());
            for inner in own_or_inner(child) {
                let leaves = if outer.is_some() { own_or_inner(inner) } else { slice::from_ref(inner) };
                all.extend(leaves.iter().map(|leaf| Leaf {
                    outer,
                    name: &leaf.name,
                    text: &leaf.text,
                    taken: Cell::new(false),
                }));
            }
        }
        Self(all)
    }

    /// Returns the text of an element, with a line between the texts of one that stands there more than once.
    fn text(&self, element: &str) -> Option<Cow<'a, str>> {
        joined(self.0.iter().filter(|leaf| leaf.is(element)))
    }

    /// Returns the text of an element as [`Record::text`] does, and marks it as compared.
    fn take(&self, element: &str) -> Option<Cow<'a, str>> {
        joined(self.0.iter().filter(|leaf| leaf.is(element)).inspect(|leaf| leaf.taken.set(true)))
    }
}

impl Leaf<'_> {
    /// Returns whether it is the element of this name, `Outer.Inner` for one in another element.
    fn is(&self, element: &str) -> bool {
        match self.outer {
            None => element == self.name,
            // The length first: it tells most names apart, and no text has to be read for that.
            Some(outer) if element.len() == outer.len() + 1 + self.name.len() => {
                let inner = element.strip_prefix(outer).and_then(|rest| rest.strip_prefix('.'));
                inner == Some(self.name)
            }
            Some(_) => false,
        }
    }

    fn element(&self) -> String {
        self.outer.map_or_else(|| self.name.to_owned(), |outer| format!("{outer}.{}", self.name))
    }
}

fn joined<'a, 'b: 'a>(leaves: impl Iterator<Item = &'a Leaf<'b>>) -> Option<Cow<'b, str>> {
    let mut texts = leaves.map(|leaf| Cow::Borrowed(leaf.text));
    let first = texts.next()?;
    Some(texts.fold(first, |all, text| Cow::Owned(format!("{all}|{text}"))))
}

fn own_or_inner<'a, 'b>(element: &'a Element<'b>) -> &'a [Element<'b>] {
    if element.children.is_empty() { slice::from_ref(element) } else { &element.children }
}

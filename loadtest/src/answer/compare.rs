//! Compares answers with what is expected, element by element.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::DateTime;
use shikaku::domain::Format;
use shikaku::wire::{Bounds, Element};

use super::{Difference, ELDERLY_RATIO, Expected, RATIO, RECORD, ToldConsents, text};

/// What an answer of its kind does not hold, whoever is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// About one person.
    Single,
    /// A person of a file: without consents and the parts that need them, but with whether the limit certificate has changed, which
    /// depends on what the institution saw before.
    OfFile,
}

/// The parts of a record that need consent.
const CONSENTED: &str = "LimitApplicationCertificateRelated";
const CHANGED: &str = "LimitApplicationCertificateChanged";

impl Expected {
    /// Compares an answer field by field; returns every difference, or that it cannot be read.
    #[must_use]
    pub fn differences(&self, format: Format, body: &[u8]) -> Vec<Difference> {
        let Ok(answer) = format.parse(body, Bounds::ANSWER) else { return vec![Difference::unreadable()] };
        let mut found = Differences::default();
        found.check("SegmentOfResult", Some("1"), text(&answer, "SegmentOfResult"));
        self.compare(&answer, Kind::Single, &mut found);
        found.0
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
            let found = records.first().and_then(|record| record.get(RATIO).or_else(|| record.get(ELDERLY_RATIO)));
            differences.check(RATIO, shown, found.map(String::as_str));
        }
        let nothing = BTreeMap::new();
        for (place, expected) in self.records.iter().enumerate() {
            let found = records.get(place).unwrap_or(&nothing);
            let expected = match kind {
                Kind::Single => self.with_times(expected, text(answer, "ProcessExecutionTime")),
                Kind::OfFile => {
                    let mut expected = expected.clone();
                    expected.retain(|element, _| !element.starts_with(CONSENTED));
                    expected
                }
            };
            for (element, text) in &expected {
                differences.check(element, text.as_deref(), found.get(element).map(String::as_str));
            }
            if self.whole {
                let mut more: Vec<_> = found.iter().filter(|(element, _)| !expected.contains_key(*element)).collect();
                more.retain(|(element, _)| kind == Kind::Single || element.as_str() != CHANGED);
                more.into_iter().for_each(|(element, text)| differences.check(element, None, Some(text)));
            }
        }
    }

    /// Adds the times of consents: each is that of the answer, and the end of each that has one is 24 hours later.
    fn with_times(
        &self,
        record: &BTreeMap<String, Option<String>>,
        answered_at: Option<&str>,
    ) -> BTreeMap<String, Option<String>> {
        let mut whole = record.clone();
        let at = || answered_at.map(str::to_owned);
        match self.told {
            ToldConsents::None => {}
            ToldConsents::Limit => {
                whole.insert(format!("{CONSENTED}ConsTime"), at());
            }
            ToldConsents::Flagged => {
                for (element, flag) in record {
                    let Some(stem) = element.strip_suffix("ConsFlg").filter(|_| flag.as_deref() == Some("1")) else {
                        continue;
                    };
                    whole.insert(format!("{stem}ConsTime"), at());
                    // A consent to certificates has no end.
                    if !stem.contains("Certificate") {
                        whole.insert(format!("{stem}AvailableTime"), answered_at.and_then(a_day_later));
                    }
                }
            }
        }
        whole
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

/// Adds the elements of every record within an element.
fn collect(element: &Element<'_>, records: &mut Vec<BTreeMap<String, String>>) {
    if element.name == RECORD {
        records.push(elements(element));
        return;
    }
    element.children.iter().for_each(|child| collect(child, records));
}

/// Returns the elements of a record; those that stand there more than once with a line between their texts.
fn elements(record: &Element<'_>) -> BTreeMap<String, String> {
    let mut elements: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: String, text: &str| {
        let all = elements.entry(name).or_default();
        if !all.is_empty() {
            all.push('|');
        }
        all.push_str(text);
    };
    for child in &record.children {
        if child.children.is_empty() {
            add(child.name.to_string(), &child.text);
        }
        for inner in &child.children {
            let leaves = if inner.children.is_empty() { std::slice::from_ref(inner) } else { &inner.children };
            leaves.iter().for_each(|leaf| add(format!("{}.{}", child.name, leaf.name), &leaf.text));
        }
    }
    elements
}

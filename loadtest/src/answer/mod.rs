//! Answers: what a person is known to get, and how an answer differs from it.

mod compare;

use std::collections::BTreeMap;

use jiff::civil::Date;
use shikaku::domain::{AnswerCharset, Coverage, Format};
use shikaku::fixtures::{FixtureCard, FixturePerson};
use shikaku::mass::{CardSituation, Situation};
use shikaku::wire::{Bounds, Element, code, decode_declared, encode};

/// What an answer must hold, by the names of its elements; members of an inner element as `Outer.Inner`.
#[derive(Clone, PartialEq, Eq)]
pub struct Expected {
    /// 資格有効性; none if the card cannot be used.
    validity: Option<String>,
    /// 処理結果コード, none for one that must be absent; none at all if any may stand there.
    code: Option<Option<String>>,
    /// The elements of each record.
    records: Vec<BTreeMap<String, Wanted>>,
    /// Whether elements that are not named must be absent, and there are no other records.
    whole: bool,
    /// The share that the answer carries, wherever it stands; none if it is not known whether there is one.
    shown: Option<Option<&'static str>>,
}

/// What one element of a record must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// It must be absent.
    Absent,
    /// This text.
    Text(String),
    /// The time of the answer, which nobody can write down before.
    Answered,
    /// 24 hours after the time of the answer.
    DayLater,
}

impl From<Option<String>> for Wanted {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Absent, Self::Text)
    }
}

/// One element of an answer that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The element.
    pub element: String,
    /// What it should hold; none if it should be absent.
    pub expected: Option<String>,
    /// What it holds; none if it is absent.
    pub found: Option<String>,
}

const RECORD: &str = "ResultOfQualificationConfirmation";
const RATIO: &str = "InsuredPartialContributionRatio";
const ELDERLY_RATIO: &str = "ElderlyRecipientCertificateInfo.ElderlyRecipientContributionRatio";
const CATEGORY: &str = "LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateClassificationFlag";

/// The parts of a record that need consent begin so.
const CONSENTED: &str = "LimitApplicationCertificateRelated";

/// The codes of cards that cannot be used (docs/errors.md), by the words of `situations.csv`.
const UNUSABLE: [(&str, &str); 7] = [
    ("revoked", "SHK6101"),
    ("superseded", "SHK6102"),
    ("expired", "SHK6103"),
    ("not_yet_valid", "SHK6104"),
    ("unknown", "SHK6105"),
    ("blocked", "SHK6106"),
    ("stale", "SHK6107"),
];

impl Expected {
    /// Takes the hand-written answer of a person of the fixtures: every element.
    #[must_use]
    pub fn of_fixture(person: &FixturePerson) -> Self {
        let mut record = all_of(&person.expect.record);
        if person.ask.limit_consent {
            record.insert(format!("{CONSENTED}ConsTime"), Wanted::Answered);
        }
        Self {
            validity: Some(person.expect.validity.clone()),
            code: None,
            records: if person.expect.record.is_empty() { Vec::new() } else { vec![record] },
            whole: true,
            shown: None,
        }
    }

    /// Takes the hand-written answer of a card of the fixtures: every element of every record.
    #[must_use]
    pub fn of_card(card: &FixtureCard) -> Self {
        Self {
            validity: card.expect.validity.clone(),
            code: Some(card.expect.result.clone()),
            records: card.expect.records.iter().map(|record| with_times(all_of(record))).collect(),
            whole: true,
            shown: None,
        }
    }

    /// Takes the answer of a named situation: validity, share and category.
    #[must_use]
    pub fn of_situation(situation: &Situation) -> Self {
        let category = situation.category.map(|category| code::limit_category(category).to_owned());
        Self {
            validity: Some(code::validity(situation.validity).to_owned()),
            shown: Some(situation.shown.map(code::ratio)),
            ..Self::of_elements([(CATEGORY, category)].into())
        }
    }

    /// Takes the answer of a named situation that is asked about by card: validity, share and category, or why the card cannot be
    /// used.
    #[must_use]
    pub fn of_card_situation(situation: &CardSituation) -> Self {
        let category = situation.category.map(|category| code::limit_category(category).to_owned());
        let elements = Self::of_elements([(CATEGORY, category)].into());
        match situation.outcome {
            Ok(validity) => Self {
                validity: Some(code::validity(validity).to_owned()),
                shown: Some(situation.shown.map(code::ratio)),
                ..elements
            },
            Err(word) => {
                let code = UNUSABLE.iter().find(|(known, _)| *known == word).map(|(_, code)| (*code).to_owned());
                Self { validity: None, code: Some(code), records: Vec::new(), whole: true, ..elements }
            }
        }
    }

    /// Takes what the answer about the one coverage of a person that is in force repeats of the registration, by number or by card.
    #[must_use]
    pub fn of_coverage(coverage: &Coverage) -> Self {
        let day = |date: Date| date.strftime("%Y%m%d").to_string();
        let key = &coverage.key;
        Self::of_elements(vec![
            ("InsurerNumber", Some(code::insurer_number(&key.insurer))),
            ("InsuredIdentificationNumber", Some(key.number.as_str().to_owned())),
            ("Birthdate", Some(day(coverage.identity.birth_on.date()))),
            ("QualificationDate", Some(day(coverage.acquired_on))),
            ("DisqualificationDate", None),
            ("PersonalFamilyClassification", coverage.relationship.map(|one| code::relationship(one).to_owned())),
        ])
    }

    /// Takes some elements of the first record of a valid coverage.
    fn of_elements(elements: Vec<(&str, Option<String>)>) -> Self {
        Self {
            validity: Some("1".to_owned()),
            code: None,
            records: vec![elements.into_iter().map(|(element, text)| (element.to_owned(), text.into())).collect()],
            whole: false,
            shown: None,
        }
    }

    /// Returns whether the server is expected to find nobody, or nobody who is insured.
    #[must_use]
    pub fn is_of_nobody(&self) -> bool {
        self.validity.as_deref() == Some("4")
    }

    /// Returns whether the answer is expected to be that of a coverage in force.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.validity.as_deref() == Some("1")
    }

    /// Returns whether an institution that wants Shift_JIS gets other characters.
    #[must_use]
    pub fn depends_on_charset(&self) -> bool {
        let keeps = |text: &str| {
            let bytes = encode(text.as_bytes().to_vec(), AnswerCharset::ShiftJis);
            decode_declared(&bytes, Some(AnswerCharset::ShiftJis)).is_ok_and(|back| back == text)
        };
        let mut wanted = self.records.iter().flat_map(BTreeMap::values);
        wanted.any(|wanted| matches!(wanted, Wanted::Text(text) if !text.is_empty() && !keeps(text)))
    }
}

fn all_of(record: &BTreeMap<String, String>) -> BTreeMap<String, Wanted> {
    record.iter().map(|(element, text)| (element.clone(), Wanted::Text(text.clone()))).collect()
}

/// Adds the times of the consents whose flag is 1: each is that of the answer, and a consent ends 24 hours later. One to certificates
/// has no end.
fn with_times(mut record: BTreeMap<String, Wanted>) -> BTreeMap<String, Wanted> {
    let given = Wanted::Text("1".to_owned());
    let flags = record.iter().filter(|(_, flag)| **flag == given);
    let stems: Vec<String> = flags.filter_map(|(element, _)| Some(element.strip_suffix("ConsFlg")?.to_owned())).collect();
    for stem in stems {
        record.insert(format!("{stem}ConsTime"), Wanted::Answered);
        if !stem.contains("Certificate") {
            record.insert(format!("{stem}AvailableTime"), Wanted::DayLater);
        }
    }
    record
}

/// Returns the code of the error in a refusal.
#[must_use]
pub fn error_code(format: Format, body: &[u8]) -> Option<String> {
    format.parse_with(body, Bounds::ANSWER, |answer| text(&answer, "ErrorCode").map(str::to_owned)).ok()?
}

/// Returns the text of the first element of this name.
pub(crate) fn text<'a>(element: &'a Element<'_>, name: &str) -> Option<&'a str> {
    find(element, name).map(|element| element.text.as_ref())
}

fn find<'a, 'b>(element: &'a Element<'b>, name: &str) -> Option<&'a Element<'b>> {
    if element.name == name {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, name))
}

#[cfg(test)]
mod tests;

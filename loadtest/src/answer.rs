//! Answers: what a person is known to get, and how an answer differs from it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use shikaku::domain::{AnswerCharset, Coverage, Format};
use shikaku::fixtures::FixturePerson;
use shikaku::mass::Situation;
use shikaku::wire::{Bounds, Element, code, decode_declared, encode};

/// What an answer must hold, by the names of its elements; members of an inner element as `Outer.Inner`.
#[derive(Clone, PartialEq, Eq)]
pub struct Expected {
    validity: String,
    /// The elements of the record; none for one that must be absent.
    record: BTreeMap<String, Option<String>>,
    /// Whether elements that are not named must be absent.
    whole: bool,
    /// The share that the answer carries, wherever it stands; none if it is not known whether there is one.
    shown: Option<Option<&'static str>>,
    /// Whether the record tells when the patient gave the consent: at the time of the answer.
    consent_time: bool,
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
const CONSENT_TIME: &str = "LimitApplicationCertificateRelatedConsTime";
const RATIO: &str = "InsuredPartialContributionRatio";
const ELDERLY_RATIO: &str = "ElderlyRecipientCertificateInfo.ElderlyRecipientContributionRatio";
const CATEGORY: &str = "LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateClassificationFlag";

impl Expected {
    /// Takes the hand-written answer of a person of the fixtures: every element.
    #[must_use]
    pub fn of_fixture(person: &FixturePerson) -> Self {
        let record = &person.expect.record;
        Self {
            validity: person.expect.validity.clone(),
            record: record.iter().map(|(element, text)| (element.clone(), Some(text.clone()))).collect(),
            whole: true,
            shown: None,
            consent_time: !record.is_empty() && person.ask.limit_consent,
        }
    }

    /// Takes the answer of a named situation: validity, share and category.
    #[must_use]
    pub fn of_situation(situation: &Situation) -> Self {
        let category = situation.category.map(|category| code::limit_category(category).to_owned());
        Self {
            validity: code::validity(situation.validity).to_owned(),
            record: BTreeMap::from([(CATEGORY.to_owned(), category)]),
            whole: false,
            shown: Some(situation.shown.map(code::ratio)),
            consent_time: false,
        }
    }

    /// Takes what the answer about the one coverage of a person that is in force repeats of the registration.
    #[must_use]
    pub fn of_coverage(coverage: &Coverage) -> Self {
        let day = |date: Date| date.strftime("%Y%m%d").to_string();
        let key = &coverage.key;
        let texts = [
            ("InsurerNumber", Some(code::insurer_number(&key.insurer))),
            ("InsuredIdentificationNumber", Some(key.number.as_str().to_owned())),
            ("Birthdate", Some(day(coverage.identity.birth_on.date()))),
            ("QualificationDate", Some(day(coverage.acquired_on))),
            ("DisqualificationDate", None),
            ("PersonalFamilyClassification", coverage.relationship.map(|one| code::relationship(one).to_owned())),
        ];
        Self {
            validity: "1".to_owned(),
            record: texts.map(|(element, text)| (element.to_owned(), text)).into(),
            whole: false,
            shown: None,
            consent_time: false,
        }
    }

    /// Returns whether the server is expected to find nobody, or nobody who is insured.
    #[must_use]
    pub fn is_of_nobody(&self) -> bool {
        self.validity == "4"
    }

    /// Returns whether the answer is expected to be that of a coverage in force.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.validity == "1"
    }

    /// Returns whether an institution that wants Shift_JIS gets other characters.
    #[must_use]
    pub fn depends_on_charset(&self) -> bool {
        let keeps = |text: &str| {
            let bytes = encode(text.as_bytes().to_vec(), AnswerCharset::ShiftJis);
            decode_declared(&bytes, Some(AnswerCharset::ShiftJis)).is_ok_and(|back| back == text)
        };
        self.record.values().flatten().any(|text| !text.is_empty() && !keeps(text))
    }

    /// Compares an answer field by field; returns every difference, or that it cannot be read.
    #[must_use]
    pub fn differences(&self, format: Format, body: &[u8]) -> Vec<Difference> {
        let Ok(answer) = format.parse(body, Bounds::ANSWER) else {
            let expected = Some("an official message".to_owned());
            return vec![Difference { element: "(body)".to_owned(), expected, found: None }];
        };
        let mut differences = Vec::new();
        let mut check = |element: &str, expected: Option<&str>, found: Option<&str>| {
            if expected != found {
                let owned = |text: Option<&str>| text.map(str::to_owned);
                let (expected, found) = (owned(expected), owned(found));
                differences.push(Difference { element: element.to_owned(), expected, found });
            }
        };
        let text = |name: &str| find(&answer, name).map(|element| element.text.as_ref());
        check("SegmentOfResult", Some("1"), text("SegmentOfResult"));
        check("ProcessingResultStatus", Some("1"), text("ProcessingResultStatus"));
        check("QualificationValidity", Some(&self.validity), text("QualificationValidity"));
        let mut found = record(&answer);
        let consent_time = found.remove(CONSENT_TIME);
        if self.whole {
            let expected = if self.consent_time { text("ProcessExecutionTime") } else { None };
            check(CONSENT_TIME, expected, consent_time.as_deref());
        }
        if let Some(shown) = self.shown {
            check(RATIO, shown, found.get(RATIO).or_else(|| found.get(ELDERLY_RATIO)).map(String::as_str));
        }
        for (element, expected) in &self.record {
            check(element, expected.as_deref(), found.get(element).map(String::as_str));
        }
        if self.whole {
            for (element, text) in found.iter().filter(|(element, _)| !self.record.contains_key(*element)) {
                check(element, None, Some(text));
            }
        }
        differences
    }
}

/// Returns the code of the error in a refusal.
#[must_use]
pub fn error_code(format: Format, body: &[u8]) -> Option<String> {
    let answer = format.parse(body, Bounds::ANSWER).ok()?;
    find(&answer, "ErrorCode").map(|element| element.text.to_string())
}

/// Returns the elements of the record; those that stand there more than once with a line between their texts.
fn record(answer: &Element<'_>) -> BTreeMap<String, String> {
    let mut elements: BTreeMap<String, String> = BTreeMap::new();
    let Some(record) = find(answer, RECORD) else { return elements };
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

fn find<'a, 'b>(element: &'a Element<'b>, name: &str) -> Option<&'a Element<'b>> {
    if element.name == name {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, name))
}

#[cfg(test)]
mod tests {
    use shikaku::domain::{CardKey, CardNumber, CopayRatio, InsurerNumber, Validity};

    use super::*;

    fn expected(whole: bool) -> Expected {
        let record = [("Name", Some("A")), ("Limit.Flag", Some("B09")), ("DisqualificationDate", None)];
        Expected {
            validity: "1".to_owned(),
            record: record.map(|(name, text)| (name.to_owned(), text.map(str::to_owned))).into(),
            whole,
            shown: None,
            consent_time: false,
        }
    }

    fn answer(validity: &str, record: &str) -> String {
        format!(
            "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>\
             <ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>{validity}</QualificationValidity>\
             <ResultList><ResultOfQualificationConfirmation>{record}</ResultOfQualificationConfirmation></ResultList>\
             </MessageBody></XmlMsg>"
        )
    }

    fn told(expected: &Expected, answer: &str) -> Vec<String> {
        let show = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let differences = expected.differences(Format::Xml, answer.as_bytes());
        differences.iter().map(|one| format!("{} {} {}", one.element, show(&one.expected), show(&one.found))).collect()
    }

    #[test]
    fn an_answer_as_expected_has_no_difference() {
        let right = answer("1", "<Name>A</Name><Limit><Flag>B09</Flag></Limit>");
        assert_eq!(told(&expected(true), &right), [""; 0]);
        let more = answer("1", "<Name>A</Name><Limit><Flag>B09</Flag></Limit><Sex1>1</Sex1>");
        assert_eq!(told(&expected(false), &more), [""; 0]);
        assert_eq!(told(&expected(true), &more), ["Sex1 - 1"]);
    }

    #[test]
    fn every_difference_is_told() {
        let wrong = answer("2", "<Name>B</Name><DisqualificationDate>20261101</DisqualificationDate>");
        assert_eq!(
            told(&expected(true), &wrong),
            ["QualificationValidity 1 2", "DisqualificationDate - 20261101", "Limit.Flag B09 -", "Name A B"]
        );
        assert_eq!(told(&expected(true), "<html>"), ["(body) an official message -"]);
    }

    #[test]
    fn a_situation_is_compared_by_validity_share_and_category() {
        let key = CardKey {
            insurer: InsurerNumber::parse("39131016").unwrap(),
            symbol: None,
            number: CardNumber::parse("61730954").unwrap(),
            branch: None,
        };
        let day = |text: &str| text.parse().unwrap();
        let (name, validity, shown) = ("elderly".to_owned(), Validity::Valid, Some(CopayRatio::Two));
        let category = code::parse_limit_category("B09");
        let (check_on, birth_on) = (day("2026-11-22"), day("1948-07-29"));
        let situation = Situation { name, check_on, key, birth_on, validity, shown, category };
        let expected = Expected::of_situation(&situation);
        let record = |ratio: &str, category: &str| {
            format!(
                "<InsuredPartialContributionRatio>{ratio}</InsuredPartialContributionRatio>\
                 <LimitApplicationCertificateRelatedInfo><LimitApplicationCertificateClassificationFlag>{category}\
                 </LimitApplicationCertificateClassificationFlag></LimitApplicationCertificateRelatedInfo>"
            )
        };
        assert_eq!(told(&expected, &answer("1", &record("020", "B09"))), [""; 0]);
        assert_eq!(told(&expected, &answer("1", &record("010", "B09"))), [format!("{RATIO} 020 010")]);
        assert_eq!(told(&expected, &answer("1", &record("020", "B10"))), [format!("{CATEGORY} B09 B10")]);
        assert_eq!(told(&expected, &answer("3", &record("020", "B09"))), ["QualificationValidity 1 3"]);
        let without = Expected::of_situation(&Situation { shown: None, category: None, ..situation });
        let found = told(&without, &answer("1", &record("020", "B09")));
        assert_eq!(found, [format!("{RATIO} - 020"), format!("{CATEGORY} - B09")]);
    }

    #[test]
    fn characters_outside_of_shift_jis_depend_on_who_asks() {
        let named = |name: &str| {
            let record = BTreeMap::from([("Name".to_owned(), Some(name.to_owned()))]);
            Expected { record, ..expected(true) }.depends_on_charset()
        };
        // A kanji of JIS level 4 and one that Windows-31J has.
        assert_eq!(["仮𣘺　佳代", "仮髙　佳代", "ｷﾝﾉ"].map(named), [true, false, false]);
    }

    #[test]
    fn a_share_is_found_in_either_place() {
        let with = |shown| Expected { record: BTreeMap::new(), shown: Some(shown), ..expected(false) };
        let late = answer("1", "<InsuredPartialContributionRatio>020</InsuredPartialContributionRatio>");
        let elderly = answer(
            "1",
            "<ElderlyRecipientCertificateInfo><ElderlyRecipientContributionRatio>020</ElderlyRecipientContributionRatio>\
             </ElderlyRecipientCertificateInfo>",
        );
        for text in [&late, &elderly] {
            assert_eq!(told(&with(Some("020")), text), [""; 0]);
            assert_eq!(told(&with(Some("010")), text), ["InsuredPartialContributionRatio 010 020"]);
            assert_eq!(told(&with(None), text), ["InsuredPartialContributionRatio - 020"]);
        }
    }
}

//! Rows of people, in memory, as bytes of every file.

use data_encoding::HEXLOWER;

use crate::domain::{AnswerCharset, CardState, CardUnusable, DiseaseList, Institution, Insurer, ResultLists};
use crate::store::registry::{NewCard, NewPerson};
use crate::wire::code;

use super::kind::Kind;
use super::question::{AskedBy, Question};
use super::row::Row;
use super::rows_of_coverage::coverage;

/// The rows of some people in the order in which they were added, each file's apart.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: [Vec<u8>; Kind::COUNT],
    /// The lengths of `bytes` after each person.
    ends: Vec<[usize; Kind::COUNT]>,
}

impl Rows {
    /// Returns the number of people.
    #[must_use]
    pub fn people(&self) -> usize {
        self.ends.len()
    }

    /// Returns the rows of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &[u8] {
        &self.bytes[kind as usize]
    }

    /// Returns the number of rows of a kind. Each is one line, because no text of a row can hold a line break.
    pub(super) fn number(&self, kind: Kind) -> u64 {
        self.of(kind).iter().map(|byte| u64::from(*byte == b'\n')).sum()
    }

    /// Returns a row to be filled.
    fn row(&mut self, kind: Kind) -> Row<'_> {
        Row::on(&mut self.bytes[kind as usize])
    }

    /// Adds an insurer.
    pub fn insurer(&mut self, insurer: &Insurer) {
        let row = self.row(Kind::Insurers).text(insurer.number.as_str()).text(&insurer.name);
        row.end(Kind::Insurers.columns());
    }

    /// Adds an institution.
    pub fn institution(&mut self, institution: &Institution) {
        let form = institution.form;
        let row = self.row(Kind::Institutions).text(institution.code.as_str()).text(&institution.name);
        let row = row.text(word_of(&CHARSETS, form.charset)).text(word_of(&RESULT_LISTS, form.result_lists));
        let row = row.text(word_of(&DISEASE_LISTS, form.disease_list)).flag(institution.visual_check);
        let row = row.date(institution.active_from).maybe_date(institution.active_through);
        row.end(Kind::Institutions.columns());
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.bytes.iter_mut().for_each(Vec::clear);
    }

    /// Adds a person with everything that is registered, and the questions about the person.
    pub fn person(&mut self, person: &NewPerson, questions: &[Question]) {
        let id = &person.fixture_id;
        let protection = person.protection;
        let row = self.row(Kind::People).text(id).text(&person.about).flag(protection.address_withheld);
        row.flag(protection.self_information_blocked).maybe_date(person.died_on).end(Kind::People.columns());
        for (place, registered) in person.coverages.iter().enumerate() {
            coverage(&mut self.bytes, id, place + 1, registered);
        }
        for card in &person.cards {
            self.card(id, card);
        }
        for question in questions {
            self.question(id, question);
        }
        self.ends.push(self.bytes.each_ref().map(Vec::len));
    }

    /// Keeps the first people only.
    pub fn truncate(&mut self, people: usize) {
        let Some(kept) = people.checked_sub(1).map_or(Some([0; Kind::COUNT]), |last| self.ends.get(last).copied()) else {
            return;
        };
        self.ends.truncate(people);
        for (bytes, length) in self.bytes.iter_mut().zip(kept) {
            bytes.truncate(length);
        }
    }

    fn card(&mut self, person: &str, card: &NewCard) {
        let row = self.row(Kind::Cards).text(person);
        let row = row.text(&HEXLOWER.encode(&card.id.issuer)).text(&HEXLOWER.encode(card.id.serial.as_bytes()));
        let row = match &card.record {
            None => row.text("").text("unknown").text("").text("").text("").text("").text("").text(""),
            Some(record) => {
                let (state, reason) = match record.state {
                    CardState::Good => ("good", None),
                    CardState::Revoked(reason) => ("revoked", Some(code::revocation_reason(reason))),
                    CardState::Superseded => ("superseded", None),
                };
                let successor = record
                    .superseded_by
                    .as_ref()
                    .map(|id| format!("{}:{}", HEXLOWER.encode(&id.issuer), HEXLOWER.encode(id.serial.as_bytes())));
                let row = row.text(code::card_kind(record.kind)).text(state).maybe(reason);
                let row = row.maybe_instant(Some(record.changed_at)).maybe_instant(record.as_of);
                let row = row.maybe_instant(Some(record.valid_from)).maybe_instant(Some(record.valid_through));
                row.maybe(successor.as_deref())
            }
        };
        row.end(Kind::Cards.columns());
    }

    fn question(&mut self, person: &str, question: &Question) {
        let row = self.row(Kind::Situations).text(person).text(question.situation).date(question.check_on);
        let row = row.text(question.institution.as_str());
        let row = match &question.asked_by {
            AskedBy::Number(key) => {
                let row = row.text("number").text(key.insurer.as_str()).maybe(key.symbol.as_ref().map(|one| one.as_str()));
                row.text(key.number.as_str()).maybe(key.branch.as_ref().map(|one| one.as_str()))
            }
            AskedBy::Card(_) => row.text("card").text("").text("").text("").text(""),
        };
        let serial = match &question.asked_by {
            AskedBy::Number(_) => None,
            AskedBy::Card(id) => Some(HEXLOWER.encode(id.serial.as_bytes())),
        };
        let expected = &question.expected;
        let row = row.date(question.birth_on).maybe(serial.as_deref());
        let row = row.maybe(expected.validity.map(code::validity)).maybe(expected.unusable.map(unusable));
        let row = row.maybe_number(expected.shown.map(|ratio| ratio.tenths().into()));
        let row = row.maybe_number(expected.payable.map(|ratio| ratio.tenths().into()));
        let row = row.maybe(expected.category.map(code::limit_category));
        let row = row.maybe_number(expected.disease.map(|yen| yen.amount())).maybe(question.finding);
        row.end(Kind::Situations.columns());
    }
}

/// The words for the character set of an institution's answers.
pub(super) const CHARSETS: [(&str, AnswerCharset); 2] =
    [("utf-8", AnswerCharset::Utf8), ("shift_jis", AnswerCharset::ShiftJis)];

/// The words for the form of one person's records.
pub(super) const RESULT_LISTS: [(&str, ResultLists); 2] = [("one_each", ResultLists::OneEach), ("one", ResultLists::One)];

/// The words for the form of 特定疾病療養受療証情報.
pub(super) const DISEASE_LISTS: [(&str, DiseaseList); 2] = [("nested", DiseaseList::Nested), ("flat", DiseaseList::Flat)];

/// Returns the word for a value.
fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

/// Every word for the reason why a card cannot be used.
pub(super) const UNUSABLE: [&str; 7] = ["revoked", "superseded", "expired", "not_yet_valid", "unknown", "blocked", "stale"];

/// Returns the word for the reason why a card cannot be used.
fn unusable(reason: CardUnusable) -> &'static str {
    match reason {
        CardUnusable::Revoked(_) => "revoked",
        CardUnusable::Superseded => "superseded",
        CardUnusable::Expired => "expired",
        CardUnusable::NotYetValid => "not_yet_valid",
        CardUnusable::Unknown => "unknown",
        CardUnusable::Blocked => "blocked",
        CardUnusable::Stale => "stale",
    }
}

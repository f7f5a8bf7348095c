//! Answers one slice of a batch: by card numbers and for 照会番号 here, by consent and by ticket in modules of their own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::{Connection, PgConnection, PgTransaction};
use tokio::task::block_in_place;
use tracing::error;

use crate::clock::Clocks;
use crate::decide::{self, Answer};
use crate::domain::{BatchEnding, BatchKind, CardQuery, InstitutionCode, InsurerNumber, PersonFacts, PersonId, Validity};
use crate::query::{Directory, LogKey, QueryError, note_shown};
use crate::store::access_log::{self, Outcome, Path, PersonRecord};
use crate::store::finish_slice::{Finished, pack};
use crate::store::leases::LeasedSlice;
use crate::store::reference_number::NewReference;
use crate::store::{self, StoreError};
use crate::wire::message::entry::{Entry, Packed};
use crate::wire::message::remark;
use crate::wire::message::unit::{Found, ShownRecord, Units};

/// Why a slice was not answered this time.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The insurers could not be looked up.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// A slice that has been answered.
pub(super) struct Answered<'c> {
    /// Holds the access-log records; the result is stored in it too. Facts are read before it begins: a stored value that fails a
    /// statement would abort the transaction, and with it the answers about all other people.
    pub transaction: PgTransaction<'c>,
    /// The result.
    pub finished: Finished,
    /// Number of unknown people who were asked about by the numbers on their cards.
    pub missed: usize,
}

impl<'c> Answered<'c> {
    pub async fn begin(connection: &'c mut PgConnection, base: Finished) -> Result<Self, StoreError> {
        Ok(Self { transaction: connection.begin().await?, finished: base, missed: 0 })
    }
}

/// Holds what answering needs besides the database.
#[derive(Clone)]
pub(super) struct Answering {
    pub directory: Arc<Directory>,
    pub key: LogKey,
    pub clocks: Clocks,
}

/// Unpacks the people of a slice. The batch was read when it was received, so an unreadable slice is an illegal stored value.
fn unpack(slice: &LeasedSlice) -> Result<Vec<Entry<'_>>, StoreError> {
    Packed::unpack(&slice.entries).ok_or_else(|| slice.illegal("entries"))
}

/// Logs why a person of a batch gets no answer.
pub(super) fn note_inconsistency(slice: &LeasedSlice, place: usize, statement: &'static str, error: &StoreError) {
    let (batch, first) = (slice.batch_id, slice.first_person);
    error!(statement, error = %error, batch, first, place, "a person of a file cannot be answered about");
}

/// Fails the person whom the operator has ordered to fail.
fn order_failure(slice: &LeasedSlice, entries: &mut [Entry]) {
    let place = slice.fail_person.and_then(|number| usize::try_from(number - slice.first_person).ok());
    if let Some(entry) = place.and_then(|place| entries.get_mut(place)) {
        entry.refuse(&remark::ordered());
    }
}

impl Answering {
    /// Answers a slice and writes its access-log records, in the transaction in which its result is to be stored.
    pub async fn answer<'c>(
        &self,
        connection: &'c mut PgConnection,
        slice: &LeasedSlice,
        keep: jiff::SignedDuration,
    ) -> Result<Answered<'c>, AnswerError> {
        let at = self.clocks.now();
        let base = Finished {
            units: Vec::new(),
            result_bytes: 0,
            normal: 0,
            errors: 0,
            records: 0,
            references: Vec::new(),
            at,
            ending: BatchEnding::at(at, keep),
        };
        match slice.kind {
            BatchKind::Qualification => self.by_card(connection, slice, base).await,
            BatchKind::ReferenceNumbers => {
                let finished = register(slice, unpack(slice)?, base)?;
                Ok(Answered::begin(connection, finished).await?)
            }
            BatchKind::Visit | BatchKind::Online => self.by_consent(connection, slice, base).await,
            BatchKind::MedicalAid => self.by_ticket(connection, slice, base).await,
        }
    }

    async fn by_card<'c>(
        &self,
        connection: &'c mut PgConnection,
        slice: &LeasedSlice,
        base: Finished,
    ) -> Result<Answered<'c>, AnswerError> {
        let mut asked = SliceQuestions::read(slice, unpack(slice)?)?;
        let people = store::by_card::facts(connection, &asked.questions).await?;
        asked.refuse_inconsistent(slice, &people);
        // This takes milliseconds and does not wait, so another thread takes over the tasks of this one meanwhile.
        let (answers, log) = block_in_place(|| {
            let questions = asked.questions.iter().zip(&people);
            let answers: Vec<Option<Answer>> = questions
                .map(|((institution, query), people)| Some(decide::by_card(query, *institution, people.as_ref().ok()?)))
                .collect();
            let log = asked.records(&answers, &self.key);
            (answers, log)
        });
        let missed = answers.iter().flatten().filter(|answer| answer.validity == Validity::NoneFound).count();
        let insurers = self.insurers(&answers).await?;
        let mut transaction = connection.begin().await.map_err(StoreError::from)?;
        let unchanged = access_log::append_slice(&mut transaction, slice, Path::BulkCard, base.at, &log).await?;
        let base = Finished { records: count(&log), ..base };
        let finished = block_in_place(|| written(slice, &asked, &answers, &unchanged, &insurers, base));
        Ok(Answered { transaction, finished, missed })
    }

    /// Makes the record of a known person, to be completed by an answer.
    pub(super) fn unanswered(&self, person: PersonId) -> PersonRecord {
        PersonRecord { person: Some(person), ..PersonRecord::new(self.key.of_person(person), Outcome::Unreadable) }
    }

    async fn insurers(&self, answers: &[Option<Answer>]) -> Result<HashMap<InsurerNumber, Arc<str>>, QueryError> {
        let mut names = HashMap::new();
        for record in answers.iter().flatten().filter_map(|answer| answer.record.as_ref()) {
            let number = record.coverage.key.insurer;
            if let std::collections::hash_map::Entry::Vacant(place) = names.entry(number) {
                place.insert(self.directory.insurer_name(number).await?);
            }
        }
        Ok(names)
    }
}

/// The people of a slice, and the questions about the people who can be asked about.
struct SliceQuestions<'a> {
    entries: Vec<Entry<'a>>,
    /// For each person, the index of the question; None if the person cannot be asked about.
    places: Vec<Option<usize>>,
    questions: Vec<(Option<InstitutionCode>, CardQuery)>,
}

impl<'a> SliceQuestions<'a> {
    fn read(slice: &LeasedSlice, mut entries: Vec<Entry<'a>>) -> Result<Self, StoreError> {
        order_failure(slice, &mut entries);
        let mut questions = Vec::with_capacity(entries.len());
        let mut places = Vec::with_capacity(entries.len());
        for entry in &entries {
            if entry.refusal().is_some() {
                places.push(None);
                continue;
            }
            let asked = entry.asked().map_err(|_| slice.illegal("entries"))?;
            places.push(Some(questions.len()));
            questions.push((Some(slice.institution), asked.on(slice.check_on)));
        }
        Ok(Self { entries, places, questions })
    }

    /// Fails the people for whom the database holds an illegal value.
    fn refuse_inconsistent(&mut self, slice: &LeasedSlice, people: &[Result<Vec<PersonFacts>, StoreError>]) {
        for (number, (entry, place)) in self.entries.iter_mut().zip(&self.places).enumerate() {
            if let Some(Err(error)) = place.map(|place| &people[place]) {
                note_inconsistency(slice, number, "facts_by_card", error);
                entry.refuse(&remark::inconsistent());
            }
        }
    }

    /// Makes the access-log records of the people, in order.
    fn records(&self, answers: &[Option<Answer>], key: &LogKey) -> Vec<PersonRecord> {
        let record = |place: &Option<usize>| {
            let Some(place) = *place else { return PersonRecord::new(key.of_nobody(), Outcome::Unreadable) };
            let query = &self.questions[place].1;
            match &answers[place] {
                Some(answer) => answered(query, answer, key),
                None => PersonRecord::new(key.of_card(&query.key, query.birth_on), Outcome::Unreadable),
            }
        };
        self.places.iter().map(record).collect()
    }
}

fn answered(query: &CardQuery, answer: &Answer, key: &LogKey) -> PersonRecord {
    let mut about = PersonRecord {
        person: answer.record.as_ref().map(|record| record.person),
        limit_consent: query.limit_consent,
        ..PersonRecord::new(key.of_card(&query.key, query.birth_on), Outcome::Answered(answer.validity))
    };
    note_shown(&mut about, answer.record.as_slice(), key);
    // A bulk result says whether the certificate has changed, and never what is on it.
    about.shown.limit = false;
    about
}

fn written(
    slice: &LeasedSlice,
    asked: &SliceQuestions<'_>,
    answers: &[Option<Answer>],
    unchanged: &HashSet<i32>,
    insurers: &HashMap<InsurerNumber, Arc<str>>,
    base: Finished,
) -> Finished {
    let mut units = Units::new(slice.kind, slice.format, asked.entries.len());
    for ((entry, place), number) in asked.entries.iter().zip(&asked.places).zip(slice.first_person..) {
        let Some(answer) = place.and_then(|place| answers[place].as_ref()) else {
            units.spoiled(entry);
            continue;
        };
        let record = answer.record.as_ref().and_then(|record| {
            let insurer = insurers.get(&record.coverage.key.insurer)?.clone();
            let limit_changed = record.limit_consent.then(|| !unchanged.contains(&number));
            Some(ShownRecord { record, insurer, limit_changed })
        });
        units.answered(entry, &Found { validity: answer.validity, record });
    }
    told(units, base)
}

/// Returns how many records are written with a slice.
pub(super) fn count(log: &[PersonRecord]) -> u64 {
    u64::try_from(log.len()).unwrap_or(u64::MAX)
}

/// Packs and counts the units of a slice.
pub(super) fn told(units: Units, base: Finished) -> Finished {
    let (text, counts) = units.finish();
    let number = |count| i32::try_from(count).unwrap_or(i32::MAX);
    let (normal, errors) = (number(counts.normal), number(counts.errors));
    Finished { units: pack(&text), result_bytes: text.len(), normal, errors, ..base }
}

/// Reads the numbers of a slice, to be registered with the result. A number is only shown to the institution that gave it, so
/// nothing about the people is recorded.
fn register(slice: &LeasedSlice, mut entries: Vec<Entry>, base: Finished) -> Result<Finished, StoreError> {
    order_failure(slice, &mut entries);
    let mut units = Units::new(slice.kind, slice.format, entries.len());
    let mut references = Vec::with_capacity(entries.len());
    for entry in &entries {
        if entry.refusal().is_some() {
            units.spoiled(entry);
            continue;
        }
        let new = entry.registration().map_err(|_| slice.illegal("entries"))?;
        references.push(NewReference {
            institution: slice.institution,
            key: new.key,
            reference: new.reference,
            at: base.at.domain,
        });
        units.registered(entry);
    }
    Ok(Finished { references, ..told(units, base) })
}

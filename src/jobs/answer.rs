//! One piece of a file is answered.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::PgConnection;
use tokio::task::block_in_place;

use crate::clock::Clock;
use crate::decide::{self, Answer};
use crate::domain::{BatchKind, CardQuery, InsurerNumber, PersonFacts, PersonId};
use crate::query::{Directory, LogKey, QueryError, shown};
use crate::store::access_log::{Outcome, Path, PersonRecord, Shown};
use crate::store::finish_piece::{Finished, pack};
use crate::store::leases::Leased;
use crate::store::reference_number::NewReference;
use crate::store::{self, StoreError};
use crate::wire::message::entry::{Entry, Packed};
use crate::wire::message::remark;
use crate::wire::message::unit::{Found, ShownRecord, Units};

/// Why a piece was not answered this time.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Insurers could not be looked up.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// What answering takes beside the database.
#[derive(Clone)]
pub(super) struct Answering {
    pub directory: Arc<Directory>,
    pub key: LogKey,
    pub clock: Clock,
}

/// A file was read once when it came: what is kept of it must be readable.
const UNREADABLE: StoreError = StoreError::Inconsistent { table: "batch_slice", column: "entries" };

/// The people of a piece.
fn unpack(piece: &Leased) -> Result<Vec<Entry<'_>>, StoreError> {
    Packed::unpack(&piece.entries).ok_or(UNREADABLE)
}

/// Spoils the person whom the operator has ordered to fail.
fn order_failure(piece: &Leased, entries: &mut [Entry]) {
    let place = piece.fail_person.and_then(|number| usize::try_from(number - piece.first_person).ok());
    if let Some(entry) = place.and_then(|place| entries.get_mut(place)) {
        entry.refuse(&remark::ordered());
    }
}

impl Answering {
    /// Answers a piece; nothing is kept yet.
    pub async fn answer(
        &self,
        connection: &mut PgConnection,
        piece: &Leased,
        expires: jiff::SignedDuration,
    ) -> Result<Finished, AnswerError> {
        let at = self.clock.now();
        let base = Finished {
            units: Vec::new(),
            result_bytes: 0,
            normal: 0,
            errors: 0,
            path: None,
            log: Vec::new(),
            references: Vec::new(),
            at,
            expires_at: at.saturating_add(expires).unwrap_or(jiff::Timestamp::MAX),
        };
        match piece.kind {
            BatchKind::Qualification => self.by_card(connection, piece, base).await,
            BatchKind::ReferenceNumbers => Ok(register(piece, unpack(piece)?, base)?),
            BatchKind::Visit | BatchKind::Online => self.by_consent(connection, piece, base).await,
            BatchKind::MedicalAid => self.by_ticket(connection, piece, base).await,
        }
    }

    async fn by_card(&self, connection: &mut PgConnection, piece: &Leased, base: Finished) -> Result<Finished, AnswerError> {
        let asked = Asked::read(piece, unpack(piece)?)?;
        let (facts, last) =
            store::by_card::facts_and_marks(connection, piece.institution, &asked.queries, piece.request_id).await?;
        let people: Vec<Vec<PersonFacts>> = facts.into_iter().collect::<Result<_, _>>()?;
        // What takes milliseconds and waits for nothing runs while another thread takes over the tasks of this one.
        let answers: Vec<Answer> = block_in_place(|| {
            let questions = asked.queries.iter().zip(&people);
            questions.map(|(query, people)| decide::by_card(query, Some(piece.institution), people)).collect()
        });
        let insurers = self.insurers(&answers).await?;
        Ok(block_in_place(|| written(piece, &asked, &answers, &last, &insurers, &self.key, base)))
    }

    /// The record of a person who is known, until there is an answer.
    pub(super) fn unanswered(&self, person: PersonId) -> PersonRecord {
        PersonRecord { person: Some(person), ..PersonRecord::new(self.key.of_person(person), Outcome::Unreadable) }
    }

    async fn insurers(&self, answers: &[Answer]) -> Result<HashMap<InsurerNumber, Arc<str>>, QueryError> {
        let mut names = HashMap::new();
        for record in answers.iter().filter_map(|answer| answer.record.as_ref()) {
            let number = record.coverage.key.insurer;
            if let std::collections::hash_map::Entry::Vacant(place) = names.entry(number) {
                place.insert(self.directory.insurer_name(number).await?);
            }
        }
        Ok(names)
    }
}

/// The people of a piece, and the questions about those of them who can be asked about.
struct Asked<'a> {
    entries: Vec<Entry<'a>>,
    /// For each person, which of the questions it is.
    places: Vec<Option<usize>>,
    queries: Vec<CardQuery>,
}

impl<'a> Asked<'a> {
    fn read(piece: &Leased, mut entries: Vec<Entry<'a>>) -> Result<Self, StoreError> {
        order_failure(piece, &mut entries);
        let mut queries = Vec::with_capacity(entries.len());
        let mut places = Vec::with_capacity(entries.len());
        for entry in &entries {
            if entry.refusal().is_some() {
                places.push(None);
                continue;
            }
            let asked = entry.asked().map_err(|_| UNREADABLE)?;
            places.push(Some(queries.len()));
            queries.push(asked.on(piece.check_on));
        }
        Ok(Self { entries, places, queries })
    }
}

fn written(
    piece: &Leased,
    asked: &Asked<'_>,
    answers: &[Answer],
    last: &HashMap<PersonId, i64>,
    insurers: &HashMap<InsurerNumber, Arc<str>>,
    key: &LogKey,
    base: Finished,
) -> Finished {
    let mut units = Units::new(piece.kind, piece.format, asked.entries.len());
    let mut log = Vec::with_capacity(asked.entries.len());
    for (entry, place) in asked.entries.iter().zip(&asked.places) {
        let Some(place) = *place else {
            units.spoiled(entry);
            log.push(PersonRecord::new(key.of_nobody(), Outcome::Unreadable));
            continue;
        };
        let (query, answer) = (&asked.queries[place], &answers[place]);
        let found = answer.record.as_ref();
        let mark = found.filter(|record| record.limit_consent).map(|record| key.limit_mark(record.limit.iter()));
        let shown_record = found.and_then(|record| {
            let insurer = insurers.get(&record.coverage.key.insurer)?.clone();
            let limit_changed = mark.map(|mark| last.get(&record.person) != Some(&mark));
            Some(ShownRecord { record, insurer, limit_changed })
        });
        units.answered(entry, &Found { validity: answer.validity, record: shown_record });
        log.push(PersonRecord {
            person: found.map(|record| record.person),
            key_hash: key.of_card(&query.key, query.birth_on),
            outcome: Outcome::Answered(answer.validity),
            // A bulk result tells whether the certificate has changed, and never what it says.
            shown: Shown { limit: false, ..shown(found) },
            limit_consent: query.limit_consent,
            limit_mark: mark,
        });
    }
    Finished { path: Some(Path::BulkCard), log, ..told(units, base) }
}

/// What is told of the people of a piece, packed and counted.
pub(super) fn told(units: Units, base: Finished) -> Finished {
    let (text, counts) = units.finish();
    let number = |count| i32::try_from(count).unwrap_or(i32::MAX);
    let (normal, errors) = (number(counts.normal), number(counts.errors));
    Finished { units: pack(&text), result_bytes: text.len(), normal, errors, ..base }
}

/// Numbers are told to nobody but the institution itself, so that there is nothing to record about the people.
fn register(piece: &Leased, mut entries: Vec<Entry>, base: Finished) -> Result<Finished, StoreError> {
    order_failure(piece, &mut entries);
    let mut units = Units::new(piece.kind, piece.format, entries.len());
    let mut references = Vec::with_capacity(entries.len());
    for entry in &entries {
        if entry.refusal().is_some() {
            units.spoiled(entry);
            continue;
        }
        let new = entry.registration().map_err(|_| UNREADABLE)?;
        references.push(NewReference {
            institution: piece.institution,
            key: new.key,
            reference: new.reference,
            at: base.at,
        });
        units.registered(entry);
    }
    Ok(Finished { references, ..told(units, base) })
}

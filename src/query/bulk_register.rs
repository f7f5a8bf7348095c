//! A file with questions about many people is taken.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::clock::system_now;
use crate::config::BulkLimits;
use crate::domain::{
    BatchKind, BirthDate, CardKey, Ending, Format, InstitutionCode, Moment, ReceptionNumber, TreatmentKind, Wanted,
};
use crate::store::Store;
use crate::store::access_log::{Outcome, Path, Record};
use crate::store::bulk_register::{NewBatch, NewSlice, Quota, RegisterError};

use super::access_log::{AccessLog, Asker};
use super::misses::Misses;
use super::{QueryError, failed};

/// A file that was read.
pub struct NewFile {
    /// What it asks for.
    pub kind: BatchKind,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
    /// 資格確認日; the day of reception where the file has none.
    pub check_on: Date,
    /// The day of reception in Tokyo.
    pub received_on: Date,
    /// Whose result is wanted, where the file names no people.
    pub wanted: Option<Wanted>,
    /// The format of the answer.
    pub format: Format,
    /// Its people, in pieces.
    pub slices: Vec<NewSlice>,
    /// Those of them who can be asked about, as [`BulkRegister::person`] tells them apart.
    pub people: Vec<u64>,
}

/// By which path the people of a file are asked about.
fn path_of(kind: BatchKind) -> Path {
    match kind {
        BatchKind::Qualification => Path::BulkCard,
        BatchKind::ReferenceNumbers => Path::ReferenceNumber,
        BatchKind::Visit => Path::BulkConsented(TreatmentKind::Visit),
        BatchKind::Online => Path::BulkConsented(TreatmentKind::Online),
        BatchKind::MedicalAid => Path::BulkTicket,
    }
}

/// Why a file was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkRefused {
    /// The institution has too many files in work.
    InFlight,
    /// The institution asks about too many people in one day.
    PeopleOfDay,
    /// There are more people of the days or the month than a file may be about.
    TooManyPeople(usize),
    /// Too many people of files, or of lookups, were unknown. Another file may be sent after so many seconds.
    Misses(u64),
    /// The database failed.
    Failed(QueryError),
}

/// Takes files.
#[derive(Clone)]
pub struct BulkRegister {
    store: Store,
    log: AccessLog,
    quota: Quota,
    keep: SignedDuration,
    slice: usize,
    persons: usize,
    misses: Arc<Misses>,
}

impl BulkRegister {
    /// Takes files into `store`.
    #[must_use]
    pub fn new(store: &Store, log: AccessLog, limits: &BulkLimits, misses: &Arc<Misses>) -> Self {
        let limit = |number: usize| Some(number).filter(|number| *number > 0);
        let quota = Quota { in_flight: limit(limits.in_flight), people_a_day: limit(limits.people_a_day) };
        let BulkLimits { keep, slice, persons, .. } = *limits;
        Self { store: store.clone(), log, quota, keep, slice, persons, misses: misses.clone() }
    }

    /// Tells people apart for the count of the day, unreadable without the secret; nothing where nobody counts.
    #[must_use]
    pub fn person(&self, key: &CardKey, birth_on: BirthDate) -> Option<u64> {
        self.quota.people_a_day?;
        let hash = self.log.key().of_card(key, birth_on);
        Some(u64::from_be_bytes(*hash.first_chunk().expect("32 bytes hold 8")))
    }

    /// Takes a file. When this returns its number, the file is committed.
    ///
    /// # Errors
    /// See [`BulkRefused`]; then nothing is stored.
    pub async fn register(&self, asker: &Asker, file: NewFile) -> Result<ReceptionNumber, BulkRefused> {
        if file.kind == BatchKind::Qualification
            && let Err(QueryError::Misses(seconds)) = self.misses.check(asker.institution)
        {
            return Err(BulkRefused::Misses(seconds));
        }
        let mut people = file.people;
        people.sort_unstable();
        people.dedup();
        let received_at = Moment { domain: asker.at, system: system_now() };
        let new = NewBatch {
            request_id: asker.request_id,
            kind: file.kind,
            institution: asker.institution,
            terminal_serial: asker.terminal_serial.clone(),
            file_identifier: file.file_identifier,
            check_on: file.check_on,
            wanted: file.wanted,
            format: file.format,
            received_at,
            received_on: file.received_on,
            ending: Ending::at(received_at, self.keep),
            slices: file.slices,
            slice: self.slice,
            persons: self.persons,
            people,
        };
        self.store.register_batch(new, self.quota).await.map_err(|error| match error {
            RegisterError::InFlight => BulkRefused::InFlight,
            RegisterError::PeopleOfDay => BulkRefused::PeopleOfDay,
            RegisterError::TooManyPeople(most) => BulkRefused::TooManyPeople(most),
            RegisterError::Store(error) => BulkRefused::Failed(failed("register_batch")(error)),
        })
    }

    /// Records a file, or a question for its result, that came in another institution's name; it gets no answer.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn refuse_mismatch(
        &self,
        asker: Asker,
        claimed: InstitutionCode,
        kind: BatchKind,
        check_on: Option<Date>,
    ) -> Result<(), QueryError> {
        let hash = self.log.key().of_nobody();
        let record = self.log.record(asker, path_of(kind), hash, check_on, Outcome::InstitutionMismatch);
        self.log.write(Record { claimed_institution: Some(claimed), ..record }).await
    }
}

//! Accepts files with questions about many people.

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

/// Holds a file that was read and is not stored yet.
pub struct NewFile {
    /// What it asks for.
    pub kind: BatchKind,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
    /// 資格確認日; the day of reception if the file has none.
    pub check_on: Date,
    /// The day of reception in Tokyo.
    pub received_on: Date,
    /// The people whose results are wanted, if the file does not name them itself.
    pub wanted: Option<Wanted>,
    /// The format of the answer.
    pub format: Format,
    /// The people of the file, in pieces.
    pub slices: Vec<NewSlice>,
    /// The people who can be asked about, each as the number that [`BulkRegister::person`] returns.
    pub people: Vec<u64>,
}

/// Returns the path on which the people of a file are asked about.
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
    /// The institution has too many unfinished files.
    InFlight,
    /// The institution asks about too many people in one day.
    PeopleOfDay,
    /// More people belong to the days or the month than one file may cover.
    TooManyPeople(usize),
    /// The institution's files or lookups found nobody too often. It may send another file after this many seconds.
    Misses(u64),
    /// The database failed.
    Failed(QueryError),
}

/// Accepts files.
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
    /// Makes a service that stores files in `store`.
    #[must_use]
    pub fn new(store: &Store, log: AccessLog, limits: &BulkLimits, misses: &Arc<Misses>) -> Self {
        let limit = |number: usize| Some(number).filter(|number| *number > 0);
        let quota = Quota { in_flight: limit(limits.in_flight), people_a_day: limit(limits.people_a_day) };
        let BulkLimits { keep, slice, persons, .. } = *limits;
        Self { store: store.clone(), log, quota, keep, slice, persons, misses: misses.clone() }
    }

    /// Returns a number that tells people apart for the daily count and reveals nothing without the secret. None if there is no
    /// daily limit.
    #[must_use]
    pub fn person(&self, key: &CardKey, birth_on: BirthDate) -> Option<u64> {
        self.quota.people_a_day?;
        let hash = self.log.key().of_card(key, birth_on);
        Some(u64::from_be_bytes(*hash.first_chunk().expect("32 bytes hold 8")))
    }

    /// Stores a file. When this returns its number, the file is committed.
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

    /// Records a file, or a question for its result, that claims another institution; the institution gets no answer.
    ///
    /// # Errors
    /// If the record cannot be written.
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

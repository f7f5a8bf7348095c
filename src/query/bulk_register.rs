//! Accepts files with questions about many people.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::clock::system_now;
use crate::config::BulkLimits;
use crate::domain::{BatchEnding, BatchKind, BirthDate, CardKey, Format, Moment, NewSlice, ReceptionNumber, WantedPeople};
use crate::store::Store;
use crate::store::bulk_register::{NewBatch, Quota, RegisterError};

use super::log_key::LogKey;
use super::misses::Misses;
use super::own::Own;
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
    pub wanted: Option<WantedPeople>,
    /// The format of the answer.
    pub format: Format,
    /// The people of the file, in slices.
    pub slices: Vec<NewSlice>,
    /// The people who can be asked about, each as the number that [`BulkRegister::person`] returns.
    pub people: Vec<u64>,
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
    key: LogKey,
    quota: Quota,
    keep: SignedDuration,
    slice: usize,
    persons: usize,
    misses: Arc<Misses>,
}

impl BulkRegister {
    /// Makes a service that stores files in `store`.
    #[must_use]
    pub fn new(store: &Store, key: LogKey, limits: &BulkLimits, misses: &Arc<Misses>) -> Self {
        let limit = |number: usize| Some(number).filter(|number| *number > 0);
        let quota = Quota { in_flight: limit(limits.in_flight), people_a_day: limit(limits.people_a_day) };
        let BulkLimits { keep, slice, persons, .. } = *limits;
        Self { store: store.clone(), key, quota, keep, slice, persons, misses: misses.clone() }
    }

    /// Returns a number that tells people apart for the daily count and reveals nothing without the secret. None if there is no
    /// daily limit.
    #[must_use]
    pub fn person(&self, key: &CardKey, birth_on: BirthDate) -> Option<u64> {
        self.quota.people_a_day?;
        let hash = self.key.of_card(key, birth_on);
        Some(u64::from_be_bytes(*hash.first_chunk().expect("32 bytes hold 8")))
    }

    /// Stores a file. When this returns its number, the file is committed.
    ///
    /// # Errors
    /// See [`BulkRefused`]; then nothing is stored.
    pub async fn register(&self, own: Own<'_, NewFile>) -> Result<ReceptionNumber, BulkRefused> {
        let (asker, file) = (own.asker(), own.question());
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
            ending: BatchEnding::at(received_at, self.keep),
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
}

//! Stores a new batch with its slices and its quota, in one transaction.

use jiff::civil::Date;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    BatchEnding, BatchKind, ConsentDays, Format, InstitutionCode, Moment, NewSlice, PersonId, ReceptionNumber, WantedPeople,
};

use super::consented::{self, ConsentedPerson};
use super::rows::{StoredEnum, to_sql};
use super::{Store, StoreError, medical_aid};

/// The channel on which workers are notified of new slices when they are committed.
pub const QUEUED: &str = "shikaku_bulk_queued";

/// A batch to store.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// The X-Request-Id of the upload.
    pub request_id: Uuid,
    /// What it asks for.
    pub kind: BatchKind,
    /// The institution that sent it.
    pub institution: InstitutionCode,
    /// Serial number of the terminal's certificate.
    pub terminal_serial: Vec<u8>,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
    /// 資格確認日.
    pub check_on: Date,
    /// The people whose results are wanted, if the file does not name them itself.
    pub wanted: Option<WantedPeople>,
    /// The format of the result's units.
    pub format: Format,
    /// 受付日時.
    pub received_at: Moment,
    /// The day of `received_at` in Tokyo.
    pub received_on: Date,
    /// How the batch ends, if there is nothing to do.
    pub ending: BatchEnding,
    /// Its people, in slices; filled in here if the file names none.
    pub slices: Vec<NewSlice>,
    /// How many people a slice that is made here holds.
    pub slice: usize,
    /// How many people a batch may cover.
    pub persons: usize,
    /// Keyed hashes of the people who can be asked about, sorted, without duplicates.
    pub people: Vec<u64>,
}

/// Packs people who were found here, as [`LeasedSlice::people`](super::leases::LeasedSlice::people) reads them.
fn slice_of<T: Serialize>(people: &[T]) -> NewSlice {
    NewSlice {
        persons: i32::try_from(people.len()).unwrap_or(i32::MAX),
        entries: serde_json::to_vec(people).expect("numbers and times can be written"),
    }
}

/// Finds the people whose results are wanted. Each page of people in order of id makes a slice.
async fn find(connection: &mut PgConnection, new: &NewBatch, wanted: &WantedPeople) -> Result<Vec<NewSlice>, RegisterError> {
    let page = i64::try_from(new.slice).unwrap_or(i64::MAX);
    let (mut slices, mut found, mut after) = (Vec::new(), 0, PersonId(i64::MIN));
    loop {
        let (count, last, slice) = match wanted {
            WantedPeople::Consented(wanted) => {
                let people = consented::select(connection, new.institution, wanted, after, page).await?;
                (people.len(), people.last().map(ConsentedPerson::person), slice_of(&people))
            }
            WantedPeople::Tickets(month) => {
                let people = medical_aid::select(connection, new.institution, *month, after, page).await?;
                (people.len(), people.last().copied().map(PersonId), slice_of(&people))
            }
        };
        let Some(last) = last else { return Ok(slices) };
        (found, after) = (found + count, last);
        if found > new.persons {
            return Err(RegisterError::TooManyPeople(new.persons));
        }
        slices.push(slice);
        if count < new.slice {
            return Ok(slices);
        }
    }
}

/// The limits for an institution's batches; `None` for no limit.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// Unfinished batches.
    pub in_flight: Option<usize>,
    /// Different people asked about in the batches of one day.
    pub people_a_day: Option<usize>,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The institution has too many unfinished batches.
    #[error("too many files of this institution are in work")]
    InFlight,
    /// The institution asks about too many people in one day.
    #[error("the institution has asked about too many different people today")]
    PeopleOfDay,
    /// More people were found than a batch may cover.
    #[error("more than {0} people are found")]
    TooManyPeople(usize),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RegisterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Stores a batch. When this returns its number, everything is committed.
    ///
    /// # Errors
    /// See [`RegisterError`]; then nothing is stored.
    pub async fn register_batch(&self, mut new: NewBatch, quota: Quota) -> Result<ReceptionNumber, RegisterError> {
        let mut transaction = self.pool().begin().await?;
        let new = &mut new;
        count_in(&mut transaction, new, quota).await?;
        if let Some(wanted) = &new.wanted {
            new.slices = find(&mut transaction, new, wanted).await?;
        }
        let (id, number) = insert_batch(&mut transaction, new).await?;
        insert_slices(&mut transaction, id, new).await?;
        // Delivered when this transaction commits.
        sqlx::query!("select pg_notify($1, '') as done", QUEUED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        ReceptionNumber::parse(&number).map_err(|_| StoreError::illegal("batch", "reception_number").into())
    }
}

/// Locks the institution's row of the day until the end of the transaction, so that its batches are counted one at a time.
async fn count_in(connection: &mut PgConnection, new: &NewBatch, quota: Quota) -> Result<(), RegisterError> {
    let known = sqlx::query_scalar!(
        r#"
        insert into bulk_day (institution_code, day, people) values ($1, $2, '')
            on conflict on constraint bulk_day_pkey do update set day = excluded.day
     returning people
        "#,
        new.institution.as_str(),
        to_sql(new.received_on),
    )
    .fetch_one(&mut *connection)
    .await?;
    if let Some(most) = quota.in_flight {
        let in_flight = sqlx::query_scalar!(
            r#"select count(*) as "count!" from batch where institution_code = $1 and state = 1"#,
            new.institution.as_str()
        )
        .fetch_one(&mut *connection)
        .await?;
        if usize::try_from(in_flight).is_ok_and(|in_flight| in_flight >= most) {
            return Err(RegisterError::InFlight);
        }
    }
    let Some(most) = quota.people_a_day else { return Ok(()) };
    let known: Vec<u64> = known.as_chunks().0.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect();
    let all = merged(&known, &new.people);
    if all.len() > most {
        return Err(RegisterError::PeopleOfDay);
    }
    if all.len() > known.len() {
        let bytes: Vec<u8> = all.iter().flat_map(|hash| hash.to_be_bytes()).collect();
        sqlx::query!(
            "update bulk_day set people = $3 where institution_code = $1 and day = $2",
            new.institution.as_str(),
            to_sql(new.received_on),
            bytes,
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Merges two sorted lists and removes duplicates.
fn merged(known: &[u64], new: &[u64]) -> Vec<u64> {
    let mut all = [known, new].concat();
    // A stable sort merges two sorted runs in linear time.
    all.sort();
    all.dedup();
    all
}

/// Returns the first and the last day that are wanted, both inclusive.
fn days(wanted: WantedPeople) -> (Date, Date) {
    match wanted {
        WantedPeople::Consented(ConsentDays { days, .. }) => (days.from(), days.through()),
        WantedPeople::Tickets(month) => (month.first_day(), month.last_day()),
    }
}

/// Inserts the batch, with the failures that the operator has ordered for it.
async fn insert_batch(connection: &mut PgConnection, new: &NewBatch) -> Result<(i64, String), RegisterError> {
    let persons: i32 = new.slices.iter().map(|slice| slice.persons).sum();
    let slices = i32::try_from(new.slices.len()).unwrap_or(i32::MAX);
    let consented = match new.wanted {
        Some(WantedPeople::Consented(consented)) => Some(consented),
        _ => None,
    };
    let days = new.wanted.map(days);
    let row = sqlx::query!(
        r#"
        with ordered as (
            update bulk_simulation set fail_next = fail_next - 1 where fail_next > 0 returning id
        )
        insert into batch
             ( reception_number, request_id, kind, institution_code, terminal_serial, file_identifier, check_on, treatment, day_of
             , days_from, days_through, format, state, persons, slices, open_slices, received_at, hold_until, hold_fetches
             , fail_at_start, fail_person, finished_at, expires_at, retained_until, recorded_at )
        select to_char($1::date, 'YYYYMMDD') || lpad(nextval('batch_number_seq')::text, 12, '0'), $2, $3, $4, $5, $6, $7, $8, $9
             , $10, $11, $12, case when $14 = 0 then 2 else 1 end, $13, $14, $14, $15::timestamptz
             , case when simulation.hold_seconds > 0 then $15::timestamptz + make_interval(secs => simulation.hold_seconds) end
             , simulation.hold_fetches, exists (select from ordered), simulation.fail_person
             , case when $14 = 0 then $16::timestamptz end, case when $14 = 0 then $17::timestamptz end
             , case when $14 = 0 then $18::timestamptz end, $19
          from bulk_simulation as simulation
     returning id, reception_number
        "#,
        to_sql(new.received_on) as jiff_sqlx::Date,
        new.request_id,
        new.kind.number(),
        new.institution.as_str(),
        new.terminal_serial,
        new.file_identifier,
        to_sql(new.check_on) as jiff_sqlx::Date,
        consented.map(|consented| consented.treatment.number()),
        consented.map(|consented| consented.by.number()),
        days.map(|(from, _)| to_sql(from)) as Option<jiff_sqlx::Date>,
        days.map(|(_, through)| to_sql(through)) as Option<jiff_sqlx::Date>,
        new.format.number(),
        persons,
        slices,
        new.received_at.domain.to_sqlx() as SqlTimestamp,
        new.ending.finished_at.to_sqlx() as SqlTimestamp,
        new.ending.kept_until.domain.to_sqlx() as SqlTimestamp,
        new.ending.kept_until.system.to_sqlx() as SqlTimestamp,
        new.received_at.system.to_sqlx() as SqlTimestamp,
    )
    .fetch_one(connection)
    .await?;
    Ok((row.id, row.reception_number))
}

/// Inserts the slices behind the institution's own open slices, and not ahead of the first slice of the whole queue.
async fn insert_slices(connection: &mut PgConnection, batch_id: i64, new: &NewBatch) -> Result<(), RegisterError> {
    let persons: Vec<i32> = new.slices.iter().map(|slice| slice.persons).collect();
    let before: Vec<i32> = persons
        .iter()
        .scan(0, |sum, persons| {
            *sum += persons;
            Some(*sum - persons)
        })
        .collect();
    let entries: Vec<&[u8]> = new.slices.iter().map(|slice| slice.entries.as_slice()).collect();
    sqlx::query!(
        r#"
        insert into batch_slice (batch_id, place, first_person, persons, institution_code, turn, state, entries)
        select $1, slice.place - 1, slice.before + 1, slice.persons, $2, start.turn + slice.before, 1, slice.entries
          from unnest($3::integer[], $4::integer[], $5::bytea[]) with ordinality as slice (persons, before, entries, place)
             , ( select greatest
                      ( coalesce((select min(turn) from batch_slice where state = 1), 0)
                      , coalesce((select max(turn + persons) from batch_slice where institution_code = $2 and state = 1), 0)
                      ) as turn
               ) as start
        "#,
        batch_id,
        new.institution.as_str(),
        &persons,
        &before,
        &entries as &[&[u8]],
    )
    .execute(connection)
    .await?;
    Ok(())
}

//! Leases of slices of batches: taken, renewed, returned, given up. A worker that has lost its lease can change nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{BatchEnding, BatchFailure, BatchKind, Format, InstitutionCode};

use super::rows::StoredEnum;
use super::{Store, StoreError};

/// A slice that this worker holds until the lease ends.
#[derive(Clone)]
pub struct LeasedSlice {
    /// The batch.
    pub batch_id: i64,
    /// The slice's place in the batch.
    pub place: i32,
    /// The number of its first person in the batch, from 1.
    pub first_person: i32,
    /// The fencing token of the lease.
    pub lease: Uuid,
    /// How often work on it was started, including this time.
    pub attempts: i16,
    /// The people, packed.
    pub entries: Vec<u8>,
    /// What the batch asks for.
    pub kind: BatchKind,
    /// The institution that sent it.
    pub institution: InstitutionCode,
    /// Serial number of the terminal's certificate.
    pub terminal_serial: Vec<u8>,
    /// The X-Request-Id of the upload.
    pub request_id: Uuid,
    /// 資格確認日.
    pub check_on: Date,
    /// The format of the units.
    pub format: Format,
    /// Whether the operator has ordered the batch to fail.
    pub fail_at_start: bool,
    /// The number of the person whom the operator has ordered to fail, from 1.
    pub fail_person: Option<i32>,
}

impl LeasedSlice {
    /// Makes an error for an illegal stored value in a column of the slice.
    #[must_use]
    pub fn illegal(&self, column: &'static str) -> StoreError {
        let slice = format_args!("{} of batch {}", self.place, self.batch_id).to_string();
        StoreError::illegal("batch_slice", column).in_row("batch_slice", slice)
    }

    /// Unpacks the people of a slice whose file named none: they were found when it was received.
    ///
    /// # Errors
    /// If the entries are something else.
    pub fn people<T: DeserializeOwned>(&self) -> Result<Vec<T>, StoreError> {
        serde_json::from_slice(&self.entries).map_err(|_| self.illegal("entries"))
    }
}

struct LeasedRow {
    batch_id: i64,
    place: i32,
    first_person: i32,
    attempts: i16,
    entries: Vec<u8>,
    kind: i16,
    institution_code: String,
    terminal_serial: Vec<u8>,
    request_id: Uuid,
    check_on: Option<SqlDate>,
    format: i16,
    fail_at_start: bool,
    fail_person: Option<i32>,
}

/// The result of trying to take a slice.
pub enum Taken {
    /// A slice, leased.
    Slice(Box<LeasedSlice>),
    /// A slice of a batch with an illegal stored value, which no worker can process.
    Illegal {
        /// The batch.
        batch_id: i64,
        /// What is wrong with it.
        error: StoreError,
    },
}

/// Takes the open slice whose turn is next and whose last lease ended at `ended` or before, and leases it until `until`; both are
/// system time.
///
/// The commit does not wait for the disk: if a crash of the database undoes the lease, the slice is open again, the token is
/// void, and the try does not count.
///
/// # Errors
/// If the database fails.
pub async fn take(connection: &mut PgConnection, ended: Timestamp, until: Timestamp) -> Result<Option<Taken>, StoreError> {
    let lease = Uuid::now_v7();
    let row = sqlx::query_as!(
        LeasedRow,
        r#"
        with next as (
            select batch_id, place
              from batch_slice
             where state = 1
               and leased_until <= $1
             order by turn, batch_id, place
             limit 1
               for update skip locked
        ), taken as (
            update batch_slice as slice
               set leased_until = $2, lease = $3, attempts = attempts + 1
              from next
             where slice.batch_id = next.batch_id
               and slice.place = next.place
         returning slice.batch_id, slice.place, slice.first_person, slice.attempts, slice.entries
        )
        select taken.batch_id, taken.place, taken.first_person, taken.attempts, taken.entries
             , batch.kind, batch.institution_code, batch.terminal_serial, batch.request_id, batch.check_on, batch.format
             , batch.fail_at_start, batch.fail_person
          from taken
          join batch on batch.id = taken.batch_id
         where set_config('synchronous_commit', 'off', true) is not null
        "#,
        ended.to_sqlx() as SqlTimestamp,
        until.to_sqlx() as SqlTimestamp,
        lease,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let batch_id = row.batch_id;
        match leased(row, lease) {
            Ok(slice) => Taken::Slice(Box::new(slice)),
            Err(error) => Taken::Illegal { batch_id, error: error.in_row("batch", batch_id) },
        }
    }))
}

fn leased(row: LeasedRow, lease: Uuid) -> Result<LeasedSlice, StoreError> {
    let wrong = |column| StoreError::illegal("batch", column);
    Ok(LeasedSlice {
        batch_id: row.batch_id,
        place: row.place,
        first_person: row.first_person,
        lease,
        attempts: row.attempts,
        entries: row.entries,
        kind: BatchKind::read(row.kind)?,
        institution: InstitutionCode::parse(&row.institution_code).map_err(|_| wrong("institution_code"))?,
        terminal_serial: row.terminal_serial,
        request_id: row.request_id,
        check_on: row.check_on.map(SqlDate::to_jiff).ok_or_else(|| wrong("check_on"))?,
        format: Format::read(row.format)?,
        fail_at_start: row.fail_at_start,
        fail_person: row.fail_person,
    })
}

impl Store {
    /// Moves the end of a lease, system time: later to renew it, to about now to return the slice. Returns false if the lease was
    /// lost.
    ///
    /// # Errors
    /// If the database fails; then the end of the lease stays as it was.
    pub async fn move_lease_end(&self, slice: &LeasedSlice, end: Timestamp) -> Result<bool, StoreError> {
        let moved = sqlx::query!(
            "update batch_slice set leased_until = $4 where batch_id = $1 and place = $2 and lease = $3 and state = 1",
            slice.batch_id,
            slice.place,
            slice.lease,
            end.to_sqlx() as SqlTimestamp,
        )
        .execute(self.pool())
        .await?;
        Ok(moved.rows_affected() > 0)
    }

    /// Puts a slice back into the queue, not to be taken before `from`: the try does not count. Returns false if the lease was
    /// lost.
    ///
    /// # Errors
    /// If the database fails; then the end of the lease stays as it was, and the try counts.
    pub async fn put_off(&self, slice: &LeasedSlice, from: Timestamp) -> Result<bool, StoreError> {
        let put_off = sqlx::query!(
            r#"
            update batch_slice
               set leased_until = $4, attempts = attempts - 1
             where batch_id = $1 and place = $2 and lease = $3 and state = 1
            "#,
            slice.batch_id,
            slice.place,
            slice.lease,
            from.to_sqlx() as SqlTimestamp,
        )
        .execute(self.pool())
        .await?;
        Ok(put_off.rows_affected() > 0)
    }

    /// Fails the batch of a slice; returns false if the lease was lost or the batch is finished.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fail_batch(
        &self,
        slice: &LeasedSlice,
        reason: BatchFailure,
        ending: BatchEnding,
    ) -> Result<bool, StoreError> {
        self.give_up(slice.batch_id, Some(slice), reason, ending).await
    }

    /// Fails a batch with an illegal stored value; returns false if it is finished.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fail_illegal_batch(&self, batch_id: i64, ending: BatchEnding) -> Result<bool, StoreError> {
        self.give_up(batch_id, None, BatchFailure::TriedTooOften, ending).await
    }

    async fn give_up(
        &self,
        batch_id: i64,
        holder: Option<&LeasedSlice>,
        reason: BatchFailure,
        ending: BatchEnding,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool().begin().await?;
        // Locked in order and before the batch, as in every transaction, so that none deadlock.
        let slices = sqlx::query!(
            "select place, lease, state from batch_slice where batch_id = $1 order by place for update",
            batch_id,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let is_held = |slice: &LeasedSlice| {
            slices.iter().any(|row| row.state == 1 && row.place == slice.place && row.lease == Some(slice.lease))
        };
        if !holder.is_none_or(is_held) {
            transaction.rollback().await?;
            return Ok(false);
        }
        sqlx::query!("update batch_slice set state = 3 where batch_id = $1 and state = 1", batch_id)
            .execute(&mut *transaction)
            .await?;
        let failed = sqlx::query!(
            r#"
            update batch
               set state = 3, failure = $2, finished_at = $3, expires_at = $4, retained_until = $5, retries = retries + $6
             where id = $1 and state = 1
            "#,
            batch_id,
            reason.number(),
            ending.finished_at.to_sqlx() as SqlTimestamp,
            ending.kept_until.domain.to_sqlx() as SqlTimestamp,
            ending.kept_until.system.to_sqlx() as SqlTimestamp,
            holder.map_or(0, |slice| i32::from(slice.attempts) - 1),
        )
        .execute(&mut *transaction)
        .await?;
        if failed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }
}

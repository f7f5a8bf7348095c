//! The operator's view of batches: lists, inspects, cancels and reruns them, and orders simulated failures for new ones.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use crate::domain::{
    BatchEnding, BatchFailure, BatchFilter, BatchKind, BatchLine, BatchState, Moment, ReceptionNumber, Simulation,
};

use super::bulk_register::QUEUED;
use super::rows::StoredEnum;
use super::{Store, StoreError};

/// What is waiting in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueState {
    /// Number of unfinished batches.
    pub batches: i64,
    /// Number of people in open slices.
    pub persons: i64,
    /// When the oldest unfinished batch was received, system time.
    pub oldest: Option<Timestamp>,
}

struct BatchRow {
    reception_number: String,
    kind: i16,
    institution_code: String,
    state: i16,
    failure: Option<i16>,
    persons: i32,
    slices: i32,
    open_slices: i32,
    leased_slices: i64,
    normal: i32,
    errors: i32,
    result_bytes: i64,
    retries: i32,
    received_at: SqlTimestamp,
    finished_at: Option<SqlTimestamp>,
    expires_at: Option<SqlTimestamp>,
}

impl TryFrom<BatchRow> for BatchLine {
    type Error = StoreError;

    fn try_from(row: BatchRow) -> Result<Self, StoreError> {
        Ok(Self {
            reception_number: row.reception_number,
            kind: BatchKind::read(row.kind)?,
            institution: row.institution_code,
            state: BatchState::read(row.state)?,
            failure: row.failure.map(BatchFailure::read).transpose()?,
            persons: row.persons,
            slices: row.slices,
            open_slices: row.open_slices,
            leased_slices: row.leased_slices,
            normal: row.normal,
            errors: row.errors,
            result_bytes: row.result_bytes,
            retries: row.retries,
            received_at: row.received_at.to_jiff(),
            finished_at: row.finished_at.map(SqlTimestamp::to_jiff),
            expires_at: row.expires_at.map(SqlTimestamp::to_jiff),
        })
    }
}

impl Store {
    /// Lists up to `most` batches, the latest first, as they stand at the moment `at`. An expired batch is listed as expired,
    /// whether or not it has been removed yet.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn batches(&self, filter: &BatchFilter, at: Moment, most: i64) -> Result<Vec<BatchLine>, StoreError> {
        let rows = sqlx::query_as!(
            BatchRow,
            r#"
            select reception_number, kind, institution_code, shown.state as "state!", failure, persons, slices, open_slices
                 , (select count(*) from batch_slice
                     where batch_id = batch.id and batch_slice.state = 1 and leased_until > $6) as "leased_slices!"
                 , normal, errors, result_bytes, retries, received_at, finished_at, expires_at
              from batch
             cross join lateral (select case when expires_at <= $5 then 5 else state end::smallint as state) as shown
             where ($1::text is null or reception_number = $1)
               and ($2::text is null or institution_code = $2)
               and ($3::smallint is null or shown.state = $3)
               and ($4::text is null or id < (select id from batch as other where other.reception_number = $4))
             order by id desc
             limit $7
            "#,
            filter.number,
            filter.institution,
            filter.state.map(StoredEnum::number),
            filter.before,
            at.domain.to_sqlx() as SqlTimestamp,
            at.system.to_sqlx() as SqlTimestamp,
            most,
        )
        .fetch_all(self.pool())
        .await?;
        let line = |row: BatchRow| {
            let number = row.reception_number.clone();
            BatchLine::try_from(row).map_err(|error| error.in_row("batch", number))
        };
        rows.into_iter().map(line).collect()
    }

    /// Cancels an unfinished batch; returns false if there is no such batch.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn cancel_batch(&self, number: &ReceptionNumber, ending: BatchEnding) -> Result<bool, StoreError> {
        let mut transaction = self.pool().begin().await?;
        lock_slices(&mut transaction, number).await?;
        sqlx::query!(
            r#"
            update batch_slice set state = 3
             where batch_id = (select id from batch where reception_number = $1) and state = 1
            "#,
            number.as_str()
        )
        .execute(&mut *transaction)
        .await?;
        let cancelled = sqlx::query!(
            r#"
            update batch set state = 4, finished_at = $2, expires_at = $3, retained_until = $4
             where reception_number = $1 and state = 1
            "#,
            number.as_str(),
            ending.finished_at.to_sqlx() as SqlTimestamp,
            ending.kept_until.domain.to_sqlx() as SqlTimestamp,
            ending.kept_until.system.to_sqlx() as SqlTimestamp,
        )
        .execute(&mut *transaction)
        .await?;
        if cancelled.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Starts a batch again that failed or was cancelled and has not expired at the time `at`. Finished slices stay as they are,
    /// so that no person is answered about twice. Returns false if there is no such batch.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn rerun_batch(&self, number: &ReceptionNumber, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.pool().begin().await?;
        lock_slices(&mut transaction, number).await?;
        let again = sqlx::query_scalar!(
            r#"
            update batch
               set state = 1, failure = null, finished_at = null, expires_at = null, retained_until = null, fail_at_start = false
             where reception_number = $1
               and state in (3, 4)
               and expires_at > $2
         returning id
            "#,
            number.as_str(),
            at.to_sqlx() as SqlTimestamp,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(id) = again else {
            transaction.rollback().await?;
            return Ok(false);
        };
        sqlx::query!(
            r#"
            update batch_slice set state = 1, attempts = 0, lease = null, leased_until = '-infinity'
             where batch_id = $1 and state = 3
            "#,
            id
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("select pg_notify($1, '') as done", QUEUED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Returns the failures that are simulated for new batches.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn simulation(&self) -> Result<Simulation, StoreError> {
        Ok(sqlx::query_as!(Simulation, "select hold_fetches, hold_seconds, fail_next, fail_person from bulk_simulation")
            .fetch_one(self.pool())
            .await?)
    }

    /// Sets the failures to simulate for batches received from now on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_simulation(&self, simulation: Simulation) -> Result<(), StoreError> {
        sqlx::query!(
            "update bulk_simulation set hold_fetches = $1, hold_seconds = $2, fail_next = $3, fail_person = $4",
            simulation.hold_fetches,
            simulation.hold_seconds,
            simulation.fail_next,
            simulation.fail_person,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Returns what is waiting in the queue.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue(&self) -> Result<QueueState, StoreError> {
        let row = sqlx::query!(
            r#"
            select (select count(*) from batch where state = 1) as "files!"
                 , (select coalesce(sum(persons), 0) from batch_slice where state = 1) as "persons!"
                 , (select min(coalesce(recorded_at, received_at)) from batch where state = 1) as "oldest: SqlTimestamp"
            "#
        )
        .fetch_one(self.pool())
        .await?;
        Ok(QueueState { batches: row.files, persons: row.persons, oldest: row.oldest.map(SqlTimestamp::to_jiff) })
    }
}

/// Locks the slices of a batch in order and before the batch itself. Every transaction does it in this order, so that none
/// deadlock.
async fn lock_slices(connection: &mut PgConnection, number: &ReceptionNumber) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
            select place from batch_slice
             where batch_id = (select id from batch where reception_number = $1)
             order by place
               for update
            "#,
        number.as_str()
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

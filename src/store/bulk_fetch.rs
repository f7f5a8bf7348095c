//! Reads the results of batches.

use jiff::Timestamp;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};

use crate::domain::{Batch, BatchFailure, BatchKind, BatchState, Format, InstitutionCode, ReceptionNumber};

use super::finish_slice::{unpack, unpacked_size};
use super::rows::StoredEnum;
use super::{Store, StoreError};

struct BatchRow {
    id: i64,
    kind: i16,
    file_identifier: Option<String>,
    check_on: Option<SqlDate>,
    format: i16,
    state: i16,
    failure: Option<i16>,
    finished_at: Option<SqlTimestamp>,
    slices: i32,
    normal: i32,
    errors: i32,
    result_bytes: i64,
    hold_until: Option<SqlTimestamp>,
    hold_fetches: i32,
    expired: bool,
}

fn batch(row: BatchRow, held: bool) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: row.id,
        kind: BatchKind::read(row.kind)?,
        file_identifier: row.file_identifier,
        check_on: row.check_on.map(SqlDate::to_jiff).ok_or(StoreError::illegal("batch", "check_on"))?,
        format: Format::read(row.format)?,
        // An expired batch is reported as expired, whether or not it has been removed yet.
        state: if row.expired { BatchState::Expired } else { BatchState::read(row.state)? },
        failure: row.failure.map(BatchFailure::read).transpose()?,
        finished_at: row.finished_at.map(SqlTimestamp::to_jiff),
        slices: row.slices,
        normal: row.normal,
        errors: row.errors,
        result_bytes: row.result_bytes,
        held,
    })
}

impl Store {
    /// Returns the institution's batch of this number at the time `at`. None if it expired at `forgotten` or before, whether or
    /// not it has been removed yet.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn batch(
        &self,
        number: &ReceptionNumber,
        institution: InstitutionCode,
        at: Timestamp,
        forgotten: Timestamp,
    ) -> Result<Option<Batch>, StoreError> {
        let row = sqlx::query_as!(
            BatchRow,
            r#"
            select id, kind, file_identifier, check_on, format, state, failure, finished_at, slices, normal, errors, result_bytes
                 , hold_until, hold_fetches, coalesce(expires_at <= $3, false) as "expired!"
              from batch
             where reception_number = $1
               and institution_code = $2
               and (expires_at is null or expires_at > $4)
            "#,
            number.as_str(),
            institution.as_str(),
            at.to_sqlx() as SqlTimestamp,
            forgotten.to_sqlx() as SqlTimestamp,
        )
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mut held = row.hold_until.is_some_and(|until| at < until.to_jiff());
        if row.hold_fetches > 0 {
            held |= self.count_held_fetch(row.id).await?;
        }
        let id = row.id;
        batch(row, held).map(Some).map_err(|error| error.in_row("batch", id))
    }

    /// Counts this fetch against those that the operator wants answered with 処理中. Returns whether it is one of them.
    async fn count_held_fetch(&self, id: i64) -> Result<bool, StoreError> {
        let counted =
            sqlx::query!("update batch set hold_fetches = hold_fetches - 1 where id = $1 and hold_fetches > 0", id)
                .execute(self.pool())
                .await?;
        Ok(counted.rows_affected() > 0)
    }

    /// Returns the sizes of the slices of a finished batch in order, unpacked, in bytes.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn slice_sizes(&self, id: i64) -> Result<Vec<usize>, StoreError> {
        let sizes = sqlx::query_scalar!(
            r#"
            select substring(units from 1 for 4) as "size!"
              from batch_slice
             where batch_id = $1 and state = 2
             order by place
            "#,
            id
        )
        .fetch_all(self.pool())
        .await?;
        sizes.iter().map(|size| unpacked_size(size)).collect()
    }

    /// Returns the units of a slice; `None` if they were removed.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn batch_units(&self, id: i64, place: i32) -> Result<Option<Vec<u8>>, StoreError> {
        let units = sqlx::query_scalar!(
            r#"select units as "units!" from batch_slice where batch_id = $1 and place = $2 and state = 2"#,
            id,
            place
        )
        .fetch_optional(self.pool())
        .await?;
        let slice = format_args!("{place} of batch {id}").to_string();
        units.map(|units| unpack(&units)).transpose().map_err(|error| error.in_row("batch_slice", slice))
    }
}

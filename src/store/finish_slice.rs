//! Stores the result of a slice of a batch.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgConnection, PgTransaction};

use crate::domain::{BatchEnding, Moment};

use super::StoreError;
use super::leases::LeasedSlice;
use super::reference_number::{self, NewReference};

/// The result of a slice.
pub struct Finished {
    /// The units in the format of the batch, as [`pack`] packs them.
    pub units: Vec<u8>,
    /// The size of the units unpacked, in bytes.
    pub result_bytes: usize,
    /// People with 処理結果状況 1.
    pub normal: i32,
    /// People with 処理結果状況 2.
    pub errors: i32,
    /// Number of access-log records written with it.
    pub records: u64,
    /// Numbers to register, committed with the result.
    pub references: Vec<NewReference>,
    /// Now.
    pub at: Moment,
    /// The end of the batch, if this was its last slice.
    pub ending: BatchEnding,
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It is committed; more slices are open.
    Kept,
    /// It is committed, and was the last slice.
    Whole {
        /// When the batch was received, system time.
        recorded_at: Timestamp,
    },
    /// The lease was lost, or the batch was cancelled or failed: nothing has changed.
    Lost,
}

/// Compresses units for storing with LZ4, because the compression of the database is slower.
#[must_use]
pub fn pack(units: &[u8]) -> Vec<u8> {
    lz4_flex::compress_prepend_size(units)
}

const UNREADABLE: StoreError = StoreError::illegal("batch_slice", "units");

/// Returns the size of units before [`pack`], in bytes. The first four packed bytes are enough.
///
/// # Errors
/// If there are fewer bytes.
pub(super) fn unpacked_size(units: &[u8]) -> Result<usize, StoreError> {
    lz4_flex::block::uncompressed_size(units).map(|(size, _)| size).map_err(|_| UNREADABLE)
}

/// Returns the units that [`pack`] packed.
///
/// # Errors
/// If the bytes are not what [`pack`] made.
pub(super) fn unpack(units: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (size, blocks) = lz4_flex::block::uncompressed_size(units).map_err(|_| UNREADABLE)?;
    let unpacked = lz4_flex::block::decompress(blocks, size).map_err(|_| UNREADABLE)?;
    // LZ4 reads a text that was cut off between two sequences without an error.
    if unpacked.len() == size { Ok(unpacked) } else { Err(UNREADABLE) }
}

/// Ends the transaction in which a slice was answered and its access-log records were written. Stores the result and registers
/// the numbers, all or nothing.
///
/// # Errors
/// If the database fails; then nothing has changed.
pub async fn finish(
    mut transaction: PgTransaction<'_>,
    slice: &LeasedSlice,
    finished: &Finished,
) -> Result<Completion, StoreError> {
    reference_number::register(&mut transaction, &finished.references).await?;
    let completion = complete(&mut transaction, slice, finished).await?;
    match completion {
        Completion::Lost => transaction.rollback().await?,
        Completion::Kept | Completion::Whole { .. } => transaction.commit().await?,
    }
    Ok(completion)
}

/// Succeeds once per slice, and only for the holder of the lease. The batch is updated last, because other workers wait for its
/// row. A batch is in work as long as one of its slices is open: a transaction that ends a batch ends its slices first.
async fn complete(
    connection: &mut PgConnection,
    slice: &LeasedSlice,
    finished: &Finished,
) -> Result<Completion, StoreError> {
    let batch = sqlx::query!(
        r#"
        with ours as (
            update batch_slice
               set state = 2, units = $4
             where batch_id = $1 and place = $2 and lease = $3 and state = 1
         returning batch_id
        )
        update batch
           set open_slices = open_slices - 1
             , normal = normal + $5
             , errors = errors + $6
             , result_bytes = result_bytes + $7
             , retries = retries + $8
             , state = case when open_slices = 1 then 2 else 1 end
             , finished_at = case when open_slices = 1 then $9::timestamptz end
             , expires_at = case when open_slices = 1 then $10::timestamptz end
             , retained_until = case when open_slices = 1 then $11::timestamptz end
          from ours
         where batch.id = ours.batch_id
     returning batch.state, coalesce(recorded_at, received_at) as "recorded_at!: SqlTimestamp"
        "#,
        slice.batch_id,
        slice.place,
        slice.lease,
        finished.units,
        finished.normal,
        finished.errors,
        i64::try_from(finished.result_bytes).unwrap_or(i64::MAX),
        i32::from(slice.attempts) - 1,
        finished.ending.finished_at.to_sqlx() as SqlTimestamp,
        finished.ending.kept_until.domain.to_sqlx() as SqlTimestamp,
        finished.ending.kept_until.system.to_sqlx() as SqlTimestamp,
    )
    .fetch_optional(connection)
    .await?;
    Ok(match batch {
        None => Completion::Lost,
        Some(batch) if batch.state == 2 => Completion::Whole { recorded_at: batch.recorded_at.to_jiff() },
        Some(_) => Completion::Kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_nothing_else_is_taken_for_it() {
        let units = "{\"BulkConfirmUnit\":\"試験　太郎\"},".repeat(500).into_bytes();
        let packed = pack(&units);
        assert!(packed.len() < units.len() / 10);
        assert_eq!(unpack(&packed).unwrap(), units);
        assert_eq!(unpack(&pack(b"")).unwrap(), b"");
        for end in 0..packed.len() {
            assert!(unpack(&packed[..end]).is_err(), "{end} bytes of {}", packed.len());
        }
        // A size smaller than the real one, and a repetition that refers to before the start.
        let smaller = [&1_u32.to_le_bytes(), &packed[4..]].concat();
        assert!(unpack(&smaller).is_err());
        assert!(unpack(&[100, 0, 0, 0, 0x1f, b'a', 0xff, 0xff, 0, 0x50, b'b', b'b', b'b', b'b', b'b']).is_err());
    }
}

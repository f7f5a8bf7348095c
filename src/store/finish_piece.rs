//! The result of a piece of a file is kept, with its access-log records.

use jiff::Timestamp;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection};

use super::StoreError;
use super::access_log::{Path, PersonRecord, outcome_number};
use super::leases::Leased;
use super::reference_number::{self, NewReference};
use super::rows::{StoredEnum, to_sql};

/// The result of a piece.
pub struct Finished {
    /// The units in the format of the file, as [`pack`] packs them.
    pub units: Vec<u8>,
    /// Their size unpacked, in bytes.
    pub result_bytes: usize,
    /// People with 処理結果状況 1.
    pub normal: i32,
    /// People with 処理結果状況 2.
    pub errors: i32,
    /// By which path people were asked about; none where nobody was.
    pub path: Option<Path>,
    /// One record a person in their order, committed with the result.
    pub log: Vec<PersonRecord>,
    /// Numbers to register, committed with the result.
    pub references: Vec<NewReference>,
    /// Now.
    pub at: Timestamp,
    /// When the result is removed, if this was the last piece.
    pub expires_at: Timestamp,
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It is committed; more pieces are open.
    Kept,
    /// It is committed, and was the last one. The file came at this time.
    Whole {
        /// 受付日時.
        received_at: Timestamp,
    },
    /// The lease was lost, or the file given up: nothing has changed.
    Lost,
}

/// Packs units for keeping: the compression of the database is slower.
#[must_use]
pub fn pack(units: &[u8]) -> Vec<u8> {
    lz4_flex::compress_prepend_size(units)
}

/// Keeps the result of a piece, with its access-log records and the numbers to register, all or nothing.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn finish(connection: &mut PgConnection, piece: &Leased, finished: &Finished) -> Result<Completion, StoreError> {
    if finished.references.is_empty() {
        return complete(connection, piece, finished).await;
    }
    let mut transaction = connection.begin().await?;
    reference_number::register(&mut transaction, &finished.references).await?;
    let completion = complete(&mut transaction, piece, finished).await?;
    match completion {
        Completion::Lost => transaction.rollback().await?,
        Completion::Kept | Completion::Whole { .. } => transaction.commit().await?,
    }
    Ok(completion)
}

/// One statement, so that a record is written exactly when this very statement has ended the piece: the first part succeeds once a
/// piece, and only for the holder of the lease. The file comes last, because other workers wait for its row. It is in work whenever
/// a piece of it is open: whoever ends a file ends its pieces before, in the same transaction.
async fn complete(connection: &mut PgConnection, piece: &Leased, finished: &Finished) -> Result<Completion, StoreError> {
    let people = &finished.log;
    let places: Vec<i32> = (piece.first_person..).zip(people).map(|(place, _)| place).collect();
    let ids: Vec<Option<i64>> = people.iter().map(|one| one.person.map(|person| person.0)).collect();
    let hashes: Vec<&[u8]> = people.iter().map(|one| one.key_hash.as_slice()).collect();
    let outcomes: Vec<i16> = people.iter().map(|one| outcome_number(one.outcome)).collect();
    let shown: Vec<i16> = people.iter().map(|one| one.shown.bits()).collect();
    let limit_consents: Vec<bool> = people.iter().map(|one| one.limit_consent).collect();
    let limit_marks: Vec<Option<i64>> = people.iter().map(|one| one.limit_mark).collect();
    let batch = sqlx::query!(
        r#"
        with ours as (
            update batch_slice
               set state = 2, units = $4
             where batch_id = $1 and place = $2 and lease = $3 and state = 1
         returning batch_id
        ), logged as (
            insert into access_log
                 ( request_id, answered_at, institution_code, terminal_serial, path, check_on, treatment, place, person_id
                 , key_hash, outcome, shown, limit_consent, limit_mark )
            select $5, $6, $7, $8, $9::smallint, $10, $11, record.place, person_id, key_hash, outcome, shown, limit_consent, limit_mark
              from ours
                 , ( select unnest($12::integer[]) as place
                          , unnest($13::bigint[]) as person_id
                          , unnest($14::bytea[]) as key_hash
                          , unnest($15::smallint[]) as outcome
                          , unnest($16::smallint[]) as shown
                          , unnest($17::boolean[]) as limit_consent
                          , unnest($18::bigint[]) as limit_mark
                   ) as record
         returning place
        )
        update batch
           set open_slices = open_slices - 1
             , normal = normal + $19
             , errors = errors + $20
             , result_bytes = result_bytes + $21
             , retries = retries + $22
             , state = case when open_slices = 1 then 2 else 1 end
             , finished_at = case when open_slices = 1 then $6::timestamptz end
             , expires_at = case when open_slices = 1 then $23::timestamptz end
          from ours, (select count(*) from logged) as logged
         where batch.id = ours.batch_id
     returning batch.state, received_at
        "#,
        piece.batch_id,
        piece.place,
        piece.lease,
        finished.units,
        piece.request_id,
        finished.at.to_sqlx() as SqlTimestamp,
        piece.institution.as_str(),
        piece.terminal_serial,
        finished.path.map(|path| path.number()),
        to_sql(piece.check_on) as SqlDate,
        finished.path.and_then(|path| path.treatment()).map(StoredEnum::number),
        &places,
        &ids as &[Option<i64>],
        &hashes as &[&[u8]],
        &outcomes,
        &shown,
        &limit_consents,
        &limit_marks as &[Option<i64>],
        finished.normal,
        finished.errors,
        i64::try_from(finished.result_bytes).unwrap_or(i64::MAX),
        i32::from(piece.attempts) - 1,
        finished.expires_at.to_sqlx() as SqlTimestamp,
    )
    .fetch_optional(connection)
    .await?;
    Ok(match batch {
        None => Completion::Lost,
        Some(batch) if batch.state == 2 => Completion::Whole { received_at: batch.received_at.to_jiff() },
        Some(_) => Completion::Kept,
    })
}

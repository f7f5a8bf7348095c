//! Access-log records of the people of a piece of a file, which have most in common.

use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::StoreError;
use super::access_log::{Path, outcome_number};
use super::leases::{Finished, Leased};
use super::rows::{StoredEnum, to_sql};

/// Writes the records of a finished piece, one a person in their order. Whoever is there already is a fault: the lease lets nobody finish twice.
pub(super) async fn append(
    connection: &mut PgConnection,
    piece: &Leased,
    finished: &Finished,
    path: Path,
) -> Result<(), StoreError> {
    let people = &finished.log;
    let places: Vec<i32> = (piece.first_person..).zip(people).map(|(place, _)| place).collect();
    let ids: Vec<Option<i64>> = people.iter().map(|one| one.person.map(|person| person.0)).collect();
    let hashes: Vec<&[u8]> = people.iter().map(|one| one.key_hash.as_slice()).collect();
    let outcomes: Vec<i16> = people.iter().map(|one| outcome_number(one.outcome)).collect();
    let shown: Vec<i16> = people.iter().map(|one| one.shown.bits()).collect();
    let limit_consents: Vec<bool> = people.iter().map(|one| one.limit_consent).collect();
    let limit_marks: Vec<Option<i64>> = people.iter().map(|one| one.limit_mark).collect();
    sqlx::query!(
        r#"
        insert into access_log
             ( request_id, answered_at, institution_code, terminal_serial, path, check_on, treatment, place, person_id
             , key_hash, outcome, shown, limit_consent, limit_mark )
        select $1, $2, $3, $4, $5, $6, $7, place, person_id, key_hash, outcome, shown, limit_consent, limit_mark
          from unnest
             ( $8::integer[], $9::bigint[], $10::bytea[], $11::smallint[], $12::smallint[], $13::boolean[], $14::bigint[] )
            as record (place, person_id, key_hash, outcome, shown, limit_consent, limit_mark)
        "#,
        piece.request_id,
        finished.at.to_sqlx() as SqlTimestamp,
        piece.institution.as_str(),
        piece.terminal_serial,
        path.number(),
        to_sql(piece.check_on) as SqlDate,
        path.treatment().map(StoredEnum::number),
        &places,
        &ids as &[Option<i64>],
        &hashes as &[&[u8]],
        &outcomes,
        &shown,
        &limit_consents,
        &limit_marks as &[Option<i64>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

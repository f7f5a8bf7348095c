//! Writes certificates of cards.

use std::collections::HashSet;

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use crate::domain::{CardId, CardState};
use crate::store::StoreError;
use crate::store::jlis::{CardRecord, stored_state};
use crate::store::rows::StoredEnum;

use super::new_person::NewCard;

fn keys<'a>(ids: impl Iterator<Item = &'a CardId>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    ids.map(|id| (id.issuer.clone(), id.serial.as_bytes().to_vec())).unzip()
}

/// Deletes all certificates of these people except the given ones; returns the people who had one.
pub(super) async fn delete_others(
    connection: &mut PgConnection,
    people: &[i64],
    cards: &[(i64, &NewCard)],
) -> Result<Vec<i64>, StoreError> {
    let (issuers, serials) = keys(cards.iter().map(|(_, card)| &card.id));
    let holders = sqlx::query_scalar!(
        r#"
        delete from card_certificate
         where person_id = any($1)
           and (issuer_key_id, serial) not in (select unnest($2::bytea[]), unnest($3::bytea[]))
     returning person_id
        "#,
        people,
        &issuers,
        &serials
    )
    .fetch_all(connection)
    .await?;
    Ok(holders)
}

/// Writes certificates, each given with its holder, and deletes the given ones that J-LIS must not know. A given certificate in
/// use supersedes the one of the same holder and kind that was in use. If a certificate is given twice, the later entry counts.
/// Rows that do not differ are not written. Returns the people of whom a certificate was deleted, superseded or given to another person.
pub(super) async fn put(
    connection: &mut PgConnection,
    cards: &[(i64, &NewCard)],
    at: SqlTimestamp,
) -> Result<Vec<i64>, StoreError> {
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = HashSet::new();
    let mut cards: Vec<(i64, &NewCard)> = cards.iter().rev().filter(|(_, card)| seen.insert(&card.id)).copied().collect();
    cards.reverse();
    let mut holders = delete(connection, cards.iter().copied().filter(|(_, card)| card.record.is_none())).await?;
    let records: Vec<(i64, &CardRecord)> =
        cards.iter().filter_map(|(person, card)| Some((*person, card.record.as_ref()?))).collect();
    holders.extend(supersede(connection, &records, at).await?);
    holders.extend(upsert(connection, &records).await?);
    Ok(holders)
}

/// Deletes certificates, whoever has them; returns who had them.
pub(super) async fn delete(
    connection: &mut PgConnection,
    cards: impl Iterator<Item = (i64, &NewCard)>,
) -> Result<Vec<i64>, StoreError> {
    let (issuers, serials) = keys(cards.map(|(_, card)| &card.id));
    let holders = sqlx::query_scalar!(
        r#"
        delete from card_certificate
         using (select unnest($1::bytea[]) as issuer_key_id, unnest($2::bytea[]) as serial) as given
         where card_certificate.issuer_key_id = given.issuer_key_id
           and card_certificate.serial = given.serial
     returning card_certificate.person_id
        "#,
        &issuers,
        &serials
    )
    .fetch_all(connection)
    .await?;
    Ok(holders)
}

/// Supersedes the certificates that the given ones in use replace; returns whose they are.
async fn supersede(
    connection: &mut PgConnection,
    records: &[(i64, &CardRecord)],
    at: SqlTimestamp,
) -> Result<Vec<i64>, StoreError> {
    let good = || records.iter().filter(|(_, record)| record.state == CardState::Good);
    let (issuers, serials) = keys(good().map(|(_, record)| &record.id));
    let people: Vec<i64> = good().map(|(person, _)| *person).collect();
    let kinds: Vec<i16> = good().map(|(_, record)| record.kind.number()).collect();
    let holders = sqlx::query_scalar!(
        r#"
        update card_certificate
           set state = 3, changed_at = $5
          from ( select unnest($1::bytea[]) as issuer_key_id, unnest($2::bytea[]) as serial, unnest($3::bigint[]) as person_id
                      , unnest($4::smallint[]) as kind
               ) as good
         where card_certificate.person_id = good.person_id
           and card_certificate.kind = good.kind
           and card_certificate.state = 1
           and (card_certificate.issuer_key_id, card_certificate.serial) <> (good.issuer_key_id, good.serial)
     returning card_certificate.person_id
        "#,
        &issuers,
        &serials,
        &people,
        &kinds,
        at as SqlTimestamp
    )
    .fetch_all(connection)
    .await?;
    Ok(holders)
}

/// Writes certificates that are new or differ; returns the people who had one that is another person's now. If only the J-LIS list is
/// newer, `changed_at` stays.
async fn upsert(connection: &mut PgConnection, records: &[(i64, &CardRecord)]) -> Result<Vec<i64>, StoreError> {
    let (issuers, serials) = keys(records.iter().map(|(_, record)| &record.id));
    let each = || records.iter().map(|(_, record)| *record);
    let people: Vec<i64> = records.iter().map(|(person, _)| *person).collect();
    let kinds: Vec<i16> = each().map(|record| record.kind.number()).collect();
    let (states, reasons): (Vec<i16>, Vec<Option<i16>>) = each().map(|record| stored_state(record.state)).unzip();
    let changed_at: Vec<SqlTimestamp> = each().map(|record| record.changed_at.to_sqlx()).collect();
    let as_of: Vec<Option<SqlTimestamp>> = each().map(|record| record.as_of.map(ToSqlx::to_sqlx)).collect();
    let valid_from: Vec<SqlTimestamp> = each().map(|record| record.valid_from.to_sqlx()).collect();
    let valid_through: Vec<SqlTimestamp> = each().map(|record| record.valid_through.to_sqlx()).collect();
    let successors = || each().map(|record| record.superseded_by.as_ref());
    let successor_issuers: Vec<Option<Vec<u8>>> = successors().map(|id| Some(id?.issuer.clone())).collect();
    let successor_serials: Vec<Option<Vec<u8>>> = successors().map(|id| Some(id?.serial.as_bytes().to_vec())).collect();
    let holders = sqlx::query_scalar!(
        r#"
        with given as (
            select unnest($1::bytea[]) as issuer_key_id, unnest($2::bytea[]) as serial, unnest($3::bigint[]) as person_id
        ), moved as (
            -- Sees the certificates as they are before this statement.
            select earlier.person_id
              from given
              join card_certificate as earlier
                on earlier.issuer_key_id = given.issuer_key_id
               and earlier.serial = given.serial
             where earlier.person_id <> given.person_id
        ), written as (
            insert into card_certificate as held
                 ( issuer_key_id, serial, person_id, kind, state, revocation_reason, changed_at, as_of, valid_from, valid_through
                 , superseded_by_issuer_key_id, superseded_by_serial )
            select unnest($1::bytea[]), unnest($2::bytea[]), unnest($3::bigint[]), unnest($4::smallint[]), unnest($5::smallint[])
                 , unnest($6::smallint[]), unnest($7::timestamptz[]), unnest($8::timestamptz[]), unnest($9::timestamptz[])
                 , unnest($10::timestamptz[]), unnest($11::bytea[]), unnest($12::bytea[])
                on conflict on constraint card_certificate_pkey do update
               set person_id = excluded.person_id
                 , kind = excluded.kind
                 , state = excluded.state
                 , revocation_reason = excluded.revocation_reason
                 , changed_at = case when (held.state, held.revocation_reason) is distinct from (excluded.state, excluded.revocation_reason)
                                     then excluded.changed_at
                                     else held.changed_at
                                end
                 , as_of = excluded.as_of
                 , valid_from = excluded.valid_from
                 , valid_through = excluded.valid_through
                 , superseded_by_issuer_key_id = excluded.superseded_by_issuer_key_id
                 , superseded_by_serial = excluded.superseded_by_serial
             where ( held.person_id, held.kind, held.state, held.revocation_reason, held.as_of, held.valid_from, held.valid_through
                   , held.superseded_by_issuer_key_id, held.superseded_by_serial )
                   is distinct from
                   ( excluded.person_id, excluded.kind, excluded.state, excluded.revocation_reason, excluded.as_of, excluded.valid_from
                   , excluded.valid_through, excluded.superseded_by_issuer_key_id, excluded.superseded_by_serial )
        )
        select person_id from moved
        "#,
        &issuers,
        &serials,
        &people,
        &kinds,
        &states,
        &reasons as &[Option<i16>],
        &changed_at as &[SqlTimestamp],
        &as_of as &[Option<SqlTimestamp>],
        &valid_from as &[SqlTimestamp],
        &valid_through as &[SqlTimestamp],
        &successor_issuers as &[Option<Vec<u8>>],
        &successor_serials as &[Option<Vec<u8>>]
    )
    .fetch_all(connection)
    .await?;
    Ok(holders)
}

//! Stores, spends and deletes the challenges that cards sign.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{InstitutionCode, TreatmentKind};

use super::rows::StoredEnum;
use super::{Store, StoreError};

/// The terminal that a challenge is made for, and its purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The institution of the terminal's certificate.
    pub institution: InstitutionCode,
    /// The serial number of that certificate.
    pub terminal_serial: Vec<u8>,
    /// 診療区分.
    pub purpose: TreatmentKind,
}

/// A challenge, and what it is bound to.
#[derive(Clone)]
pub struct Challenge {
    /// Its id.
    pub id: Uuid,
    /// What the card signs.
    pub nonce: [u8; 32],
    /// The terminal and the purpose it is made for.
    pub binding: Binding,
    /// The last instant at which it can be used.
    pub expires_at: Timestamp,
}

/// The result of trying to use a challenge.
pub enum Use {
    /// This try spent it. The challenge may still be refused because it is another terminal's or has expired.
    First(Challenge),
    /// It was used before.
    Again,
    /// No challenge has this id.
    Unknown,
}

/// Stores new challenges made at `made_at`, system time.
///
/// # Errors
/// If the database fails; then none of them is stored.
pub async fn keep(connection: &mut PgConnection, challenges: &[Challenge], made_at: Timestamp) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = challenges.iter().map(|c| c.id).collect();
    let nonces: Vec<Vec<u8>> = challenges.iter().map(|c| c.nonce.to_vec()).collect();
    let institutions: Vec<String> = challenges.iter().map(|c| c.binding.institution.as_str().to_owned()).collect();
    let serials: Vec<Vec<u8>> = challenges.iter().map(|c| c.binding.terminal_serial.clone()).collect();
    let purposes: Vec<i16> = challenges.iter().map(|c| c.binding.purpose.number()).collect();
    let expires_at: Vec<SqlTimestamp> = challenges.iter().map(|c| c.expires_at.to_sqlx()).collect();
    sqlx::query!(
        r#"
        insert into card_challenge (id, nonce, institution_code, terminal_serial, purpose, expires_at, made_at)
        select id, nonce, institution_code, terminal_serial, purpose, expires_at, $7
          from unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[], $5::smallint[], $6::timestamptz[])
            as challenge (id, nonce, institution_code, terminal_serial, purpose, expires_at)
            on conflict on constraint card_challenge_pkey do nothing
        "#,
        &ids,
        &nonces,
        &institutions,
        &serials,
        &purposes,
        &expires_at,
        made_at.to_sqlx() as SqlTimestamp,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Spends challenges at the time `at`, in order. Of all tries with one id, on any server and at any time, exactly one is the
/// first. The challenge is spent no matter which caller tries.
///
/// # Errors
/// If the database fails; a challenge may then be spent without any try having been the first.
pub async fn consume(connection: &mut PgConnection, ids: &[Uuid], at: Timestamp) -> Result<Vec<Use>, StoreError> {
    let rows = sqlx::query_as!(
        SpentRow,
        r#"
        update card_challenge
           set consumed_at = $2
         where id = any($1::uuid[])
           and consumed_at is null
     returning id, nonce, institution_code, terminal_serial, purpose, expires_at
        "#,
        ids,
        at.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut spent =
        rows.into_iter().map(|row| Ok((row.id, challenge(row)?))).collect::<Result<HashMap<_, _>, StoreError>>()?;
    // If one statement has several tries with one id, the first in order is the first try.
    let first: Vec<Option<Challenge>> = ids.iter().map(|id| spent.remove(id)).collect();
    let late: Vec<Uuid> = ids.iter().zip(&first).filter(|(_, first)| first.is_none()).map(|(id, _)| *id).collect();
    let known = if late.is_empty() { HashSet::new() } else { known(connection, &late).await? };
    let uses = ids.iter().zip(first).map(|(id, first)| match first {
        Some(challenge) => Use::First(challenge),
        None if known.contains(id) => Use::Again,
        None => Use::Unknown,
    });
    Ok(uses.collect())
}

struct SpentRow {
    id: Uuid,
    nonce: Vec<u8>,
    institution_code: String,
    terminal_serial: Vec<u8>,
    purpose: i16,
    expires_at: SqlTimestamp,
}

fn challenge(row: SpentRow) -> Result<Challenge, StoreError> {
    let id = row.id;
    let wrong = |column| StoreError::illegal("card_challenge", column).in_row("card_challenge", id);
    Ok(Challenge {
        id: row.id,
        nonce: row.nonce.try_into().map_err(|_| wrong("nonce"))?,
        binding: Binding {
            institution: InstitutionCode::parse(&row.institution_code).map_err(|_| wrong("institution_code"))?,
            terminal_serial: row.terminal_serial,
            purpose: TreatmentKind::of_number(row.purpose).ok_or_else(|| wrong("purpose"))?,
        },
        expires_at: row.expires_at.to_jiff(),
    })
}

/// Returns which of these challenges exist.
async fn known(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
    let found = sqlx::query_scalar!("select id from card_challenge where id = any($1::uuid[])", ids).fetch_all(connection);
    Ok(found.await?.into_iter().collect())
}

impl Store {
    /// Deletes challenges that expired before `expired`, domain time, and were made before `made`, system time; returns how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_challenges(&self, expired: Timestamp, made: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query!(
            "delete from card_challenge where expires_at < $1 and coalesce(made_at, '-infinity') < $2",
            expired.to_sqlx() as SqlTimestamp,
            made.to_sqlx() as SqlTimestamp,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }
}

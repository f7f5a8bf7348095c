//! The simulated J-LIS: holds the certificates of cards, their holders, and their state.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Acquire, PgConnection};

use crate::domain::{CardId, CardKind, CardState, KnownCard, RevocationReason};

use super::by_certificate::card_state;
use super::rows::StoredEnum;
use super::{Store, StoreError};

/// A certificate of a person, as J-LIS holds it.
#[derive(Debug, Clone)]
pub struct CardRecord {
    /// Issuer and serial number.
    pub id: CardId,
    /// The medium that carries it.
    pub kind: CardKind,
    /// Its state.
    pub state: CardState,
    /// The certificate that replaced it, if it is superseded and the successor is known.
    pub superseded_by: Option<CardId>,
    /// When the state changed last.
    pub changed_at: Timestamp,
    /// The time of the J-LIS list that says so; `None` if J-LIS is asked online.
    pub as_of: Option<Timestamp>,
    /// The first instant of the certificate.
    pub valid_from: Timestamp,
    /// The last second of the certificate, inclusive.
    pub valid_through: Timestamp,
}

/// Why J-LIS refused a change.
#[derive(Debug, thiserror::Error)]
pub enum JlisError {
    /// No person has this id.
    #[error("no person has this id")]
    NoPerson,
    /// J-LIS does not know this certificate.
    #[error("J-LIS does not know this certificate")]
    NoCard,
    /// The certificate was registered before.
    #[error("J-LIS knows this certificate already")]
    Known,
    /// The person has a certificate of this kind in use.
    #[error("the person has a certificate of this kind in use: renew it, or revoke it first")]
    InUse,
    /// Only a certificate in use can be revoked or renewed.
    #[error("the certificate is no longer in use")]
    NotInUse,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Registers a new certificate of the person with this fixture id.
    ///
    /// # Errors
    /// See [`JlisError`]; then nothing has changed.
    pub async fn register_card(&self, fixture_id: &str, card: &CardRecord) -> Result<(), JlisError> {
        let mut connection = self.pool().acquire().await.map_err(StoreError::from)?;
        let person = person_id(&mut connection, fixture_id).await?;
        insert_card(&mut connection, person, card).await.map_err(conflict)
    }

    /// Replaces `old` by `new` in one transaction: the old certificate is superseded by the new one, which is of the same person
    /// and kind.
    ///
    /// # Errors
    /// See [`JlisError`]; then nothing has changed.
    pub async fn renew_card(&self, old: &CardId, new: &CardRecord) -> Result<(), JlisError> {
        let mut connection = self.pool().acquire().await.map_err(StoreError::from)?;
        let mut transaction = connection.begin().await.map_err(StoreError::from)?;
        let superseded = supersede(&mut transaction, old, new).await?;
        let Some((person, kind)) = superseded else { return Err(missing(&mut transaction, old).await?) };
        let new = CardRecord { kind, ..new.clone() };
        insert_card(&mut transaction, person, &new).await.map_err(conflict)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Revokes a certificate that is in use.
    ///
    /// # Errors
    /// See [`JlisError`]; then nothing has changed.
    pub async fn revoke_card(&self, card: &CardId, reason: RevocationReason, at: Timestamp) -> Result<(), JlisError> {
        let mut connection = self.pool().acquire().await.map_err(StoreError::from)?;
        let done = sqlx::query!(
            r#"
            update card_certificate
               set state = 2
                 , revocation_reason = $3
                 , changed_at = $4
             where issuer_key_id = $1
               and serial = $2
               and state = 1
            "#,
            card.issuer,
            card.serial.as_bytes(),
            reason.number(),
            at.to_sqlx() as SqlTimestamp,
        )
        .execute(&mut *connection)
        .await
        .map_err(StoreError::from)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(missing(&mut connection, card).await?) }
    }

    /// Lists every certificate of the person with this fixture id, the oldest first.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn cards(&self, fixture_id: &str) -> Result<Vec<KnownCard>, StoreError> {
        let rows = sqlx::query!(
            r#"
            select card.kind, card.state, card.revocation_reason, card.changed_at, card.as_of, card.valid_from, card.valid_through
              from card_certificate as card
              join person on person.id = card.person_id
             where person.fixture_id = $1
             order by card.valid_from, card.changed_at
            "#,
            fixture_id
        )
        .fetch_all(self.pool())
        .await?;
        let of_person = |error: StoreError| error.in_row("card_certificate", format_args!("of {fixture_id}"));
        rows.into_iter()
            .map(|row| {
                Ok(KnownCard {
                    kind: CardKind::read(row.kind)?,
                    state: card_state(row.state, row.revocation_reason)?,
                    changed_at: row.changed_at.to_jiff(),
                    as_of: row.as_of.map(SqlTimestamp::to_jiff),
                    valid_from: row.valid_from.to_jiff(),
                    valid_through: row.valid_through.to_jiff(),
                })
            })
            .collect::<Result<_, _>>()
            .map_err(of_person)
    }
}

async fn person_id(connection: &mut PgConnection, fixture_id: &str) -> Result<i64, JlisError> {
    sqlx::query_scalar!("select id from person where fixture_id = $1", fixture_id)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::from)?
        .ok_or(JlisError::NoPerson)
}

/// Finds out why there was no row of a certificate in use.
async fn missing(connection: &mut PgConnection, card: &CardId) -> Result<JlisError, JlisError> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from card_certificate where issuer_key_id = $1 and serial = $2) as "known!""#,
        card.issuer,
        card.serial.as_bytes()
    )
    .fetch_one(connection)
    .await
    .map_err(StoreError::from)?;
    Ok(if known { JlisError::NotInUse } else { JlisError::NoCard })
}

/// Returns the two columns that hold a state.
pub(super) fn stored_state(state: CardState) -> (i16, Option<i16>) {
    match state {
        CardState::Good => (1, None),
        CardState::Revoked(reason) => (2, Some(reason.number())),
        CardState::Superseded => (3, None),
    }
}

/// Supersedes the certificate `old`, which must be in use, by `new`; returns its person and kind, or None if it is not in use.
pub(super) async fn supersede(
    connection: &mut PgConnection,
    old: &CardId,
    new: &CardRecord,
) -> Result<Option<(i64, CardKind)>, StoreError> {
    let row = sqlx::query!(
        r#"
        update card_certificate
           set state = 3
             , changed_at = $3
             , superseded_by_issuer_key_id = $4
             , superseded_by_serial = $5
         where issuer_key_id = $1
           and serial = $2
           and state = 1
     returning person_id, kind
        "#,
        old.issuer,
        old.serial.as_bytes(),
        new.changed_at.to_sqlx() as SqlTimestamp,
        new.id.issuer,
        new.id.serial.as_bytes(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.person_id, CardKind::read(row.kind)?))).transpose()
}

/// Inserts a certificate that must be new.
pub(super) async fn insert_card(connection: &mut PgConnection, person: i64, card: &CardRecord) -> Result<(), StoreError> {
    let (state, reason) = stored_state(card.state);
    sqlx::query!(
        r#"
        insert into card_certificate
             ( issuer_key_id, serial, person_id, kind, state, revocation_reason, changed_at, as_of, valid_from, valid_through
             , superseded_by_issuer_key_id, superseded_by_serial )
        values
             ( $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 )
        "#,
        card.id.issuer,
        card.id.serial.as_bytes(),
        person,
        card.kind.number(),
        state,
        reason,
        card.changed_at.to_sqlx() as SqlTimestamp,
        card.as_of.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>,
        card.valid_from.to_sqlx() as SqlTimestamp,
        card.valid_through.to_sqlx() as SqlTimestamp,
        card.superseded_by.as_ref().map(|by| by.issuer.clone()),
        card.superseded_by.as_ref().map(|by| by.serial.as_bytes().to_vec()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Translates a violated constraint into the reason why a new certificate is refused.
fn conflict(error: StoreError) -> JlisError {
    let constraint = match &error {
        StoreError::Database(error) => error.as_database_error().and_then(|error| error.constraint()),
        _ => None,
    };
    match constraint {
        Some("card_certificate_pkey") => JlisError::Known,
        Some("card_certificate_in_use_key") => JlisError::InUse,
        _ => error.into(),
    }
}

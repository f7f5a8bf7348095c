//! Stores 照会番号: numbers that institutions give to the holders of cards.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use crate::domain::{CardKey, InstitutionCode, ReferenceNumber};

use super::{Store, StoreError};

/// A number to register.
#[derive(Debug, Clone)]
pub struct NewReference {
    /// The institution that gave it.
    pub institution: InstitutionCode,
    /// The card.
    pub key: CardKey,
    /// The number.
    pub reference: ReferenceNumber,
    /// When it was received.
    pub at: Timestamp,
}

fn branch_of(key: &CardKey) -> String {
    key.branch.map(|branch| branch.as_str().to_owned()).unwrap_or_default()
}

/// Registers numbers in order; a later number for the same card and institution replaces an earlier one.
///
/// # Errors
/// If the database fails.
pub async fn register(connection: &mut PgConnection, references: &[NewReference]) -> Result<(), StoreError> {
    if references.is_empty() {
        return Ok(());
    }
    let institutions: Vec<String> = references.iter().map(|new| new.institution.as_str().to_owned()).collect();
    let keys: Vec<String> = references.iter().map(|new| new.key.search_key().as_str().to_owned()).collect();
    let branches: Vec<String> = references.iter().map(|new| branch_of(&new.key)).collect();
    let numbers: Vec<String> = references.iter().map(|new| new.reference.as_str().to_owned()).collect();
    let at: Vec<SqlTimestamp> = references.iter().map(|new| new.at.to_sqlx()).collect();
    sqlx::query!(
        r#"
        insert into reference_number (institution_code, search_key, branch, reference, registered_at)
        select distinct on (institution_code, search_key, branch) institution_code, search_key, branch, reference, registered_at
          from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) with ordinality
            as new (institution_code, search_key, branch, reference, registered_at, place)
         order by institution_code, search_key, branch, place desc
            on conflict on constraint reference_number_pkey do update
           set reference = excluded.reference, registered_at = excluded.registered_at
        "#,
        &institutions,
        &keys,
        &branches,
        &numbers,
        &at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Registers one number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn register_reference(&self, new: NewReference) -> Result<(), StoreError> {
        let mut connection = self.pool().acquire().await?;
        register(&mut connection, &[new]).await
    }
}

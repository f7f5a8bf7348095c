//! Reads the whole registry from one snapshot, a page of people at a time.

use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::domain::{CardId, CardKind, CertificateSerial, Institution, Insurer, PersonId, Protection};

use super::by_certificate::card_state;
use super::by_person::{self, AskedPerson};
use super::facts::gather;
use super::jlis::CardRecord;
use super::reference;
use super::registry::{NewCard, NewPerson};
use super::rows::{StoredEnum, from_sql, legal};
use super::{Store, StoreError};

/// The people of a page.
const PAGE: i64 = 1_000;

/// The registry at one instant, whatever others change meanwhile.
pub struct Snapshot {
    transaction: Transaction<'static, Postgres>,
    /// The last person that was read.
    last: i64,
}

impl Store {
    /// Begins to read the registry as it is now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut transaction = self.pool().begin_with("begin isolation level repeatable read, read only").await?;
        // A plan made for a small table would read it from end to end for each page.
        sqlx::query!("select set_config('enable_seqscan', 'off', true)").fetch_one(&mut *transaction).await?;
        Ok(Snapshot { transaction, last: i64::MIN })
    }
}

impl Snapshot {
    /// Returns the number of people.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count(&mut self) -> Result<u64, StoreError> {
        let count =
            sqlx::query_scalar!(r#"select count(*) as "count!" from person"#).fetch_one(&mut *self.transaction).await?;
        Ok(count.unsigned_abs())
    }

    /// Returns the insurers in the order of their numbers.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insurers(&mut self) -> Result<Vec<Insurer>, StoreError> {
        let rows =
            sqlx::query!("select number, name from insurer order by number").fetch_all(&mut *self.transaction).await?;
        rows.into_iter().map(|row| reference::insurer(&row.number, row.name)).collect()
    }

    /// Returns the institutions in the order of their codes.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn institutions(&mut self) -> Result<Vec<Institution>, StoreError> {
        reference::institutions_in_order(&mut self.transaction).await
    }

    /// Returns the next people in the order in which the registry got to know them; none after the last. Certificates stand in the order
    /// of their first instant. A person without a stable id is [`StoreError::Inconsistent`].
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn next_people(&mut self) -> Result<Vec<NewPerson>, StoreError> {
        let rows = sqlx::query!(
            r#"
            select id, fixture_id, about, address_withheld, self_information_blocked, died_on as "died_on: SqlDate"
              from person
             where id > $1
             order by id
             limit $2
            "#,
            self.last,
            PAGE
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(Vec::new()) };
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let asked: Vec<AskedPerson> =
            (1..).zip(&ids).map(|(place, id)| AskedPerson { place, person: PersonId(*id), institution: None }).collect();
        let facts = gather(ids.len(), by_person::rows(&mut self.transaction, &asked).await?)?;
        let mut cards = cards(&mut self.transaction, &ids).await?.into_iter().peekable();
        let mut people = Vec::with_capacity(rows.len());
        for (row, facts) in rows.into_iter().zip(facts) {
            let nameless = || StoreError::illegal("person", "fixture_id").in_row("person", row.id);
            let registrations = facts?.into_iter().flat_map(|facts| facts.registrations);
            let mut own = Vec::new();
            while let Some((_, card)) = cards.next_if(|(person, _)| *person == row.id) {
                own.push(card);
            }
            people.push(NewPerson {
                fixture_id: row.fixture_id.ok_or_else(nameless)?,
                about: row.about.unwrap_or_default(),
                protection: Protection {
                    address_withheld: row.address_withheld,
                    self_information_blocked: row.self_information_blocked,
                },
                died_on: from_sql(row.died_on),
                coverages: registrations.map(|one| std::sync::Arc::unwrap_or_clone(one.coverage)).collect(),
                cards: own,
            });
        }
        self.last = last;
        Ok(people)
    }
}

/// Reads the certificates of people, each with the id of its person, in the order of these ids.
async fn cards(connection: &mut PgConnection, people: &[i64]) -> Result<Vec<(i64, NewCard)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        select person_id, issuer_key_id, serial, kind, state, revocation_reason
             , changed_at as "changed_at: SqlTimestamp", as_of as "as_of: SqlTimestamp"
             , valid_from as "valid_from: SqlTimestamp", valid_through as "valid_through: SqlTimestamp"
             , superseded_by_issuer_key_id, superseded_by_serial
          from card_certificate
         where person_id = any($1)
         order by person_id, valid_from, kind, issuer_key_id, serial
        "#,
        people
    )
    .fetch_all(connection)
    .await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        let of_person = |error: StoreError| error.in_row("card_certificate", format_args!("of person {}", row.person_id));
        let serial = |octets: &[u8]| legal("serial", CertificateSerial::new(octets)).map_err(of_person);
        let id = CardId { issuer: row.issuer_key_id, serial: serial(&row.serial)? };
        let superseded_by = match (row.superseded_by_issuer_key_id, row.superseded_by_serial) {
            (Some(issuer), Some(octets)) => Some(CardId { issuer, serial: serial(&octets)? }),
            _ => None,
        };
        let record = CardRecord {
            id: id.clone(),
            kind: CardKind::read(row.kind).map_err(of_person)?,
            state: card_state(row.state, row.revocation_reason).map_err(of_person)?,
            superseded_by,
            changed_at: row.changed_at.to_jiff(),
            as_of: row.as_of.map(SqlTimestamp::to_jiff),
            valid_from: row.valid_from.to_jiff(),
            valid_through: row.valid_through.to_jiff(),
        };
        cards.push((row.person_id, NewCard { id, record: Some(record) }));
    }
    Ok(cards)
}

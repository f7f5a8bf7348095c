//! Reads the registry as it stood at an instant: versions that were recorded by then and not yet replaced.
//!
//! Operators alone ask this. Not versioned are 照会番号, certificates of cards and insurers, which are read as they are now.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};

use crate::domain::{BirthDate, CardKey, CardQuery, InspectedPerson, InstitutionCode, PersonFacts, PersonId, Relationship};

use super::facts::{gather, select_facts};
use super::rows::{StoredEnum, to_sql};
use super::{Store, StoreError};

impl Store {
    /// Returns the person with this fixture id as the registry stood at the instant `at`.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn person_at(&self, fixture_id: &str, at: Timestamp) -> Result<Option<InspectedPerson>, StoreError> {
        let row = sqlx::query!(
            r#"
            select id as "id!", about, died_on as "died_on: SqlDate"
              from person
             where fixture_id = $1
               and recorded_at <= $2
             union all
            select person_id, about, died_on
              from person_history
             where fixture_id = $1
               and recorded_at <= $2
               and $2 < replaced_at
            "#,
            fixture_id,
            at.to_sqlx() as SqlTimestamp
        )
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let facts = self.facts_at(&[PersonId(row.id)], None, at).await?.pop();
        Ok(Some(InspectedPerson {
            fixture_id: fixture_id.to_owned(),
            about: row.about,
            died_on: row.died_on.map(SqlDate::to_jiff),
            facts,
        }))
    }

    /// Reads what a question by the numbers on the card would have been answered from at the instant `at`: every person who had such
    /// a coverage, with all coverages in order of acquisition.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn facts_by_card_at(
        &self,
        institution: Option<InstitutionCode>,
        query: &CardQuery,
        at: Timestamp,
    ) -> Result<Vec<PersonFacts>, StoreError> {
        let key = query.key.search_key();
        let people = sqlx::query_scalar!(
            r#"
            select person_id as "person_id!"
              from coverage
             where search_key = $1
               and birth_on = $2
               and recorded_at <= $3
             union
            select person_id
              from coverage_history
             where search_key = $1
               and birth_on = $2
               and recorded_at <= $3
               and $3 < replaced_at
             order by 1
            "#,
            key.as_str(),
            to_sql(query.birth_on.date()) as _,
            at.to_sqlx() as SqlTimestamp
        )
        .fetch_all(self.pool())
        .await?;
        let people: Vec<PersonId> = people.into_iter().map(PersonId).collect();
        self.facts_at(&people, institution, at).await
    }

    /// Reads all coverages of people as they were registered at the instant `at`, as `institution` sees them. People without one are
    /// left out.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn facts_at(
        &self,
        people: &[PersonId],
        institution: Option<InstitutionCode>,
        at: Timestamp,
    ) -> Result<Vec<PersonFacts>, StoreError> {
        let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
        let rows = select_facts!(
            r#"
              from (select 1::bigint as place, $3::text as institution_code) as asked
              cross join (
                  select id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
                       , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number
                       , branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
                       , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
                       , address_withheld, self_information_blocked, false as sole
                    from coverage
                   where person_id = any($1)
                     and recorded_at <= $2
                   union all
                  select coverage_id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from
                       , card_valid_through, loss_reason, relationship, card_class, sex, sex_on_back, search_key
                       , insurer_number, symbol, number, branch, name, kana, other_name, other_kana, insured_name
                       , post_number, address, ratios, elderly_certificates, limit_certificates
                       , specific_disease_certificates, medical_tickets, address_withheld, self_information_blocked
                       , false
                    from coverage_history
                   where person_id = any($1)
                     and recorded_at <= $2
                     and $2 < replaced_at
              ) as coverage
            "#,
            "array[$3::text]",
            &ids,
            at.to_sqlx() as SqlTimestamp,
            institution.map(|code| code.as_str().to_owned())
        )
        .fetch_all(self.pool())
        .await?;
        gather(1, rows)?.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))
    }

    /// Returns the birth dates of the people whom the card covered as the insured (本人) on the day before `day`, as they were registered
    /// at the instant `at`, in no order.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insured_births_at(&self, card: &CardKey, day: Date, at: Timestamp) -> Result<Vec<BirthDate>, StoreError> {
        let key = card.search_key();
        let rows = sqlx::query_scalar!(
            r#"
            select birth_on as "birth_on!: jiff_sqlx::Date"
              from coverage
             where search_key = $1
               and relationship = $2
               and acquired_on < $3
               and (lost_on is null or lost_on >= $3)
               and recorded_at <= $4
             union all
            select birth_on
              from coverage_history
             where search_key = $1
               and relationship = $2
               and acquired_on < $3
               and (lost_on is null or lost_on >= $3)
               and recorded_at <= $4
               and $4 < replaced_at
            "#,
            key.as_str(),
            Relationship::Insured.number(),
            to_sql(day) as _,
            at.to_sqlx() as SqlTimestamp
        )
        .fetch_all(self.pool())
        .await?;
        let illegal = |_| StoreError::illegal("coverage", "birth_on");
        rows.into_iter().map(|birth| BirthDate::new(birth.to_jiff()).map_err(illegal)).collect()
    }
}

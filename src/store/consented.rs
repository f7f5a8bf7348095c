//! Finds patients who showed their card for home visits or online care, for 同意済資格情報一括取得.

use jiff::Timestamp;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::domain::{Consent, ConsentDays, Consents, DayOf, InstitutionCode, PersonId};

use super::StoreError;
use super::rows::{StoredEnum, to_sql};

/// A patient, with the last statement about consents at this institution for this kind of care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentedPerson {
    person: i64,
    consents: i16,
    at: Timestamp,
    until: Timestamp,
}

impl ConsentedPerson {
    /// Returns the patient.
    #[must_use]
    pub fn person(&self) -> PersonId {
        PersonId(self.person)
    }

    /// Returns what the patient consented to.
    #[must_use]
    pub fn consents(&self) -> Consents {
        let bits = u16::try_from(self.consents).unwrap_or_default();
        Consent::ALL.into_iter().filter(|kind| bits & (1 << *kind as u16) != 0).collect()
    }

    /// Returns when the patient consented.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns until when the consent is valid.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// Selects up to `most` patients whose card the institution saw for such care on one of the days, in order of id, with ids above
/// `after`.
pub(super) async fn select(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    wanted: &ConsentDays,
    after: PersonId,
    most: i64,
) -> Result<Vec<ConsentedPerson>, StoreError> {
    let rows = sqlx::query!(
        r#"
        select distinct on (person_id)
               person_id, kinds, given_at as "given_at: SqlTimestamp", valid_until as "valid_until: SqlTimestamp"
          from consent as last
         where institution_code = $1
           and treatment = $2
           and person_id > $6
           and exists (
                   select from consent as of_days
                    where of_days.institution_code = $1
                      and of_days.treatment = $2
                      and of_days.person_id = last.person_id
                      and case when $3
                          then (of_days.given_at at time zone 'Asia/Tokyo')::date
                          else of_days.check_on
                          end between $4 and $5
               )
         order by person_id, given_at desc, log_id desc
         limit $7
        "#,
        institution.as_str(),
        wanted.treatment.number(),
        wanted.by == DayOf::Consent,
        to_sql(wanted.days.from()) as SqlDate,
        to_sql(wanted.days.through()) as SqlDate,
        after.0,
        most,
    )
    .fetch_all(connection)
    .await?;
    let people = rows.into_iter().map(|row| ConsentedPerson {
        person: row.person_id,
        consents: row.kinds,
        at: row.given_at.to_jiff(),
        until: row.valid_until.to_jiff(),
    });
    Ok(people.collect())
}

//! Reads what is loaded, for the operator.

use jiff_sqlx::Date as SqlDate;

use crate::domain::{InspectedPerson, InsurerSize};

use super::facts::{gather, select_facts};
use super::reference::insurer;
use super::{Store, StoreError};

impl Store {
    /// Returns the person with this fixture id.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn person(&self, fixture_id: &str) -> Result<Option<InspectedPerson>, StoreError> {
        let Some(row) =
            sqlx::query!(r#"select about, died_on as "died_on: SqlDate" from person where fixture_id = $1"#, fixture_id)
                .fetch_optional(self.pool())
                .await?
        else {
            return Ok(None);
        };
        let rows = select_facts!(
            r#"
              from (select 1::bigint as place, null::text as institution_code) as asked
              join person on person.fixture_id = $1
              join coverage on coverage.person_id = person.id
            "#,
            "array[]::text[]",
            fixture_id
        )
        .fetch_all(self.pool())
        .await;
        let rows = rows.map_err(|error| StoreError::from(error).in_row("coverage", format_args!("of {fixture_id}")))?;
        let found = gather(1, rows)?.into_iter().next().transpose()?;
        let facts = found.into_iter().flatten().next();
        Ok(Some(InspectedPerson {
            fixture_id: fixture_id.to_owned(),
            about: row.about,
            died_on: row.died_on.map(SqlDate::to_jiff),
            facts,
        }))
    }

    /// Lists up to `most` people by fixture id, in order, with ids after `after`; each with the line about them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn people(&self, after: &str, most: i64) -> Result<Vec<(String, Option<String>)>, StoreError> {
        let rows = sqlx::query!(
            r#"
            select fixture_id as "fixture_id!", about
              from person
             where fixture_id > $1
             order by fixture_id
             limit $2
            "#,
            after,
            most
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| (row.fixture_id, row.about)).collect())
    }

    /// Lists every insurer by number, with how many coverages it has registered.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insurer_sizes(&self) -> Result<Vec<InsurerSize>, StoreError> {
        let rows = sqlx::query!(
            r#"
            select insurer.number, insurer.name, count(coverage.id) as "coverages!"
              from insurer
              left join coverage on coverage.insurer_number = insurer.number
             group by insurer.number
             order by insurer.number
            "#
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter()
            .map(|row| Ok(InsurerSize { insurer: insurer(&row.number, row.name)?, coverages: row.coverages }))
            .collect()
    }
}

//! Finds the insured person of a card that covers dependants too.

use jiff::civil::Date;

use crate::domain::{BirthDate, CardKey, Relationship};

use super::rows::{StoredEnum, to_sql};
use super::{Store, StoreError};

impl Store {
    /// Returns the birth dates of the people whom the card covered as the insured (本人) on the day before `day`, in no order.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insured_births(&self, card: &CardKey, day: Date) -> Result<Vec<BirthDate>, StoreError> {
        let key = card.search_key();
        let rows = sqlx::query_scalar!(
            r#"
            select birth_on as "birth_on: jiff_sqlx::Date"
              from coverage
             where search_key = $1
               and relationship = $2
               and acquired_on < $3
               and (lost_on is null or lost_on >= $3)
            "#,
            key.as_str(),
            Relationship::Insured.number(),
            to_sql(day) as _
        )
        .fetch_all(self.pool())
        .await?;
        let illegal = |_| StoreError::illegal("coverage", "birth_on");
        rows.into_iter().map(|birth| BirthDate::new(birth.to_jiff()).map_err(illegal)).collect()
    }
}

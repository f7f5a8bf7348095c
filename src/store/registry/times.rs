//! Finds the instants from which on the changes of a load count, for each person.

use std::collections::HashMap;

use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use crate::store::StoreError;

/// The recording times of people: the time of the load, or the latest change of the person if that was later.
pub(super) struct Times {
    load: SqlTimestamp,
    later: HashMap<i64, SqlTimestamp>,
}

impl Times {
    /// Finds the recording times of people who are in the registry.
    pub async fn find(connection: &mut PgConnection, people: &[i64], load: SqlTimestamp) -> Result<Self, StoreError> {
        let mut times = Self { load, later: HashMap::new() };
        if people.is_empty() {
            return Ok(times);
        }
        let rows = sqlx::query!(
            r#"
            select changed.id as "id!", latest.at as "at!: SqlTimestamp"
              from unnest($1::bigint[]) as changed (id)
             cross join lateral (
                       select greatest( (select recorded_at from person where id = changed.id)
                                      , (select max(recorded_at) from coverage where person_id = changed.id)
                                      , (select max(replaced_at) from coverage_history where person_id = changed.id)
                                      ) as at
                   ) as latest
             where latest.at > $2
            "#,
            people,
            load as SqlTimestamp
        )
        .fetch_all(connection)
        .await?;
        times.later.extend(rows.into_iter().map(|row| (row.id, row.at)));
        Ok(times)
    }

    /// Sets the recording time of a person.
    pub fn set(&mut self, person_id: i64, at: SqlTimestamp) {
        self.later.insert(person_id, at);
    }

    /// Returns the recording time of a person.
    pub fn of(&self, person_id: i64) -> SqlTimestamp {
        self.later.get(&person_id).copied().unwrap_or(self.load)
    }

    /// Returns the recording times of people, in their order.
    pub fn each(&self, people: impl IntoIterator<Item = i64>) -> Vec<SqlTimestamp> {
        people.into_iter().map(|person_id| self.of(person_id)).collect()
    }
}

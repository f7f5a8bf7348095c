//! What a load will take, estimated before it begins: bytes on the disk of the database, and time.

use std::path::PathBuf;
use std::time::Duration;

use crate::store::{Store, StoreError};

use super::stage::TABLES;

/// Bytes of a row with its part of all indexes, measured with ten million generated people in new tables.
const PERSON: u64 = 146;
const COVERAGE: u64 = 392;
const CARD: u64 = 211;

/// Coverages and cards of a hundred generated people.
const COVERAGES: u64 = 210;
const CARDS: u64 = 109;

/// People that are loaded in a second on a machine with two cores.
const PEOPLE_A_SECOND: u64 = 20_000;

/// The rows of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadSize {
    /// People.
    pub people: u64,
    /// Their coverages.
    pub coverages: u64,
    /// Their certificates of cards and phones.
    pub cards: u64,
}

impl LoadSize {
    /// Returns the size of a load of people who are like generated ones.
    #[must_use]
    pub fn of_people(people: u64) -> Self {
        let rows = |of_a_hundred: u64| people.saturating_mul(of_a_hundred) / 100;
        Self { people, coverages: rows(COVERAGES), cards: rows(CARDS) }
    }
}

/// Where a load writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadPlace {
    /// Bytes of the tables that are there, which a load copies.
    pub bytes: u64,
    /// The directory of the database's files; none if the server may be on another machine, or does not tell this role.
    pub directory: Option<PathBuf>,
}

/// What a load takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes of the new tables.
    pub tables: u64,
    /// Bytes that must be free for it, because sorting takes room too.
    pub room: u64,
    /// The time.
    pub time: Duration,
}

impl Estimate {
    /// Estimates a load. What is in the registry already may stay, so that it counts in full.
    #[must_use]
    pub fn of(size: LoadSize, place: &LoadPlace) -> Self {
        let LoadSize { people, coverages, cards } = size;
        let rows = [(people, PERSON), (coverages, COVERAGE), (cards, CARD)].map(|(rows, bytes)| rows.saturating_mul(bytes));
        let tables = rows.into_iter().fold(place.bytes, u64::saturating_add);
        Self { tables, room: tables.saturating_add(tables / 4), time: Duration::from_secs(people / PEOPLE_A_SECOND) }
    }
}

impl Store {
    /// Returns where a load would write.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load_place(&self) -> Result<LoadPlace, StoreError> {
        let row = sqlx::query!(
            r#"
            select coalesce((select sum(pg_total_relation_size(to_regclass(name))) from unnest($1::text[]) as name), 0)::bigint as "bytes!"
                 , case when coalesce(inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1', true)
                        then coalesce( nullif(pg_tablespace_location(dattablespace), '')
                                     -- A role without the right to read it does not see the setting.
                                     , (select setting from pg_settings where name = 'data_directory') )
                   end as directory
              from pg_database
             where datname = current_database()
            "#,
            &TABLES.map(str::to_owned)
        )
        .fetch_one(self.pool())
        .await?;
        Ok(LoadPlace { bytes: row.bytes.try_into().unwrap_or_default(), directory: row.directory.map(PathBuf::from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_counts_and_a_number_beyond_everything_does_not_wrap() {
        let place = |bytes| LoadPlace { bytes, directory: None };
        let one = Estimate::of(LoadSize { people: 1, coverages: 2, cards: 1 }, &place(0));
        assert_eq!(one.tables, PERSON + 2 * COVERAGE + CARD);
        assert_eq!(Estimate::of(LoadSize { people: 1, coverages: 2, cards: 1 }, &place(1_000)).tables, one.tables + 1_000);
        assert_eq!(Estimate::of(LoadSize::of_people(u64::MAX), &place(1)).room, u64::MAX);
    }
}

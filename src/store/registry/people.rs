//! Writes rows of people, and keeps the versions that they replace.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use sqlx::PgConnection;

use crate::domain::Protection;
use crate::store::StoreError;
use crate::store::rows::to_sql;

use super::new_person::NewPerson;
use super::times::Times;

/// People as the columns of `person`.
#[derive(Default)]
struct Columns {
    fixture_id: Vec<String>,
    about: Vec<String>,
    address_withheld: Vec<bool>,
    self_information_blocked: Vec<bool>,
    died_on: Vec<Option<SqlDate>>,
}

impl Columns {
    fn of<'a>(people: impl Iterator<Item = &'a NewPerson>) -> Self {
        let mut columns = Self::default();
        for person in people {
            columns.fixture_id.push(person.fixture_id.clone());
            columns.about.push(person.about.clone());
            columns.address_withheld.push(person.protection.address_withheld);
            columns.self_information_blocked.push(person.protection.self_information_blocked);
            columns.died_on.push(person.died_on.map(to_sql));
        }
        columns
    }
}

/// A person who was added.
pub(super) struct Added {
    pub id: i64,
    pub fixture_id: String,
    pub recorded_at: SqlTimestamp,
}

/// A person as the registry holds them.
pub(super) struct Held {
    pub id: i64,
    about: Option<String>,
    protection: Protection,
    died_on: Option<Date>,
}

impl Held {
    /// Returns whether the row of the person is to be written. Coverages and cards are not compared.
    pub fn differs_from(&self, person: &NewPerson) -> bool {
        self.about.as_ref() != Some(&person.about) || self.protection != person.protection || self.died_on != person.died_on
    }
}

/// Finds the people who are in the registry, and returns them by fixture id.
pub(super) async fn find(connection: &mut PgConnection, people: &[NewPerson]) -> Result<HashMap<String, Held>, StoreError> {
    let fixture_ids: Vec<String> = people.iter().map(|person| person.fixture_id.clone()).collect();
    let rows = sqlx::query!(
        r#"
        select id, fixture_id as "fixture_id!", about, address_withheld, self_information_blocked, died_on as "died_on: SqlDate"
          from person
         where fixture_id = any($1)
        "#,
        &fixture_ids
    )
    .fetch_all(connection)
    .await?;
    let held = rows.into_iter().map(|row| {
        let protection =
            Protection { address_withheld: row.address_withheld, self_information_blocked: row.self_information_blocked };
        let died_on = row.died_on.map(SqlDate::to_jiff);
        (row.fixture_id, Held { id: row.id, about: row.about, protection, died_on })
    });
    Ok(held.collect())
}

/// Inserts people who are not in the registry, and returns them. They are recorded at `at`, or at the instant at which the registry
/// ended the person of the same fixture id if that was later.
pub(super) async fn add(
    connection: &mut PgConnection,
    people: &[&NewPerson],
    at: SqlTimestamp,
) -> Result<Vec<Added>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns::of(people.iter().copied());
    let added = sqlx::query_as!(
        Added,
        r#"
        insert into person (fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at)
        select fixture_id, about, address_withheld, self_information_blocked, died_on
             , greatest($6, (select max(replaced_at) from person_history where person_history.fixture_id = new.fixture_id))
          from rows from ( unnest($1::text[]), unnest($2::text[]), unnest($3::boolean[]), unnest($4::boolean[])
                         , unnest($5::date[])
                         ) as new (fixture_id, about, address_withheld, self_information_blocked, died_on)
     returning id, fixture_id as "fixture_id!", recorded_at as "recorded_at: SqlTimestamp"
        "#,
        &columns.fixture_id,
        &columns.about,
        &columns.address_withheld,
        &columns.self_information_blocked,
        &columns.died_on as &[Option<SqlDate>],
        at as SqlTimestamp
    )
    .fetch_all(connection)
    .await?;
    Ok(added)
}

/// Writes rows that differ, and keeps the versions that they replace.
pub(super) async fn update(
    connection: &mut PgConnection,
    people: &[(i64, &NewPerson)],
    times: &Times,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
    let columns = Columns::of(people.iter().map(|(_, person)| *person));
    sqlx::query!(
        r#"
        with changed as (
            select *
              from rows from ( unnest($1::bigint[]), unnest($2::text[]), unnest($3::boolean[]), unnest($4::boolean[])
                             , unnest($5::date[]), unnest($6::timestamptz[])
                             ) as new (id, about, address_withheld, self_information_blocked, died_on, at)
        ), kept as (
            insert into person_history
                 ( person_id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, replaced_at )
            select person.id, person.fixture_id, person.about, person.address_withheld, person.self_information_blocked
                 , person.died_on, person.recorded_at, changed.at
              from person
              join changed on changed.id = person.id
             where person.recorded_at < changed.at
        )
        update person
           set about = changed.about
             , address_withheld = changed.address_withheld
             , self_information_blocked = changed.self_information_blocked
             , died_on = changed.died_on
             , recorded_at = changed.at
          from changed
         where person.id = changed.id
        "#,
        &ids,
        &columns.about,
        &columns.address_withheld,
        &columns.self_information_blocked,
        &columns.died_on as &[Option<SqlDate>],
        &times.each(ids.iter().copied()) as &[SqlTimestamp]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the ids of all people except these.
pub(super) async fn others(connection: &mut PgConnection, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    let others = sqlx::query_scalar!(
        "select id from person where not exists (select from unnest($1::bigint[]) as kept (id) where kept.id = person.id)",
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(others)
}

/// Keeps the versions of people's rows that end at `times`.
pub(super) async fn keep(connection: &mut PgConnection, ids: &[i64], times: &Times) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into person_history
             ( person_id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, replaced_at )
        select person.id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, ended.at
          from person
          join rows from (unnest($1::bigint[]), unnest($2::timestamptz[])) as ended (id, at) on person.id = ended.id
         where recorded_at < ended.at
        "#,
        ids,
        &times.each(ids.iter().copied()) as &[SqlTimestamp]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes people, with their coverages and cards, and keeps the versions of their rows.
pub(super) async fn end(connection: &mut PgConnection, ids: &[i64], times: &Times) -> Result<(), StoreError> {
    keep(connection, ids, times).await?;
    sqlx::query!("delete from person where id = any($1)", ids).execute(connection).await?;
    Ok(())
}

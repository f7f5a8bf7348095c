//! Writes rows of people, and keeps the versions that they replace.

use std::collections::HashMap;

use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::rows::to_sql;

use super::new_person::NewPerson;

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

/// Finds the people who are in the registry, and returns their ids by fixture id.
pub(super) async fn find(connection: &mut PgConnection, people: &[NewPerson]) -> Result<HashMap<String, i64>, StoreError> {
    let fixture_ids: Vec<String> = people.iter().map(|person| person.fixture_id.clone()).collect();
    let rows =
        sqlx::query!(r#"select id, fixture_id as "fixture_id!" from person where fixture_id = any($1)"#, &fixture_ids)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|row| (row.fixture_id, row.id)).collect())
}

/// Inserts people who are not in the registry, and returns their ids by fixture id.
pub(super) async fn add(
    connection: &mut PgConnection,
    people: &[&NewPerson],
    at: SqlTimestamp,
) -> Result<HashMap<String, i64>, StoreError> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = Columns::of(people.iter().copied());
    let rows = sqlx::query!(
        r#"
        insert into person (fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at)
        select unnest($1::text[]), unnest($2::text[]), unnest($3::boolean[]), unnest($4::boolean[]), unnest($5::date[]), $6
     returning id, fixture_id as "fixture_id!"
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
    Ok(rows.into_iter().map(|row| (row.fixture_id, row.id)).collect())
}

/// Writes the rows that differ, and keeps the versions that they replace.
pub(super) async fn update(
    connection: &mut PgConnection,
    people: &[(i64, &NewPerson)],
    at: SqlTimestamp,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
    let columns = Columns::of(people.iter().map(|(_, person)| *person));
    sqlx::query!(
        r#"
        with changed as (
            select new.*
              from ( select unnest($1::bigint[]) as id
                          , unnest($2::text[]) as about
                          , unnest($3::boolean[]) as address_withheld
                          , unnest($4::boolean[]) as self_information_blocked
                          , unnest($5::date[]) as died_on
                   ) as new
              join person on person.id = new.id
             where (person.about, person.address_withheld, person.self_information_blocked, person.died_on)
                   is distinct from (new.about, new.address_withheld, new.self_information_blocked, new.died_on)
        ), kept as (
            insert into person_history
                 ( person_id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, replaced_at )
            select person.id, person.fixture_id, person.about, person.address_withheld, person.self_information_blocked
                 , person.died_on, person.recorded_at, $6
              from person
              join changed on changed.id = person.id
             where person.recorded_at < $6
        )
        update person
           set about = changed.about
             , address_withheld = changed.address_withheld
             , self_information_blocked = changed.self_information_blocked
             , died_on = changed.died_on
             , recorded_at = greatest(person.recorded_at, $6)
          from changed
         where person.id = changed.id
        "#,
        &ids,
        &columns.about,
        &columns.address_withheld,
        &columns.self_information_blocked,
        &columns.died_on as &[Option<SqlDate>],
        at as SqlTimestamp
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

/// Deletes people, with their coverages and cards, and keeps the versions of their rows.
pub(super) async fn end(connection: &mut PgConnection, ids: &[i64], at: SqlTimestamp) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        with gone as (
            delete from person
             where id = any($1)
         returning id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at
        )
        insert into person_history
             ( person_id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, replaced_at )
        select id, fixture_id, about, address_withheld, self_information_blocked, died_on, recorded_at, $2
          from gone
         where recorded_at < $2
        "#,
        ids,
        at as SqlTimestamp
    )
    .execute(connection)
    .await?;
    Ok(())
}

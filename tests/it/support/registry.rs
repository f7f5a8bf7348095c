//! Loads people, and reads the registry as of an instant.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use shikaku::domain::PersonalText;
use shikaku::store::registry::{Batch, LoadCounts, NewPerson};
use shikaku::store::{Store, StoreError};

use super::database::TestDatabase;
use super::fixtures;
use super::world::fixed_now;

/// Returns the instant this many minutes after the template's fixtures were loaded.
pub fn later(minutes: i64) -> Timestamp {
    fixed_now() + SignedDuration::from_mins(minutes)
}

/// Returns a fixture person, without cards.
pub fn person(id: &str) -> NewPerson {
    fixtures().person(id).unwrap_or_else(|| panic!("no person {id}")).person.clone()
}

/// Loads people, with the insurers and institutions of the fixtures.
pub async fn try_load(
    store: &Store,
    people: impl IntoIterator<Item = NewPerson, IntoIter: Send>,
    at: Timestamp,
    reset: bool,
) -> Result<LoadCounts, StoreError> {
    let institutions: Vec<_> = fixtures().institutions.iter().map(|entry| entry.institution.clone()).collect();
    store.load(&fixtures().insurers, &institutions, people, at, reset).await
}

pub async fn load(
    store: &Store,
    people: impl IntoIterator<Item = NewPerson, IntoIter: Send>,
    at: Timestamp,
    reset: bool,
) -> LoadCounts {
    try_load(store, people, at, reset).await.unwrap()
}

/// Loads people as [`load`] does, by way of COPY and a swap of tables. Institutions stay as they are.
pub async fn load_mass(
    store: &Store,
    people: impl IntoIterator<Item = NewPerson>,
    at: Timestamp,
    reset: bool,
) -> Result<Option<LoadCounts>, StoreError> {
    let people: Vec<NewPerson> = people.into_iter().collect();
    let (send, receive) = tokio::sync::mpsc::channel(people.len() / 700 + 2);
    for batch in people.chunks(700) {
        send.try_send(Batch::People(batch.to_vec())).unwrap();
    }
    send.try_send(Batch::End).unwrap();
    store.load_mass(&fixtures().insurers, None, receive, at, reset, &|_| ()).await
}

/// Sets the name in a coverage.
pub fn rename(person: &mut NewPerson, coverage: usize, name: &str) {
    person.coverages[coverage].identity.name = PersonalText::parse(name).unwrap();
}

/// Returns every coverage of the registry as of an instant, in order of id: its id, its name and a hash of its columns.
pub async fn said_at(database: &TestDatabase, at: Timestamp) -> Vec<(i64, String)> {
    let said = "
        select id, name || ' ' || md5((to_jsonb(coverage) - 'id' - 'sole' - 'ticket_keys' - 'recorded_at')::text)
          from coverage
         where recorded_at <= $1
         union all
        select coverage_id, name || ' ' || md5((to_jsonb(coverage_history) - 'coverage_id' - 'recorded_at' - 'replaced_at')::text)
          from coverage_history
         where recorded_at <= $1 and $1 < replaced_at
         order by 1, 2";
    let at: SqlTimestamp = at.to_sqlx();
    sqlx::query_as(said).bind(at).fetch_all(&mut database.connect().await).await.unwrap()
}

/// Returns a text for each row of the registry. Writing a current row again changes its text.
pub async fn rows(database: &TestDatabase) -> Vec<String> {
    let rows = "
        select 'insurer ' || number || ' ' || xmin || ' ' || ctid from insurer union all
        select 'institution ' || code || ' ' || xmin || ' ' || ctid from institution union all
        select 'person ' || id || ' ' || xmin || ' ' || ctid from person union all
        select 'coverage ' || id || ' ' || xmin || ' ' || ctid from coverage union all
        select 'card ' || encode(serial, 'hex') || ' ' || xmin || ' ' || ctid from card_certificate union all
        select 'coverage before ' || coverage_id || ' ' || recorded_at from coverage_history union all
        select 'person before ' || person_id || ' ' || recorded_at from person_history
        order by 1";
    sqlx::query_scalar(rows).fetch_all(&mut database.connect().await).await.unwrap()
}

/// Returns the ids of a person's coverages.
pub async fn coverage_ids(database: &TestDatabase, fixture_id: &str) -> Vec<i64> {
    let ids =
        "select coverage.id from coverage join person on person.id = person_id where fixture_id = $1 order by coverage.id";
    sqlx::query_scalar(ids).bind(fixture_id).fetch_all(&mut database.connect().await).await.unwrap()
}

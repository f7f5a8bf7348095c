//! Loads insurers, institutions and people: one transaction, all or nothing.

mod cards;
mod compare;
mod coverages;
mod feed;
mod held;
mod links;
mod mass_load;
mod new_person;
mod people;
mod reference;
mod registered;
mod times;

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection};

use crate::domain::{Institution, Insurer};

use super::notices::{self, Changed};
use super::reference::CHANGED;
use super::{Store, StoreError};
use compare::{Wanted, compare};
pub use mass_load::{Batch, Estimate, LoadPlace, LoadSize, Progress};
pub use new_person::{NewCard, NewPerson};
use people::Held;
use times::Times;

/// Number of people that one statement writes; a load holds no more of them in memory.
const CHUNK: usize = 1000;

/// What a load was given, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadCounts {
    /// Insurers in the files.
    pub insurers: usize,
    /// Institutions in the files.
    pub institutions: usize,
    /// People in the files.
    pub people: usize,
    /// Coverages of those people.
    pub coverages: usize,
    /// Certificates of those people.
    pub cards: usize,
}

impl Store {
    /// Loads everything in one transaction. With `reset`, everything else in the registry ends. Loads wait for each other;
    /// lookups go on meanwhile, and see the whole load or nothing of it.
    ///
    /// A coverage is recognised by its person, insurer and 資格取得日, and keeps its id. One that is unchanged is not written; one
    /// that differs is replaced; one that its person no longer has ends. The registry keeps the version that was replaced or
    /// ended, from its own time up to, not including, `at`. If the registry changed a person later than `at` (after a clock was
    /// set back, or in a load that came first), the changes of this person count from that later time, so that versions of a
    /// person never overlap.
    ///
    /// What insurers registered of a person whom the load changes or ends is undone, so that they may register it again; what they
    /// registered of others stays.
    ///
    /// Insurers and institutions are distinct. People are read in groups of a thousand, so that their number is not limited by
    /// memory; `reset` takes eight bytes of memory for each.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn load(
        &self,
        insurers: &[Insurer],
        institutions: &[Institution],
        people: impl IntoIterator<Item = NewPerson, IntoIter: Send>,
        at: Timestamp,
        reset: bool,
    ) -> Result<LoadCounts, StoreError> {
        let mut people = people.into_iter().peekable();
        let at: SqlTimestamp = at.to_sqlx();
        let mut counts =
            LoadCounts { insurers: insurers.len(), institutions: institutions.len(), people: 0, coverages: 0, cards: 0 };
        let mut connection = self.pool().acquire().await?;
        let mut transaction = connection.begin().await?;
        take_turn(&mut transaction, "0").await?;
        reference::put_insurers(&mut transaction, insurers).await?;
        reference::put_institutions(&mut transaction, institutions).await?;
        let mut ids = Vec::new();
        while people.peek().is_some() {
            let chunk = next_chunk(&mut people);
            let put = put(&mut transaction, &chunk, at, reset).await?;
            if reset {
                ids.extend(put);
            }
            counts.people += chunk.len();
            counts.coverages += chunk.iter().map(|person| person.coverages.len()).sum::<usize>();
            counts.cards += chunk.iter().map(|person| person.cards.len()).sum::<usize>();
        }
        if reset {
            end_others(&mut transaction, &ids, at).await?;
            reference::delete_other_insurers(&mut transaction, insurers).await?;
            reference::delete_other_institutions(&mut transaction, institutions).await?;
        }
        sqlx::query!("select pg_notify($1, '')", CHANGED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(counts)
    }
}

impl Store {
    /// Returns whether so many people are in the registry.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn people_are_at_least(&self, number: u64) -> Result<bool, StoreError> {
        let most = i64::try_from(number).unwrap_or(i64::MAX);
        let found = sqlx::query_scalar!(r#"select count(*) as "count!" from (select from person limit $1) as found"#, most)
            .fetch_one(self.pool())
            .await?;
        Ok(found >= most)
    }
}

/// Waits until no other load is under way. A statement of the transaction, this wait included, may take the time `patience`, such as
/// `15s`; 0 stands for no limit.
async fn take_turn(transaction: &mut PgConnection, patience: &str) -> Result<(), StoreError> {
    sqlx::query!("select set_config('statement_timeout', $1, true)", patience).fetch_one(&mut *transaction).await?;
    // A plan made while a table is empty would read it from end to end, and be used while the table grows.
    sqlx::query!("select set_config('enable_seqscan', 'off', true)").fetch_one(&mut *transaction).await?;
    sqlx::query!("select pg_advisory_xact_lock(hashtext('shikaku load'))").fetch_one(transaction).await?;
    Ok(())
}

/// Takes the next people, at least one. No id is among them twice, so that a later entry of a person replaces the earlier one.
fn next_chunk(people: &mut Peekable<impl Iterator<Item = NewPerson>>) -> Vec<NewPerson> {
    let mut ids = HashSet::new();
    let mut chunk = Vec::new();
    while chunk.len() < CHUNK
        && let Some(person) = people.next_if(|person| !ids.contains(&person.fixture_id))
    {
        ids.insert(person.fixture_id.clone());
        chunk.push(person);
    }
    chunk
}

/// Writes people with their coverages and cards, and returns their ids.
async fn put(
    transaction: &mut PgConnection,
    people: &[NewPerson],
    at: SqlTimestamp,
    reset: bool,
) -> Result<Vec<i64>, StoreError> {
    let known = people::find(transaction, people).await?;
    let new: Vec<&NewPerson> = people.iter().filter(|person| !known.contains_key(&person.fixture_id)).collect();
    let added = people::add(transaction, &new, at).await?;
    let ids: HashMap<&str, i64> = added.iter().map(|added| (added.fixture_id.as_str(), added.id)).collect();
    let old: Vec<(&Held, &NewPerson)> =
        people.iter().filter_map(|person| Some((known.get(&person.fixture_id)?, person))).collect();
    let new: Vec<(i64, &NewPerson)> =
        new.into_iter().filter_map(|person| Some((*ids.get(person.fixture_id.as_str())?, person))).collect();
    let everybody = || old.iter().map(|(held, person)| (held.id, *person)).chain(new.iter().copied());

    let wanted: Vec<Wanted> = everybody().flat_map(|(id, person)| Wanted::of(id, person)).collect();
    let old_ids: Vec<i64> = old.iter().map(|(held, _)| held.id).collect();
    let changes = compare(transaction, &old_ids, &wanted).await?;
    let differ = old.iter().filter(|(held, person)| held.differs_from(person));
    let differ: Vec<(i64, &NewPerson)> = differ.map(|(held, person)| (held.id, *person)).collect();
    let changed: HashSet<i64> = differ.iter().map(|(id, _)| *id).chain(changes.people.iter().copied()).collect();
    let changed: Vec<i64> = changed.into_iter().collect();
    let mut times = Times::find(transaction, &changed, at).await?;
    for person in &added {
        times.set(person.id, person.recorded_at);
    }
    coverages::keep(transaction, &changes.replaced(), &times).await?;
    // A change of a person's flags changes those beside the coverages too, so the versions of coverages are kept first.
    people::update(transaction, &differ, &times).await?;
    coverages::write(transaction, &changes, &times).await?;

    let ids: Vec<i64> = everybody().map(|(id, _)| id).collect();
    let cards: Vec<(i64, &NewCard)> =
        everybody().flat_map(|(id, person)| person.cards.iter().map(move |card| (id, card))).collect();
    let mut without_card = if reset { cards::delete_others(transaction, &ids, &cards).await? } else { Vec::new() };
    without_card.extend(cards::put(transaction, &cards, at).await?);
    notices::undo(transaction, &changed, Changed::Registrations).await?;
    notices::undo(transaction, &without_card, Changed::Cards).await?;
    Ok(ids)
}

/// Deletes everybody except `ids`, and keeps the versions.
async fn end_others(transaction: &mut PgConnection, ids: &[i64], at: SqlTimestamp) -> Result<(), StoreError> {
    let others = people::others(transaction, ids).await?;
    for people in others.chunks(CHUNK) {
        let times = prepare_end(transaction, people, at).await?;
        // Coverages and cards are deleted with their person. An id is never used again, so an old record of the access log never
        // seems to be about a new person.
        people::end(transaction, people, &times).await?;
    }
    Ok(())
}

/// Keeps the versions of all coverages of people who end, and undoes what insurers registered of them; returns the instants at which they
/// end.
async fn prepare_end(transaction: &mut PgConnection, people: &[i64], at: SqlTimestamp) -> Result<Times, StoreError> {
    let times = Times::find(transaction, people, at).await?;
    let coverages = coverages::of(transaction, people).await?;
    coverages::keep(transaction, &coverages, &times).await?;
    notices::undo(transaction, people, Changed::Everything).await?;
    Ok(times)
}

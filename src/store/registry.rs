//! Loads insurers, institutions and people: one transaction, all or nothing.

mod cards;
mod compare;
mod coverages;
mod new_person;
mod people;
mod reference;
mod registered;

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection};

use crate::domain::{Institution, Insurer};

use super::reference::CHANGED;
use super::{Store, StoreError};
use compare::{Wanted, compare};
pub use new_person::{NewCard, NewPerson};

/// Number of people that one statement writes; a load holds no more of them in memory.
const CHUNK: usize = 1000;

/// The numbers of what a load wrote.
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
    /// ended, from its own time up to, not including, `at`. If the registry changed these people later than `at` (after a clock
    /// was set back, or in a load that came first), the changes count from that later time.
    ///
    /// Insurers and institutions are distinct. People are read in pieces of a thousand, so that their number is not limited by
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
        let mut loaded =
            LoadCounts { insurers: insurers.len(), institutions: institutions.len(), people: 0, coverages: 0, cards: 0 };
        let mut connection = self.pool().acquire().await?;
        let mut transaction = connection.begin().await?;
        take_turn(&mut transaction).await?;
        reference::put_insurers(&mut transaction, insurers).await?;
        reference::put_institutions(&mut transaction, institutions).await?;
        let mut ids = Vec::new();
        while people.peek().is_some() {
            let chunk = next_chunk(&mut people);
            let put = put(&mut transaction, &chunk, at, reset).await?;
            if reset {
                ids.extend(put);
            }
            loaded.people += chunk.len();
            loaded.coverages += chunk.iter().map(|person| person.coverages.len()).sum::<usize>();
            loaded.cards += chunk.iter().map(|person| person.cards.len()).sum::<usize>();
        }
        if reset {
            end_others(&mut transaction, &ids, at).await?;
            reference::delete_others(&mut transaction, insurers, institutions).await?;
        }
        sqlx::query!("select pg_notify($1, '')", CHANGED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(loaded)
    }
}

/// Waits until no other load is under way, without a time limit.
async fn take_turn(transaction: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("select set_config('statement_timeout', '0', true)").fetch_one(&mut *transaction).await?;
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
    let (old, new): (Vec<&NewPerson>, Vec<&NewPerson>) =
        people.iter().partition(|person| known.contains_key(&person.fixture_id));
    let added = people::add(transaction, &new, at).await?;
    let (old, new) = (with_ids(&old, &known), with_ids(&new, &added));
    let everybody = || old.iter().chain(&new).copied();

    let wanted: Vec<Wanted> = everybody().flat_map(|(id, person)| Wanted::of(id, person)).collect();
    let old_ids: Vec<i64> = old.iter().map(|(id, _)| *id).collect();
    let changes = compare(transaction, &old_ids, &wanted).await?;
    let coverages_at = coverages::not_before(transaction, &changes.people, at).await?;
    coverages::keep(transaction, &changes.replaced(), coverages_at).await?;
    // A change of a person's flags changes those beside the coverages too, so the versions of coverages are kept first.
    people::update(transaction, &old, at).await?;
    coverages::write(transaction, &changes, coverages_at).await?;

    let ids: Vec<i64> = everybody().map(|(id, _)| id).collect();
    let cards: Vec<(i64, &NewCard)> =
        everybody().flat_map(|(id, person)| person.cards.iter().map(move |card| (id, card))).collect();
    if reset {
        cards::delete_others(transaction, &ids, &cards).await?;
    }
    cards::put(transaction, &cards, at).await?;
    Ok(ids)
}

/// Pairs people with their ids; leaves out people without one.
fn with_ids<'a>(people: &[&'a NewPerson], ids: &HashMap<String, i64>) -> Vec<(i64, &'a NewPerson)> {
    people.iter().filter_map(|person| Some((*ids.get(&person.fixture_id)?, *person))).collect()
}

/// Deletes everybody except `ids`, and keeps the versions.
async fn end_others(transaction: &mut PgConnection, ids: &[i64], at: SqlTimestamp) -> Result<(), StoreError> {
    let others = people::others(transaction, ids).await?;
    for people in others.chunks(CHUNK) {
        let at = coverages::not_before(transaction, people, at).await?;
        let coverages = coverages::of(transaction, people).await?;
        coverages::keep(transaction, &coverages, at).await?;
        // Coverages and cards are deleted with their person. An id is never used again, so an old record of the access log never
        // seems to be about a new person.
        people::end(transaction, people, at).await?;
    }
    Ok(())
}

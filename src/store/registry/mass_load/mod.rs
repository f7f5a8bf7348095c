//! Loads millions of people: COPY into tables without indexes beside those of the registry, then indexes, then a swap in one
//! transaction. Lookups go on meanwhile, and see what was there before until the swap.
//!
//! One transaction holds the whole load. People who are in the registry already are written by it as [`Store::load`] writes them, so that
//! they keep their ids and versions; nobody sees that before the swap. People who are new are copied by other connections. In the end the
//! transaction moves what is kept of the registry's tables to the new ones. So both ways of loading lead to the same registry.
//!
//! Other loads, insurers' entries and changes of cards wait until the load has ended.

mod copy;
mod estimate;
mod rows;
mod stage;
mod streams;
mod swap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc::Receiver;

use crate::domain::{Institution, Insurer};
use crate::store::notices::{self, Changed};
use crate::store::reference::CHANGED;
use crate::store::{Store, StoreError};

use super::new_person::{NewCard, NewPerson};
use super::{CHUNK, LoadCounts, cards, people, prepare_end, put, reference};
pub use estimate::{Estimate, LoadPlace, LoadSize};
use stage::{SCHEMA, run};
use streams::{Numbers, Streams};

/// How far a load has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Tables of a load that was killed have been removed.
    Leftovers,
    /// So many people have been written.
    People(u64),
    /// What is kept of the registry is being copied.
    Keeping,
    /// This index is being made.
    Index(String),
    /// References between the tables are being checked.
    References,
    /// The load waits for running lookups, and takes the place of the old tables.
    Swap,
}

/// People as they are read, or the end of the load.
#[derive(Debug)]
pub enum Batch {
    /// The next people.
    People(Vec<NewPerson>),
    /// Nobody else comes, and nothing is wrong. Without it, nothing is loaded.
    End,
}

impl Store {
    /// Loads people as [`Store::load`] does. Without institutions, those of the registry stay as they are, also with `reset`. Returns
    /// None, and changes nothing, if `people` ends before [`Batch::End`]. People must be distinct; a certificate must not be given twice.
    ///
    /// Memory is bounded by the size of the batches. On the disk, the new tables stand beside the old ones until the swap.
    ///
    /// # Errors
    /// If the database fails, for example because the role may not make a schema, or if something that does not belong to the registry
    /// hangs on its tables, such as a view; then nothing has changed.
    pub async fn load_mass(
        &self,
        insurers: &[Insurer],
        institutions: Option<&[Institution]>,
        people: Receiver<Batch>,
        at: Timestamp,
        reset: bool,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Option<LoadCounts>, StoreError> {
        let mut connection = self.unlimited().await?;
        // Held to the end of the connection; the same lock as that of other loads.
        sqlx::query!("select pg_advisory_lock(hashtext('shikaku load'))").fetch_one(&mut connection).await?;
        if stage::remove(&mut connection).await? {
            progress(Progress::Leftovers);
        }
        let order = Order { store: self, insurers, institutions, at, reset, progress };
        let loaded = order.load(&mut connection, people).await;
        if !matches!(loaded, Ok(Some(_))) {
            // The transaction has ended; its tables are removed now, or by the next load if the database is gone.
            let _ = stage::remove(&mut connection).await;
        }
        let _ = connection.close().await;
        loaded
    }
}

impl Store {
    /// Removes what a load leaves that is given up by dropping it. Waits until its connections have ended.
    ///
    /// # Errors
    /// If the database fails; then the next load removes it.
    pub async fn forget_load(&self) -> Result<(), StoreError> {
        let mut connection = self.unlimited().await?;
        sqlx::query!("select pg_advisory_lock(hashtext('shikaku load'))").fetch_one(&mut connection).await?;
        stage::remove(&mut connection).await?;
        let _ = connection.close().await;
        Ok(())
    }
}

struct Order<'a> {
    store: &'a Store,
    insurers: &'a [Insurer],
    institutions: Option<&'a [Institution]>,
    at: Timestamp,
    reset: bool,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Order<'_> {
    async fn load(
        &self,
        connection: &mut PgConnection,
        mut batches: Receiver<Batch>,
    ) -> Result<Option<LoadCounts>, StoreError> {
        let live =
            sqlx::query_scalar!(r#"select quote_ident(current_schema()) as "schema!""#).fetch_one(&mut *connection).await?;
        stage::refuse_rights(connection).await?;
        stage::refuse_dependants(connection).await?;
        stage::create(connection).await?;
        let mut transaction = connection.begin().await?;
        run(&mut transaction, "set local enable_seqscan = off".to_owned()).await?;
        // Readers go on; whoever would write waits, so that nothing that is written meanwhile is lost with the old tables.
        run(&mut transaction, "lock table person, coverage, card_certificate in share row exclusive mode".to_owned())
            .await?;
        reference::put_insurers(&mut transaction, self.insurers).await?;
        if let Some(institutions) = self.institutions {
            reference::put_institutions(&mut transaction, institutions).await?;
            if self.reset {
                reference::delete_other_institutions(&mut transaction, institutions).await?;
            }
        }
        let empty = is_empty(&mut transaction).await?;
        let mut streams = Streams::begin(self.store).await?;
        let mut counts = LoadCounts {
            insurers: self.insurers.len(),
            institutions: self.institutions.map_or(0, <[_]>::len),
            people: 0,
            coverages: 0,
            cards: 0,
        };
        let mut kept = Vec::new();
        loop {
            let people = match batches.recv().await {
                Some(Batch::People(people)) => people,
                Some(Batch::End) => break,
                None => {
                    streams.abort().await;
                    transaction.rollback().await?;
                    return Ok(None);
                }
            };
            counts.people += people.len();
            counts.coverages += people.iter().map(|person| person.coverages.len()).sum::<usize>();
            counts.cards += people.iter().map(|person| person.cards.len()).sum::<usize>();
            let (new, times) = if empty { (people, None) } else { self.known(&mut transaction, people, &mut kept).await? };
            let time = |place: usize| times.as_ref().and_then(|times| times.get(place).copied()).unwrap_or(self.at);
            let numbers = Numbers::reserve(&mut transaction, &new).await?;
            streams.send(numbers, new.iter().enumerate().map(|(place, person)| (person, time(place)))).await?;
            (self.progress)(Progress::People(counts.people as u64));
        }
        streams.finish().await?;
        if !empty {
            (self.progress)(Progress::Keeping);
            self.keep(&mut transaction, &kept).await?;
        }
        self.complete(&mut transaction, &live).await?;
        (self.progress)(Progress::Swap);
        swap::swap(&mut transaction, &live).await?;
        if self.reset {
            reference::delete_other_insurers(&mut transaction, self.insurers).await?;
        }
        sqlx::query!("select pg_notify($1, '')", CHANGED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(counts))
    }

    /// Writes the people who are in the registry already, and adds their ids to `kept`. Returns the others, with the instant from which
    /// on each is recorded: later than that of the load if the registry ended a person of the same stable id later.
    async fn known(
        &self,
        transaction: &mut PgConnection,
        batch: Vec<NewPerson>,
        kept: &mut Vec<i64>,
    ) -> Result<(Vec<NewPerson>, Option<Vec<Timestamp>>), StoreError> {
        let held = people::find(transaction, &batch).await?;
        let (known, new): (Vec<NewPerson>, Vec<NewPerson>) =
            batch.into_iter().partition(|person| held.contains_key(&person.fixture_id));
        for chunk in known.chunks(CHUNK) {
            kept.extend(put(transaction, chunk, self.at.to_sqlx(), self.reset).await?);
        }
        let ids: Vec<String> = new.iter().map(|person| person.fixture_id.clone()).collect();
        let times = sqlx::query_scalar!(
            r#"
            select greatest($2, (select max(replaced_at) from person_history where person_history.fixture_id = new.id))
                   as "at!: SqlTimestamp"
              from unnest($1::text[]) with ordinality as new (id, place)
             order by new.place
            "#,
            &ids,
            self.at.to_sqlx() as SqlTimestamp
        )
        .fetch_all(&mut *transaction)
        .await?;
        // A certificate of the files is the new person's, or nobody's if J-LIS does not know it.
        let given: Vec<(i64, &NewCard)> = new.iter().flat_map(|person| &person.cards).map(|card| (0, card)).collect();
        let without_card = cards::delete(transaction, given.iter().copied()).await?;
        notices::undo(transaction, &without_card, Changed::Cards).await?;
        Ok((new, Some(times.into_iter().map(SqlTimestamp::to_jiff).collect())))
    }

    /// Copies what is kept of the registry: everything, or with `reset` the people of the files. The others end: they are not deleted
    /// one by one, because they go with the old tables.
    async fn keep(&self, transaction: &mut PgConnection, kept: &[i64]) -> Result<(), StoreError> {
        if self.reset {
            for others in people::others(transaction, kept).await?.chunks(CHUNK) {
                let times = prepare_end(transaction, others, self.at.to_sqlx()).await?;
                people::keep(transaction, others, &times).await?;
            }
        }
        let only = self.reset.then_some(kept);
        stage::copy_kept(transaction, ("person", "id"), &rows::PERSON, only).await?;
        stage::copy_kept(transaction, ("coverage", "person_id"), &rows::COVERAGE, only).await?;
        stage::copy_kept(transaction, ("card_certificate", "person_id"), &rows::CARD, only).await
    }

    /// Makes indexes, keys and statistics of the new tables.
    async fn complete(&self, transaction: &mut PgConnection, live: &str) -> Result<(), StoreError> {
        let foreign_keys = stage::foreign_keys(transaction, live).await?;
        run(transaction, "set local enable_seqscan = on".to_owned()).await?;
        run(transaction, "set local maintenance_work_mem = '256MB'".to_owned()).await?;
        run(transaction, format!("set local search_path = {SCHEMA}, {live}")).await?;
        stage::finish(transaction, live, |name| (self.progress)(Progress::Index(name.to_owned()))).await?;
        (self.progress)(Progress::References);
        for statement in foreign_keys {
            run(transaction, statement).await?;
        }
        for table in stage::TABLES {
            run(transaction, format!("analyze {SCHEMA}.{table}")).await?;
        }
        sqlx::query!(
            r#"
            select setval(pg_get_serial_sequence(to_name, 'id'), pg_sequence_last_value(pg_get_serial_sequence(from_name, 'id')::regclass))
              from unnest($1::text[], $2::text[]) as pairs (to_name, from_name)
            "#,
            &["person", "coverage"].map(|table| format!("{SCHEMA}.{table}")),
            &["person", "coverage"].map(|table| format!("{live}.{table}"))
        )
        .fetch_all(&mut *transaction)
        .await?;
        run(transaction, format!("set local search_path = {live}")).await
    }
}

/// Returns whether nobody is in the registry or has been.
async fn is_empty(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let empty = sqlx::query_scalar!(
        r#"select not exists (select from person) and not exists (select from person_history) as "empty!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(empty)
}

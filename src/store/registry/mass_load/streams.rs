//! Copies new people over several connections at once.

use jiff::Timestamp;
use sqlx::PgConnection;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

use crate::store::registry::NewPerson;
use crate::store::{Store, StoreError};

use super::copy::CopyRows;
use super::rows::{self, Types};
use super::stage::SCHEMA;

/// Bytes that are sent at once.
const PORTION: usize = 1 << 18;

/// Connections for coverages, which are four fifths of all bytes.
const COVERAGE_STREAMS: usize = 2;

/// The ids that new rows get.
pub(super) struct Numbers {
    /// The id of the last person that got one.
    person: i64,
    /// The id of the last coverage that got one.
    coverage: i64,
}

impl Numbers {
    /// Takes ids for so many people and coverages out of the sequences of the registry. Nobody else takes any until the transaction
    /// ends, because nobody else writes. Ids of a load that fails are never used.
    pub async fn reserve(transaction: &mut PgConnection, people: &[NewPerson]) -> Result<Self, StoreError> {
        let coverages: usize = people.iter().map(|person| person.coverages.len()).sum();
        let row = sqlx::query!(
            r#"
            with sequences as (
                select pg_get_serial_sequence('person', 'id')::regclass as person
                     , pg_get_serial_sequence('coverage', 'id')::regclass as coverage
            ), last as (
                select person, coverage
                     , coalesce(pg_sequence_last_value(person), 0) as last_person
                     , coalesce(pg_sequence_last_value(coverage), 0) as last_coverage
                  from sequences
            )
            select last_person as "person!", last_coverage as "coverage!"
                 , case when $1 > 0 then setval(person, last_person + $1) end as person_id
                 , case when $2 > 0 then setval(coverage, last_coverage + $2) end as coverage_id
              from last
            "#,
            people.len() as i64,
            coverages as i64
        )
        .fetch_one(transaction)
        .await?;
        Ok(Self { person: row.person, coverage: row.coverage })
    }

    fn next_person(&mut self) -> i64 {
        self.person += 1;
        self.person
    }

    fn next_coverage(&mut self) -> i64 {
        self.coverage += 1;
        self.coverage
    }
}

/// A connection that copies into one table.
struct Stream {
    rows: CopyRows,
    send: Sender<Option<Vec<u8>>>,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Stream {
    async fn begin(store: &Store, table: &str, columns: &[&str]) -> Result<Self, StoreError> {
        let mut connection = store.unlimited().await?;
        let statement = format!("copy {SCHEMA}.{table} ({}) from stdin with (format binary)", columns.join(", "));
        let (send, mut receive) = channel::<Option<Vec<u8>>>(2);
        let task = tokio::spawn(async move {
            let mut copy = connection.copy_in_raw(&statement).await?;
            while let Some(portion) = receive.recv().await {
                match portion {
                    Some(bytes) => {
                        copy.send(bytes).await?;
                    }
                    None => {
                        copy.finish().await?;
                        return Ok(());
                    }
                }
            }
            copy.abort("the load was given up").await?;
            Ok(())
        });
        Ok(Self { rows: CopyRows::begin(), send, task })
    }

    /// Sends what waits if it is enough.
    async fn flush(&mut self) -> Result<(), StoreError> {
        if self.rows.len() < PORTION {
            return Ok(());
        }
        let bytes = self.rows.take();
        self.deliver(Some(bytes)).await
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        self.rows.end();
        let bytes = self.rows.take();
        self.deliver(Some(bytes)).await?;
        self.deliver(None).await?;
        joined(&mut self.task).await
    }

    /// Hands on a portion; if the task has ended, it failed, and says why.
    async fn deliver(&mut self, portion: Option<Vec<u8>>) -> Result<(), StoreError> {
        if self.send.send(portion).await.is_ok() { Ok(()) } else { joined(&mut self.task).await }
    }

    async fn abort(self) {
        drop(self.send);
        // It was given up; how it ended does not matter.
        let _ = self.task.await;
    }
}

async fn joined(task: &mut JoinHandle<Result<(), StoreError>>) -> Result<(), StoreError> {
    task.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error)).into()))
}

/// All connections that copy.
pub(super) struct Streams {
    types: Types,
    person: Stream,
    coverage: [Stream; COVERAGE_STREAMS],
    card: Stream,
}

impl Streams {
    pub async fn begin(store: &Store) -> Result<Self, StoreError> {
        let mut connection = store.unlimited().await?;
        let types = Types::read(&mut connection).await?;
        let coverage = || Stream::begin(store, "coverage", &rows::COVERAGE);
        Ok(Self {
            types,
            person: Stream::begin(store, "person", &rows::PERSON).await?,
            coverage: [coverage().await?, coverage().await?],
            card: Stream::begin(store, "card_certificate", &rows::CARD).await?,
        })
    }

    /// Copies people, each recorded from an instant on.
    pub async fn send<'a>(
        &mut self,
        mut numbers: Numbers,
        people: impl Iterator<Item = (&'a NewPerson, Timestamp)>,
    ) -> Result<(), StoreError> {
        for (person, at) in people {
            let id = numbers.next_person();
            rows::person(&mut self.person.rows, id, person, at);
            let place = usize::from(id % 2 == 0) % COVERAGE_STREAMS;
            let stream = &mut self.coverage[place];
            for coverage in &person.coverages {
                rows::coverage(&mut stream.rows, self.types, (numbers.next_coverage(), id), person, coverage, at);
            }
            for record in person.cards.iter().filter_map(|card| card.record.as_ref()) {
                rows::card(&mut self.card.rows, id, record);
            }
            self.person.flush().await?;
            self.coverage[place].flush().await?;
            self.card.flush().await?;
        }
        Ok(())
    }

    /// Waits until everything is written.
    pub async fn finish(self) -> Result<(), StoreError> {
        let Self { person, coverage: [first, second], card, .. } = self;
        tokio::try_join!(person.finish(), first.finish(), second.finish(), card.finish()).map(|_| ())
    }

    /// Gives up; what was written goes with the tables.
    pub async fn abort(self) {
        let Self { person, coverage: [first, second], card, .. } = self;
        tokio::join!(person.abort(), first.abort(), second.abort(), card.abort());
    }
}

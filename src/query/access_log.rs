//! Turns answered and refused questions into access-log records and writes them in groups.

use std::sync::Arc;

use jiff::civil::Date;
use sqlx::PgConnection;

use crate::clock::system_now;
use crate::config::Limits;
use crate::decide;
use crate::domain::Identity;
use crate::metrics::Metrics;
use crate::store::Store;
use crate::store::access_log::{self, LogRecord, Outcome, Path, PersonRecord, Shown};

use super::QueryError;
use super::coalesce::{Answers, Coalescer, SharedStatement};
use super::log_key::LogKey;
use super::own::Asker;

/// Number of connections for the access log. More than two do not help: groups grow instead.
const WORKERS: usize = 2;

/// Writes the access-log records of all paths, in shared groups.
#[derive(Clone)]
pub struct AccessLog {
    records: Coalescer<AppendLog>,
    metrics: Arc<Metrics>,
    key: LogKey,
}

impl AccessLog {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits, key: LogKey) -> Self {
        Self {
            records: Coalescer::start(store, metrics, WORKERS, limits.waiting, limits.group),
            metrics: metrics.clone(),
            key,
        }
    }

    /// Makes a record of a question that found no person and showed nothing.
    pub(super) fn record(
        &self,
        asker: Asker,
        path: Path,
        key_hash: [u8; 32],
        check_on: impl Into<Option<Date>>,
        outcome: Outcome,
    ) -> LogRecord {
        LogRecord {
            request_id: asker.request_id,
            answered_at: asker.at,
            institution: asker.institution,
            claimed_institution: None,
            terminal_serial: asker.terminal_serial,
            path,
            check_on: check_on.into(),
            about: PersonRecord::new(key_hash, outcome),
        }
    }

    /// Returns the key that makes the hashes of the log.
    pub(super) fn key(&self) -> &LogKey {
        &self.key
    }

    /// Writes a record. When this returns without an error, the record is committed.
    pub(super) async fn write(&self, record: LogRecord) -> Result<(), QueryError> {
        let result = self.records.ask(Some(record.institution), record).await.map_err(|error| match error {
            QueryError::Busy => QueryError::Busy,
            _ => QueryError::Log,
        });
        self.metrics.log_records.with_label_values(&[if result.is_ok() { "written" } else { "failed" }]).inc();
        result
    }
}

/// Notes in a person's record what an answer with `records` shows. Adds the mark of the 限度額適用認定証 in force if the patient
/// consented to showing it.
pub fn note_shown(about: &mut PersonRecord, records: &[decide::Record], key: &LogKey) {
    about.shown = shown(records);
    let limits = records.iter().filter_map(|record| record.limit.as_ref());
    about.limit_mark = (about.limit_consent && !records.is_empty()).then(|| key.limit_mark(limits));
}

fn shown(records: &[decide::Record]) -> Shown {
    let of = |record: &decide::Record| Shown {
        record: true,
        address: record.shows_address && has_address(&record.coverage.identity),
        limit: record.limit.is_some(),
        elderly: record.elderly.is_some(),
        ratio: record.ratio.is_some(),
        specific_disease: !record.specific_diseases.is_empty(),
        ticket: !record.tickets.is_empty(),
    };
    records.iter().map(of).reduce(Shown::or).unwrap_or_default()
}

fn has_address(identity: &Identity) -> bool {
    identity.address.is_some() || identity.post_number.is_some()
}

struct AppendLog;

impl SharedStatement for AppendLog {
    type Question = LogRecord;
    type Answer = ();
    const NAME: &'static str = "append_access_log";

    async fn run(connection: &mut PgConnection, records: &[LogRecord]) -> Answers<()> {
        access_log::append(connection, records, system_now()).await?;
        Ok(records.iter().map(|_| Ok(())).collect())
    }
}

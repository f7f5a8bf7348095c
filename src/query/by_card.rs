//! 資格確認 by what stands on the card.

use std::sync::Arc;

use aws_lc_rs::hmac;
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::config::{Limits, Secret};
use crate::decide::{self, Answer};
use crate::domain::{CardQuery, Identity, InstitutionCode, PersonFacts};
use crate::metrics::Metrics;
use crate::store::access_log::{self, Outcome, Path, Record, Shown};
use crate::store::{self, Store};

use super::QueryError;
use super::coalesce::{Answers, Batch, Coalescer};

/// Connections for lookups and for the access log. More than two do not help: batches grow instead.
const LOOKUP_WORKERS: usize = 2;
const LOG_WORKERS: usize = 2;

/// Who asks, when, and under which request id.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The institution of the certificate.
    pub institution: InstitutionCode,
    /// The serial number of the certificate.
    pub terminal_serial: Vec<u8>,
    /// The request id that the answer carries.
    pub request_id: Uuid,
    /// Domain time.
    pub at: Timestamp,
}

/// Answers questions by what stands on the card.
#[derive(Clone)]
pub struct ByCard {
    facts: Coalescer<ReadFacts>,
    log: Coalescer<AppendLog>,
    metrics: Arc<Metrics>,
    hash_key: hmac::Key,
}

impl ByCard {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits, secret: &Secret) -> Self {
        Self {
            facts: Coalescer::start(store, metrics, LOOKUP_WORKERS, limits.waiting, limits.batch),
            log: Coalescer::start(store, metrics, LOG_WORKERS, limits.waiting, limits.batch),
            metrics: metrics.clone(),
            hash_key: secret.key("access log"),
        }
    }

    /// Answers one question. When this returns an answer, its access-log record is committed.
    ///
    /// # Errors
    /// See [`QueryError`]; then nothing has been disclosed.
    pub async fn answer(&self, asker: Asker, query: CardQuery) -> Result<Answer, QueryError> {
        let facts = self.facts.ask(query.clone()).await?;
        let answer = decide::by_card(&query, &facts);
        let record = answer.record.as_ref();
        let shown = record.map_or_else(Shown::default, |record| Shown {
            record: true,
            address: record.shows_address && has_address(&record.coverage.identity),
            limit: record.limit.is_some(),
            elderly: record.elderly.is_some(),
            ratio: record.ratio.is_some(),
        });
        let log = Record {
            person: record.map(|record| record.person),
            shown,
            ..self.record(asker, &query, Outcome::Answered(answer.validity))
        };
        self.write(log).await?;
        Ok(answer)
    }

    /// Records a question that came in another institution's name; it gets no answer.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn refuse_mismatch(
        &self,
        asker: Asker,
        claimed: InstitutionCode,
        query: &CardQuery,
    ) -> Result<(), QueryError> {
        let record =
            Record { claimed_institution: Some(claimed), ..self.record(asker, query, Outcome::InstitutionMismatch) };
        self.write(record).await
    }

    fn record(&self, asker: Asker, query: &CardQuery, outcome: Outcome) -> Record {
        Record {
            request_id: asker.request_id,
            answered_at: asker.at,
            institution: asker.institution,
            claimed_institution: None,
            terminal_serial: asker.terminal_serial,
            path: Path::Card,
            check_on: query.check_on,
            person: None,
            key_hash: self.key_hash(query),
            outcome,
            shown: Shown::default(),
            limit_consent: query.limit_consent,
        }
    }

    /// Equal for questions about the same card and birth date, however they were written; unreadable without the key.
    fn key_hash(&self, query: &CardQuery) -> [u8; 32] {
        let text = format!("{}\u{1f}{}", query.key.search_key().as_str(), query.birth_on.date());
        let tag = hmac::sign(&self.hash_key, text.as_bytes());
        tag.as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    async fn write(&self, record: Record) -> Result<(), QueryError> {
        let result = self.log.ask(record).await.map_err(|error| match error {
            QueryError::Busy => QueryError::Busy,
            _ => QueryError::Log,
        });
        self.metrics.log_records.with_label_values(&[if result.is_ok() { "written" } else { "failed" }]).inc();
        result
    }
}

fn has_address(identity: &Identity) -> bool {
    identity.address.is_some() || identity.post_number.is_some()
}

struct ReadFacts;

impl Batch for ReadFacts {
    type Question = CardQuery;
    type Answer = Vec<PersonFacts>;
    const NAME: &'static str = "facts_by_card";

    async fn run(connection: &mut PgConnection, questions: &[CardQuery]) -> Answers<Vec<PersonFacts>> {
        store::by_card::facts(connection, questions).await
    }
}

struct AppendLog;

impl Batch for AppendLog {
    type Question = Record;
    type Answer = ();
    const NAME: &'static str = "append_access_log";

    async fn run(connection: &mut PgConnection, records: &[Record]) -> Answers<()> {
        access_log::append(connection, records).await?;
        Ok(records.iter().map(|_| Ok(())).collect())
    }
}

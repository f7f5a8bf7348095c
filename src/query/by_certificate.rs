//! 資格確認 by マイナンバーカード.

use std::sync::Arc;

use sqlx::PgConnection;

use crate::config::Limits;
use crate::decide::{self, CardAnswer};
use crate::domain::{CONSENT_LASTS, CardFacts, CardId, CardUnusable, CertificateQuery, Consent, InstitutionCode};
use crate::metrics::Metrics;
use crate::store::access_log::{AtReader, Outcome, Path, Record, Shown};
use crate::store::{self, Store};

use super::QueryError;
use super::access_log::{AccessLog, Asker, shown};
use super::coalesce::{Answers, Batch, Coalescer};

/// Connections for lookups, as for those by what stands on the insured person's card.
const WORKERS: usize = 2;

/// Answers questions by cards that proved to be there.
#[derive(Clone)]
pub struct ByCertificate {
    facts: Coalescer<ReadFacts>,
    log: AccessLog,
}

impl ByCertificate {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits, log: AccessLog) -> Self {
        Self { facts: Coalescer::start(store, metrics, WORKERS, limits.waiting, limits.batch), log }
    }

    /// Answers one question. When this returns an answer, its access-log record and the patient's consents are committed.
    ///
    /// # Errors
    /// See [`QueryError`]; then nothing has been disclosed.
    pub async fn answer(&self, asker: Asker, query: &CertificateQuery) -> Result<CardAnswer, QueryError> {
        let facts = self.facts.ask(query.card.clone()).await?;
        let answer = decide::by_certificate(query, facts.as_ref(), asker.at);
        let person = facts.map(|facts| facts.standing.person);
        let log = match &answer {
            CardAnswer::Unusable(reason) => Record { person, ..self.record(asker, query, Outcome::CardUnusable(*reason)) },
            CardAnswer::Answered { validity, records } => {
                let kept_until = (!records.is_empty() && query.consents.iter().next().is_some())
                    .then(|| asker.at.saturating_add(CONSENT_LASTS).unwrap_or(asker.at));
                let mut log = self.record(asker, query, Outcome::Answered(*validity));
                log.path = Path::Certificate(AtReader { kept_until, ..at_reader(query) });
                log.person = person;
                log.shown = records.iter().map(shown).reduce(Shown::or).unwrap_or_default();
                log
            }
        };
        self.log.write(log).await?;
        Ok(answer)
    }

    /// Records a card whose certificate is out of its period; nothing is looked up.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn refuse(&self, asker: Asker, query: &CertificateQuery, reason: CardUnusable) -> Result<(), QueryError> {
        self.log.write(self.record(asker, query, Outcome::CardUnusable(reason))).await
    }

    /// Records a question that came in another institution's name; it gets no answer.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn refuse_mismatch(
        &self,
        asker: Asker,
        claimed: InstitutionCode,
        query: &CertificateQuery,
    ) -> Result<(), QueryError> {
        let record = self.record(asker, query, Outcome::InstitutionMismatch);
        self.log.write(Record { claimed_institution: Some(claimed), ..record }).await
    }

    fn record(&self, asker: Asker, query: &CertificateQuery, outcome: Outcome) -> Record {
        let key = [b"card certificate\x1f", query.card.issuer.as_slice(), query.card.serial.as_bytes()].concat();
        let record = self.log.record(asker, Path::Certificate(at_reader(query)), &key, query.check_on, outcome);
        Record { limit_consent: query.consents.has(Consent::Limit), ..record }
    }
}

fn at_reader(query: &CertificateQuery) -> AtReader {
    AtReader { holder: query.holder, treatment: query.treatment, consents: query.consents, kept_until: None }
}

struct ReadFacts;

impl Batch for ReadFacts {
    type Question = CardId;
    type Answer = Option<CardFacts>;
    const NAME: &'static str = "facts_by_certificate";

    async fn run(connection: &mut PgConnection, cards: &[CardId]) -> Answers<Option<CardFacts>> {
        store::by_certificate::facts(connection, cards).await
    }
}

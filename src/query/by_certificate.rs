//! Answers 資格確認 by マイナンバーカード.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::PgConnection;

use crate::config::Limits;
use crate::decide::{self, CardAnswer};
use crate::domain::{CONSENT_LASTS, CardFacts, CardId, CardUnusable, CertificateQuery, Consent, PersonId};
use crate::identity::card::VerifiedCard;
use crate::metrics::Metrics;
use crate::store::access_log::{AtReader, LogRecord, Outcome, Path};
use crate::store::by_certificate::PresentedCard;
use crate::store::{self, Store};

use super::QueryError;
use super::access_log::{AccessLog, note_shown};
use super::coalesce::{Answers, Coalescer, SharedStatement};
use super::own::{Asker, Own};

/// Number of connections for lookups. With one, the questions that wait behind the running statement make the next one larger. On
/// two cores, fewer and larger statements win, because verification needs the remaining time.
const WORKERS: usize = 1;

/// Answers questions by cards that proved possession of their key.
#[derive(Clone)]
pub struct ByCertificate {
    facts: Coalescer<ReadFacts>,
    log: AccessLog,
}

impl ByCertificate {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits, log: AccessLog) -> Self {
        Self { facts: Coalescer::start(store, metrics, WORKERS, limits.waiting, limits.group), log }
    }

    /// Answers one question. When this returns an answer, its access-log record and the patient's consents are committed.
    ///
    /// # Errors
    /// See [`QueryError`]; then nothing has been disclosed.
    pub async fn answer(&self, own: Own<'_, &CertificateQuery>, card: &VerifiedCard) -> Result<CardAnswer, QueryError> {
        let (asker, query) = (own.asker(), own.question());
        let shown_card = PresentedCard { card: card.id().clone(), institution: Some(asker.institution), at: asker.at };
        let facts = self.facts.ask(shown_card.institution, shown_card).await?;
        let answer = decide::by_certificate(query, Some(asker.institution), facts.as_ref(), asker.at);
        let person = facts.as_ref().map(person_of);
        let record = |outcome| record(&self.log, asker.clone(), &key_of(card.id()), query, outcome);
        let mut log = match &answer {
            CardAnswer::Unusable(reason) => record(Outcome::CardUnusable(*reason)),
            CardAnswer::Answered { validity, records } => {
                let consents_until = Some(asker.at.saturating_add(CONSENT_LASTS).unwrap_or(Timestamp::MAX));
                let mut log = record(Outcome::Answered(*validity));
                log.path = Path::Certificate(AtReader { consents_until, ..at_reader(query) });
                note_shown(&mut log.about, records, self.log.key());
                log
            }
        };
        log.about.person = person;
        self.log.write(log).await?;
        Ok(answer)
    }

    /// Records a card whose certificate is outside its period; looks nothing up.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub async fn refuse(
        &self,
        own: Own<'_, &CertificateQuery>,
        card: &CardId,
        reason: CardUnusable,
    ) -> Result<(), QueryError> {
        let asker = own.asker().clone();
        self.log.write(record(&self.log, asker, &key_of(card), own.question(), Outcome::CardUnusable(reason))).await
    }
}

/// Makes the record of a question that showed nothing; `key` identifies the card.
pub(super) fn record(log: &AccessLog, asker: Asker, key: &[u8], query: &CertificateQuery, outcome: Outcome) -> LogRecord {
    let mut record = log.record(asker, Path::Certificate(at_reader(query)), log.key().hash(key), query.check_on, outcome);
    record.about.limit_consent = query.consents.has(Consent::Limit);
    record
}

fn key_of(card: &CardId) -> Vec<u8> {
    [b"card certificate\x1f", card.issuer.as_slice(), card.serial.as_bytes()].concat()
}

fn person_of(facts: &CardFacts) -> PersonId {
    match facts {
        CardFacts::Holder(person) => person.id,
        CardFacts::Standing(standing) => standing.person,
    }
}

fn at_reader(query: &CertificateQuery) -> AtReader {
    AtReader { holder: query.holder, treatment: query.treatment, consents: query.consents, consents_until: None }
}

struct ReadFacts;

impl SharedStatement for ReadFacts {
    type Question = PresentedCard;
    type Answer = Option<CardFacts>;
    const NAME: &'static str = "facts_by_certificate";

    async fn run(connection: &mut PgConnection, cards: &[PresentedCard]) -> Answers<Option<CardFacts>> {
        store::by_certificate::facts(connection, cards).await
    }
}

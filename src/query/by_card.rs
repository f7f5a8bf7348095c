//! Answers 資格確認 by the numbers on the insured person's card.

use std::sync::Arc;

use sqlx::PgConnection;

use crate::config::Limits;
use crate::decide::{self, Answer};
use crate::domain::{CardQuery, InstitutionCode, PersonFacts, Validity};
use crate::metrics::Metrics;
use crate::store::access_log::{LogRecord, Outcome, Path};
use crate::store::{self, Store};

use super::QueryError;
use super::access_log::{AccessLog, note_shown};
use super::coalesce::{Answers, Coalescer, SharedStatement};
use super::misses::Misses;
use super::own::{Asker, Own};

/// Number of connections for lookups. More than two do not help: batches grow instead.
const WORKERS: usize = 2;

/// Answers questions by the numbers on the card.
#[derive(Clone)]
pub struct ByCard {
    facts: Coalescer<ReadFacts>,
    log: AccessLog,
    misses: Arc<Misses>,
}

impl ByCard {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits, log: AccessLog, misses: &Arc<Misses>) -> Self {
        let facts = Coalescer::start(store, metrics, WORKERS, limits.waiting, limits.group);
        Self { facts, log, misses: misses.clone() }
    }

    /// Answers one question. When this returns an answer, its access-log record is committed.
    ///
    /// # Errors
    /// See [`QueryError`]; then nothing has been disclosed.
    pub async fn answer(&self, own: Own<'_, &CardQuery>) -> Result<Answer, QueryError> {
        let (asker, query) = (own.asker(), own.question());
        // Taken before anything is known of the answer, so that a hit and a miss do the same work.
        let attempt = self.misses.attempt(asker.institution)?;
        let institution = Some(asker.institution);
        let facts = self.facts.ask(institution, (institution, query.clone())).await?;
        let answer = decide::by_card(query, institution, &facts);
        let mut log = record(&self.log, asker.clone(), query, Outcome::Answered(answer.validity));
        log.about.person = answer.record.as_ref().map(|record| record.person);
        note_shown(&mut log.about, answer.record.as_slice(), self.log.key());
        self.log.write(log).await?;
        if answer.validity == Validity::NoneFound {
            attempt.missed();
        }
        Ok(answer)
    }
}

/// Makes the record of a question that showed nothing.
pub(super) fn record(log: &AccessLog, asker: Asker, query: &CardQuery, outcome: Outcome) -> LogRecord {
    let hash = log.key().of_card(&query.key, query.birth_on);
    let mut record = log.record(asker, Path::Card, hash, query.check_on, outcome);
    record.about.limit_consent = query.limit_consent;
    record
}

struct ReadFacts;

impl SharedStatement for ReadFacts {
    type Question = (Option<InstitutionCode>, CardQuery);
    type Answer = Vec<PersonFacts>;
    const NAME: &'static str = "facts_by_card";

    async fn run(
        connection: &mut PgConnection,
        questions: &[(Option<InstitutionCode>, CardQuery)],
    ) -> Answers<Vec<PersonFacts>> {
        store::by_card::facts(connection, questions).await
    }
}

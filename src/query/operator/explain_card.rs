//! Reads what explains an answer by マイナンバーカード.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::decide::{self, CardAnswer};
use crate::domain::{CardFacts, CardStanding, CardState, CardUnusable, CertificateQuery, InstitutionCode, LIST_LASTS};
use crate::identity::card::CardCertificate;
use crate::query::{QueryError, failed};
use crate::store;
use crate::store::by_certificate::PresentedCard;

use super::operations::Operations;

impl Operations {
    /// Returns the answer that a terminal of `institution` would get for the card at the time `at`. Adds the day in the month of
    /// the check date on which the person lost a coverage because the insured turned 75. Assumes that the card has proved
    /// possession of its key. With `registered_by`, the holder's registrations are those of the registry as it stood at that instant;
    /// what J-LIS says of the card is as it is now.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn answer_card(
        &self,
        certificate: &CardCertificate,
        institution: Option<InstitutionCode>,
        query: &CertificateQuery,
        at: Timestamp,
        registered_by: Option<Timestamp>,
    ) -> Result<(CardAnswer, Option<Date>), QueryError> {
        if at < certificate.not_before() {
            return Ok((CardAnswer::Unusable(CardUnusable::NotYetValid), None));
        }
        if at.as_second() > certificate.not_after().as_second() {
            return Ok((CardAnswer::Unusable(CardUnusable::Expired), None));
        }
        let connection = self.store.pool().acquire().await;
        let mut connection = connection.map_err(|error| failed("connection")(error.into()))?;
        let shown = [PresentedCard { card: certificate.id().clone(), institution, at }];
        let facts = store::by_certificate::facts(&mut connection, &shown).await;
        let facts = facts.map_err(failed("facts_by_certificate"))?.pop().transpose();
        let facts = facts.map_err(failed("facts_by_certificate"))?.flatten();
        let facts = match (facts, registered_by) {
            (Some(facts), Some(then)) => Some(self.holder_at(facts, institution, then, at).await?),
            (facts, _) => facts,
        };
        let lost_with_insured = match &facts {
            Some(CardFacts::Holder(person)) => self.lost_with_insured(Some(person), query.check_on, registered_by).await?,
            _ => None,
        };
        Ok((decide::by_certificate(query, institution, facts.as_ref(), at), lost_with_insured))
    }

    /// Returns what the registry said at the instant `then` of the holder of a card that is shown at the time `at`.
    async fn holder_at(
        &self,
        facts: CardFacts,
        institution: Option<InstitutionCode>,
        then: Timestamp,
        at: Timestamp,
    ) -> Result<CardFacts, QueryError> {
        let too_old = |as_of: Timestamp| as_of.saturating_add(LIST_LASTS).is_ok_and(|end| end < at);
        let (person, standing) = match facts {
            CardFacts::Holder(person) => {
                let unregistered =
                    CardStanding { state: CardState::Good, as_of: None, person: person.id, protection: person.protection };
                (person.id, unregistered)
            }
            // Only a card in use shows registrations.
            CardFacts::Standing(standing) if standing.state != CardState::Good || standing.as_of.is_some_and(too_old) => {
                return Ok(CardFacts::Standing(standing));
            }
            CardFacts::Standing(standing) => (standing.person, standing),
        };
        let registered = self.store.facts_at(&[person], institution, then).await.map_err(failed("facts_at"))?.pop();
        Ok(match registered {
            Some(person) if !person.protection.self_information_blocked => CardFacts::Holder(person),
            Some(person) => CardFacts::Standing(CardStanding { protection: person.protection, ..standing }),
            None => CardFacts::Standing(standing),
        })
    }
}

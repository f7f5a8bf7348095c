//! Reads what explains an answer by マイナンバーカード.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::decide::{self, CardAnswer};
use crate::domain::{CardFacts, CardUnusable, CertificateQuery, InstitutionCode};
use crate::identity::card::CardCertificate;
use crate::query::{QueryError, failed};
use crate::store;
use crate::store::by_certificate::PresentedCard;

use super::operations::Operations;

impl Operations {
    /// Returns the answer that a terminal of `institution` would get for the card at the time `at`. Adds the day in the month of
    /// the check date on which the person lost a coverage because the insured turned 75. Assumes that the card has proved
    /// possession of its key.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn answer_card(
        &self,
        certificate: &CardCertificate,
        institution: Option<InstitutionCode>,
        query: &CertificateQuery,
        at: Timestamp,
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
        let lost_with_insured = match &facts {
            Some(CardFacts::Holder(person)) => self.lost_with_insured(Some(person), query.check_on).await?,
            _ => None,
        };
        Ok((decide::by_certificate(query, institution, facts.as_ref(), at), lost_with_insured))
    }
}

//! Reads what explains an answer by the numbers on the card.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::decide::{self, Answer};
use crate::domain::{CardQuery, InstitutionCode, PersonFacts, Registration};
use crate::query::{QueryError, failed};
use crate::store;

use super::operations::Operations;

impl Operations {
    /// Returns the answer that a terminal of `institution` would get. Adds the day in the month of the check date on which the
    /// person lost a coverage because the insured turned 75. Without an institution, the answer has no 医療券. With `registered_by`,
    /// it is the answer out of the registry as it stood at that instant.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn answer(
        &self,
        institution: Option<InstitutionCode>,
        query: CardQuery,
        registered_by: Option<Timestamp>,
    ) -> Result<(Answer, Option<Date>), QueryError> {
        let people = match registered_by {
            None => self.people_by_card(institution, &query).await?,
            Some(at) => {
                let people = self.store.facts_by_card_at(institution, &query, at).await;
                people.map_err(failed("facts_by_card_at"))?
            }
        };
        let answer = decide::by_card(&query, institution, &people);
        let person = answer.record.as_ref().and_then(|record| people.iter().find(|person| person.id == record.person));
        let lost_with_insured = self.lost_with_insured(person, query.check_on, registered_by).await?;
        Ok((answer, lost_with_insured))
    }

    /// Reads facts as for a terminal.
    async fn people_by_card(
        &self,
        institution: Option<InstitutionCode>,
        query: &CardQuery,
    ) -> Result<Vec<PersonFacts>, QueryError> {
        let connection = self.store.pool().acquire().await;
        let mut connection = connection.map_err(|error| failed("connection")(error.into()))?;
        let asked = [(institution, query.clone())];
        let mut facts = store::by_card::facts(&mut connection, &asked).await.map_err(failed("facts_by_card"))?;
        Ok(facts.pop().transpose().map_err(failed("facts_by_card"))?.unwrap_or_default())
    }

    /// Returns the registrations of the person with this stable id, in order of acquisition; None if no person has this id. With
    /// `registered_by`, those of the registry as it stood at that instant.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn registrations(
        &self,
        id: &str,
        registered_by: Option<Timestamp>,
    ) -> Result<Option<Vec<Registration>>, QueryError> {
        let person = match registered_by {
            None => self.store.person(id).await,
            Some(at) => self.store.person_at(id, at).await,
        };
        let person = person.map_err(failed("person"))?;
        Ok(person.map(|person| person.facts.map(|facts| facts.registrations).unwrap_or_default()))
    }
}

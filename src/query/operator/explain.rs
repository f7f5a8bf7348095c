//! Reads what explains an answer by the numbers on the card.

use jiff::civil::Date;

use crate::decide::{self, Answer};
use crate::domain::{CardQuery, InstitutionCode, Registration};
use crate::query::{QueryError, failed};
use crate::store;

use super::operations::Operations;

impl Operations {
    /// Returns the answer that a terminal of `institution` would get. Adds the day in the month of the check date on which the
    /// person lost a coverage because the insured turned 75. Without an institution, the answer has no 医療券.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn answer(
        &self,
        institution: Option<InstitutionCode>,
        query: CardQuery,
    ) -> Result<(Answer, Option<Date>), QueryError> {
        let connection = self.store.pool().acquire().await;
        let mut connection = connection.map_err(|error| failed("connection")(error.into()))?;
        let asked = [(institution, query)];
        let mut facts = store::by_card::facts(&mut connection, &asked).await.map_err(failed("facts_by_card"))?;
        let [(institution, query)] = asked;
        let people = facts.pop().transpose().map_err(failed("facts_by_card"))?.unwrap_or_default();
        let answer = decide::by_card(&query, institution, &people);
        let person = answer.record.as_ref().and_then(|record| people.iter().find(|person| person.id == record.person));
        let lost_with_insured = self.lost_with_insured(person, query.check_on).await?;
        Ok((answer, lost_with_insured))
    }

    /// Returns the registrations of the person with this stable id, in order of acquisition; None if no person has this id.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn registrations(&self, id: &str) -> Result<Option<Vec<Registration>>, QueryError> {
        let person = self.store.person(id).await.map_err(failed("person"))?;
        Ok(person.map(|person| person.facts.map(|facts| facts.registrations).unwrap_or_default()))
    }
}

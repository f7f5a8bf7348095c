//! Lists the people who are loaded.

use jiff::Timestamp;

use crate::domain::{InspectedPerson, KnownCard};
use crate::query::{QueryError, failed};

use super::operations::Operations;

impl Operations {
    /// Lists up to `most` people by stable id, in order, with ids after `after`; each with one line about them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn people(&self, after: &str, most: i64) -> Result<Vec<(String, Option<String>)>, QueryError> {
        self.store.people(after, most).await.map_err(failed("people"))
    }

    /// Returns the person of this stable id with the certificates of card and phones, the oldest first; None if no person has
    /// this id. With `registered_by`, registrations are those of the registry as it stood at that instant; certificates are not.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn person(
        &self,
        id: &str,
        registered_by: Option<Timestamp>,
    ) -> Result<Option<(InspectedPerson, Vec<KnownCard>)>, QueryError> {
        let person = match registered_by {
            None => self.store.person(id).await.map_err(failed("person"))?,
            Some(at) => self.store.person_at(id, at).await.map_err(failed("person_at"))?,
        };
        let Some(person) = person else { return Ok(None) };
        let cards = self.store.cards(id).await.map_err(failed("cards"))?;
        Ok(Some((person, cards)))
    }
}

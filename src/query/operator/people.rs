//! Lists the people who are loaded.

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
    /// this id.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn person(&self, id: &str) -> Result<Option<(InspectedPerson, Vec<KnownCard>)>, QueryError> {
        let Some(person) = self.store.person(id).await.map_err(failed("person"))? else { return Ok(None) };
        let cards = self.store.cards(id).await.map_err(failed("cards"))?;
        Ok(Some((person, cards)))
    }
}

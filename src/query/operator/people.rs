//! People that are loaded.

use crate::query::{QueryError, failed};
use crate::store::inspect::InspectedPerson;
use crate::store::jlis::KnownCard;

use super::operations::Operations;

impl Operations {
    /// Up to `most` stable ids after `after`, in order, each with one line about the person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, after: &str, most: i64) -> Result<Vec<(String, Option<String>)>, QueryError> {
        self.store.people(after, most).await.map_err(failed("people"))
    }

    /// The person of this stable id with the certificates of card and phones, the oldest first; none if nobody has this id.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn person(&self, id: &str) -> Result<Option<(InspectedPerson, Vec<KnownCard>)>, QueryError> {
        let Some(person) = self.store.person(id).await.map_err(failed("person"))? else { return Ok(None) };
        let cards = self.store.cards(id).await.map_err(failed("cards"))?;
        Ok(Some((person, cards)))
    }
}

//! 照会番号: what institutions call the holders of cards.

use crate::domain::{CardKey, ReferenceNumber};
use crate::store::Store;
use crate::store::reference_number::NewReference;

use super::own::Own;
use super::{QueryError, failed};

/// Registers 照会番号.
#[derive(Clone)]
pub struct ReferenceNumbers {
    store: Store,
}

impl ReferenceNumbers {
    /// Registers into `store`.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// Registers a number. When this returns, it is committed, and every later answer to the institution about the card has it.
    /// Whether there is such a card is not told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn register(&self, own: Own<'_, (&CardKey, &ReferenceNumber)>) -> Result<(), QueryError> {
        let asker = own.asker();
        let (key, reference) = own.question();
        let new =
            NewReference { institution: asker.institution, key: key.clone(), reference: reference.clone(), at: asker.at };
        self.store.register_reference(new).await.map_err(failed("register_reference"))
    }
}

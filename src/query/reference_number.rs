//! Registers 照会番号: numbers that institutions give to the holders of cards.

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
    /// Makes a service that registers numbers in `store`.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// Registers a number. When this returns, the number is committed and part of every later answer to the institution about the
    /// card. The institution does not learn whether the card exists.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn register(&self, own: Own<'_, (&CardKey, &ReferenceNumber)>) -> Result<(), QueryError> {
        let asker = own.asker();
        let (key, reference) = own.question();
        let new =
            NewReference { institution: asker.institution, key: key.clone(), reference: reference.clone(), at: asker.at };
        self.store.register_reference(new).await.map_err(failed("register_reference"))
    }
}

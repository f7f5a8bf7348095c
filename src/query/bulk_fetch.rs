//! The result of a file is fetched.

use jiff::Timestamp;

use crate::domain::{InstitutionCode, ReceptionNumber};
use crate::store::Store;
use crate::store::bulk_fetch::Batch;

use super::{QueryError, failed};

/// Gives results out. Their access-log records were committed with them.
#[derive(Clone)]
pub struct BulkFetch {
    store: Store,
}

impl BulkFetch {
    /// Gives results out of `store`.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// The file of this number; none when there is none, or it is another institution's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(
        &self,
        number: &ReceptionNumber,
        institution: InstitutionCode,
        at: Timestamp,
    ) -> Result<Option<Batch>, QueryError> {
        self.store.batch(number, institution, at).await.map_err(failed("batch"))
    }

    /// The units of a piece of a file that is done.
    ///
    /// # Errors
    /// When the database does not answer, or they are gone.
    pub async fn units(&self, batch: &Batch, place: i32) -> Result<Vec<u8>, QueryError> {
        let units = self.store.batch_units(batch.id, place).await.map_err(failed("batch_units"))?;
        units.ok_or(QueryError::Unavailable)
    }
}

//! Hands out the results of batches.

use jiff::{SignedDuration, Timestamp};

use crate::config::BulkLimits;
use crate::domain::{Batch, ReceptionNumber};
use crate::store::Store;

use super::own::Own;
use super::{QueryError, failed};

/// Hands out results. Their access-log records were committed together with them.
#[derive(Clone)]
pub struct BulkFetch {
    store: Store,
    remember: SignedDuration,
}

impl BulkFetch {
    /// Makes a service that reads results from `store`.
    #[must_use]
    pub fn new(store: &Store, limits: &BulkLimits) -> Self {
        Self { store: store.clone(), remember: limits.remember }
    }

    /// Finds the batch of this number. None if it does not exist, belongs to another institution, or expired too long ago to be
    /// known.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find(&self, own: Own<'_, &ReceptionNumber>) -> Result<Option<Batch>, QueryError> {
        let asker = own.asker();
        let forgotten = asker.at.saturating_sub(self.remember).unwrap_or(Timestamp::MIN);
        self.store.batch(own.question(), asker.institution, asker.at, forgotten).await.map_err(failed("batch"))
    }

    /// Returns the sizes in bytes of the slices of a finished batch, in order.
    ///
    /// # Errors
    /// If the database does not answer, or slices are missing.
    pub async fn slice_sizes(&self, batch: &Batch) -> Result<Vec<usize>, QueryError> {
        let slices = self.store.slice_sizes(batch.id).await.map_err(|error| {
            tracing::error!(error = %error, "the slices of a result could not be looked up");
            QueryError::Unavailable
        })?;
        if usize::try_from(batch.slices) == Ok(slices.len()) { Ok(slices) } else { Err(QueryError::Unavailable) }
    }

    /// Returns the units of one slice of a finished batch.
    ///
    /// # Errors
    /// If the database does not answer, or the units are missing.
    pub async fn units(&self, batch: &Batch, place: i32) -> Result<Vec<u8>, QueryError> {
        let units = self.store.batch_units(batch.id, place).await.map_err(failed("batch_units"))?;
        units.ok_or(QueryError::Unavailable)
    }
}

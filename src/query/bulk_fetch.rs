//! The result of a file is fetched.

use jiff::{SignedDuration, Timestamp};

use crate::config::BulkLimits;
use crate::domain::{InstitutionCode, ReceptionNumber};
use crate::store::Store;
use crate::store::bulk_fetch::Batch;

use super::{QueryError, failed};

/// Gives results out. Their access-log records were committed with them.
#[derive(Clone)]
pub struct BulkFetch {
    store: Store,
    remember: SignedDuration,
}

impl BulkFetch {
    /// Gives results out of `store`.
    #[must_use]
    pub fn new(store: &Store, limits: &BulkLimits) -> Self {
        Self { store: store.clone(), remember: limits.remember }
    }

    /// The file of this number; none when there is none, it is another institution's, or it expired too long ago to be known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(
        &self,
        number: &ReceptionNumber,
        institution: InstitutionCode,
        at: Timestamp,
    ) -> Result<Option<Batch>, QueryError> {
        let forgotten = at.saturating_sub(self.remember).unwrap_or(Timestamp::MIN);
        self.store.batch(number, institution, at, forgotten).await.map_err(failed("batch"))
    }

    /// The sizes of the pieces of a file that is done, in bytes, in their order.
    ///
    /// # Errors
    /// When the database does not answer, or some are gone.
    pub async fn piece_sizes(&self, batch: &Batch) -> Result<Vec<usize>, QueryError> {
        let pieces = self.store.piece_sizes(batch.id).await.map_err(|error| {
            tracing::error!(error = %error, "the pieces of a result could not be looked up");
            QueryError::Unavailable
        })?;
        if usize::try_from(batch.slices) == Ok(pieces.len()) { Ok(pieces) } else { Err(QueryError::Unavailable) }
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

//! Lists, cancels and reruns batches.

use jiff::SignedDuration;

use crate::domain::{BatchEnding, BatchFilter, BatchLine, Moment, ReceptionNumber};
use crate::query::{QueryError, failed};

use super::operations::Operations;

/// The result of an operator's order about a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// It was done.
    Done,
    /// There is no such batch.
    NoBatch,
    /// The batch's state does not allow it; nothing has changed.
    WrongState,
}

impl Operations {
    /// Lists up to `most` batches, the latest first, as they stand at the moment `at`.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn batches(&self, filter: &BatchFilter, at: Moment, most: i64) -> Result<Vec<BatchLine>, QueryError> {
        self.store.batches(filter, at, most).await.map_err(failed("batches"))
    }

    /// Returns the batch of this number as it stands at the moment `at`; None if there is none.
    ///
    /// # Errors
    /// As for [`Operations::batches`].
    pub async fn batch(&self, number: &ReceptionNumber, at: Moment) -> Result<Option<BatchLine>, QueryError> {
        let filter = BatchFilter { number: Some(number.to_string()), ..BatchFilter::default() };
        Ok(self.batches(&filter, at, 1).await?.pop())
    }

    /// Cancels an unfinished batch at the moment `at`; it is kept for the time `keep`.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn cancel(&self, number: &ReceptionNumber, at: Moment, keep: SignedDuration) -> Result<Ordered, QueryError> {
        if self.batch(number, at).await?.is_none() {
            return Ok(Ordered::NoBatch);
        }
        let cancelled = self.store.cancel_batch(number, BatchEnding::at(at, keep)).await.map_err(failed("cancel_batch"))?;
        if !cancelled {
            return Ok(Ordered::WrongState);
        }
        self.metrics.bulk_files.with_label_values(&["cancelled"]).inc();
        Ok(Ordered::Done)
    }

    /// Starts a failed or cancelled batch again at the moment `at`.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn rerun(&self, number: &ReceptionNumber, at: Moment) -> Result<Ordered, QueryError> {
        if self.batch(number, at).await?.is_none() {
            return Ok(Ordered::NoBatch);
        }
        let begun = self.store.rerun_batch(number, at.domain).await.map_err(failed("rerun_batch"))?;
        Ok(if begun { Ordered::Done } else { Ordered::WrongState })
    }
}

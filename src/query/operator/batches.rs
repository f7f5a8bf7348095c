//! Files with questions about many people: listed, cancelled, begun again.

use jiff::SignedDuration;

use crate::domain::{Ending, Moment, ReceptionNumber};
use crate::query::{QueryError, failed};
use crate::store::batches::{BatchFilter, BatchLine};

use super::operations::Operations;

/// What became of an order about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// It was done.
    Done,
    /// There is no such file.
    NoFile,
    /// The file's state does not allow it; nothing has changed.
    WrongState,
}

impl Operations {
    /// Up to `most` files, the latest first, as they stand at the moment `at`.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn batches(&self, filter: &BatchFilter, at: Moment, most: i64) -> Result<Vec<BatchLine>, QueryError> {
        self.store.batches(filter, at, most).await.map_err(failed("batches"))
    }

    /// The file of this number as it stands at the moment `at`; none if there is none.
    ///
    /// # Errors
    /// As for [`Operations::batches`].
    pub async fn batch(&self, number: &ReceptionNumber, at: Moment) -> Result<Option<BatchLine>, QueryError> {
        let filter = BatchFilter { number: Some(number.to_string()), ..BatchFilter::default() };
        Ok(self.batches(&filter, at, 1).await?.pop())
    }

    /// Gives a file in work up at the moment `at`; it is kept for the time `keep`.
    ///
    /// # Errors
    /// When the database fails; then nothing has changed.
    pub async fn cancel(&self, number: &ReceptionNumber, at: Moment, keep: SignedDuration) -> Result<Ordered, QueryError> {
        if self.batch(number, at).await?.is_none() {
            return Ok(Ordered::NoFile);
        }
        let cancelled = self.store.cancel_batch(number, Ending::at(at, keep)).await.map_err(failed("cancel_batch"))?;
        if !cancelled {
            return Ok(Ordered::WrongState);
        }
        self.metrics.bulk_files.with_label_values(&["cancelled"]).inc();
        Ok(Ordered::Done)
    }

    /// Begins a file again, at the moment `at`, that failed or was cancelled.
    ///
    /// # Errors
    /// When the database fails; then nothing has changed.
    pub async fn rerun(&self, number: &ReceptionNumber, at: Moment) -> Result<Ordered, QueryError> {
        if self.batch(number, at).await?.is_none() {
            return Ok(Ordered::NoFile);
        }
        let begun = self.store.rerun_batch(number, at.domain).await.map_err(failed("rerun_batch"))?;
        Ok(if begun { Ordered::Done } else { Ordered::WrongState })
    }
}

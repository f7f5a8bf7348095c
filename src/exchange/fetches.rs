//! Bounds the results that are sent at once: first those of the institution, then all together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::BulkLimits;
use crate::domain::InstitutionCode;
use crate::shares::{Bounds, Place, Shares};

use super::refused::MessageRefused;

/// Bounds the memory of results being sent. An institution that reads slowly holds at most its own places.
pub struct Fetches {
    of_institution: Arc<Shares>,
    of_all: Arc<Semaphore>,
}

/// A result being sent; dropping it frees its places.
pub(super) struct Fetching {
    _of_institution: Place,
    _of_all: OwnedSemaphorePermit,
}

impl Fetches {
    /// Makes as many places as the limits allow.
    #[must_use]
    pub fn new(limits: &BulkLimits) -> Self {
        // The number that wait is bounded by the listener, for all requests together.
        let bounds =
            Bounds { places: limits.fetches_of_institution, common: 0, of_institution: usize::MAX, of_all: usize::MAX };
        Self { of_institution: Shares::new(bounds), of_all: Arc::new(Semaphore::new(limits.fetches)) }
    }

    /// Waits up to `patience` for a place of the institution and a place of all.
    pub(super) async fn admit(&self, institution: InstitutionCode, patience: Duration) -> Result<Fetching, MessageRefused> {
        let admitted = async {
            let of_institution = self.of_institution.wait(institution, patience).await?;
            let of_all = self.of_all.clone().acquire_owned().await.ok()?;
            Some(Fetching { _of_institution: of_institution, _of_all: of_all })
        };
        timeout(patience, admitted).await.ok().flatten().ok_or(MessageRefused::Busy)
    }
}

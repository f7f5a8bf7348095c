//! Results that are sent at once: a place of the institution's own, then one of all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::BulkLimits;
use crate::domain::InstitutionCode;
use crate::shares::{Bounds, Place, Shares};

use super::failure::Failure;

/// Bounds the memory of results on their way. An institution that takes its results slowly delays its own alone.
pub struct Fetches {
    of_institution: Arc<Shares>,
    of_all: Arc<Semaphore>,
}

/// A result on its way; others have the place when it is dropped.
pub(super) struct Fetching {
    _of_institution: Place,
    _of_all: OwnedSemaphorePermit,
}

impl Fetches {
    /// As many as the limits say.
    #[must_use]
    pub fn new(limits: &BulkLimits) -> Self {
        // How many wait is bounded with all requests.
        let bounds =
            Bounds { places: limits.fetches_of_institution, common: 0, of_institution: usize::MAX, of_all: usize::MAX };
        Self { of_institution: Shares::new(bounds), of_all: Arc::new(Semaphore::new(limits.fetches)) }
    }

    /// Waits for a place.
    pub(super) async fn admit(&self, institution: InstitutionCode, patience: Duration) -> Result<Fetching, Failure> {
        let admitted = async {
            let of_institution = self.of_institution.wait(institution, patience).await?;
            let of_all = self.of_all.clone().acquire_owned().await.ok()?;
            Some(Fetching { _of_institution: of_institution, _of_all: of_all })
        };
        timeout(patience, admitted).await.ok().flatten().ok_or(Failure::Busy)
    }
}

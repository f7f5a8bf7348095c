use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::BulkLimits;
use crate::domain::InstitutionCode;

use super::error::Failure;

/// Bounds the memory of files that arrive at once: each takes its announced size out of a common budget before it is read.
pub struct Arrivals {
    budget: Arc<Semaphore>,
    of_institution: Mutex<HashMap<InstitutionCode, usize>>,
    limits: BulkLimits,
}

/// The budget is counted in pieces of so many bytes.
const PIECE: usize = 1024;

impl Arrivals {
    /// A budget by these limits.
    #[must_use]
    pub fn new(limits: BulkLimits) -> Arc<Self> {
        let budget = Arc::new(Semaphore::new(limits.arriving_bytes / PIECE));
        Arc::new(Self { budget, of_institution: Mutex::default(), limits })
    }

    /// Waits until a file of so many bytes may arrive; a file that does not announce its size counts as the largest.
    pub(super) async fn admit(
        self: &Arc<Self>,
        institution: InstitutionCode,
        announced: Option<usize>,
    ) -> Result<Arriving, Failure> {
        let bytes = announced.unwrap_or(self.limits.file_bytes).min(self.limits.file_bytes);
        {
            let mut files = self.of_institution.lock().unwrap_or_else(PoisonError::into_inner);
            let count = files.entry(institution).or_default();
            if *count >= self.limits.arriving_files {
                return Err(Failure::FilesInFlight);
            }
            *count += 1;
        }
        let mut arriving = Arriving { arrivals: self.clone(), institution, budget: None };
        let pieces = u32::try_from(bytes / PIECE + 1).unwrap_or(u32::MAX);
        let pieces = pieces.min(u32::try_from(self.limits.arriving_bytes / PIECE).unwrap_or(u32::MAX));
        arriving.budget = self.budget.clone().acquire_many_owned(pieces).await.ok();
        Ok(arriving)
    }
}

/// A file that arrives; gives its share of the budget back when it is dropped.
pub(super) struct Arriving {
    arrivals: Arc<Arrivals>,
    institution: InstitutionCode,
    budget: Option<OwnedSemaphorePermit>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.budget = None;
        let mut files = self.arrivals.of_institution.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = files.get_mut(&self.institution) {
            *count -= 1;
            if *count == 0 {
                files.remove(&self.institution);
            }
        }
    }
}

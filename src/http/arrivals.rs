use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::BulkLimits;
use crate::domain::InstitutionCode;

use super::error::Failure;

/// Bounds the memory of files from their arrival until they are stored: each takes its announced size out of a common budget before it
/// is read, and one institution's together no more than half of that, so that others are never behind it.
pub struct Arrivals {
    budget: Arc<Semaphore>,
    of_institution: Mutex<HashMap<InstitutionCode, Share>>,
    limits: BulkLimits,
}

/// What one institution has in use.
struct Share {
    files: usize,
    budget: Arc<Semaphore>,
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

    fn pieces(&self) -> usize {
        self.limits.arriving_bytes / PIECE
    }

    /// Waits until a file of so many bytes may arrive; a file that does not announce its size counts as the largest.
    pub(super) async fn admit(
        self: &Arc<Self>,
        institution: InstitutionCode,
        announced: Option<usize>,
    ) -> Result<Arriving, Failure> {
        let bytes = announced.unwrap_or(self.limits.file_bytes).min(self.limits.file_bytes);
        let half = (self.pieces() / 2).max(1);
        let own = {
            let mut shares = self.of_institution.lock().unwrap_or_else(PoisonError::into_inner);
            let share = shares.entry(institution);
            let share = share.or_insert_with(|| Share { files: 0, budget: Arc::new(Semaphore::new(half)) });
            if share.files >= self.limits.arriving_files {
                return Err(Failure::FilesInFlight);
            }
            share.files += 1;
            share.budget.clone()
        };
        let mut arriving = Arriving { arrivals: self.clone(), institution, budget: None };
        let pieces = u32::try_from(bytes.div_ceil(PIECE).clamp(1, half)).unwrap_or(u32::MAX);
        let of_institution = own.acquire_many_owned(pieces).await.map_err(|_| Failure::Busy)?;
        let of_all = self.budget.clone().acquire_many_owned(pieces).await.map_err(|_| Failure::Busy)?;
        arriving.budget = Some([of_institution, of_all]);
        Ok(arriving)
    }
}

/// A file that arrives; gives its share of the budget back when it is dropped.
pub(super) struct Arriving {
    arrivals: Arc<Arrivals>,
    institution: InstitutionCode,
    budget: Option<[OwnedSemaphorePermit; 2]>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.budget = None;
        let mut shares = self.arrivals.of_institution.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get_mut(&self.institution) {
            share.files -= 1;
            if share.files == 0 {
                shares.remove(&self.institution);
            }
        }
    }
}

//! Bounds the files that arrive at once: first by the institution's own share, then by the common budget.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::BulkLimits;
use crate::domain::InstitutionCode;

use super::refused::MessageRefused;

/// Bounds the memory of files from their arrival until they are stored. Before a file is read, it takes its announced size out
/// of a common budget. Files of one institution take at most half of the budget, so that they cannot block those of others.
pub struct Arrivals {
    budget: Arc<Semaphore>,
    of_institution: Mutex<HashMap<InstitutionCode, Share>>,
    limits: BulkLimits,
}

/// The files in arrival and the budget of one institution.
struct Share {
    files: usize,
    budget: Arc<Semaphore>,
}

/// The unit in which the budget is counted, in bytes.
const KIBIBYTE: usize = 1024;

impl Arrivals {
    /// Makes a budget with these limits.
    #[must_use]
    pub fn new(limits: BulkLimits) -> Arc<Self> {
        let budget = Arc::new(Semaphore::new(limits.arriving_bytes / KIBIBYTE));
        Arc::new(Self { budget, of_institution: Mutex::default(), limits })
    }

    fn kibibytes(&self) -> usize {
        self.limits.arriving_bytes / KIBIBYTE
    }

    /// Waits until a file of `announced` bytes may arrive; one without an announced size counts as the largest. Refuses the
    /// file at once if too many of the institution are arriving.
    pub(super) async fn admit(
        self: &Arc<Self>,
        institution: InstitutionCode,
        announced: Option<usize>,
    ) -> Result<Arriving, MessageRefused> {
        let bytes = announced.unwrap_or(self.limits.file_bytes).min(self.limits.file_bytes);
        let half = (self.kibibytes() / 2).max(1);
        let own = {
            let mut shares = self.of_institution.lock().unwrap_or_else(PoisonError::into_inner);
            let share = shares.entry(institution);
            let share = share.or_insert_with(|| Share { files: 0, budget: Arc::new(Semaphore::new(half)) });
            if share.files >= self.limits.arriving_files {
                return Err(MessageRefused::FilesInFlight);
            }
            share.files += 1;
            share.budget.clone()
        };
        let mut arriving = Arriving { arrivals: self.clone(), institution, budget: None };
        let kibibytes = u32::try_from(bytes.div_ceil(KIBIBYTE).clamp(1, half)).unwrap_or(u32::MAX);
        let of_institution = own.acquire_many_owned(kibibytes).await.map_err(|_| MessageRefused::Busy)?;
        let of_all = self.budget.clone().acquire_many_owned(kibibytes).await.map_err(|_| MessageRefused::Busy)?;
        arriving.budget = Some([of_institution, of_all]);
        Ok(arriving)
    }
}

/// A file in arrival; dropping it frees its part of the budget.
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: usize = 8 * 1024 * 1024;

    fn arrivals() -> Arc<Arrivals> {
        let limits = BulkLimits { file_bytes: FILE, arriving_bytes: 3 * FILE, arriving_files: 3, ..BulkLimits::default() };
        Arrivals::new(limits)
    }

    fn institution(code: &str) -> InstitutionCode {
        InstitutionCode::parse(code).unwrap()
    }

    /// Admits a file; None if it would have to wait.
    async fn may_arrive(arrivals: &Arc<Arrivals>, code: &str, bytes: Option<usize>) -> Option<Arriving> {
        let admitted = arrivals.admit(institution(code), bytes);
        let now = tokio::time::timeout(std::time::Duration::ZERO, admitted);
        now.await.ok().map(|admitted| admitted.unwrap_or_else(|refused| panic!("{refused:?}")))
    }

    #[tokio::test]
    async fn an_institution_has_half_of_the_budget_and_nobody_waits_behind_it() {
        let (arrivals, one, other, third) = (arrivals(), "1310012344", "1310023457", "2710034568");
        let first = may_arrive(&arrivals, one, None).await.expect("there is room for a file of unknown size");
        // A second file of the institution would exceed its half; it waits without taking from the common budget.
        let waiting = tokio::spawn({
            let arrivals = arrivals.clone();
            async move { arrivals.admit(institution(one), None).await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        let small = may_arrive(&arrivals, other, Some(1000)).await.expect("others are not behind it");
        let large = may_arrive(&arrivals, third, Some(FILE)).await.expect("nor are large ones");
        drop((small, large, first));
        assert!(waiting.await.unwrap(), "its turn comes");
    }

    #[tokio::test]
    async fn the_whole_budget_is_never_exceeded_and_comes_back() {
        let arrivals = arrivals();
        let mut held = Vec::new();
        for code in ["1310012344", "1310023457", "2710034568"] {
            held.push(may_arrive(&arrivals, code, Some(FILE)).await.expect("three fit exactly"));
        }
        assert!(may_arrive(&arrivals, "0110001237", Some(1)).await.is_none(), "not a byte more");
        held.pop();
        assert!(may_arrive(&arrivals, "0110001237", Some(FILE)).await.is_some());
    }

    #[tokio::test]
    async fn more_files_than_may_arrive_are_refused() {
        let arrivals = arrivals();
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(may_arrive(&arrivals, "1310012344", Some(0)).await);
        }
        let refused = arrivals.admit(institution("1310012344"), Some(0)).await;
        assert_eq!(refused.err(), Some(MessageRefused::FilesInFlight));
    }
}

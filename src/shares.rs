//! Bounds what one institution may use of a resource at once, so that other institutions never wait behind it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::InstitutionCode;

/// Shares out places. Every institution has places of its own, and all institutions share the common ones. Callers whose
/// institution is not known yet count together as one institution. A bounded number may wait.
pub struct Shares {
    common: Arc<Semaphore>,
    users: Mutex<Users>,
    bounds: Bounds,
}

/// The numbers of places and of users.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Places of each institution alone.
    pub places: usize,
    /// Places that all institutions share; one institution may use all of them.
    pub common: usize,
    /// Users of one institution that have a place or wait for one.
    pub of_institution: usize,
    /// The same for all institutions together. An institution with no more users than its own places is never refused for this.
    pub of_all: usize,
}

#[derive(Default)]
struct Users {
    of_institution: HashMap<Option<InstitutionCode>, Share>,
    count: usize,
}

/// The part of one institution.
struct Share {
    users: usize,
    places: Arc<Semaphore>,
}

impl Shares {
    /// Makes shares with every place free.
    #[must_use]
    pub fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { common: Arc::new(Semaphore::new(bounds.common)), users: Mutex::default(), bounds })
    }

    /// Waits for a place, in the order of arrival and no longer than `patience`. Returns None at once if too many wait already.
    pub async fn wait(
        self: &Arc<Self>,
        institution: impl Into<Option<InstitutionCode>>,
        patience: Duration,
    ) -> Option<Place> {
        let (mut place, places) = self.enter(institution.into())?;
        place.permit = self.at_once(&places);
        if place.permit.is_none() {
            let free = async {
                tokio::select! {
                    permit = places.acquire_owned() => permit,
                    permit = self.common.clone().acquire_owned() => permit,
                }
            };
            place.permit = Some(timeout(patience, free).await.ok()?.ok()?);
        }
        Some(place)
    }

    /// Takes a place if one is free now.
    pub fn take(self: &Arc<Self>, institution: impl Into<Option<InstitutionCode>>) -> Option<Place> {
        let (mut place, places) = self.enter(institution.into())?;
        place.permit = Some(self.at_once(&places)?);
        Some(place)
    }

    fn at_once(&self, places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        places.clone().try_acquire_owned().or_else(|_| self.common.clone().try_acquire_owned()).ok()
    }

    fn enter(self: &Arc<Self>, institution: Option<InstitutionCode>) -> Option<(Place, Arc<Semaphore>)> {
        let Bounds { places, of_institution, of_all, .. } = self.bounds;
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let full = users.count >= of_all;
        let share = users.of_institution.entry(institution);
        let share = share.or_insert_with(|| Share { users: 0, places: Arc::new(Semaphore::new(places)) });
        if share.users >= of_institution || (full && share.users >= places) {
            return None;
        }
        share.users += 1;
        let semaphore = share.places.clone();
        users.count += 1;
        Some((Place { shares: self.clone(), institution, permit: None }, semaphore))
    }
}

/// A place, or the wait for one; dropping it frees the place.
pub struct Place {
    shares: Arc<Shares>,
    institution: Option<InstitutionCode>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.permit = None;
        let mut users = self.shares.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.count -= 1;
        if let Some(share) = users.of_institution.get_mut(&self.institution) {
            share.users -= 1;
            if share.users == 0 {
                users.of_institution.remove(&self.institution);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn institution(code: &str) -> InstitutionCode {
        InstitutionCode::parse(code).unwrap()
    }

    #[tokio::test]
    async fn an_institution_waits_behind_itself_alone() {
        let shares = Shares::new(Bounds { places: 2, common: 0, of_institution: 4, of_all: 100 });
        let (one, other) = (institution("1310012344"), institution("2710034568"));
        let first = shares.wait(one, PATIENCE).await.expect("there are two");
        let _second = shares.wait(one, PATIENCE).await.expect("there are two");
        assert!(shares.take(one).is_none());
        let waiting = tokio::spawn({
            let shares = shares.clone();
            async move { shares.wait(one, PATIENCE).await }
        });
        tokio::task::yield_now().await;
        assert!(shares.take(other).is_some(), "others do not wait");
        drop(first);
        assert!(waiting.await.unwrap().is_some(), "its turn comes");
    }

    #[tokio::test]
    async fn what_is_common_is_had_by_one_alone_and_shared_by_many() {
        let shares = Shares::new(Bounds { places: 1, common: 2, of_institution: 10, of_all: 100 });
        let (one, other) = (institution("1310012344"), institution("2710034568"));
        let mut held: Vec<_> = (0..3).map(|_| shares.take(one).expect("its own and all that are common")).collect();
        assert!(shares.take(one).is_none());
        let own = shares.take(other).expect("its own is kept for it");
        let mut waiting = Box::pin(shares.wait(other, PATIENCE));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        // The first place was the institution's own; the second is a common one.
        held.remove(0);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        held.remove(0);
        assert!(waiting.await.is_some());
        drop((held, own));
        assert_eq!(shares.common.available_permits(), 2);
    }

    #[tokio::test]
    async fn too_many_that_wait_are_refused_and_waiting_ends() {
        let shares = Shares::new(Bounds { places: 1, common: 0, of_institution: 2, of_all: 100 });
        let one = institution("1310012344");
        let _held = shares.take(one).expect("a place");
        let mut waiting = Box::pin(shares.wait(one, PATIENCE));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(futures_util::poll!(Box::pin(shares.wait(one, PATIENCE))).is_ready(), "refused at once");
        drop(waiting);
        assert!(shares.wait(one, Duration::from_millis(1)).await.is_none(), "patience ends");
    }

    #[tokio::test]
    async fn a_full_house_refuses_only_those_who_have_more_than_their_places() {
        let shares = Shares::new(Bounds { places: 1, common: 0, of_institution: 10, of_all: 3 });
        let (one, other) = (institution("1310012344"), institution("2710034568"));
        let held = shares.take(one).expect("a place");
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(shares.wait(one, PATIENCE))).collect();
        for wait in &mut waiting {
            assert!(futures_util::poll!(wait).is_pending());
        }
        assert!(shares.wait(one, PATIENCE).await.is_none());
        let place = shares.take(other).expect("its own place is kept for it");
        assert!(shares.wait(other, PATIENCE).await.is_none(), "more than that is not");
        drop((waiting, held, place));
        assert!(shares.users.lock().unwrap().of_institution.is_empty(), "nothing is remembered");
    }
}

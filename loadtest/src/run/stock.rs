//! The stock of a lane: challenges that cards have signed before somebody asks, so that signing is no part of an answer's time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::scenario::by_card::Signed;

/// How long a challenge is kept. The server takes it for 60 seconds.
const KEPT: Duration = Duration::from_secs(45);

/// How long a lane rests after a challenge could not be taken.
const REST: Duration = Duration::from_secs(1);

/// Signed challenges of one terminal, bounded in number.
pub(super) struct Stock {
    most: usize,
    ready: VecDeque<Stocked>,
    /// When the next challenge may be taken.
    rests_until: Instant,
}

/// A challenge that is signed, or being signed.
pub(super) struct Stocked {
    /// The place of the holder whose card signs.
    pub holder: usize,
    taken: Instant,
    pub signing: JoinHandle<Option<Signed>>,
}

impl Stocked {
    /// Makes one of a challenge that was taken at a time.
    pub fn new(holder: usize, taken: Instant, signing: JoinHandle<Option<Signed>>) -> Self {
        Self { holder, taken, signing }
    }
}

/// What cards cost beside the questions themselves, counted over the whole run.
#[derive(Debug, Default)]
pub(super) struct CardCounts {
    /// Uses of cards so far; chance follows their number.
    pub uses: AtomicU64,
    /// Challenges that the server gave.
    pub challenges: AtomicU64,
    /// Questions for a challenge that failed.
    pub failed: AtomicU64,
    /// Questions that found no signed challenge ready. Their wait is the sender's lateness.
    pub unready: AtomicU64,
}

/// What cards cost beside the questions themselves, over the whole run; stands in the results as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFigures {
    /// Challenges that the server gave. They load it too, and count as no request.
    pub challenges: u64,
    /// Questions for a challenge that failed.
    pub failed: u64,
    /// Questions by card that found no signed challenge ready. Their wait is the sender's lateness.
    pub unready: u64,
}

impl CardCounts {
    pub fn figures(&self) -> CardFigures {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CardFigures { challenges: count(&self.challenges), failed: count(&self.failed), unready: count(&self.unready) }
    }

    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Stock {
    /// Makes a stock of at most so many; none if no cards are shown.
    pub fn new(most: usize) -> Self {
        Self { most, ready: VecDeque::new(), rests_until: Instant::now() }
    }

    /// Returns when the next challenge must be taken; none if the stock is empty for good.
    pub fn next(&self) -> Option<Instant> {
        let oldest = self.ready.front().filter(|_| self.ready.len() >= self.most);
        let due = oldest.map_or(self.rests_until, |oldest| oldest.taken + KEPT);
        (self.most > 0).then(|| due.max(self.rests_until))
    }

    /// Drops what will expire soon, and returns whether a challenge is wanted.
    pub fn wants(&mut self, now: Instant) -> bool {
        while self.ready.front().is_some_and(|oldest| oldest.taken + KEPT <= now) {
            self.ready.pop_front();
        }
        self.ready.len() < self.most && self.rests_until <= now
    }

    /// Adds a challenge.
    pub fn put(&mut self, stocked: Stocked) {
        self.ready.push_back(stocked);
    }

    /// Waits until every challenge is signed.
    pub async fn until_signed(&self) {
        while !self.ready.iter().all(|stocked| stocked.signing.is_finished()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Takes no challenge for a while.
    pub fn rest(&mut self) {
        self.rests_until = Instant::now() + REST;
    }

    /// Takes the oldest one that the server still takes.
    pub fn take(&mut self, now: Instant) -> Option<Stocked> {
        while let Some(oldest) = self.ready.pop_front() {
            if now < oldest.taken + KEPT {
                return Some(oldest);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stocked(holder: usize, taken: Instant) -> Stocked {
        Stocked::new(holder, taken, tokio::spawn(async { None }))
    }

    #[tokio::test]
    async fn a_stock_is_filled_and_renewed_before_it_expires() {
        let (mut stock, now) = (Stock::new(2), Instant::now());
        assert!(stock.wants(now) && stock.next().is_some_and(|next| next <= now));
        stock.put(stocked(1, now));
        stock.put(stocked(2, now + Duration::from_secs(10)));
        // Full: the oldest is renewed after 45 s, 15 s before the server would refuse it.
        assert!(!stock.wants(now + Duration::from_secs(44)));
        assert_eq!(stock.next(), Some(now + Duration::from_secs(45)));
        assert!(stock.wants(now + Duration::from_secs(45)));
        assert_eq!(stock.take(now + Duration::from_secs(45)).map(|one| one.holder), Some(2));
        assert!(stock.take(now + Duration::from_secs(45)).is_none());
    }

    #[tokio::test]
    async fn what_has_expired_is_not_taken() {
        let (mut stock, now) = (Stock::new(2), Instant::now());
        stock.put(stocked(1, now));
        stock.put(stocked(2, now + Duration::from_secs(30)));
        assert_eq!(stock.take(now + Duration::from_secs(50)).map(|one| one.holder), Some(2));
        assert!(stock.take(now + Duration::from_secs(50)).is_none());
    }

    #[test]
    fn a_plan_without_cards_has_no_stock() {
        let mut stock = Stock::new(0);
        assert!(stock.next().is_none() && !stock.wants(Instant::now()));
    }
}

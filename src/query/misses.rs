//! Limits how many lookups of an institution may find nobody: that slows guessing of numbers, and not questions about real
//! patients.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus::IntCounter;
use tokio::time::Instant;
use tracing::warn;

use crate::domain::InstitutionCode;
use crate::metrics::Metrics;

use super::QueryError;

/// The period to which the limit applies.
const HOUR: Duration = Duration::from_secs(3600);

/// Counts the misses of every institution in this process. An institution can use the whole limit at once; it comes back evenly
/// over an hour.
///
/// A lookup pays for a miss before it is made and gets that back if it finds a person. So hits cost nothing, and hits and misses
/// are refused alike. An institution that has used everything up can still ask one lookup at a time, once one miss has come back.
pub struct Misses {
    /// Misses per hour; 0 for no limit.
    limit: usize,
    of: Mutex<HashMap<InstitutionCode, Account>>,
    metrics: Arc<Metrics>,
}

/// What an institution has left, in nanoseconds: a miss costs the time in which it comes back.
struct Account {
    /// Negative after a file with more misses than there were left.
    left: i64,
    /// The instant at which `left` was computed.
    at: Instant,
    /// Whether the audit log has been told that nothing is left.
    told: bool,
}

impl Misses {
    /// Allows `limit` misses an hour; 0 for no limit.
    #[must_use]
    pub fn new(limit: usize, metrics: &Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limit, of: Mutex::default(), metrics: metrics.clone() })
    }

    /// Returns the cost of one miss: the time in which it comes back, in nanoseconds.
    fn cost(&self) -> i64 {
        (nanoseconds(HOUR) / i64::try_from(self.limit).unwrap_or(i64::MAX).max(1)).max(1)
    }

    /// Returns the full allowance of an institution, in nanoseconds.
    fn most(&self) -> i64 {
        self.cost().saturating_mul(i64::try_from(self.limit).unwrap_or(i64::MAX))
    }

    /// Updates what an institution has left at `now`, then applies `change`. Deletes accounts that are full again.
    fn change<T>(&self, institution: InstitutionCode, now: Instant, change: impl FnOnce(&mut Account) -> T) -> T {
        let most = self.most();
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let account = of.entry(institution).or_insert(Account { left: most, at: now, told: false });
        let back = nanoseconds(now.saturating_duration_since(account.at));
        (account.left, account.at) = (account.left.saturating_add(back).min(most), account.at.max(now));
        let result = change(account);
        if account.left >= most {
            of.remove(&institution);
        }
        result
    }

    /// Pays for one lookup in advance.
    ///
    /// # Errors
    /// If nothing is left.
    pub(super) fn attempt(self: &Arc<Self>, institution: InstitutionCode) -> Result<Attempt, QueryError> {
        self.attempt_at(institution, Instant::now())
    }

    fn attempt_at(self: &Arc<Self>, institution: InstitutionCode, now: Instant) -> Result<Attempt, QueryError> {
        if self.limit > 0 {
            self.check_at(institution, now, self.cost())?;
        }
        Ok(Attempt { misses: self.clone(), institution, found: true })
    }

    /// Checks whether a file may be accepted: not if earlier files or lookups have used up everything.
    ///
    /// # Errors
    /// If nothing is left.
    pub(super) fn check(&self, institution: InstitutionCode) -> Result<(), QueryError> {
        if self.limit > 0 { self.check_at(institution, Instant::now(), 0) } else { Ok(()) }
    }

    /// Takes `share` if the cost of a whole lookup is left.
    fn check_at(&self, institution: InstitutionCode, now: Instant, share: i64) -> Result<(), QueryError> {
        let cost = self.cost();
        let refused = self.change(institution, now, |account| {
            if account.left >= cost {
                account.left -= share;
                account.told = false;
                return None;
            }
            Some((cost - account.left, std::mem::replace(&mut account.told, true)))
        });
        let Some((lacking, told)) = refused else { return Ok(()) };
        if !told {
            warn!(target: "audit", event = "too_many_misses", institution = %institution, limit = self.limit);
        }
        self.counter("refused").inc();
        let lacking = Duration::from_nanos(u64::try_from(lacking).unwrap_or_default());
        Err(QueryError::Misses(lacking.as_secs() + u64::from(lacking.subsec_nanos() > 0)))
    }

    /// Charges the misses of a file that was answered. The debt never exceeds one limit's worth.
    pub fn owe(&self, institution: InstitutionCode, misses: usize) {
        self.counter("told").inc_by(u64::try_from(misses).unwrap_or(u64::MAX));
        if self.limit > 0 && misses > 0 {
            let owed = self.cost().saturating_mul(i64::try_from(misses).unwrap_or(i64::MAX));
            let most = self.most();
            self.change(institution, Instant::now(), |account| account.left = account.left.saturating_sub(owed).max(-most));
        }
    }

    fn counter(&self, result: &str) -> IntCounter {
        self.metrics.misses.with_label_values(&[result])
    }
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// A lookup under way. Dropping it returns its cost, unless it was a miss.
pub(super) struct Attempt {
    misses: Arc<Misses>,
    institution: InstitutionCode,
    found: bool,
}

impl Attempt {
    /// Records that the lookup found nobody.
    pub fn missed(mut self) {
        self.found = false;
        self.misses.counter("told").inc();
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.found && self.misses.limit > 0 {
            self.misses.change(self.institution, Instant::now(), |account| account.left += self.misses.cost());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misses(limit: usize) -> Arc<Misses> {
        Misses::new(limit, &Arc::new(Metrics::new()))
    }

    fn institution(code: &str) -> InstitutionCode {
        InstitutionCode::parse(code).unwrap()
    }

    #[test]
    fn misses_are_used_up_and_come_back_evenly() {
        let (misses, one, other) = (misses(60), institution("1310012344"), institution("2710034568"));
        let now = Instant::now();
        for _ in 0..60 {
            misses.attempt_at(one, now).unwrap().missed();
        }
        // 60 an hour is one a minute.
        assert_eq!(misses.attempt_at(one, now).err(), Some(QueryError::Misses(60)));
        assert!(misses.attempt_at(other, now).is_ok(), "others have their own");
        let later = now + Duration::from_secs(59);
        assert_eq!(misses.attempt_at(one, later).err(), Some(QueryError::Misses(1)));
        misses.attempt_at(one, now + Duration::from_secs(60)).unwrap().missed();
        assert!(misses.attempt_at(one, now + Duration::from_secs(61)).is_err());
        for _ in 0..60 {
            misses.attempt_at(one, now + Duration::from_secs(2 * 3600)).unwrap().missed();
        }
        assert!(
            misses.attempt_at(one, now + Duration::from_secs(2 * 3600)).is_err(),
            "no more than a limit's worth comes back"
        );
    }

    #[test]
    fn hits_and_failures_cost_nothing() {
        let (misses, one) = (misses(2), institution("1310012344"));
        for _ in 0..1000 {
            drop(misses.attempt(one).unwrap());
        }
        misses.attempt(one).unwrap().missed();
        for _ in 0..1000 {
            drop(misses.attempt(one).unwrap());
        }
        let waiting = misses.attempt(one).unwrap();
        assert!(misses.attempt(one).is_err(), "a lookup on its way may be a miss");
        drop(waiting);
        assert!(misses.attempt(one).is_ok());
    }

    #[test]
    fn files_owe_their_misses_but_never_more_than_a_limit() {
        let (misses, one) = (misses(60), institution("1310012344"));
        misses.owe(one, 59);
        assert!(misses.check(one).is_ok());
        misses.owe(one, 10_000);
        assert!(matches!(misses.check(one), Err(QueryError::Misses(3600..=3660))), "{:?}", misses.check(one));
        assert!(misses.attempt(one).is_err());
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let (misses, one) = (misses(0), institution("1310012344"));
        for _ in 0..100 {
            misses.attempt(one).unwrap().missed();
        }
        misses.owe(one, 100_000);
        assert!(misses.check(one).is_ok() && misses.attempt(one).is_ok());
        assert!(misses.of.lock().unwrap().is_empty());
    }
}

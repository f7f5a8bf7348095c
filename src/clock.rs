//! The two times, the only sources of "now": domain time, which may be set, and the system's.
//!
//! Whatever users see follows domain time. Whatever keeps the server running follows the system's, so that a clock that is set, or
//! stands still, freezes nothing and steals nothing from those who are at work.
//!
//! | what | time |
//! | --- | --- |
//! | times in answers; 受付日時; access log: `answered_at` | domain |
//! | 資格確認日 where a message gives none; day of reception, and the people of that day | domain |
//! | whether an institution may ask; revocation and states of cards; periods of cards' certificates | domain |
//! | end of a consent; end of a challenge (`ExpiresAt`), and that no server is behind the one that made it | domain |
//! | end of a result (SHK7004), and of the memory that there was one (SHK7003) | domain |
//! | how long the operator holds a result back (`hold_seconds`): a tester passes that time by setting the clock | domain |
//! | what the operator's pages say of people and cards "today" | domain |
//! | the instant from which on `demo` registers what it loads | domain |
//! | lease of a slice, its back-off after a failure | system |
//! | age of the queue, time that a batch took (metrics) | system |
//! | access log, batches, challenges: `recorded_at`, `made_at`, by which they are kept | system |
//! | removal of results, of batches, of challenges, of the count of a day's people | both: what has ended in domain time, and is as old by the system's |
//! | terminals' certificates, revocation list, tokens of a login, `Date` of HTTP | system |
//! | limits of the network, of requests and statements; misses of an hour; pauses between two rounds of a job | system, monotonic (`Instant`) |
//! | what a command asks about when no day is given; what `fixtures load` and `pki` make | system |
//!
//! Leases are judged by the clock of the process that wants the slice. Clocks of processes on one database may be
//! [`BulkLimits::skew`](crate::config::BulkLimits::skew) apart: a lease is over for others only so much later. The clock of the
//! database would need no such allowance, but it is out of the reach of tests, is another one after a failover, and would be a second
//! source of "now". A lease that is taken too early costs work and nothing else: results are taken from its last holder alone.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use crate::domain::Moment;

/// Domain time: the system's, or a fixed one for tests and time travel.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self::told_by(system_now)
    }

    /// Begins at this instant now, and goes on as the system's time does.
    #[must_use]
    pub fn beginning_at(start: Timestamp) -> Self {
        let ahead = start.duration_since(system_now());
        // Within the time that jiff knows, the end of which is the year 9999.
        Self::told_by(move || system_now().saturating_add(ahead).unwrap_or(start))
    }

    /// Always the same instant.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::told_by(move || at)
    }

    /// Whatever `now` says, for time travel.
    #[must_use]
    pub fn told_by(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// The system's time for what is tested with time that passes faster. A type of its own, so that it is not taken for domain time.
#[derive(Clone)]
pub struct SystemClock(Clock);

impl SystemClock {
    /// The real one.
    #[must_use]
    pub fn real() -> Self {
        Self(Clock::system())
    }

    /// Whatever `now` says, for tests.
    #[must_use]
    pub fn told_by(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Clock::told_by(now))
    }

    /// The current instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Both times, for work that goes by both.
#[derive(Clone)]
pub struct Clocks {
    /// Domain time.
    pub domain: Clock,
    /// The system's time.
    pub system: SystemClock,
}

impl Clocks {
    /// This domain time, and the system's real one.
    #[must_use]
    pub fn of(domain: Clock) -> Self {
        Self { domain, system: SystemClock::real() }
    }

    /// The current moment in both.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment { domain: self.domain.now(), system: self.system.now() }
    }
}

/// The system's time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
pub fn system_now() -> Timestamp {
    Timestamp::now()
}

/// Date and time of day in Tokyo: nine hours ahead of UTC all year.
#[must_use]
pub fn in_tokyo(at: Timestamp) -> DateTime {
    let tokyo = TimeZone::fixed(Offset::constant(9));
    at.to_zoned(tokyo).datetime()
}

/// The date in Tokyo.
#[must_use]
pub fn tokyo_date(at: Timestamp) -> Date {
    in_tokyo(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_begins_at_an_instant_goes_on_from_there() {
        let start: Timestamp = "2027-03-01T00:00:00Z".parse().unwrap();
        let clock = Clock::beginning_at(start);
        let (first, system) = (clock.now(), system_now());
        std::thread::sleep(std::time::Duration::from_millis(30));
        let (second, passed) = (clock.now(), system_now().duration_since(system));
        assert!(first >= start && first.duration_since(start).as_secs() < 5, "{first}");
        let went_on = second.duration_since(first);
        assert!(went_on.as_millis() >= 30 && (went_on - passed).abs().as_secs() < 5, "{went_on}");
    }

    #[test]
    fn the_day_changes_at_fifteen_hundred_utc() {
        let last: Timestamp = "2026-11-22T14:59:59Z".parse().unwrap();
        let first: Timestamp = "2026-11-22T15:00:00Z".parse().unwrap();
        assert_eq!(tokyo_date(last).to_string(), "2026-11-22");
        assert_eq!(tokyo_date(first).to_string(), "2026-11-23");
    }
}

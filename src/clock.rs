//! The only source of "now" in the domain's sense.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// Tells the time that answers are made at: the system's, or a fixed one for tests and time travel.
///
/// TLS does not ask it: whether a terminal's certificate is valid is judged by the system's time. Cards' certificates are judged
/// by this one.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self::told_by(system_now)
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

/// The system's time, for what no clock of the domain may move: the validity of terminals' certificates and of tokens.
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
    fn the_day_changes_at_fifteen_hundred_utc() {
        let last: Timestamp = "2026-11-22T14:59:59Z".parse().unwrap();
        let first: Timestamp = "2026-11-22T15:00:00Z".parse().unwrap();
        assert_eq!(tokyo_date(last).to_string(), "2026-11-22");
        assert_eq!(tokyo_date(first).to_string(), "2026-11-23");
    }
}

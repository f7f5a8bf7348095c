//! One moment in the two times.

use jiff::{SignedDuration, Timestamp};

/// One moment in a server's two times. `clock.rs` says what each of them decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Domain time: what users see. It may be set, and may stand still.
    pub domain: Timestamp,
    /// The system's time.
    pub system: Timestamp,
}

impl Moment {
    /// Returns the moment later by `time` in both times, at most the last possible one.
    #[must_use]
    pub fn plus(self, time: SignedDuration) -> Self {
        let later = |at: Timestamp| at.saturating_add(time).unwrap_or(Timestamp::MAX);
        Self { domain: later(self.domain), system: later(self.system) }
    }

    /// Returns the moment earlier by `time` in both times, at least the first possible one.
    #[must_use]
    pub fn minus(self, time: SignedDuration) -> Self {
        let earlier = |at: Timestamp| at.saturating_sub(time).unwrap_or(Timestamp::MIN);
        Self { domain: earlier(self.domain), system: earlier(self.system) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_times_move_and_stop_at_the_ends_of_time() {
        let at: Timestamp = "2026-11-22T00:30:15Z".parse().unwrap();
        let now = Moment { domain: Timestamp::MAX, system: at };
        let minute = SignedDuration::from_mins(1);
        assert_eq!(now.plus(minute), Moment { domain: Timestamp::MAX, system: at + minute });
        assert_eq!(now.minus(minute), Moment { domain: Timestamp::MAX - minute, system: at - minute });
        let first = Moment { domain: Timestamp::MIN, system: at };
        assert_eq!(first.minus(minute), Moment { domain: Timestamp::MIN, system: at - minute });
    }
}

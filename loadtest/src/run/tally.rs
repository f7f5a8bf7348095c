//! The tally: what became of the requests of each stage, in bounded memory.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::failure::Failure;
use crate::answer::Difference;

/// Times in microseconds, to three digits or two; above an hour they count as an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Times(Histogram<u64>);

const HOUR: u64 = 3_600_000_000;

impl Default for Times {
    fn default() -> Self {
        // Grows with the longest time, to at most half a megabyte.
        Self(Histogram::new(3).expect("three digits are allowed"))
    }
}

impl Times {
    /// Makes times to two digits, which take an eighth of the memory.
    #[must_use]
    pub fn coarse() -> Self {
        Self(Histogram::new(2).expect("two digits are allowed"))
    }

    /// Returns the histogram, in microseconds.
    pub(crate) fn histogram(&self) -> &Histogram<u64> {
        &self.0
    }

    /// Adds a time.
    pub fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(HOUR).min(HOUR);
        self.0.record(micros).expect("the histogram grows");
    }

    /// Adds other times.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("the histogram grows");
    }

    /// Returns the number of times.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Returns the time at a part of the whole, from 0 to 1; zero if there are none.
    #[must_use]
    pub fn at(&self, part: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(part))
    }

    /// Returns the mean; zero if there are none.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_secs_f64(self.0.mean() / 1e6)
    }
}

impl From<Histogram<u64>> for Times {
    fn from(mut histogram: Histogram<u64>) -> Self {
        histogram.auto(true);
        Self(histogram)
    }
}

/// What became of the requests of a stage.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Requests that were due.
    pub due: u64,
    /// Requests that were answered, rightly or wrongly.
    pub answered: u64,
    /// People whom the answers are about: one for a lookup, many for a file.
    pub people: u64,
    /// Answers that were compared with what is expected.
    pub compared: u64,
    /// Answers that were wrong.
    pub wrong: u64,
    /// Requests that were not sent, because as many as may wait were waiting.
    pub unsent: u64,
    /// Requests that were waiting, or on their way, when the run was given up.
    pub cut_off: u64,
    /// Requests that failed, by kind.
    pub failures: BTreeMap<Failure, u64>,
    /// From the due time to the answer. A request that timed out counts with the time that it took.
    pub corrected: Times,
    /// From the sending to the answer, on a connection that is open. A slow server is asked later, and this does not show it.
    pub uncorrected: Times,
    /// From the beginning of a connection to the end of its handshake, in TCP and TLS.
    pub handshakes: Times,
    /// How late the sender itself was: how long after its due time a request was offered to the connections, and how long after that a
    /// connection that was free began to send it. Waiting for a free connection is not the sender's fault.
    pub late: Times,
    /// From the beginning of the stage to the last answer.
    pub last_answer: Duration,
    /// How long requests of the stage became due.
    pub lasted: Duration,
}

impl Tally {
    /// The most wrong answers that are kept to be shown; all are counted.
    pub const MOST_WRONG: usize = 20;

    /// Returns the requests that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Returns the requests that got no answer, for whatever reason.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.failed() + self.unsent + self.cut_off
    }

    /// Returns the time in which the answers came: that of the stage, or longer if answers came later.
    #[must_use]
    pub fn answering(&self) -> Duration {
        self.lasted.max(self.last_answer)
    }

    /// Adds another stage that came after this one.
    pub fn merge(&mut self, other: &Self) {
        let answering = self.answering() + other.answering();
        let lasted = self.lasted + other.lasted;
        self.join(other);
        (self.lasted, self.last_answer) = (lasted, answering);
    }

    /// Adds what another process counted at the same time.
    pub fn join(&mut self, other: &Self) {
        self.due += other.due;
        self.answered += other.answered;
        self.people += other.people;
        self.compared += other.compared;
        self.wrong += other.wrong;
        self.unsent += other.unsent;
        self.cut_off += other.cut_off;
        for (failure, count) in &other.failures {
            *self.failures.entry(failure.clone()).or_default() += count;
        }
        self.corrected.merge(&other.corrected);
        self.uncorrected.merge(&other.uncorrected);
        self.handshakes.merge(&other.handshakes);
        self.late.merge(&other.late);
        self.lasted = self.lasted.max(other.lasted);
        self.last_answer = self.last_answer.max(other.last_answer);
    }
}

/// A wrong answer, kept to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongAnswer {
    /// The place of the stage.
    pub stage: usize,
    /// The stable id of the person.
    pub person: String,
    /// Every difference.
    pub differences: Vec<Difference>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_add_up() {
        let stage = |due, lasted, last_answer| {
            let (lasted, last_answer) = (Duration::from_secs(lasted), Duration::from_secs(last_answer));
            Tally { due, answered: due, lasted, last_answer, ..Tally::default() }
        };
        let mut all = Tally::default();
        all.merge(&stage(10, 5, 4));
        all.merge(&stage(20, 5, 7));
        assert_eq!((all.due, all.answered), (30, 30));
        assert_eq!((all.lasted, all.answering()), (Duration::from_secs(10), Duration::from_secs(12)));
        // Two processes at the same time: as long as the longer one.
        let mut both = stage(10, 5, 4);
        both.join(&stage(20, 5, 7));
        assert_eq!((both.due, both.lasted, both.answering()), (30, Duration::from_secs(5), Duration::from_secs(7)));
    }
}

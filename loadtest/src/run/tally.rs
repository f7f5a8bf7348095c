//! The tally: what became of the requests of each stage, in bounded memory.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::failure::Failure;
use crate::answer::Difference;

/// Times in microseconds, to three digits; above an hour they count as an hour.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

const HOUR: u64 = 3_600_000_000;

impl Default for Times {
    fn default() -> Self {
        // Grows with the longest time, to at most half a megabyte.
        Self(Histogram::new(3).expect("three digits are allowed"))
    }
}

impl Times {
    /// Adds a time.
    pub fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(HOUR).min(HOUR);
        self.0.record(micros).expect("the histogram grows");
    }

    fn merge(&mut self, other: &Self) {
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

/// What became of the requests of a stage.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Requests that were due.
    pub due: u64,
    /// Requests that were answered, rightly or wrongly.
    pub answered: u64,
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
        self.due += other.due;
        self.answered += other.answered;
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
        let answering = self.answering() + other.answering();
        self.lasted += other.lasted;
        self.last_answer = answering;
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

/// The most wrong answers that are kept; all are counted.
const MOST_WRONG: usize = 20;

/// The most kinds of failures; further ones count as refusals without a code.
const MOST_KINDS: usize = 100;

/// How one request went.
pub(super) struct Outcome {
    pub stage: usize,
    /// When it was due.
    pub due: Instant,
    /// How late the sender was.
    pub late: Duration,
    /// How long the handshake took, if there was one.
    pub handshake: Option<Duration>,
    /// When it was sent on an open connection; none if there was no connection.
    pub sent: Option<Instant>,
    /// When it was done.
    pub done: Instant,
    pub result: Result<Answered, Failure>,
}

/// An answer that came.
pub(super) enum Answered {
    /// Not compared.
    Unseen,
    /// Compared, and as expected.
    Right,
    /// Compared, and not as expected.
    Wrong(WrongAnswer),
}

/// The tallies of all stages.
pub(super) struct Tallies {
    pub stages: Vec<Tally>,
    /// When each stage began.
    begun: Vec<Option<Instant>>,
    pub wrong: Vec<WrongAnswer>,
    /// When the first and the last of the requests failed since the server said anything.
    silence: Option<(Instant, Instant)>,
}

impl Tallies {
    pub fn new(stages: usize) -> Self {
        let (tallies, begun) = (vec![Tally::default(); stages], vec![None; stages]);
        Self { stages: tallies, begun, wrong: Vec::new(), silence: None }
    }

    pub fn begin(&mut self, stage: usize, at: Instant) {
        self.begun[stage] = Some(at);
    }

    pub fn end(&mut self, stage: usize, lasted: Duration) {
        self.stages[stage].lasted = lasted;
    }

    pub fn add(&mut self, outcome: Outcome) {
        let tally = &mut self.stages[outcome.stage];
        tally.late.add(outcome.late);
        if let Some(handshake) = outcome.handshake {
            tally.handshakes.add(handshake);
        }
        if matches!(outcome.result, Ok(_) | Err(Failure::TimedOut)) {
            tally.corrected.add(outcome.done.saturating_duration_since(outcome.due));
            if let Some(sent) = outcome.sent {
                tally.uncorrected.add(outcome.done.saturating_duration_since(sent));
            }
        }
        match &outcome.result {
            Err(failure) if failure.is_silence() => {
                self.silence.get_or_insert((outcome.done, outcome.done)).1 = outcome.done;
            }
            _ => self.silence = None,
        }
        match outcome.result {
            Ok(answered) => {
                tally.answered += 1;
                let begun = self.begun[outcome.stage].unwrap_or(outcome.done);
                tally.last_answer = tally.last_answer.max(outcome.done.saturating_duration_since(begun));
                tally.compared += u64::from(!matches!(answered, Answered::Unseen));
                if let Answered::Wrong(answer) = answered {
                    tally.wrong += 1;
                    if self.wrong.len() < MOST_WRONG {
                        self.wrong.push(answer);
                    }
                }
            }
            Err(failure) => {
                let failure = match failure {
                    Failure::Refused { status, .. }
                        if tally.failures.len() >= MOST_KINDS && !tally.failures.contains_key(&failure) =>
                    {
                        Failure::Refused { status, code: "".into() }
                    }
                    known => known,
                };
                *tally.failures.entry(failure).or_default() += 1;
            }
        }
    }

    /// Returns for how long requests have failed without a word of the server. A pause between requests is no silence.
    pub fn silent_for(&self) -> Duration {
        self.silence.map_or(Duration::ZERO, |(first, last)| last.saturating_duration_since(first))
    }

    /// Counts the requests that nothing is known of, once a run is over.
    pub fn settle(&mut self) {
        for tally in &mut self.stages {
            tally.cut_off = tally.due - tally.answered - tally.failed() - tally.unsent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(due: Instant, sent_ms: u64, done_ms: u64, result: Result<Answered, Failure>) -> Outcome {
        let at = |ms| due + Duration::from_millis(ms);
        Outcome { stage: 0, due, late: Duration::ZERO, handshake: None, sent: Some(at(sent_ms)), done: at(done_ms), result }
    }

    #[test]
    fn latency_counts_from_the_due_time_and_from_the_sending() {
        let (mut tallies, now) = (Tallies::new(1), Instant::now());
        tallies.begin(0, now);
        tallies.stages[0].due = 4;
        tallies.add(outcome(now, 300, 310, Ok(Answered::Unseen)));
        tallies.add(outcome(now, 0, 20, Err(Failure::TimedOut)));
        tallies.add(outcome(now, 0, 5, Err(Failure::Broken)));
        tallies.settle();
        let tally = &tallies.stages[0];
        // Within the thousandth of a histogram.
        let near = |time: Duration, ms: u128| time.as_micros().abs_diff(ms * 1000) <= ms;
        assert!(near(tally.corrected.at(1.0), 310) && near(tally.corrected.at(0.0), 20), "{:?}", tally.corrected.at(1.0));
        assert!(near(tally.uncorrected.at(1.0), 20) && near(tally.uncorrected.at(0.0), 10));
        assert_eq!((tally.answered, tally.failed(), tally.cut_off, tally.unanswered()), (1, 2, 1, 3));
        assert_eq!(tally.last_answer, Duration::from_millis(310));
    }

    #[test]
    fn silence_begins_with_a_failure_and_ends_with_any_word_of_the_server() {
        let (mut tallies, now) = (Tallies::new(1), Instant::now());
        tallies.add(outcome(now, 0, 1, Err(Failure::Unreachable)));
        assert_eq!(tallies.silent_for(), Duration::ZERO);
        tallies.add(outcome(now, 0, 5, Err(Failure::Broken)));
        assert_eq!(tallies.silent_for(), Duration::from_millis(4));
        for word in [Err(Failure::Refused { status: 503, code: "".into() }), Err(Failure::Certificate), Ok(Answered::Unseen)]
        {
            tallies.add(outcome(now, 0, 6, word));
            assert_eq!(tallies.silent_for(), Duration::ZERO);
            tallies.add(outcome(now, 0, 7, Err(Failure::TimedOut)));
            tallies.add(outcome(now, 0, 8, Err(Failure::TimedOut)));
            assert_eq!(tallies.silent_for(), Duration::from_millis(1));
        }
    }

    #[test]
    fn wrong_answers_and_kinds_of_failures_are_kept_within_bounds() {
        let (mut tallies, now) = (Tallies::new(1), Instant::now());
        for number in 0..1000_u16 {
            let answer = WrongAnswer { stage: 0, person: number.to_string(), differences: Vec::new() };
            tallies.add(outcome(now, 0, 1, Ok(Answered::Wrong(answer))));
            let code = number.to_string().into();
            tallies.add(outcome(now, 0, 1, Err(Failure::Refused { status: 400, code })));
        }
        let tally = &tallies.stages[0];
        assert_eq!((tally.wrong, tally.compared, tallies.wrong.len()), (1000, 1000, MOST_WRONG));
        assert_eq!((tally.failed(), tally.failures.len()), (1000, MOST_KINDS + 1));
    }

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
    }
}

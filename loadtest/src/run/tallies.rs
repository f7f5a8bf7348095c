//! The tallies of a run: what became of the requests of each stage, of each part of the mix, and of each moment.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::series::{Point, Series};
use super::tally::{Tally, WrongAnswer};
use crate::plan::Plan;

/// The most kinds of failures; further ones count as refusals without a code.
const MOST_KINDS: usize = 100;

/// How one request went.
pub(super) struct Outcome {
    /// The place of the stage among those of all rounds.
    pub stage: usize,
    /// The place of the part of the mix.
    pub part: usize,
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
    /// People whom the answer is about.
    pub people: u64,
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

/// The tallies of a run.
pub(super) struct Tallies {
    /// Of each stage, round after round.
    pub stages: Vec<Tally>,
    /// Of each part of the mix, in the stages that count. What was not sent, or cut off, belongs to no part.
    pub parts: Vec<Tally>,
    /// Of each moment.
    pub series: Series,
    /// The first wrong answers.
    pub wrong: Vec<WrongAnswer>,
    /// Which stages of a round count.
    counts: Vec<bool>,
    /// When the run began.
    pub begun: Instant,
    /// When each stage began.
    stages_begun: Vec<Option<Instant>>,
    /// When the first and the last of the requests failed since the server said anything.
    silence: Option<(Instant, Instant)>,
    /// The kinds of failures so far.
    kinds: BTreeSet<Failure>,
}

impl Tallies {
    /// Makes the tallies of a run that begins now.
    pub fn new(plan: &Plan, rounds: usize) -> Self {
        let counts: Vec<bool> = plan.stages.iter().map(|stage| !stage.warm_up).collect();
        let stages = rounds * counts.len();
        Self {
            stages: vec![Tally::default(); stages],
            parts: vec![Tally::default(); plan.mix.entries().len()],
            series: Series::default(),
            wrong: Vec::new(),
            counts,
            begun: Instant::now(),
            stages_begun: vec![None; stages],
            silence: None,
            kinds: BTreeSet::new(),
        }
    }

    /// Notes that a stage begins.
    pub fn begin(&mut self, stage: usize, at: Instant) {
        self.stages_begun[stage] = Some(at);
    }

    /// Returns the place of the stage that began last.
    pub fn current(&self) -> Option<usize> {
        self.stages_begun.iter().rposition(Option::is_some)
    }

    /// Notes that a stage has ended.
    pub fn end(&mut self, stage: usize, lasted: Duration) {
        self.stages[stage].lasted = lasted;
    }

    /// Counts a request that is due.
    pub fn due(&mut self, stage: usize, at: Instant) {
        self.stages[stage].due += 1;
        self.moment(at).due += 1;
    }

    /// Counts a request that was due and cannot be sent.
    pub fn unsent(&mut self, stage: usize, at: Instant) {
        self.stages[stage].unsent += 1;
        self.moment(at).unsent += 1;
    }

    /// Counts what became of a request.
    pub fn add(&mut self, mut outcome: Outcome) {
        outcome.result = outcome.result.map_err(|failure| self.known(failure));
        match &outcome.result {
            Err(failure) if failure.is_silence() => {
                self.silence.get_or_insert((outcome.done, outcome.done)).1 = outcome.done;
            }
            _ => self.silence = None,
        }
        let moment = self.moment(outcome.due);
        moment.late = moment.late.max(outcome.late);
        if outcome.took_time() {
            moment.corrected.add(outcome.corrected());
        }
        let moment = self.moment(outcome.done);
        match &outcome.result {
            Ok(answered) => {
                moment.answered += 1;
                moment.wrong += u64::from(matches!(answered, Answered::Wrong(_)));
            }
            Err(failure) => *moment.failures.entry(failure.clone()).or_default() += 1,
        }
        if self.counts[outcome.stage % self.counts.len()] {
            count(&mut self.parts[outcome.part], &outcome);
        }
        let tally = &mut self.stages[outcome.stage];
        count(tally, &outcome);
        if let Ok(answered) = outcome.result {
            let begun = self.stages_begun[outcome.stage].unwrap_or(outcome.done);
            tally.last_answer = tally.last_answer.max(outcome.done.saturating_duration_since(begun));
            if let Answered::Wrong(answer) = answered
                && self.wrong.len() < Tally::MOST_WRONG
            {
                self.wrong.push(answer);
            }
        }
    }

    /// Returns the kind of a failure, or that of a refusal without a code if there are too many kinds already.
    fn known(&mut self, failure: Failure) -> Failure {
        if self.kinds.len() < MOST_KINDS || self.kinds.contains(&failure) {
            self.kinds.insert(failure.clone());
            return failure;
        }
        match failure {
            Failure::Refused { status, .. } => Failure::Refused { status, code: "".into() },
            other => other,
        }
    }

    fn moment(&mut self, at: Instant) -> &mut Point {
        self.series.at(at.saturating_duration_since(self.begun))
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

impl Outcome {
    /// Returns whether the time of the request counts: a request that timed out, or a file whose result did not come, took
    /// at least that time; other failures say nothing.
    fn took_time(&self) -> bool {
        matches!(self.result, Ok(_) | Err(Failure::TimedOut | Failure::NoResult))
    }

    fn corrected(&self) -> Duration {
        self.done.saturating_duration_since(self.due)
    }
}

/// Counts what became of a request in one tally.
fn count(tally: &mut Tally, outcome: &Outcome) {
    tally.late.add(outcome.late);
    if let Some(handshake) = outcome.handshake {
        tally.handshakes.add(handshake);
    }
    if outcome.took_time() {
        tally.corrected.add(outcome.corrected());
        if let Some(sent) = outcome.sent {
            tally.uncorrected.add(outcome.done.saturating_duration_since(sent));
        }
    }
    match &outcome.result {
        Ok(answered) => {
            tally.answered += 1;
            tally.people += outcome.people;
            tally.compared += u64::from(!matches!(answered, Answered::Unseen));
            tally.wrong += u64::from(matches!(answered, Answered::Wrong(_)));
        }
        Err(failure) => *tally.failures.entry(failure.clone()).or_default() += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(due: Instant, sent_ms: u64, done_ms: u64, result: Result<Answered, Failure>) -> Outcome {
        let at = |ms| due + Duration::from_millis(ms);
        let (sent, done) = (Some(at(sent_ms)), at(done_ms));
        Outcome { stage: 0, part: 0, due, late: Duration::ZERO, handshake: None, sent, done, people: 1, result }
    }

    fn tallies() -> Tallies {
        let text = "name = \"test\"\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\n\
                    scenario = \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"only\"\nseconds = 1\n\
                    arrivals = \"constant\"\nrate = 1\n";
        Tallies::new(&Plan::parse("plan.toml".as_ref(), text).unwrap(), 1)
    }

    #[test]
    fn latency_counts_from_the_due_time_and_from_the_sending() {
        let (mut tallies, now) = (tallies(), Instant::now());
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
        let (mut tallies, now) = (tallies(), Instant::now());
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
        let (mut tallies, now) = (tallies(), Instant::now());
        for number in 0..1000_u16 {
            let answer = WrongAnswer { stage: 0, person: number.to_string(), differences: Vec::new() };
            tallies.add(outcome(now, 0, 1, Ok(Answered::Wrong(answer))));
            let code = number.to_string().into();
            tallies.add(outcome(now, 0, 1, Err(Failure::Refused { status: 400, code })));
        }
        let tally = &tallies.stages[0];
        assert_eq!((tally.wrong, tally.compared, tallies.wrong.len()), (1000, 1000, Tally::MOST_WRONG));
        assert_eq!((tally.failed(), tally.failures.len()), (1000, MOST_KINDS + 1));
    }
}

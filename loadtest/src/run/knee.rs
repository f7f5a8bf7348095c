//! The knee: the highest rate that a server keeps, found by stages whose rates rise.

use std::time::Duration;

use shikaku::language::Bilingual;

use super::tally::Tally;
use crate::plan::{KneePlan, Plan};

/// What a stage did not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// The 99th percentile from the due time.
    P99,
    /// The rate that was asked.
    Rate,
    /// Requests without an answer.
    Errors,
    /// The sender itself was late, so that it was not the server that was measured.
    Sender,
}

impl Missed {
    /// Returns its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::P99 => "p99",
            Self::Rate => "rate",
            Self::Errors => "errors",
            Self::Sender => "sender",
        }
    }

    /// Describes it for people.
    #[must_use]
    pub fn words(self) -> Bilingual {
        match self {
            Self::P99 => ("too slow at p99", "p99が遅すぎる").into(),
            Self::Rate => ("the rate was not achieved", "目標の頻度に届かない").into(),
            Self::Errors => ("too many requests without an answer", "回答のない照会が多すぎる").into(),
            Self::Sender => ("the sender itself fell behind", "送信側自身が遅れた").into(),
        }
    }
}

/// The knee.
#[derive(Debug, Clone, PartialEq)]
pub struct Knee {
    /// The place of the last stage that kept everything, and its rate; none if none did.
    pub kept: Option<(usize, f64)>,
    /// The place of the stage after it, its rate, and what it did not keep; none if every stage kept everything.
    pub broken: Option<(usize, f64, Vec<Missed>)>,
}

/// Stages in a row that do not keep what they must, after which a run ends. One alone may be the noise of the machine.
pub(super) const IN_A_ROW: usize = 2;

/// Returns what a stage of a known rate did not keep.
#[must_use]
pub(super) fn missed(plan: &KneePlan, lateness: Duration, rate: f64, tally: &Tally) -> Vec<Missed> {
    let seconds = tally.answering().as_secs_f64();
    let achieved = if seconds > 0.0 { tally.answered as f64 / seconds / rate } else { 0.0 };
    let unanswered = (tally.failed() + tally.unsent) as f64 / tally.due.max(1) as f64;
    let is_slow = tally.corrected.count() == 0 || tally.corrected.at(0.99) > plan.p99;
    let all = [
        (is_slow, Missed::P99),
        (achieved < plan.rate.get(), Missed::Rate),
        (unanswered > plan.errors.get(), Missed::Errors),
        (tally.late.at(0.99) > lateness, Missed::Sender),
    ];
    all.into_iter().filter(|(is_missed, _)| *is_missed).map(|(_, missed)| missed).collect()
}

impl Knee {
    /// Finds the knee in the stages of a run, which so many processes ran at the same time; none if the plan does not look for it.
    #[must_use]
    pub fn find(plan: &Plan, tallies: &[Tally], processes: usize) -> Option<Self> {
        let wanted = plan.knee?;
        let stages = plan.stages.iter().zip(tallies).enumerate();
        let counting = stages.filter(|(_, (stage, tally))| !stage.warm_up && tally.due > 0);
        let judged = counting.filter_map(|(place, (stage, tally))| {
            let rate = stage.arrivals.mean()? * processes as f64;
            Some((place, rate, missed(&wanted, plan.thresholds.lateness, rate, tally)))
        });
        let (mut knee, mut in_a_row) = (Self { kept: None, broken: None }, 0);
        for (place, rate, missed) in judged {
            if missed.is_empty() {
                (knee, in_a_row) = (Self { kept: Some((place, rate)), broken: None }, 0);
            } else {
                knee.broken.get_or_insert((place, rate, missed));
                in_a_row += 1;
                if in_a_row == IN_A_ROW {
                    break;
                }
            }
        }
        Some(knee)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(steps: usize) -> Plan {
        let text = format!(
            "name = \"test\"\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\nscenario = \"by_card_number\"\n\
             weight = 1\n[[stage]]\nname = \"warm\"\nwarm_up = true\nseconds = 1\narrivals = \"constant\"\nrate = 1\n[[stage]]\nname = \
             \"up\"\nseconds = {}\narrivals = \"step\"\nfrom = 100\nto = {}\nsteps = {steps}\n[knee]\np99_ms = 50\n",
            steps * 10,
            steps * 100
        );
        Plan::parse("plan.toml".as_ref(), &text).unwrap()
    }

    /// A step of 10 s with all answers in so many milliseconds, of which so many came.
    fn step(rate: u64, ms: u64, answered: u64) -> Tally {
        let mut tally = Tally { due: rate * 10, answered, lasted: Duration::from_secs(10), ..Tally::default() };
        (0..100).for_each(|_| tally.corrected.add(Duration::from_millis(ms)));
        tally
    }

    fn find(tallies: Vec<Tally>) -> Knee {
        let all: Vec<Tally> = [vec![step(1, 500, 10)], tallies].concat();
        Knee::find(&plan(all.len() - 1), &all, 1).unwrap()
    }

    #[test]
    fn the_knee_is_the_last_rate_that_was_kept() {
        let knee = find(vec![step(100, 5, 1000), step(200, 9, 2000), step(300, 80, 3000), step(400, 900, 2000)]);
        assert_eq!(knee, Knee { kept: Some((2, 200.0)), broken: Some((3, 300.0, vec![Missed::P99])) });
    }

    #[test]
    fn one_stumble_is_no_knee() {
        let knee = find(vec![step(100, 5, 1000), step(200, 80, 2000), step(300, 9, 3000), step(400, 9, 4000)]);
        assert_eq!(knee, Knee { kept: Some((4, 400.0)), broken: None });
        // Two in a row are, whatever comes after them.
        let knee = find(vec![step(100, 5, 1000), step(200, 80, 2000), step(300, 80, 3000), step(400, 9, 4000)]);
        assert_eq!(knee, Knee { kept: Some((1, 100.0)), broken: Some((2, 200.0, vec![Missed::P99])) });
    }

    #[test]
    fn what_was_not_kept_is_named() {
        let mut late = step(200, 5, 2000);
        (0..100).for_each(|_| late.late.add(Duration::from_millis(60)));
        let mut refused = step(200, 5, 1960);
        refused.unsent = 40;
        for (tally, missed) in [
            (step(200, 51, 2000), Missed::P99),
            (step(200, 5, 1890), Missed::Rate),
            (refused, Missed::Errors),
            (late, Missed::Sender),
        ] {
            assert_eq!(find(vec![step(100, 5, 1000), tally]).broken, Some((2, 200.0, vec![missed])));
        }
        assert_eq!(find(vec![step(100, 51, 1000)]).kept, None);
    }
}

//! Reports: judges what a run found, and says it as a table for people and as files for people and programs.

pub mod compare;
mod grid;
mod hlog;
mod html;
mod junit;
mod merge;
mod results;
mod table;
mod verdict;

use std::time::Duration;

use crate::plan::{Arrivals, Destination, Plan, Stage};
use crate::run::{End, Findings, Knee, Tally};

pub use grid::Grid;
pub use merge::{MergeError, Merged};
pub use results::Results;
pub use verdict::Verdict;

/// A run, judged.
pub struct Report {
    plan: Plan,
    /// The text of the plan's file.
    plan_text: String,
    target: String,
    people: usize,
    findings: Findings,
    /// Each stage of the plan, in all rounds together.
    stages: Vec<Tally>,
    /// Each round: all stages of it that count.
    rounds: Vec<Tally>,
    /// All stages that count, in all rounds together. If the plan looks for the knee, those up to it.
    measured: Tally,
    knee: Option<Knee>,
    verdicts: Vec<Verdict>,
}

impl Report {
    /// The file of the times in the directory of a run.
    pub const TIMES_FILE: &str = "times.hlog";
    /// The page for people in it.
    pub const PAGE_FILE: &str = "report.html";
    /// The verdicts for continuous integration in it.
    pub const JUNIT_FILE: &str = "junit.xml";

    /// Judges what a run found, which asked about so many people. `plan_text` is the text of the plan's file.
    #[must_use]
    pub fn new(plan: Plan, plan_text: String, destination: &Destination, people: usize, findings: Findings) -> Self {
        Self::of(plan, plan_text, destination.to_string(), people, findings)
    }

    fn of(plan: Plan, plan_text: String, target: String, people: usize, findings: Findings) -> Self {
        let knee = Knee::find(&plan, &findings.stages, findings.processes);
        let last = knee.as_ref().and_then(|knee| knee.kept).map_or(usize::MAX, |(place, _)| place);
        let mut stages = vec![Tally::default(); plan.stages.len()];
        let (mut rounds, mut measured, mut open) = (Vec::new(), Tally::default(), Tally::default());
        for tallies in findings.stages.chunks(plan.stages.len()) {
            let mut round = Tally::default();
            for (place, (stage, tally)) in plan.stages.iter().zip(tallies).enumerate() {
                stages[place].merge(tally);
                if stage.warm_up || place > last {
                    continue;
                }
                round.merge(tally);
                if !matches!(stage.arrivals, Arrivals::Closed(_)) {
                    open.merge(tally);
                }
            }
            measured.merge(&round);
            rounds.push(round);
        }
        let verdicts = verdict::all(&plan, &findings, &measured, &open, knee.as_ref());
        Self { plan, plan_text, target, people, findings, stages, rounds, measured, knee, verdicts }
    }

    /// Returns whether the run came to its end and missed no threshold.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.end == End::Done && self.verdicts.iter().all(|verdict| verdict.met)
    }

    /// Returns the exit code of the run: 0 good; 1 a threshold missed, or stopped; 3 the server fell silent.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.findings.end {
            End::Silent => 3,
            _ if self.is_good() => 0,
            End::Done | End::Stopped => 1,
        }
    }

    /// Writes the times as an HDR histogram log.
    #[must_use]
    pub fn times_log(&self) -> Vec<u8> {
        hlog::write(&self.findings)
    }

    /// Returns the stages that were begun, each in all rounds together. A run that ends early begins no more.
    fn stages_begun(&self) -> impl Iterator<Item = (&Stage, &Tally)> {
        self.plan.stages.iter().zip(&self.stages).filter(|(_, tally)| tally.due > 0 || !tally.lasted.is_zero())
    }

    /// Returns whether a rate was asked in every stage that counts.
    fn is_open(&self) -> bool {
        self.plan.stages.iter().filter(|stage| !stage.warm_up).all(|stage| stage.arrivals.mean().is_some())
    }

    /// Returns whether the sender fell behind, so that it was not the server that was measured.
    fn is_behind(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.key == verdict::SENDER && !verdict.met)
    }
}

/// Returns a number in a second; none in no time.
fn per_second(count: u64, time: Duration) -> Option<f64> {
    let seconds = time.as_secs_f64();
    (seconds > 0.0).then(|| count as f64 / seconds)
}

/// Returns milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

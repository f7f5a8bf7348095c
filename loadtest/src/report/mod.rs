//! Reports: judges what a run found, and says it as a table for people and as JSON for programs.

mod grid;
mod json;
mod table;
mod verdict;

use std::time::Duration;

use crate::plan::{Arrivals, Destination, Plan};
use crate::run::{End, Findings, Tally};

pub use grid::Grid;
pub use verdict::Verdict;

/// A run, judged.
pub struct Report {
    plan: Plan,
    target: String,
    people: usize,
    findings: Findings,
    /// All stages that count.
    measured: Tally,
    verdicts: Vec<Verdict>,
}

impl Report {
    /// Judges what a run found, which asked about so many people.
    #[must_use]
    pub fn new(plan: Plan, destination: &Destination, people: usize, findings: Findings) -> Self {
        let (mut measured, mut open) = (Tally::default(), Tally::default());
        for (stage, tally) in plan.stages.iter().zip(&findings.stages).filter(|(stage, _)| !stage.warm_up) {
            measured.merge(tally);
            if !matches!(stage.arrivals, Arrivals::Closed(_)) {
                open.merge(tally);
            }
        }
        let verdicts = verdict::all(&plan.thresholds, &measured, &open);
        Self { plan, target: destination.to_string(), people, findings, measured, verdicts }
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

    /// Returns what the run found.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Returns what became of the requests of all stages that count.
    #[must_use]
    pub fn measured(&self) -> &Tally {
        &self.measured
    }

    /// Returns the judgement of each threshold.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }
}

/// Returns a number in a second; none in no time.
fn per_second(count: u64, time: Duration) -> Option<f64> {
    let seconds = time.as_secs_f64();
    (seconds > 0.0).then(|| count as f64 / seconds)
}

/// Returns milliseconds.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

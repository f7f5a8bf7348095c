//! A report as JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Report, milliseconds, per_second};
use crate::plan::Quantile;
use crate::run::{End, Tally, Times};

/// The version of the format.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Run<'a> {
    format: u32,
    plan: &'a str,
    seed: u64,
    target: &'a str,
    began_at: String,
    end: &'static str,
    good: bool,
    terminals: usize,
    connections_each: usize,
    connections: &'static str,
    tls: &'static str,
    http: &'static str,
    people: usize,
    stages: Vec<Stage<'a>>,
    measured: Figures,
    thresholds: Vec<Threshold<'a>>,
    wrong_answers: Vec<Wrong<'a>>,
}

#[derive(Serialize)]
struct Stage<'a> {
    name: &'a str,
    warm_up: bool,
    figures: Figures,
}

#[derive(Serialize)]
struct Figures {
    seconds: f64,
    asked_per_second: Option<f64>,
    achieved_per_second: Option<f64>,
    due: u64,
    answered: u64,
    compared: u64,
    wrong: u64,
    failed: u64,
    not_sent: u64,
    cut_off: u64,
    failures: BTreeMap<String, u64>,
    corrected_ms: Option<BTreeMap<&'static str, f64>>,
    uncorrected_ms: Option<BTreeMap<&'static str, f64>>,
    handshake_ms: Option<BTreeMap<&'static str, f64>>,
    handshakes: u64,
    sender_late_ms: Option<BTreeMap<&'static str, f64>>,
}

#[derive(Serialize)]
struct Threshold<'a> {
    key: &'a str,
    limit: &'a str,
    found: &'a str,
    met: bool,
}

#[derive(Serialize)]
struct Wrong<'a> {
    stage: &'a str,
    person: &'a str,
    differences: Vec<Different<'a>>,
}

#[derive(Serialize)]
struct Different<'a> {
    element: &'a str,
    expected: Option<&'a str>,
    found: Option<&'a str>,
}

impl Report {
    /// Writes the report for programs, the same in every language.
    #[must_use]
    pub fn json(&self) -> String {
        let stages = self.plan.stages.iter().zip(&self.findings.stages).map(|(stage, tally)| Stage {
            name: &stage.name,
            warm_up: stage.warm_up,
            figures: figures(tally, stage.arrivals.mean().is_some()),
        });
        let counting = || self.plan.stages.iter().filter(|stage| !stage.warm_up);
        let wrong = self.findings.wrong.iter().map(|answer| Wrong {
            stage: &self.plan.stages[answer.stage].name,
            person: &answer.person,
            differences: answer
                .differences
                .iter()
                .map(|one| Different {
                    element: &one.element,
                    expected: one.expected.as_deref(),
                    found: one.found.as_deref(),
                })
                .collect(),
        });
        let [connections, tls, http] = self.plan.identities.words();
        let run = Run {
            format: FORMAT,
            plan: &self.plan.name,
            seed: self.plan.seed,
            target: &self.target,
            began_at: self.findings.began_at.to_string(),
            end: match self.findings.end {
                End::Done => "done",
                End::Stopped => "stopped",
                End::Silent => "silent",
            },
            good: self.is_good(),
            terminals: self.plan.identities.terminals.get(),
            connections_each: self.plan.identities.connections.get(),
            connections,
            tls,
            http,
            people: self.people,
            stages: stages.collect(),
            measured: figures(&self.measured, counting().all(|stage| stage.arrivals.mean().is_some())),
            thresholds: self
                .verdicts
                .iter()
                .map(|verdict| Threshold {
                    key: &verdict.key,
                    limit: &verdict.limit,
                    found: &verdict.found,
                    met: verdict.met,
                })
                .collect(),
            wrong_answers: wrong.collect(),
        };
        let mut text = serde_json::to_string_pretty(&run).expect("every key is text and every number is finite");
        text.push('\n');
        text
    }
}

fn figures(tally: &Tally, open: bool) -> Figures {
    Figures {
        seconds: tally.lasted.as_secs_f64(),
        asked_per_second: if open { per_second(tally.due, tally.lasted) } else { None },
        achieved_per_second: per_second(tally.answered, tally.answering()),
        due: tally.due,
        answered: tally.answered,
        compared: tally.compared,
        wrong: tally.wrong,
        failed: tally.failed(),
        not_sent: tally.unsent,
        cut_off: tally.cut_off,
        failures: tally.failures.iter().map(|(failure, count)| (failure.key(), *count)).collect(),
        corrected_ms: times(&tally.corrected),
        uncorrected_ms: times(&tally.uncorrected),
        handshake_ms: times(&tally.handshakes),
        handshakes: tally.handshakes.count(),
        sender_late_ms: times(&tally.late),
    }
}

/// Returns quantiles and mean; none if there are no times.
fn times(times: &Times) -> Option<BTreeMap<&'static str, f64>> {
    if times.count() == 0 {
        return None;
    }
    let quantiles = Quantile::ALL.map(|quantile| (quantile.name(), milliseconds(times.at(quantile.part()))));
    Some(quantiles.into_iter().chain([("mean", milliseconds(times.mean()))]).collect())
}

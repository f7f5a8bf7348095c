//! The results of a run for programs, as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use shikaku::language::Bilingual;

use super::{MergeError, Report, milliseconds, per_second};
use crate::plan::Quantile;
use crate::run::{CardFigures, End, Point, ServerFigures, Tally, Times};

/// The version of the format.
pub const FORMAT: u32 = 2;

/// The results of a run, the same in every language. Times are in milliseconds, keyed by quantile and `mean`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of the format.
    pub format: u32,
    /// The name of the plan.
    pub plan: String,
    /// The text of the plan's file.
    pub plan_text: String,
    /// Where the random choices began.
    pub seed: u64,
    /// The terminal listener.
    pub target: String,
    /// When the run began (RFC 3339, UTC).
    pub began_at: String,
    /// `done`, `stopped` or `silent`.
    pub end: String,
    /// The processes that ran the plan at the same time, each whole.
    pub processes: usize,
    /// Whether it came to its end and missed no threshold.
    pub good: bool,
    /// The terminals.
    pub terminals: usize,
    /// The connections of each.
    pub connections_each: usize,
    /// When connections are opened and closed.
    pub connections: String,
    /// Versions of TLS.
    pub tls: String,
    /// The version of HTTP.
    pub http: String,
    /// The people asked about.
    pub people: usize,
    /// The stages of the plan, all rounds together.
    pub stages: Vec<Stage>,
    /// The stages of each round, round after round.
    pub stages_of_rounds: Vec<Figures>,
    /// The stages that count, round by round.
    pub rounds: Vec<Figures>,
    /// The parts of the mix, in the stages that count.
    pub parts: Vec<Part>,
    /// All that counts; if the plan looks for the knee, up to it.
    pub measured: Figures,
    /// The knee; none if the plan does not look for it.
    pub knee: Option<KneeFound>,
    /// The thresholds.
    pub thresholds: Vec<Threshold>,
    /// The first wrong answers.
    pub wrong_answers: Vec<Wrong>,
    /// How it went from moment to moment.
    pub series: SeriesFigures,
    /// What cards cost beside the questions themselves; none if the plan shows no cards.
    pub cards: Option<CardFigures>,
    /// What the server told of itself; none if it was not asked.
    pub server: Option<ServerFigures>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Whether it counts for nothing.
    pub warm_up: bool,
    /// Its figures.
    pub figures: Figures,
}

/// A part of the mix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What was sent.
    pub scenario: String,
    /// Its figures. What was due, not sent or cut off is not told by part.
    pub figures: Figures,
}

/// What became of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// How long requests became due.
    pub seconds: f64,
    /// The same, or longer if answers came later.
    pub answering_seconds: f64,
    /// None if the server set the rate.
    pub asked_per_second: Option<f64>,
    /// None in no time.
    pub achieved_per_second: Option<f64>,
    /// Requests that were due.
    pub due: u64,
    /// Requests that were answered, rightly or wrongly.
    pub answered: u64,
    /// People in the answers.
    pub people: u64,
    /// Answers that were compared.
    pub compared: u64,
    /// Wrong answers.
    pub wrong: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Requests that were not sent.
    pub not_sent: u64,
    /// Requests that were cut off.
    pub cut_off: u64,
    /// Requests that failed, by kind.
    pub failures: BTreeMap<String, u64>,
    /// From the due time; none if there are no times.
    pub corrected_ms: Option<BTreeMap<String, f64>>,
    /// From the sending.
    pub uncorrected_ms: Option<BTreeMap<String, f64>>,
    /// Handshakes.
    pub handshake_ms: Option<BTreeMap<String, f64>>,
    /// The number of handshakes.
    pub handshakes: u64,
    /// How late the sender was.
    pub sender_late_ms: Option<BTreeMap<String, f64>>,
}

/// The knee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KneeFound {
    /// The highest rate that was kept.
    pub kept_per_second: Option<f64>,
    /// The rate after it, at which something was not kept.
    pub broken_per_second: Option<f64>,
    /// What was not kept then: `p99`, `rate`, `errors`, `sender`.
    pub missed: Vec<String>,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Its key in plans.
    pub key: String,
    /// What was to be kept to.
    pub limit: String,
    /// What was found.
    pub found: String,
    /// Whether it was kept to.
    pub met: bool,
}

/// A wrong answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    /// The stage.
    pub stage: String,
    /// The stable id of the person.
    pub person: String,
    /// Every difference.
    pub differences: Vec<Different>,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Different {
    /// The element.
    pub element: String,
    /// None if it should be absent.
    pub expected: Option<String>,
    /// None if it is absent.
    pub found: Option<String>,
}

/// How a run went from moment to moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesFigures {
    /// The length of a moment.
    pub seconds: f64,
    /// The moments, from the beginning of the run.
    pub moments: Vec<Moment>,
}

/// A moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Requests that became due.
    pub due: u64,
    /// Answers that came.
    pub answered: u64,
    /// Wrong answers that came.
    pub wrong: u64,
    /// Requests that were not sent.
    pub not_sent: u64,
    /// Requests that failed, by kind.
    pub failures: BTreeMap<String, u64>,
    /// From the due time, of the requests that became due.
    pub corrected_ms: Option<BTreeMap<String, f64>>,
    /// The latest that the sender was.
    pub sender_late_ms: f64,
}

impl Results {
    /// Their file in the directory of a run.
    pub const FILE: &str = "results.json";

    /// Reads them from the bytes of a file.
    ///
    /// # Errors
    /// [`MergeError::Illegible`] if they are no results, or of another version.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, MergeError> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let illegible = |reason: Bilingual| MergeError::Illegible(path.to_owned(), reason);
        let none = |error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            illegible(
                (
                    format!("is no file of results, at line {line}, column {column}: {error}"),
                    format!("{line}行{column}桁: 実行結果のファイルではありません"),
                )
                    .into(),
            )
        };
        let Version { format } = serde_json::from_slice(bytes).map_err(none)?;
        if format != FORMAT {
            let told = (
                format!("has format {format}; this program reads {FORMAT}: run the plan again"),
                format!("形式{format}です。このプログラムが読めるのは{FORMAT}です。計画をもう一度実行してください"),
            );
            return Err(illegible(told.into()));
        }
        serde_json::from_slice(bytes).map_err(none)
    }

    /// Writes them as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("every key is text and every number is finite");
        text.push('\n');
        text
    }
}

impl Report {
    /// Returns the results for programs.
    #[must_use]
    pub fn results(&self) -> Results {
        let plan = &self.plan;
        let stages = plan.stages.iter().zip(&self.stages).map(|(stage, tally)| Stage {
            name: stage.name.clone(),
            warm_up: stage.warm_up,
            figures: figures(tally, stage.arrivals.mean().is_some()),
        });
        let parts = plan.mix.entries().iter().zip(&self.findings.parts);
        let wrong = self.findings.wrong.iter().map(|answer| Wrong {
            stage: plan.stages[answer.stage % plan.stages.len()].name.clone(),
            person: answer.person.clone(),
            differences: answer
                .differences
                .iter()
                .map(|one| Different {
                    element: one.element.clone(),
                    expected: one.expected.clone(),
                    found: one.found.clone(),
                })
                .collect(),
        });
        let [connections, tls, http] = plan.identities.words().map(str::to_owned);
        let series = &self.findings.series;
        Results {
            format: FORMAT,
            plan: plan.name.clone(),
            plan_text: self.plan_text.clone(),
            seed: plan.seed,
            target: self.target.clone(),
            began_at: self.findings.began_at.to_string(),
            end: match self.findings.end {
                End::Done => "done",
                End::Stopped => "stopped",
                End::Silent => "silent",
            }
            .to_owned(),
            processes: self.findings.processes,
            good: self.is_good(),
            terminals: plan.identities.terminals.get(),
            connections_each: plan.identities.connections.get(),
            connections,
            tls,
            http,
            people: self.people,
            stages: stages.collect(),
            stages_of_rounds: self.findings.stages.iter().map(|tally| figures(tally, false)).collect(),
            rounds: self.rounds.iter().map(|tally| figures(tally, self.is_open())).collect(),
            parts: parts
                .map(|(part, tally)| Part { scenario: part.scenario.words(), figures: figures(tally, false) })
                .collect(),
            measured: figures(&self.measured, self.is_open()),
            knee: self.knee.as_ref().map(|knee| KneeFound {
                kept_per_second: knee.kept.map(|(_, rate)| rate),
                broken_per_second: knee.broken.as_ref().map(|(_, rate, _)| *rate),
                missed: knee.broken.iter().flat_map(|(_, _, missed)| missed).map(|one| one.key().to_owned()).collect(),
            }),
            thresholds: self
                .verdicts
                .iter()
                .map(|verdict| Threshold {
                    key: verdict.key.clone(),
                    limit: verdict.limit.clone(),
                    found: verdict.found.clone(),
                    met: verdict.met,
                })
                .collect(),
            wrong_answers: wrong.collect(),
            series: SeriesFigures {
                seconds: series.step.as_secs_f64(),
                moments: series.points.iter().map(moment).collect(),
            },
            cards: plan.mix.shows_cards().then_some(self.findings.cards),
            server: self.findings.server.clone(),
        }
    }
}

fn figures(tally: &Tally, open: bool) -> Figures {
    Figures {
        seconds: tally.lasted.as_secs_f64(),
        answering_seconds: tally.answering().as_secs_f64(),
        asked_per_second: if open { per_second(tally.due, tally.lasted) } else { None },
        achieved_per_second: per_second(tally.answered, tally.answering()),
        due: tally.due,
        answered: tally.answered,
        people: tally.people,
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

fn moment(point: &Point) -> Moment {
    Moment {
        due: point.due,
        answered: point.answered,
        wrong: point.wrong,
        not_sent: point.unsent,
        failures: point.failures.iter().map(|(failure, count)| (failure.key(), *count)).collect(),
        corrected_ms: times(&point.corrected),
        sender_late_ms: milliseconds(point.late),
    }
}

/// Returns quantiles and mean; none if there are no times.
fn times(times: &Times) -> Option<BTreeMap<String, f64>> {
    if times.count() == 0 {
        return None;
    }
    let quantiles = Quantile::ALL.map(|quantile| (quantile.name().to_owned(), milliseconds(times.at(quantile.part()))));
    Some(quantiles.into_iter().chain([("mean".to_owned(), milliseconds(times.mean()))]).collect())
}

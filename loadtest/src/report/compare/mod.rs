//! Comparing: what two versions of a server, or two settings, differ in, beyond the noise of the rounds.
//!
//! The rule is one that few rounds can bear, whatever the shape of the noise: a figure differs if every round of one side lies beyond
//! every round of the other, with at least [`LEAST_ROUNDS`] rounds each. Between equal servers each order of the rounds is as likely
//! as another, so chance alone does that to a figure once in half of (a + b)! / (a! b!) comparisons: with three rounds each once in
//! 10, with five once in 126.

mod warnings;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::merge::bytes;
use super::results::Figures;
use super::{MergeError, Results};

pub use warnings::{Warning, warnings};

/// The least rounds of each side at which a figure is judged.
pub const LEAST_ROUNDS: usize = 3;

/// A run, and the directory that it was read from.
pub struct Run {
    /// The directory.
    pub directory: PathBuf,
    /// What was found.
    pub results: Results,
}

/// Reads the run of a directory, or the runs of the directories in it, in the order of their names.
///
/// # Errors
/// If there is none, or one cannot be read; see [`MergeError`].
pub fn read(directory: &Path) -> Result<Vec<Run>, MergeError> {
    let unreadable = |error| MergeError::Unreadable(directory.to_owned(), error);
    let run = |directory: PathBuf| {
        let path = directory.join(Results::FILE);
        let results = Results::read(&path, &bytes(&path)?)?;
        Ok(Run { directory, results })
    };
    if directory.join(Results::FILE).exists() {
        return Ok(vec![run(directory.to_owned())?]);
    }
    let entries = fs::read_dir(directory).map_err(unreadable)?;
    let mut inside = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.join(Results::FILE).exists() {
            inside.push(path);
        }
    }
    inside.sort();
    if inside.is_empty() {
        let reason = (
            "holds no results.json, nor does a directory in it: name the directory of `run --out`, or one that holds several of them",
            "results.jsonがなく、中のディレクトリーにもありません。`run --out`のディレクトリーか、それをいくつか含むディレクトリーを指定してください",
        );
        return Err(MergeError::Illegible(directory.to_owned(), reason.into()));
    }
    inside.into_iter().map(run).collect()
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Times from the due time.
    P50,
    /// See [`Figure::P50`].
    P90,
    /// See [`Figure::P50`].
    P99,
    /// See [`Figure::P50`].
    P999,
    /// See [`Figure::P50`].
    Mean,
    /// Answers in a second.
    Rate,
    /// Requests without an answer, in percent of those that were due.
    Errors,
    /// Wrong answers, in percent of those that were compared.
    WrongAnswers,
    /// Milliseconds of the server's processor time for a record of its access log.
    Processor,
    /// The knee, in requests a second.
    Knee,
}

impl Figure {
    /// What is compared if no plan looks for the knee.
    const USUAL: [Self; 9] = [
        Self::P50,
        Self::P90,
        Self::P99,
        Self::P999,
        Self::Mean,
        Self::Rate,
        Self::Errors,
        Self::WrongAnswers,
        Self::Processor,
    ];
    /// What is compared if a plan does: the times of its runs are those up to different rates.
    const WITH_KNEE: [Self; 2] = [Self::Knee, Self::WrongAnswers];

    /// Returns whether more of it is better.
    #[must_use]
    pub fn is_better_high(self) -> bool {
        matches!(self, Self::Rate | Self::Knee)
    }

    /// Returns its values, one of each round that tells it.
    fn values(self, run: &Results) -> Vec<f64> {
        match self {
            Self::Knee => run.knee.iter().map(|knee| knee.kept_per_second.unwrap_or_default()).collect(),
            Self::Processor => (0..run.rounds.len()).filter_map(|round| processor_ms(run, round)).collect(),
            _ => run.rounds.iter().filter(|round| round.due > 0).filter_map(|round| self.of_round(round)).collect(),
        }
    }

    fn of_round(self, round: &Figures) -> Option<f64> {
        let time = |name: &str| round.corrected_ms.as_ref()?.get(name).copied();
        let percent = |part: u64, whole: u64| (whole > 0).then(|| part as f64 * 100.0 / whole as f64);
        match self {
            Self::P50 => time("p50"),
            Self::P90 => time("p90"),
            Self::P99 => time("p99"),
            Self::P999 => time("p99.9"),
            Self::Mean => time("mean"),
            Self::Rate => round.achieved_per_second,
            Self::Errors => percent(round.failed + round.not_sent + round.cut_off, round.due),
            Self::WrongAnswers => percent(round.wrong, round.compared),
            Self::Processor | Self::Knee => None,
        }
    }
}

/// Returns the server's processor time for a record of its access log between the first and the last of its samples within a round,
/// warm-up included; none if there are not two of them, or no record was written.
fn processor_ms(run: &Results, round: usize) -> Option<f64> {
    let stages = run.stages.len();
    let seconds = |stages: &[Figures]| stages.iter().map(|stage| stage.seconds).sum::<f64>();
    let from = seconds(run.stages_of_rounds.get(..round * stages)?);
    let to = from + seconds(run.stages_of_rounds.get(round * stages..(round + 1) * stages)?);
    let samples = &run.server.as_ref()?.samples;
    let mut within = samples.iter().filter(|sample| (from..=to).contains(&sample.at_seconds));
    let (first, last) = (within.next()?, within.next_back()?);
    let records = last.access_log_records? - first.access_log_records?;
    let processor = last.processor_seconds? - first.processor_seconds?;
    (records > 0.0 && processor >= 0.0).then(|| processor * 1000.0 / records)
}

/// The values of a side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub rounds: usize,
    /// The least of them.
    pub least: f64,
    /// The middle one; of an even number, the mean of both in the middle.
    pub median: f64,
    /// The most of them.
    pub most: f64,
}

impl Spread {
    /// Returns the spread of values; none if there are none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let (below, above) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Self { rounds: values.len(), least, median: f64::midpoint(below, above), most })
    }
}

/// What a figure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// There are too few rounds to say anything.
    TooFew,
    /// The rounds of both sides overlap.
    WithinNoise,
    /// Every round of B is better than every round of A.
    Better,
    /// Every round of B is worse than every round of A.
    Worse,
}

/// A figure of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Row {
    /// What is compared.
    pub figure: Figure,
    /// Of A.
    pub a: Option<Spread>,
    /// Of B.
    pub b: Option<Spread>,
    /// The median of B divided by that of A; none if that is zero.
    pub ratio: Option<f64>,
    /// What it says.
    pub finding: Finding,
}

impl Row {
    /// Judges the values of both sides.
    #[must_use]
    pub fn of(figure: Figure, a: Vec<f64>, b: Vec<f64>) -> Self {
        let (a, b) = (Spread::of(a), Spread::of(b));
        let ratio = a.zip(b).filter(|(a, _)| a.median != 0.0).map(|(a, b)| b.median / a.median);
        let finding = match a.zip(b) {
            Some((a, b)) if a.rounds.min(b.rounds) >= LEAST_ROUNDS => {
                let (is_less, is_more) = (b.most < a.least, b.least > a.most);
                match (is_less || is_more, is_more == figure.is_better_high()) {
                    (false, _) => Finding::WithinNoise,
                    (true, true) => Finding::Better,
                    (true, false) => Finding::Worse,
                }
            }
            _ => Finding::TooFew,
        };
        Self { figure, a, b, ratio, finding }
    }
}

/// What the comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No figure of B is worse beyond the noise.
    NotWorse,
    /// At least one is.
    Worse,
    /// Nothing can be said: too few rounds, or runs that measured something else.
    Nothing,
}

/// Two sides beside each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What it says.
    pub outcome: Outcome,
    /// The figures that at least one side tells.
    pub figures: Vec<Row>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

impl Comparison {
    /// Compares two sides.
    #[must_use]
    pub fn of(a: &[Run], b: &[Run]) -> Self {
        let has_knee = a.iter().chain(b).any(|run| run.results.knee.is_some());
        let compared: &[Figure] = if has_knee { &Figure::WITH_KNEE } else { &Figure::USUAL };
        let values = |figure: Figure, runs: &[Run]| runs.iter().flat_map(|run| figure.values(&run.results)).collect();
        let rows = compared.iter().map(|figure| Row::of(*figure, values(*figure, a), values(*figure, b)));
        let figures: Vec<Row> = rows.filter(|row| row.a.is_some() || row.b.is_some()).collect();
        let warnings = warnings(a, b);
        let outcome =
            if warnings.iter().any(Warning::forbids_judging) || figures.iter().all(|row| row.finding == Finding::TooFew) {
                Outcome::Nothing
            } else if figures.iter().any(|row| row.finding == Finding::Worse) {
                Outcome::Worse
            } else {
                Outcome::NotWorse
            };
        Self { outcome, figures, warnings }
    }

    /// Returns in how many comparisons of equal servers chance alone tells a figure apart once; none if no figure is judged.
    #[must_use]
    pub fn once_in(&self) -> Option<f64> {
        let judged = self.figures.iter().filter(|row| row.finding != Finding::TooFew);
        let rounds = judged.filter_map(|row| Some((row.a?.rounds, row.b?.rounds)));
        rounds.map(|(a, b)| once_in(a, b)).reduce(f64::min)
    }
}

/// Returns half of the ways in which the rounds of both sides can be ordered.
#[must_use]
pub fn once_in(a: usize, b: usize) -> f64 {
    (1..=b).map(|place| (a + place) as f64 / place as f64).product::<f64>().round() / 2.0
}

#[cfg(test)]
mod tests;

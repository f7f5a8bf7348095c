//! Merging: the runs of several processes or machines, which ran one plan at the same time, become one.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use jiff::Timestamp;
use shikaku::language::{Bilingual, Japanese};

use super::results::{Figures, Results};
use super::{Report, hlog};
use crate::answer::Difference;
use crate::plan::Plan;
use crate::run::{End, Failure, Findings, Point, Series, Tally, WrongAnswer};

/// Several runs as one.
pub struct Merged {
    /// The report of all.
    pub report: Report,
    /// How much later than the first one the last run began.
    pub apart: Duration,
}

/// Why runs cannot be merged or compared.
#[derive(Debug)]
pub enum MergeError {
    /// A file is missing or cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file is not what a run writes; what is wrong with it.
    Illegible(PathBuf, Bilingual),
    /// A run is of another plan than the first one.
    OtherPlan(PathBuf),
    /// A run has another number of rounds than the first one.
    OtherRounds(PathBuf),
    /// A run is given twice.
    Twice(PathBuf),
}

/// The longest file that is read, in bytes.
const MOST_BYTES: u64 = 256 << 20;

impl Merged {
    /// Reads the results of runs from their directories, of which there is at least one, and merges them.
    ///
    /// # Errors
    /// See [`MergeError`].
    ///
    /// # Panics
    /// If there is no directory.
    pub fn read(directories: &[PathBuf]) -> Result<Self, MergeError> {
        let runs = directories.iter().map(|directory| read(directory)).collect::<Result<Vec<_>, _>>()?;
        let first = &runs[0].results;
        for (place, (run, directory)) in runs.iter().zip(directories).enumerate() {
            if run.results.plan_text != first.plan_text {
                return Err(MergeError::OtherPlan(directory.clone()));
            }
            if run.findings.stages.len() != runs[0].findings.stages.len() {
                return Err(MergeError::OtherRounds(directory.clone()));
            }
            // No two runs begin in the same billionth of a second, and processes of one plan have seeds of their own.
            let identity = |run: &Run| (run.findings.began_at, run.results.seed);
            if runs[..place].iter().any(|earlier| identity(earlier) == identity(run)) {
                return Err(MergeError::Twice(directory.clone()));
            }
        }
        let (plan, text, target) = (runs[0].plan.clone(), first.plan_text.clone(), first.target.clone());
        let people = runs.iter().map(|run| run.results.people).max().unwrap_or_default();
        let began = runs.iter().map(|run| run.findings.began_at);
        let (earliest, latest) = (began.clone().min().expect("a run"), began.max().expect("a run"));
        let findings = join(runs.into_iter().map(|run| run.findings).collect(), earliest);
        let apart = between(earliest, latest);
        Ok(Self { report: Report::of(plan, text, target, people, findings), apart })
    }
}

struct Run {
    results: Results,
    plan: Plan,
    findings: Findings,
}

fn read(directory: &Path) -> Result<Run, MergeError> {
    let (path, log) = (directory.join(Results::FILE), directory.join(Report::TIMES_FILE));
    let results = Results::read(&path, &bytes(&path)?)?;
    let illegible = |path: &Path, reason: Bilingual| MergeError::Illegible(path.to_owned(), reason);
    let plan = Plan::parse(&path, &results.plan_text)
        .map_err(|faults| illegible(&path, (faults[0].to_string(), faults[0].japanese()).into()))?;
    let times = hlog::read(&bytes(&log)?);
    let findings = times.and_then(|times| findings(&plan, &results, times));
    let no_log = ("is not the log of times of these results", "この結果の時間の記録ではありません").into();
    let findings = findings.map_err(|_| illegible(&log, no_log))?;
    Ok(Run { results, plan, findings })
}

pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, MergeError> {
    let unreadable = |error| MergeError::Unreadable(path.to_owned(), error);
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > MOST_BYTES {
        return Err(unreadable(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    fs::read(path).map_err(unreadable)
}

/// Takes back what a run found.
fn findings(plan: &Plan, results: &Results, mut times: hlog::TimesLog) -> Result<Findings, hlog::Illegible> {
    let mut tallies = |kind: &str, figures: &[&Figures]| {
        let tally = |(place, figures): (usize, &&Figures)| {
            let mut tally = tally(figures).ok_or(hlog::Illegible)?;
            times.fill(kind, place, &mut tally)?;
            Ok(tally)
        };
        figures.iter().enumerate().map(tally).collect::<Result<Vec<Tally>, _>>()
    };
    let stages = tallies("stage", &results.stages_of_rounds.iter().collect::<Vec<_>>())?;
    let parts = tallies("part", &results.parts.iter().map(|part| &part.figures).collect::<Vec<_>>())?;
    let is_whole = !stages.is_empty() && stages.len() % plan.stages.len() == 0;
    if !is_whole || parts.len() != plan.mix.entries().len() {
        return Err(hlog::Illegible);
    }
    let points = results.series.moments.iter().map(|moment| {
        Some(Point {
            due: moment.due,
            answered: moment.answered,
            wrong: moment.wrong,
            unsent: moment.not_sent,
            failures: failures(&moment.failures)?,
            late: Duration::try_from_secs_f64(moment.sender_late_ms / 1000.0).ok()?,
            ..Point::default()
        })
    });
    let mut points: Vec<Point> = points.collect::<Option<_>>().ok_or(hlog::Illegible)?;
    times.fill_moments(&mut points)?;
    let step = Duration::try_from_secs_f64(results.series.seconds).map_err(|_| hlog::Illegible)?;
    if step < Duration::from_secs(1) {
        return Err(hlog::Illegible);
    }
    Ok(Findings {
        began_at: results.began_at.parse().map_err(|_| hlog::Illegible)?,
        end: match results.end.as_str() {
            "done" => End::Done,
            "stopped" => End::Stopped,
            "silent" => End::Silent,
            _ => return Err(hlog::Illegible),
        },
        processes: results.processes,
        stages,
        parts,
        series: Series { step, points },
        cards: results.cards.unwrap_or_default(),
        server: results.server.clone(),
        wrong: wrong(plan, results),
    })
}

fn tally(figures: &Figures) -> Option<Tally> {
    Some(Tally {
        due: figures.due,
        answered: figures.answered,
        people: figures.people,
        compared: figures.compared,
        wrong: figures.wrong,
        unsent: figures.not_sent,
        cut_off: figures.cut_off,
        failures: failures(&figures.failures)?,
        lasted: Duration::try_from_secs_f64(figures.seconds).ok()?,
        last_answer: Duration::try_from_secs_f64(figures.answering_seconds).ok()?,
        ..Tally::default()
    })
}

fn failures(counts: &std::collections::BTreeMap<String, u64>) -> Option<std::collections::BTreeMap<Failure, u64>> {
    counts.iter().map(|(key, count)| Some((Failure::from_key(key)?, *count))).collect()
}

fn wrong(plan: &Plan, results: &Results) -> Vec<WrongAnswer> {
    let place = |name: &str| plan.stages.iter().position(|stage| stage.name == name).unwrap_or_default();
    let answers = results.wrong_answers.iter().map(|answer| WrongAnswer {
        stage: place(&answer.stage),
        person: answer.person.clone(),
        differences: answer
            .differences
            .iter()
            .map(|one| Difference { element: one.element.clone(), expected: one.expected.clone(), found: one.found.clone() })
            .collect(),
    });
    answers.collect()
}

/// Adds up what processes found at the same time, the first of which began at an instant.
fn join(all: Vec<Findings>, earliest: Timestamp) -> Findings {
    let mut all = all.into_iter();
    let first = all.next().expect("a run");
    let mut series = Series::default();
    series.join(&first.series, between(earliest, first.began_at));
    let mut joined = Findings { began_at: earliest, series, ..first };
    for other in all {
        joined.processes += other.processes;
        joined.end = match (joined.end, other.end) {
            (End::Silent, _) | (_, End::Silent) => End::Silent,
            (End::Stopped, _) | (_, End::Stopped) => End::Stopped,
            (End::Done, End::Done) => End::Done,
        };
        joined.stages.iter_mut().zip(&other.stages).for_each(|(tally, other)| tally.join(other));
        joined.parts.iter_mut().zip(&other.parts).for_each(|(tally, other)| tally.join(other));
        joined.series.join(&other.series, between(earliest, other.began_at));
        joined.wrong.extend(other.wrong);
        joined.cards.challenges += other.cards.challenges;
        joined.cards.failed += other.cards.failed;
        joined.cards.unready += other.cards.unready;
        // They asked one server: its figures of one process are enough.
        joined.server = match (joined.server, other.server) {
            (Some(server), Some(other)) if server.samples.is_empty() => Some(other),
            (Some(server), _) => Some(server),
            (None, other) => other,
        };
    }
    joined.wrong.truncate(Tally::MOST_WRONG);
    joined
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to - from).unwrap_or_default()
}

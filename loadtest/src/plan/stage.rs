//! Stages: when requests arrive.

use std::num::NonZeroUsize;
use std::time::Duration;

use shikaku::fixtures::Table;

use super::name;
use super::number::{Rate, count, seconds};

/// A part of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name in reports.
    pub name: String,
    /// Whether its figures count for nothing.
    pub warm_up: bool,
    /// How long requests arrive.
    pub duration: Duration,
    /// When they arrive.
    pub arrivals: Arrivals,
}

/// When requests arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrivals {
    /// Evenly, at one rate.
    Constant(Rate),
    /// Evenly, at a rate that changes in a straight line.
    Ramp {
        /// At the beginning.
        from: Rate,
        /// At the end.
        to: Rate,
    },
    /// At random, independent of each other, at a mean rate: as patients come.
    Poisson(Rate),
    /// Whenever an earlier one is done, so many at once. A slow server is sent less: these figures flatter it.
    Closed(NonZeroUsize),
}

impl Arrivals {
    /// Returns the mean rate; None if the server sets it.
    #[must_use]
    pub fn mean(self) -> Option<f64> {
        match self {
            Self::Constant(rate) | Self::Poisson(rate) => Some(rate.per_second()),
            Self::Ramp { from, to } => Some((from.per_second() + to.per_second()) / 2.0),
            Self::Closed(_) => None,
        }
    }
}

/// The most stages of a plan, each step of one being a stage of its own; each keeps its own figures.
const MOST_STAGES: usize = 100;
/// The most requests at once of a closed stage.
pub(super) const MOST_AT_ONCE: usize = 100_000;

#[derive(Clone, Copy)]
enum Kind {
    Constant,
    Ramp,
    Step,
    Poisson,
    Closed,
}

const KINDS: [(&str, Kind); 5] = [
    ("constant", Kind::Constant),
    ("ramp", Kind::Ramp),
    ("step", Kind::Step),
    ("poisson", Kind::Poisson),
    ("closed", Kind::Closed),
];

pub(super) fn read(root: &mut Table<'_>) -> Option<Vec<Stage>> {
    let line = root.line_of("stage");
    let tables = root.tables("stage");
    let written = tables.len();
    let read: Vec<Vec<Stage>> = tables.into_iter().filter_map(stage).collect();
    let whole = read.len() == written;
    let stages: Vec<Stage> = read.into_iter().flatten().collect();
    if written == 0 {
        root.fault(
            line,
            (
                "a plan has at least one `[[stage]]`, with `seconds` and `arrivals`",
                "`[[stage]]`を一つ以上、`seconds`と`arrivals`とともに書いてください",
            ),
        );
    } else if stages.len() > MOST_STAGES {
        root.fault(
            line,
            (
                format!("a plan has at most {MOST_STAGES} stages, each step being one"),
                format!("`[[stage]]`は、段階も1個と数えて{MOST_STAGES}個までです"),
            ),
        );
    } else if whole && stages.iter().all(|stage| stage.warm_up) {
        root.fault(
            line,
            (
                "every stage is a warm-up, so nothing would count: leave out `warm_up` in one of them",
                "すべてのステージがウォームアップで、測定の対象がありません。どれかの`warm_up`を外してください",
            ),
        );
    }
    (whole && written > 0).then_some(stages)
}

/// Reads a table: one stage, or one for each step.
fn stage(mut table: Table<'_>) -> Option<Vec<Stage>> {
    let name = table.require("name", name);
    table.name(("stage", "ステージ"), name.as_ref());
    let warm_up = table.flag("warm_up").unwrap_or_default();
    let duration = table.require_number("seconds", seconds);
    let kind = table.require_word("arrivals", &KINDS);
    let arrivals = kind.and_then(|kind| arrivals(kind, &mut table));
    if kind.is_some() {
        table.finish();
    }
    let (name, arrivals, duration) = (name?, arrivals?, duration?);
    let (steps, each) = (arrivals.len(), duration / u32::try_from(arrivals.len()).ok()?);
    let named = |number: usize| if steps == 1 { name.clone() } else { format!("{name} {}/{steps}", number + 1) };
    let stage = |(number, arrivals)| Stage { name: named(number), warm_up, duration: each, arrivals };
    Some(arrivals.into_iter().enumerate().map(stage).collect())
}

/// Reads when the requests of a stage arrive, of each of its steps.
fn arrivals(kind: Kind, table: &mut Table<'_>) -> Option<Vec<Arrivals>> {
    let one = match kind {
        Kind::Constant => table.require_number("rate", Rate::new).map(Arrivals::Constant),
        Kind::Poisson => table.require_number("rate", Rate::new).map(Arrivals::Poisson),
        Kind::Ramp => {
            let (from, to) = (table.require_number("from", Rate::new), table.require_number("to", Rate::new));
            Some(Arrivals::Ramp { from: from?, to: to? })
        }
        Kind::Step => {
            let (from, to) = (table.require_number("from", Rate::new), table.require_number("to", Rate::new));
            let steps = table.require_number("steps", count(MOST_STAGES));
            return steps_between(from?, to?, steps?);
        }
        Kind::Closed => table.require_number("at_once", count(MOST_AT_ONCE)).map(Arrivals::Closed),
    };
    Some(vec![one?])
}

/// Returns rates one after the other, at equal distances from the first to the last.
fn steps_between(from: Rate, to: Rate, steps: NonZeroUsize) -> Option<Vec<Arrivals>> {
    let (from, to) = (from.per_second(), to.per_second());
    let gaps = (steps.get() - 1).max(1) as f64;
    let rate = |step: usize| Rate::new(from + (to - from) * step as f64 / gaps).ok().map(Arrivals::Constant);
    (0..steps.get()).map(rate).collect()
}

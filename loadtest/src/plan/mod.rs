//! Plans: what a run sends, when, as which terminals, about whom, and what is good enough.
//!
//! [`Plan::read`] reads a TOML file and reports every fault at once, with its line. A value that was read is legal: the rest of the
//! program checks nothing again. `docs/load-testing.md` describes the files.

mod bounds;
mod identities;
mod knee;
mod mix;
mod number;
mod people;
mod scenario;
mod stage;
mod target;
mod thresholds;

use std::fs;
use std::path::Path;

use shikaku::fixtures::{FixtureFault, Source, Table};

pub use bounds::Bounds;
pub use identities::{ConnectionPolicy, IdentityPlan};
pub use knee::KneePlan;
pub use mix::{Entry, Mix};
pub use number::{Rate, Share};
pub use people::{Choice, PeoplePlan};
pub use scenario::{BulkPlan, Scenario};
pub use stage::{Arrivals, Stage};
pub use target::{Destination, Target, TargetError, TargetRefused};
pub use thresholds::{Limit, Quantile, Thresholds};

/// What a run does and what is good enough. A plan has at least one stage that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name in reports.
    pub name: String,
    /// Where all random choices begin.
    pub seed: u64,
    /// The server's terminal listener.
    pub target: Target,
    /// Its operator listener, for its own metrics.
    pub operator: Option<Target>,
    /// The terminals.
    pub identities: IdentityPlan,
    /// The people asked about.
    pub people: PeoplePlan,
    /// What is sent, by weight.
    pub mix: Mix,
    /// When it is sent: one stage after the other.
    pub stages: Vec<Stage>,
    /// What no run exceeds.
    pub bounds: Bounds,
    /// What each stage must keep, if the plan looks for the knee.
    pub knee: Option<KneePlan>,
    /// What is good enough.
    pub thresholds: Thresholds,
}

impl Plan {
    /// Reads a plan; returns it with the text of its file.
    ///
    /// # Errors
    /// Every fault of the file, in order.
    pub fn read(file: &Path) -> Result<(Self, String), Vec<FixtureFault>> {
        let text = fs::read_to_string(file).map_err(|error| vec![FixtureFault::of_file(file, error)])?;
        Ok((Self::parse(file, &text)?, text))
    }

    /// Reads the text of a plan; `file` stands in its faults.
    ///
    /// # Errors
    /// Every fault of the text, in order.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Vec<FixtureFault>> {
        let source = Source::new(file, text);
        let root = source.root();
        // A file that is no TOML would also seem to lack everything.
        let plan = if source.is_faulty() { None } else { read(root) };
        let mut faults = source.into_faults();
        faults.sort_by_key(|fault| fault.line);
        match plan {
            Some(plan) if faults.is_empty() => Ok(plan),
            _ => Err(faults),
        }
    }
}

fn read(mut root: Table<'_>) -> Option<Plan> {
    let name = root.require("name", name);
    let seed = root.natural("seed").unwrap_or(1);
    let target = target::read(root.table("target"));
    let identities = match root.table("identities") {
        Some(table) => identities::read(table),
        None => {
            missing(&root, "identities");
            None
        }
    };
    let people = match root.table("people") {
        Some(table) => people::read(table),
        None => {
            missing(&root, "people");
            None
        }
    };
    let mix = mix::read(&mut root);
    let stages = stage::read(&mut root);
    let bounds = bounds::read(root.table("bounds"));
    let knee = knee::read(root.table("knee"));
    let thresholds = thresholds::read(root.table("thresholds"), knee.is_some());
    root.finish();
    let (target, operator) = target?;
    Some(Plan {
        name: name?,
        seed,
        target,
        operator,
        identities: identities?,
        people: people?,
        mix: mix?,
        stages: stages?,
        bounds: bounds?,
        knee,
        thresholds: thresholds?,
    })
}

fn missing(root: &Table<'_>, key: &str) {
    root.fault(root.line, (format!("`[{key}]` is missing"), format!("`[{key}]`がありません")));
}

/// The characters that a name may have.
const LONGEST_NAME: usize = 40;

/// Reads the name of a plan or a stage, which stands in tables.
fn name(text: &str) -> Result<String, (String, String)> {
    let fits = (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits && text.trim() == text {
        return Ok(text.to_owned());
    }
    Err((
        format!("must have 1 to {LONGEST_NAME} characters, on one line, with no blanks around them"),
        format!("1〜{LONGEST_NAME}文字を1行で、前後に空白を入れずに書いてください"),
    ))
}

#[cfg(test)]
mod tests;

//! The people that terminals ask about, with the answers they are known to get.

mod draw;
mod fixtures;
mod mass;

use std::path::Path;

use shikaku::fixtures::{Ask, FixtureFault};
use shikaku::mass::MassDirectory;

use crate::answer::Expected;
use crate::plan::PeoplePlan;
use crate::random::{Chance, Random};

pub use draw::Draw;

/// A person with the question about them and the answer that must come.
#[derive(Clone)]
pub struct Person {
    /// The stable id, for reports.
    pub id: String,
    /// The question.
    pub ask: Ask,
    /// The answer.
    pub expected: Expected,
}

/// Why there is nobody to ask about.
#[derive(Debug)]
pub enum PeopleError {
    /// The files have faults: the first of them, and the number of the others.
    Faults(Vec<FixtureFault>, u64),
    /// Nobody in the directory can be asked about.
    Nobody,
}

/// Reads the people of a directory, hand-written or of the mass format, at most as many as the plan wants.
///
/// Left out are people with 医療券・調剤券, or with characters outside of Shift_JIS, whose answer depends on who asks, and, unless the plan wants them, those whom the server
/// does not find.
///
/// # Errors
/// See [`PeopleError`].
pub fn read(plan: &PeoplePlan, directory: &Path, seed: u64) -> Result<Vec<Person>, PeopleError> {
    let mut sample = Sample::new(plan, Random::new(seed, Chance::People));
    if MassDirectory::is_at(directory) {
        mass::read(directory, &mut sample)?;
    } else {
        fixtures::read(directory, &mut sample)?;
    }
    if sample.chosen.is_empty() { Err(PeopleError::Nobody) } else { Ok(sample.chosen) }
}

/// People chosen at random out of any number, each as likely as another, in memory for the chosen ones alone.
struct Sample {
    chosen: Vec<Person>,
    most: usize,
    seen: usize,
    unknown: bool,
    random: Random,
}

impl Sample {
    fn new(plan: &PeoplePlan, random: Random) -> Self {
        Self { chosen: Vec::new(), most: plan.hot.get(), seen: 0, unknown: plan.unknown, random }
    }

    fn add(&mut self, expected: Expected, person: impl FnOnce(Expected) -> Person) {
        if expected.is_of_nobody() && !self.unknown {
            return;
        }
        self.seen += 1;
        if self.chosen.len() < self.most {
            self.chosen.push(person(expected));
            return;
        }
        let place = self.random.place(self.seen);
        if let Some(chosen) = self.chosen.get_mut(place) {
            *chosen = person(expected);
        }
    }
}

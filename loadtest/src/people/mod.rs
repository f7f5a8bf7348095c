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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::path::PathBuf;

    use shikaku::fixtures::Fixtures;

    use super::*;
    use crate::plan::{Choice, Share};

    fn plan(hot: usize, unknown: bool) -> PeoplePlan {
        PeoplePlan {
            directory: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures"),
            hot: NonZeroUsize::new(hot).unwrap(),
            choice: Choice::Uniform,
            unknown,
            compared: Share::ALL,
        }
    }

    fn ids(plan: &PeoplePlan, seed: u64) -> Vec<String> {
        let people = read(plan, &plan.directory, seed).unwrap_or_else(|_| panic!("people"));
        people.into_iter().map(|person| person.id).collect()
    }

    #[test]
    fn people_are_left_out_whose_answer_depends_on_who_asks_or_is_that_there_is_nobody() {
        let fixtures = Fixtures::read(&plan(1, false).directory).unwrap();
        let (known, all) = (ids(&plan(1000, false), 1), ids(&plan(1000, true), 1));
        for person in &fixtures.people {
            let id = &person.person.fixture_id;
            let has_ticket = person.person.coverages.iter().any(|coverage| !coverage.tickets.is_empty());
            // The one person whose name has a kanji outside of Shift_JIS.
            let depends = has_ticket || id == "level-4-kanji";
            assert_eq!(all.contains(id), !depends, "{id}");
            assert_eq!(known.contains(id), !depends && person.expect.validity != "4", "{id}");
        }
        assert!(known.len() > 50 && known.len() < all.len());
    }

    #[test]
    fn no_more_than_the_plan_wants_are_chosen_each_as_likely_as_another() {
        let plan = plan(30, false);
        let all = read(&PeoplePlan { hot: NonZeroUsize::new(1000).unwrap(), ..plan.clone() }, &plan.directory, 1);
        let all: Vec<Person> = all.unwrap_or_else(|_| panic!("people")).into_iter().take(60).collect();
        let chosen = |seed| {
            let mut sample = Sample::new(&plan, Random::new(seed, Chance::People));
            all.iter().for_each(|person| sample.add(person.expected.clone(), |_| person.clone()));
            sample.chosen.into_iter().map(|person| person.id).collect::<Vec<_>>()
        };
        let mut counts = [0_u32; 60];
        for seed in 0..400 {
            let chosen = chosen(seed);
            assert_eq!(chosen.len(), 30);
            for id in chosen {
                counts[all.iter().position(|known| known.id == id).unwrap()] += 1;
            }
        }
        // Each is chosen in half of the 400, with a standard deviation of 10.
        assert!(counts.iter().all(|count| (150..=250).contains(count)), "{counts:?}");
        assert_eq!(chosen(3), chosen(3));
    }
}

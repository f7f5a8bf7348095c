//! The people that terminals ask about, with the answers they are known to get.

mod draw;
mod fixtures;
mod holder;
mod mass;
mod sample;

use std::path::Path;

use shikaku::domain::InsurerNumber;
use shikaku::fixtures::{Ask, FixtureFault};
use shikaku::mass::MassDirectory;
use shikaku::pki::{PkiError, PkiFiles};

use crate::answer::Expected;
use crate::plan::PeoplePlan;
use crate::random::{Chance, Random};

pub use draw::Draw;
pub use holder::{Card, Holder};

use sample::Sample;

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

/// Everybody whom a run may ask about.
pub struct People {
    /// Those who are asked about by number; not empty.
    pub asked: Vec<Person>,
    /// Those whose cards are shown; not empty if the plan shows cards.
    pub holders: Vec<Holder>,
    /// The insurers of the directory.
    pub insurers: Vec<InsurerNumber>,
}

/// Why there is nobody to ask about.
#[derive(Debug)]
pub enum PeopleError {
    /// The files have faults: the first of them, and the number of the others.
    Faults(Vec<FixtureFault>, u64),
    /// Nobody in the directory can be asked about.
    Nobody,
    /// Nobody in the directory has a card that can be shown.
    NoCards,
    /// The cards of the people cannot be made or read.
    Pki(PkiError),
}

impl From<PkiError> for PeopleError {
    fn from(error: PkiError) -> Self {
        Self::Pki(error)
    }
}

/// Reads the people of a directory, hand-written or of the mass format, at most as many as the plan wants; and as many holders of
/// cards, if it shows cards. Their keys or the CA that makes them are in `pki`.
///
/// Left out are people with 医療券・調剤券, or with characters outside of Shift_JIS, whose answer depends on who asks, and, unless the
/// plan wants them, those whom the server does not find.
///
/// # Errors
/// See [`PeopleError`].
pub fn read(plan: &PeoplePlan, wants_cards: bool, directory: &Path, pki: &Path, seed: u64) -> Result<People, PeopleError> {
    let mut samples = Samples {
        people: Sample::new(plan.hot.get(), Random::new(seed, Chance::People)),
        holders: Sample::new(plan.hot.get(), Random::new(seed, Chance::Holders)),
        insurers: Vec::new(),
        unknown: plan.unknown,
        wants_cards,
    };
    let pki = PkiFiles::at(pki);
    if MassDirectory::is_at(directory) {
        mass::read(directory, &pki, &mut samples)?;
    } else {
        fixtures::read(directory, &pki, &mut samples)?;
    }
    let Samples { people, holders, insurers, .. } = samples;
    if people.chosen.is_empty() {
        return Err(PeopleError::Nobody);
    }
    if wants_cards && holders.chosen.is_empty() {
        return Err(PeopleError::NoCards);
    }
    Ok(People { asked: people.chosen, holders: holders.chosen, insurers })
}

/// Those who are chosen while a directory is read.
struct Samples {
    people: Sample<Person>,
    holders: Sample<Holder>,
    insurers: Vec<InsurerNumber>,
    unknown: bool,
    wants_cards: bool,
}

impl Samples {
    fn person(&mut self, expected: Expected, person: impl FnOnce(Expected) -> Person) {
        if !expected.is_of_nobody() || self.unknown {
            self.people.add(|| person(expected));
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
        let people = read(plan, false, &plan.directory, Path::new("none"), seed).unwrap_or_else(|_| panic!("people"));
        people.asked.into_iter().map(|person| person.id).collect()
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
}

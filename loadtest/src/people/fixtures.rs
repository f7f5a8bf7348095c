//! People of hand-written fixtures, each with a hand-written answer.

use std::path::Path;

use shikaku::fixtures::Fixtures;

use super::{PeopleError, Person, Sample};
use crate::answer::Expected;

pub(super) fn read(directory: &Path, sample: &mut Sample) -> Result<(), PeopleError> {
    let fixtures = Fixtures::read(directory).map_err(|faults| PeopleError::Faults(faults, 0))?;
    for person in &fixtures.people {
        if person.person.coverages.iter().any(|coverage| !coverage.tickets.is_empty()) {
            continue;
        }
        let expected = Expected::of_fixture(person);
        if expected.depends_on_charset() {
            continue;
        }
        let named = |expected| Person { id: person.person.fixture_id.clone(), ask: person.ask.clone(), expected };
        sample.add(expected, named);
    }
    Ok(())
}

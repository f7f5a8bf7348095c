//! People of hand-written fixtures, each with a hand-written answer.

use std::path::Path;

use shikaku::fixtures::Fixtures;
use shikaku::pki::{PkiFiles, VirtualCard};

use super::{Card, Holder, PeopleError, Person, Samples};
use crate::answer::Expected;

pub(super) fn read(directory: &Path, pki: &PkiFiles, samples: &mut Samples) -> Result<(), PeopleError> {
    let fixtures = Fixtures::read(directory).map_err(|faults| PeopleError::Faults(faults, 0))?;
    let has_ticket = |id: &str| {
        let person = fixtures.person(id);
        person.is_some_and(|person| person.person.coverages.iter().any(|coverage| !coverage.tickets.is_empty()))
    };
    for person in &fixtures.people {
        let expected = Expected::of_fixture(person);
        if has_ticket(&person.person.fixture_id) || expected.depends_on_charset() {
            continue;
        }
        let named = |expected| Person { id: person.person.fixture_id.clone(), ask: person.ask.clone(), expected };
        samples.person(expected, named);
    }
    samples.insurers = fixtures.insurers.iter().map(|insurer| insurer.number).collect();
    if !samples.wants_cards {
        return Ok(());
    }
    for card in &fixtures.cards {
        let expected = Expected::of_card(card);
        // 目視 has no signature, and some answers depend on the institution, or on how old a list of J-LIS is by now.
        let depends = card.ask.institution.is_some() || card.list_hours.is_some() || has_ticket(&card.person);
        if depends || !card.ask.holder.signs() || expected.depends_on_charset() {
            continue;
        }
        let made = Card::Made(Box::new(VirtualCard::open(pki, &card.name)?));
        let id = if card.name == card.person { card.person.clone() } else { format!("{} ({})", card.person, card.name) };
        samples.holders.add(|| Holder { id, ask: card.ask.clone(), expected, card: made });
    }
    Ok(())
}

//! People of the mass format: named situations with the answers of the law, and others whose answer repeats their registration.

use std::path::Path;

use jiff::civil::Date;
use shikaku::clock::{system_now, tokyo_date};
use shikaku::domain::{CardClass, CardKey, Coverage, Scheme};
use shikaku::fixtures::Ask;
use shikaku::mass::{Faults, MassDirectory};

use super::{PeopleError, Person, Sample};
use crate::answer::Expected;

pub(super) fn read(directory: &Path, sample: &mut Sample) -> Result<(), PeopleError> {
    let today = tokyo_date(system_now());
    let files = MassDirectory::open(directory, today).map_err(told)?;
    let check_on = files.manifest().made.as_ref().map_or(today, |made| made.as_of);
    for entry in files.entries() {
        let entry = entry.map_err(told)?;
        let person = entry.person;
        if person.coverages.iter().any(|coverage| !coverage.tickets.is_empty()) {
            continue;
        }
        for situation in &entry.situations {
            let ask = ask(&situation.key, situation.birth_on, situation.check_on, true);
            let named = |expected| Person { id: person.fixture_id.clone(), ask, expected };
            sample.add(Expected::of_situation(situation), named);
        }
        if entry.situations.is_empty()
            && person.died_on.is_none()
            && let Some(coverage) = only_in_force(&person.coverages, check_on)
        {
            let asked = || ask(&coverage.key, coverage.identity.birth_on.date(), check_on, false);
            let named = |expected| Person { id: person.fixture_id.clone(), ask: asked(), expected };
            sample.add(Expected::of_coverage(coverage), named);
        }
    }
    Ok(())
}

/// Returns the one coverage of a person that is in force while all others are lost, so that no rule has a say in whether it is valid.
fn only_in_force(coverages: &[Coverage], check_on: Date) -> Option<&Coverage> {
    let is_of_aid = |coverage: &Coverage| coverage.key.insurer.scheme() == Scheme::MedicalAid;
    let mut others = coverages.iter().filter(|coverage| !coverage.lost_on(check_on));
    let (coverage, None) = (others.next()?, others.next()) else { return None };
    let is_plain = coverage.loss.is_none()
        && coverage.acquired_on <= check_on
        && coverage.card_class == CardClass::General
        && !coverages.iter().any(is_of_aid);
    is_plain.then_some(coverage)
}

fn ask(key: &CardKey, birth_on: Date, check_on: Date, limit_consent: bool) -> Ask {
    let owned = |text: &str| text.to_owned();
    Ask {
        insurer: owned(key.insurer.as_str()),
        symbol: key.symbol.as_ref().map(|symbol| owned(symbol.as_str())),
        number: owned(key.number.as_str()),
        branch: key.branch.as_ref().map(|branch| owned(branch.as_str())),
        birth_on,
        check_on,
        limit_consent,
    }
}

fn told(faults: Faults) -> PeopleError {
    let more = faults.count() - faults.first().len() as u64;
    PeopleError::Faults(faults.first().to_vec(), more)
}

//! People of the mass format: named situations with the answers of the law, and others whose answer repeats their registration.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use shikaku::clock::{system_now, tokyo_date};
use shikaku::domain::{
    CardClass, CardKey, CardKind, CardState, CertificateSerial, Consents, Coverage, HolderVerification, Scheme,
    TreatmentKind,
};
use shikaku::fixtures::{Ask, CardAsk};
use shikaku::mass::{Entry, Faults, MassDirectory};
use shikaku::pki::{PeopleAuthority, PkiFiles};

use super::holder::RegisteredCard;
use super::{Card, Holder, PeopleError, Person, Samples};
use crate::answer::Expected;

pub(super) fn read(directory: &Path, pki: &PkiFiles, samples: &mut Samples) -> Result<(), PeopleError> {
    let today = tokyo_date(system_now());
    let files = MassDirectory::open(directory, today).map_err(told)?;
    samples.insurers = files.insurers().iter().map(|insurer| insurer.number).collect();
    let check_on = files.manifest().made.as_ref().map_or(today, |made| made.as_of);
    let authority = samples.wants_cards.then(|| PeopleAuthority::open(pki)).transpose()?.map(Arc::new);
    for entry in files.entries() {
        let entry = entry.map_err(told)?;
        let person = &entry.person;
        if person.coverages.iter().any(|coverage| !coverage.tickets.is_empty()) {
            continue;
        }
        for situation in &entry.situations {
            let ask = ask(&situation.key, situation.birth_on, situation.check_on, true);
            let named = |expected| Person { id: person.fixture_id.clone(), ask, expected };
            samples.person(Expected::of_situation(situation), named);
        }
        let coverage = only_in_force(&person.coverages, check_on);
        let plain = coverage.filter(|_| !is_named(&entry) && person.died_on.is_none());
        if let Some(coverage) = plain {
            let asked = || ask(&coverage.key, coverage.identity.birth_on.date(), check_on, false);
            let named = |expected| Person { id: person.fixture_id.clone(), ask: asked(), expected };
            samples.person(Expected::of_coverage(coverage), named);
        }
        if let Some(authority) = &authority {
            holders(&entry, plain, check_on, authority, samples);
        }
    }
    Ok(())
}

/// Returns whether a person is in a named situation, whose answer the files tell.
fn is_named(entry: &Entry) -> bool {
    !entry.situations.is_empty() || !entry.card_situations.is_empty()
}

/// Adds the cards of a person: those of named situations, and one in use of a person with one coverage in force.
fn holders(
    entry: &Entry,
    plain: Option<&Coverage>,
    check_on: Date,
    authority: &Arc<PeopleAuthority>,
    samples: &mut Samples,
) {
    let now = system_now();
    let person = &entry.person;
    let mut add = |serial: &CertificateSerial, validity: (Timestamp, Timestamp), kind, check_on, expected| {
        let card = RegisteredCard {
            authority: authority.clone(),
            serial: serial.clone(),
            from: validity.0,
            through: validity.1,
            made: OnceLock::new(),
        };
        let holder = if kind == CardKind::Card { HolderVerification::Pin } else { HolderVerification::Phone };
        let treatment = TreatmentKind::Outpatient;
        let ask = CardAsk { check_on, holder, treatment, consents: Consents::all(), institution: None };
        let id = person.fixture_id.clone();
        samples.holders.add(|| Holder { id, ask, expected, card: Card::Registered(Box::new(card)) });
    };
    for situation in &entry.card_situations {
        let shown = person.cards.iter().find(|card| card.id.serial == situation.serial);
        let record = shown.and_then(|card| card.record.as_ref());
        // Of a certificate that J-LIS does not know, nothing is registered: any time around the present will do.
        let validity = record.map_or((now - YEAR, now + YEAR), |record| (record.valid_from, record.valid_through));
        let kind = record.map_or(CardKind::Card, |record| record.kind);
        add(&situation.serial, validity, kind, situation.check_on, Expected::of_card_situation(situation));
    }
    let blocked = person.protection.self_information_blocked;
    let Some(coverage) = plain.filter(|_| !blocked) else { return };
    let in_use = person.cards.iter().filter_map(|card| card.record.as_ref()).find(|record| {
        let in_time = record.valid_from <= now && now + DAY <= record.valid_through;
        record.state == CardState::Good && record.as_of.is_none() && in_time
    });
    if let Some(record) = in_use {
        let validity = (record.valid_from, record.valid_through);
        add(&record.id.serial, validity, record.kind, check_on, Expected::of_coverage(coverage));
    }
}

/// How long a card that is shown today lasts at least, so that a run past midnight still gets its answer.
const DAY: SignedDuration = SignedDuration::from_hours(24);
const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

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

//! Counts people, one after the other.

use std::sync::Arc;

use jiff::civil::Date;

use crate::decide::by_card;
use crate::domain::{
    CardKind, CardQuery, CardState, CopayRatio, Coverage, LimitCategory, PersonFacts, PersonId, Registration, Scheme,
    Validity,
};
use crate::population::classes::SchemeClass;
use crate::rules::elderly::is_elderly;
use crate::store::registry::NewPerson;

/// The number of bands of ages, five years each; the last has no end.
pub(super) const BANDS: usize = 20;
/// The classes of schemes, and the people without a coverage in force.
pub(super) const COLUMNS: usize = SchemeClass::ALL.len() + 1;
/// The ladders of categories: under 70 of three kinds, 70 to 74, 後期高齢者医療.
pub(super) const LADDERS: usize = 5;
/// Every 資格有効性, in the order of the code table.
pub(super) const VALIDITIES: [Validity; 6] = [
    Validity::Valid,
    Validity::Invalid,
    Validity::InvalidNewerExists,
    Validity::NoneFound,
    Validity::SeveralMatch,
    Validity::ValidUnregistered,
];

/// The counts of the people so far, on one day.
#[derive(Debug, Clone)]
pub struct Counts {
    pub(super) on: Date,
    /// The living who are born.
    pub(super) people: u64,
    pub(super) deceased: u64,
    pub(super) ages: [[u64; COLUMNS]; BANDS],
    pub(super) by_years: [u64; 4],
    /// 一部負担金割合 of 後期高齢者医療: 1割, 2割, 3割.
    pub(super) late_ratios: [u64; 3],
    /// 高齢受給者証, by ratio.
    pub(super) elderly_ratios: [u64; 3],
    pub(super) categories: [[u64; LimitCategory::ALL.len()]; LADDERS],
    /// Coverages in force by ladder, whether a category is registered or not.
    pub(super) on_ladders: [u64; LADDERS],
    /// People with 高齢受給者証, 限度額適用認定証, 特定疾病療養受療証, 資格確認書, 医療券.
    pub(super) certificates: [u64; 5],
    /// People with a certificate on a card, on Android, on an iPhone, whatever its state.
    pub(super) media: [u64; 3],
    /// People whose newest certificate of a card is good, out of date, revoked.
    pub(super) card_states: [u64; 3],
    pub(super) address_withheld: u64,
    pub(super) blocked: u64,
    pub(super) validities: [u64; VALIDITIES.len()],
    pub(super) uncovered: u64,
}

impl Counts {
    /// Begins to count, on a day.
    #[must_use]
    pub fn new(on: Date) -> Self {
        Self {
            on,
            people: 0,
            deceased: 0,
            ages: [[0; COLUMNS]; BANDS],
            by_years: [0; 4],
            late_ratios: [0; 3],
            elderly_ratios: [0; 3],
            categories: [[0; LimitCategory::ALL.len()]; LADDERS],
            on_ladders: [0; LADDERS],
            certificates: [0; 5],
            media: [0; 3],
            card_states: [0; 3],
            address_withheld: 0,
            blocked: 0,
            validities: [0; VALIDITIES.len()],
            uncovered: 0,
        }
    }

    /// Counts a person.
    pub fn add(&mut self, person: &NewPerson) {
        let on = self.on;
        let Some(birth) = person.coverages.first().map(|coverage| coverage.identity.birth_on) else { return };
        if birth.date() > on {
            return;
        }
        if person.died_on.is_some_and(|died_on| died_on <= on) {
            self.deceased += 1;
            return;
        }
        self.people += 1;
        let current = person.coverages.iter().filter(|one| one.in_force_on(on)).max_by_key(|one| one.acquired_on);
        let column = current.map_or(COLUMNS - 1, |one| SchemeClass::of(one.key.insurer.scheme()) as usize);
        let age = birth.age_on(on);
        self.ages[usize::from(age / 5).min(BANDS - 1)][column] += 1;
        self.by_years[match age {
            ..15 => 0,
            15..65 => 1,
            65..75 => 2,
            _ => 3,
        }] += 1;
        self.address_withheld += u64::from(person.protection.address_withheld);
        self.blocked += u64::from(person.protection.self_information_blocked);
        self.cards(person);
        self.validity(person);
        match current {
            Some(coverage) => self.coverage(coverage),
            None => self.uncovered += 1,
        }
    }

    fn coverage(&mut self, coverage: &Coverage) {
        let on = self.on;
        for dated in coverage.ratios.iter().filter(|dated| dated.period.contains(on)) {
            self.late_ratios[place(dated.ratio)] += 1;
        }
        let elderly = coverage.elderly.iter().find(|one| one.period.contains(on));
        if let Some(certificate) = elderly {
            self.elderly_ratios[place(certificate.ratio)] += 1;
        }
        let limit = coverage.limits.iter().find(|one| one.period.contains(on));
        if let Some(ladder) = ladder(coverage, on) {
            self.on_ladders[ladder] += 1;
            if let Some(limit) = limit {
                let category = LimitCategory::ALL.iter().position(|one| *one == limit.category).unwrap_or_default();
                self.categories[ladder][category] += 1;
            }
        }
        let disease = coverage.specific_diseases.iter().any(|one| one.period.contains(on));
        let confirmation = coverage.card.valid_from.is_some_and(|from| from <= on)
            && coverage.card.valid_through.is_none_or(|through| through >= on);
        let ticket = coverage.tickets.iter().any(|one| one.period.contains(on));
        let has = [elderly.is_some(), limit.is_some(), disease, confirmation, ticket];
        for (count, has) in self.certificates.iter_mut().zip(has) {
            *count += u64::from(has);
        }
    }

    fn cards(&mut self, person: &NewPerson) {
        let records = || person.cards.iter().filter_map(|card| card.record.as_ref());
        for (place, kind) in [CardKind::Card, CardKind::Android, CardKind::Ios].into_iter().enumerate() {
            self.media[place] += u64::from(records().any(|record| record.kind == kind));
        }
        let newest = records().filter(|record| record.kind == CardKind::Card).max_by_key(|record| record.valid_from);
        if let Some(record) = newest {
            // The first instant after the day in Tokyo, without a clock: a day is behind UTC by nine hours.
            let expired = jiff::tz::Offset::constant(9).to_datetime(record.valid_through).date() < self.on;
            self.card_states[match (record.state, expired) {
                (CardState::Good, false) => 0,
                (CardState::Good, true) => 1,
                _ => 2,
            }] += 1;
        }
    }

    /// Counts the answer to a question with the data of the person's newest registration.
    fn validity(&mut self, person: &NewPerson) {
        let Some(newest) = person.coverages.iter().rfind(|one| one.acquired_on <= self.on) else { return };
        let registrations = (1..).zip(&person.coverages).map(|(id, coverage)| Registration {
            id,
            coverage: Arc::new(coverage.clone()),
            reference: None,
        });
        let facts = PersonFacts { id: PersonId(1), protection: person.protection, registrations: registrations.collect() };
        let query = CardQuery {
            key: newest.key.clone(),
            birth_on: newest.identity.birth_on,
            check_on: self.on,
            limit_consent: false,
        };
        let found = by_card(&query, None, &[facts]).validity;
        let place = VALIDITIES.iter().position(|one| *one == found).unwrap_or_default();
        self.validities[place] += 1;
    }
}

fn place(ratio: CopayRatio) -> usize {
    match ratio {
        CopayRatio::One => 0,
        CopayRatio::Two => 1,
        CopayRatio::Three => 2,
    }
}

/// Returns the ladder whose categories the coverage has on a day.
fn ladder(coverage: &Coverage, on: Date) -> Option<usize> {
    let scheme = coverage.key.insurer.scheme();
    Some(match scheme {
        Scheme::MedicalAid => return None,
        Scheme::LateElderly => 4,
        _ if is_elderly(coverage.identity.birth_on, on) => 3,
        Scheme::KyokaiKenpo | Scheme::Seamen => 0,
        _ if scheme.is_national_health() => 2,
        _ => 1,
    })
}

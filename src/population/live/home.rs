//! A household that lives on: its members as they are, and the entries that tell of it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::{Map as Object, Value};

use crate::domain::{
    CardDates, CardKey, CardKind, CardState, Coverage, CoverageName, Identity, InsurerNumber, Loss, LossReason,
    Relationship, Scheme,
};
use crate::population::classes::{SchemeClass, lag_days};
use crate::population::draw::Draw;
use crate::population::household::days_after;
use crate::population::insurers::Insurers;
use crate::population::numbers::{JOBS, Numbers, PairForm};
use crate::population::places::{Map, MunicipalityId, Residence};
use crate::population::prefectures;
use crate::population::registrations::{branch, card_class};
use crate::store::jlis::CardRecord;
use crate::store::registry::{NewCard, NewPerson};

use super::cards_to_come::CardsToCome;
use super::entry;
use super::order::{Due, LiveOrder};
use super::paper::Paper;

/// A member of the household.
pub(super) struct Member {
    pub person: NewPerson,
    /// The place in the household, from 0.
    pub place: usize,
    /// When the last entry about the member is registered, and by whom.
    last: (Timestamp, Option<InsurerNumber>),
    /// The jobs of the member since the population was made.
    pub jobs: usize,
    /// The day on which somebody between two jobs begins to work.
    pub hired_on: Option<Date>,
    /// The cards to come.
    pub cards: CardsToCome,
}

impl Member {
    fn new(person: NewPerson, place: usize, as_of: Date) -> Self {
        let last = (midnight(days_after(as_of, 1)), None);
        Self { person, place, last, jobs: 0, hired_on: None, cards: CardsToCome::default() }
    }

    /// Returns the certificate of a medium that the registry has in use, whether it has ended or not.
    pub fn in_use(&self, kind: CardKind) -> Option<&CardRecord> {
        let mut records = self.person.cards.iter().filter_map(|card| card.record.as_ref());
        records.find(|record| record.kind == kind && record.state == CardState::Good)
    }
}

/// The household.
pub(super) struct Home<'a> {
    pub order: &'a LiveOrder,
    pub numbers: &'a Numbers,
    pub household: u64,
    pub draw: Draw,
    pub members: Vec<Member>,
    pub due: Vec<Due>,
    entries: u32,
    residences: usize,
    municipality: Option<MunicipalityId>,
}

/// When something is registered.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// As many days after the event as its insurer takes.
    Late,
    /// This many days after the event; before it, if negative.
    Days(i64),
}

impl<'a> Home<'a> {
    pub fn new(order: &'a LiveOrder, numbers: &'a Numbers, household: u64, people: Vec<NewPerson>) -> Self {
        let members = people.into_iter().enumerate().map(|(place, person)| Member::new(person, place, order.as_of));
        Self {
            order,
            numbers,
            household,
            // The second half of a stream of its own: no household of the population draws from it.
            draw: Draw::of_living_household(order.population_seed, order.seed, household),
            members: members.collect(),
            due: Vec::new(),
            entries: 0,
            residences: 0,
            municipality: None,
        }
    }

    /// Adds a member who is born.
    pub fn add_member(&mut self, person: NewPerson) {
        let place = self.members.len();
        self.members.push(Member::new(person, place, self.order.as_of));
    }

    /// Returns the coverage of a member that has no loss.
    pub fn current(&self, member: usize) -> Option<&Coverage> {
        self.members[member].person.coverages.iter().rfind(|coverage| coverage.loss.is_none())
    }

    pub fn current_mut(&mut self, member: usize) -> Option<&mut Coverage> {
        self.members[member].person.coverages.iter_mut().rfind(|coverage| coverage.loss.is_none())
    }

    /// Returns the members who are alive and covered.
    pub fn living(&self) -> Vec<usize> {
        (0..self.members.len())
            .filter(|member| self.members[*member].person.died_on.is_none() && self.current(*member).is_some())
            .collect()
    }

    pub fn age(&self, member: usize, day: Date) -> u8 {
        self.current(member).map_or(0, |coverage| coverage.identity.birth_on.age_on(day))
    }

    /// Returns the dependants under the number of an insured employee.
    pub fn dependants(&self, insured: usize) -> Vec<usize> {
        let Some(of) = self.current(insured).filter(|coverage| is_employed(coverage)) else { return Vec::new() };
        let key = key_of_dependants(&of.key);
        let follows = |member: &usize| {
            let dependant = self.current(*member).filter(|one| one.relationship == Some(Relationship::Dependant));
            dependant.is_some_and(|one| one.key.is_same_card(&key))
        };
        self.living().into_iter().filter(|member| *member != insured).filter(follows).collect()
    }

    /// Registers the loss of the current coverage of a member.
    pub fn lose(&mut self, member: usize, loss: Loss, when: When) {
        let Some(coverage) = self.current_mut(member).filter(|coverage| coverage.acquired_on < loss.on) else { return };
        coverage.loss = Some(loss);
        let coverage = coverage.clone();
        let id = self.members[member].person.fixture_id.clone();
        let fields = match loss.reason {
            LossReason::Death => entry::death(&id, days_after(loss.on, -1)),
            _ => entry::loss(&id, &coverage, loss),
        };
        self.push(member, coverage.key.insurer, loss.on, when, fields);
    }

    /// Registers a new coverage of a member.
    pub fn gain(&mut self, member: usize, coverage: Coverage, when: When) {
        let (id, on) = (self.members[member].person.fixture_id.clone(), coverage.acquired_on);
        self.push(member, coverage.key.insurer, on, when, entry::gain(&id, &coverage));
        self.members[member].person.coverages.push(coverage);
    }

    /// Registers new values of parts of the current coverage of a member.
    pub fn correct(&mut self, member: usize, on: Date, when: When, change: Value) {
        let Some(coverage) = self.current(member).cloned() else { return };
        let id = self.members[member].person.fixture_id.clone();
        self.push(member, coverage.key.insurer, on, when, entry::correction(&id, &coverage, change));
    }

    /// Registers changes of ratios and certificates of the current coverage of a member at one instant, and carries them out as the
    /// registry does.
    pub fn change(&mut self, member: usize, on: Date, when: When, papers: Vec<Paper>) {
        let Some(insurer) = self.current(member).map(|coverage| coverage.key.insurer).filter(|_| !papers.is_empty()) else {
            return;
        };
        let days = match when {
            When::Days(days) => days,
            When::Late => self.lag(insurer),
        };
        for paper in papers {
            let Some(coverage) = self.current(member).cloned() else { return };
            let id = self.members[member].person.fixture_id.clone();
            let name =
                CoverageName { person: Some(id.clone()), key: coverage.key.clone(), acquired_on: coverage.acquired_on };
            let Ok(Some(changed)) = paper.action(name).changed(&coverage) else { continue };
            self.push(member, insurer, on, When::Days(days), entry::paper(&id, &coverage, paper));
            if let Some(current) = self.current_mut(member) {
                *current = changed;
            }
        }
    }

    /// Registers a certificate that begins on a day with the member's insurer of that day; it replaces the one of its medium in use.
    pub fn link(&mut self, member: usize, insurer: InsurerNumber, on: Date, record: CardRecord) {
        let id = self.members[member].person.fixture_id.clone();
        let supersedes = self.members[member].in_use(record.kind).map(|old| old.id.clone());
        self.push(member, insurer, on, When::Days(0), entry::card_link(&id, &record, supersedes.as_ref()));
        let cards = &mut self.members[member].person.cards;
        for old in cards.iter_mut().filter_map(|card| card.record.as_mut()) {
            if old.kind == record.kind && old.state == CardState::Good {
                old.state = CardState::Superseded;
                old.superseded_by = Some(record.id.clone());
            }
        }
        cards.push(NewCard { id: record.id.clone(), record: Some(record) });
    }

    /// Adds an entry about something that happened on a day. The entries of a person follow each other; those of two insurers never at
    /// one instant.
    fn push(
        &mut self,
        member: usize,
        insurer: InsurerNumber,
        happened: Date,
        when: When,
        mut fields: Object<String, Value>,
    ) {
        let days = match when {
            When::Days(days) => days,
            When::Late => self.lag(insurer),
        };
        let (last, by) = self.members[member].last;
        let mut day = days_after(happened, days).max(days_after(self.order.as_of, 1));
        let mut at = instant(day, insurer);
        while at < last || (at == last && by.is_some_and(|by| by != insurer)) {
            day = days_after(day, 1);
            at = instant(day, insurer);
        }
        self.members[member].last = (at, Some(insurer));
        self.entries += 1;
        if at >= midnight(days_after(self.order.until, 1)) {
            return;
        }
        let id = format!("live-{}-{:08}-{}", self.order.seed, self.household, self.entries);
        let written = at.display_with_offset(Offset::constant(9)).to_string();
        fields.insert("id".into(), id.into());
        fields.insert("insurer".into(), insurer.as_str().into());
        fields.insert("registered_at".into(), written.into());
        self.due.push(Due {
            at: at.as_second(),
            insurer: insurer.as_str().to_owned(),
            household: self.household,
            number: self.entries,
            line: Value::Object(fields).to_string(),
        });
    }

    /// Draws the days that an insurer takes to register something.
    pub fn lag(&mut self, insurer: InsurerNumber) -> i64 {
        let class = SchemeClass::of(insurer.scheme());
        let (first, last) = lag_days()[self.draw.pick(self.order.profile.of(class.lag()))];
        self.draw.between(first, last)
    }

    /// Makes a coverage of a member that begins on a day.
    pub fn coverage(&self, member: usize, key: CardKey, relationship: Option<Relationship>, on: Date) -> Option<Coverage> {
        let known = self.members[member].person.coverages.last()?;
        let class = card_class(key.insurer.scheme());
        let insured_name = match relationship {
            None => None,
            Some(Relationship::Insured) => Some(known.identity.name.clone()),
            Some(Relationship::Dependant) => {
                known.identity.insured_name.clone().or_else(|| Some(known.identity.name.clone()))
            }
        };
        Some(Coverage {
            key,
            relationship,
            card_class: class,
            identity: Identity { insured_name, ..known.identity.clone() },
            acquired_on: on,
            loss: None,
            card: CardDates::default(),
            ratios: Vec::new(),
            elderly: Vec::new(),
            limits: Vec::new(),
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
        })
    }

    /// Returns the card of a member in national health insurance: under the household's number there, or a new one.
    pub fn national_health(&mut self, member: usize) -> Option<CardKey> {
        let place = self.members[member].place;
        let shared = self.living().into_iter().filter_map(|other| self.current(other)).find(|one| is_municipal(one));
        let with_branch = |key: CardKey| CardKey { branch: Some(branch(place + 1)), ..key };
        if let Some(coverage) = shared {
            return Some(with_branch(coverage.key.clone()));
        }
        let municipality = self.municipality()?;
        Some(with_branch(self.new_national_health(municipality)))
    }

    /// Returns a new number of the household in a municipality.
    pub fn new_national_health(&mut self, municipality: MunicipalityId) -> CardKey {
        // The population numbers residences from 0 up; these are numbered from the last down.
        let residence = JOBS - 1 - self.residences % (JOBS / 2);
        self.residences += 1;
        let (symbol, number) = self.numbers.of_residence(self.household, residence, PairForm::National);
        let insurers = Insurers::get();
        let insurer = insurers.number(insurers.national_health(municipality));
        CardKey { insurer, symbol: Some(symbol), number, branch: None }
    }

    /// Returns the municipality where the household lives.
    pub fn municipality(&mut self) -> Option<MunicipalityId> {
        if self.municipality.is_none() {
            let address = self.members.iter().find_map(|one| one.person.coverages.last()?.identity.address.clone())?;
            self.municipality = municipality_of(address.as_str());
        }
        self.municipality
    }

    pub fn move_to(&mut self, municipality: MunicipalityId, residence: &Residence) {
        self.municipality = Some(municipality);
        for member in &mut self.members {
            if let Some(coverage) = member.person.coverages.last_mut() {
                coverage.identity.address = Some(residence.address.clone());
                coverage.identity.post_number = Some(residence.post_number.clone());
            }
        }
    }
}

/// Returns the municipality that an address begins with.
fn municipality_of(address: &str) -> Option<MunicipalityId> {
    let found = Map::get().municipalities.iter().enumerate().filter_map(|(id, one)| {
        let rest = address.strip_prefix(prefectures::name(one.prefecture))?;
        rest.starts_with(one.name).then_some((id, one.name.len()))
    });
    found.max_by_key(|(_, length)| *length).map(|(id, _)| id)
}

pub(super) fn is_employed(coverage: &Coverage) -> bool {
    let scheme = coverage.key.insurer.scheme();
    let employees = scheme.insures_below_75() && !scheme.is_national_health();
    employees && coverage.relationship == Some(Relationship::Insured)
}

/// Returns whether it is the insurance of somebody who works: whoever is retired has no employer to change.
pub(super) fn works(coverage: &Coverage) -> bool {
    is_employed(coverage) && coverage.key.insurer.scheme() != Scheme::SpecialRetired
}

/// Returns the key that dependants of somebody have, but for their branch.
pub(super) fn key_of_dependants(insured: &CardKey) -> CardKey {
    CardKey { insurer: Insurers::get().number_of_dependants(insured.insurer), ..insured.clone() }
}

pub(super) fn is_municipal(coverage: &Coverage) -> bool {
    SchemeClass::of(coverage.key.insurer.scheme()) == SchemeClass::NationalHealth
}

pub(super) fn other(on: Date) -> Loss {
    Loss { on, reason: LossReason::Other }
}

fn midnight(day: Date) -> Timestamp {
    Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0)).expect("the day lies within a few hundred years")
}

/// Returns when an insurer registers on a day: each has its own time between 8 and 20 o'clock, so that what it registers on a day
/// goes out at once.
fn instant(day: Date, insurer: InsurerNumber) -> Timestamp {
    let number: i64 = insurer.as_str().parse().unwrap_or_default();
    midnight(day) + jiff::SignedDuration::from_secs(8 * 3_600 + number.wrapping_mul(7_919) % 43_200)
}

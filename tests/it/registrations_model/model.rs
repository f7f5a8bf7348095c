//! A small registry by hand: what was registered of each person from when on, and what must be answered from it.
//!
//! Days are numbers, see [`day`]. The rules are those of docs/registrations.md, of the law pages and of the official messages.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use super::steps::{Kind, Step};

pub const PEOPLE: usize = 2;

/// The insurers: an employees' insurance, 後期高齢者医療, and a welfare office.
pub const INSURERS: [&str; 3] = ["01130012", "39131016", "12138012"];
pub const EMPLOYEES: usize = 0;
pub const LATE_ELDERLY: usize = 1;
pub const MEDICAL_AID: usize = 2;

/// The numbers of the first days of coverages. An insurer registers one of a person from a day on.
pub const FIRST_DAYS: [i64; 2] = [0, 20];

/// Every day of a step, and more at both ends.
pub const DAYS: std::ops::RangeInclusive<i64> = -2..=60;

/// Returns the day of this number; 0 is 1 October.
pub fn day(number: i64) -> Date {
    date(2026, 10, 1).checked_add(number.days()).unwrap()
}

/// A coverage of a person: the insurer, and which first day it has.
pub type Place = (usize, usize);

/// Certificates of one sort by their first days, each with its last day and its ratio or category.
pub type Certificates = BTreeMap<i64, (i64, String)>;

/// A ticket: its month, whether it is for the institution that asks, and its number.
pub type Ticket = (usize, bool, u8);

/// The months of tickets, each with the numbers of its first and its last day.
pub const MONTHS: [(&str, i64, i64); 2] = [("2026-10", 0, 30), ("2026-11", 31, 60)];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Day and reason.
    pub loss: Option<(i64, String)>,
    /// Whether the name was corrected.
    pub renamed: bool,
    /// The ratio of each day.
    pub ratios: BTreeMap<i64, String>,
    pub elderly: Certificates,
    pub limits: Certificates,
    /// What the patient pays.
    pub tickets: BTreeMap<Ticket, u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub died_on: Option<i64>,
    pub address_withheld: bool,
    pub blocked: bool,
    pub coverages: BTreeMap<Place, Coverage>,
}

/// What an answer shows of a coverage; an empty text is an element that is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub validity: String,
    pub renamed: bool,
    pub lost_on: String,
    pub loss_reason: String,
    pub ratio: String,
    pub elderly: String,
    pub limit: String,
    /// What the patient pays by each ticket, in order.
    pub tickets: Vec<u64>,
    pub has_address: bool,
}

/// What an answer by card says: why there is none, or its validity and the coverages that it shows.
pub type ByCard = Result<(&'static str, BTreeSet<Place>), &'static str>;

/// The registry.
#[derive(Default)]
pub struct Model {
    people: [Option<Person>; PEOPLE],
    /// The instants of the last changes.
    last: [Option<Timestamp>; PEOPLE],
    versions: [BTreeMap<Timestamp, Person>; PEOPLE],
    /// The instant of the entries that make no version yet, and the people before them.
    open: Option<(Timestamp, [Option<Person>; PEOPLE])>,
    /// Certificates of the pool that are linked: whose, and whether still in use.
    cards: BTreeMap<usize, (usize, bool)>,
}

/// Tells the media of the pool of certificates: two cards and two phones.
pub fn is_phone(card: usize) -> bool {
    card >= 2
}

impl Coverage {
    fn in_force(&self, (_, first): Place, day: i64) -> bool {
        FIRST_DAYS[first] <= day && self.loss.as_ref().is_none_or(|(lost, _)| day < *lost)
    }

    /// Returns what the patient pays by the tickets of the day's month for the institution that asks.
    fn paid(&self, day: i64) -> Vec<u64> {
        let of_month = |month: usize| MONTHS[month].1 <= day && day <= MONTHS[month].2;
        let shown = self.tickets.iter().filter(|((month, asks, _), _)| *asks && of_month(*month));
        let mut paid: Vec<u64> = shown.map(|(_, yen)| *yen).collect();
        paid.sort_unstable();
        paid
    }

    /// Returns 資格有効性 of a coverage in force: medical aid without a ticket is 有効（未登録）.
    fn validity(&self, (insurer, _): Place, day: i64) -> &'static str {
        if insurer == MEDICAL_AID && self.paid(day).is_empty() { "6" } else { "1" }
    }

    pub fn certificates(&mut self, limit: bool) -> &mut Certificates {
        if limit { &mut self.limits } else { &mut self.elderly }
    }
}

/// Returns what the certificate of a day says.
fn on(certificates: &Certificates, day: i64) -> String {
    let held = certificates.iter().find(|(from, (through, _))| **from <= day && day <= *through);
    held.map(|(_, (_, value))| value.clone()).unwrap_or_default()
}

/// Issues a certificate: one that overlaps it ends the day before, or is replaced if it began on that day or later.
fn issue(certificates: &mut Certificates, from: i64, through: i64, value: &str) {
    certificates.retain(|first, _| *first < from || through < *first);
    for (_, (last, _)) in certificates.range_mut(..from) {
        *last = (from - 1).min(*last);
    }
    certificates.insert(from, (through, value.to_owned()));
}

/// Returns a certificate; returns whether it can be: there is one from that day on, and it has not ended by then.
fn give_back(certificates: &mut Certificates, from: i64, on: i64) -> bool {
    match certificates.get_mut(&from) {
        Some((through, _)) if on <= *through => *through = on - 1,
        _ => return false,
    }
    if on == from {
        certificates.remove(&from);
    }
    true
}

impl Person {
    /// Changes the person; returns whether that can be.
    fn change(&mut self, place: Place, kind: &Kind) -> bool {
        let (insurer, first) = (place.0, FIRST_DAYS[place.1]);
        match kind {
            Kind::Gain if self.coverages.contains_key(&place) => return false,
            Kind::Gain => return self.coverages.insert(place, Coverage::default()).is_none(),
            Kind::Withdrawal => return self.coverages.remove(&place).is_some(),
            _ => {}
        }
        let mut own = self.coverages.iter_mut().filter(|((registers, _), _)| *registers == insurer);
        match kind {
            Kind::Protection { address_withheld, blocked } => {
                let insured = own.next().is_some();
                self.address_withheld = address_withheld.unwrap_or(self.address_withheld);
                self.blocked = blocked.unwrap_or(self.blocked);
                return insured;
            }
            Kind::Death(died) => {
                let own: Vec<(&Place, &mut Coverage)> = own.collect();
                let possible = !own.is_empty() && own.iter().all(|((_, first), _)| FIRST_DAYS[*first] <= *died);
                for (_, coverage) in own {
                    let open = coverage.loss.as_ref().is_none_or(|(lost, reason)| *lost > died + 1 || reason == "01");
                    if open {
                        coverage.loss = Some((died + 1, "01".to_owned()));
                    }
                }
                self.died_on = Some(*died);
                return possible;
            }
            _ => {}
        }
        let Some(coverage) = self.coverages.get_mut(&place) else { return false };
        match kind {
            Kind::Loss { on, .. } if coverage.loss.is_some() || *on <= first => false,
            Kind::Closing { on, .. } if coverage.loss.as_ref().is_some_and(|(known, _)| on >= known) || *on <= first => {
                false
            }
            Kind::Loss { on, reason } | Kind::Closing { on, reason } => {
                coverage.loss = Some((*on, (*reason).to_owned()));
                true
            }
            Kind::Rename => {
                coverage.renamed = true;
                true
            }
            Kind::CorrectLoss(on) => {
                coverage.loss = on.map(|on| (on, "99".to_owned()));
                on.is_none_or(|on| on > first)
            }
            Kind::Ratio { from, through, wari } => {
                coverage.ratios.extend((*from..=*through).map(|day| (day, format!("0{wari}0"))));
                insurer == LATE_ELDERLY
            }
            Kind::Certificate { limit, from, through, value } => {
                issue(coverage.certificates(*limit), *from, *through, value);
                insurer != MEDICAL_AID
            }
            Kind::Return { limit, from, on } => give_back(coverage.certificates(*limit), *from, *on),
            Kind::Ticket { ticket, yen } => {
                coverage.tickets.insert(*ticket, *yen);
                insurer == MEDICAL_AID
            }
            Kind::TicketWithdrawal(ticket) => coverage.tickets.remove(ticket).is_some(),
            _ => unreachable!("done above"),
        }
    }

    /// Returns what a question by the numbers of a card is answered.
    pub fn shown(&self, place: Place, day: i64) -> Shown {
        let Some(coverage) = self.coverages.get(&place) else { return nobody() };
        let in_force = coverage.in_force(place, day);
        let newer = self
            .coverages
            .iter()
            .any(|(other, held)| FIRST_DAYS[other.1] > FIRST_DAYS[place.1] && held.in_force(*other, day));
        let lost = coverage.loss.as_ref().filter(|(lost, _)| *lost <= day);
        let in_force_only = |text: String| if in_force { text } else { String::new() };
        Shown {
            validity: match (in_force, newer) {
                (true, _) => coverage.validity(place, day),
                (false, true) => "3",
                (false, false) => "2",
            }
            .to_owned(),
            renamed: coverage.renamed,
            lost_on: lost.map(|(lost, _)| self::day(*lost).strftime("%Y%m%d").to_string()).unwrap_or_default(),
            loss_reason: lost.map(|(_, reason)| reason.clone()).unwrap_or_default(),
            ratio: in_force_only(coverage.ratios.get(&day).cloned().unwrap_or_default()),
            elderly: in_force_only(on(&coverage.elderly, day)),
            limit: in_force_only(on(&coverage.limits, day)),
            tickets: if in_force { coverage.paid(day) } else { Vec::new() },
            has_address: !self.address_withheld && !self.blocked,
        }
    }

    /// Returns what a question by person may be answered: of the coverages in force the one acquired last is meant, or else of all.
    pub fn explained(&self, day: i64) -> Vec<Shown> {
        let rank = |(place, held): (&Place, &Coverage)| (held.in_force(*place, day), place.1);
        let best = self.coverages.iter().map(rank).max();
        let meant = self.coverages.iter().filter(|one| Some(rank(*one)) == best);
        let meant: Vec<Shown> = meant.map(|(place, _)| self.shown(*place, day)).collect();
        if meant.is_empty() { vec![nobody()] } else { meant }
    }

    /// Returns what a question by a card in use is answered. If no coverage is in force, one of those returned is shown.
    pub fn by_card(&self, day: i64) -> ByCard {
        if self.blocked {
            return Err("SHK6106");
        }
        let in_force: BTreeSet<Place> =
            self.coverages.iter().filter(|(place, held)| held.in_force(**place, day)).map(|(place, _)| *place).collect();
        if !in_force.is_empty() {
            let valid = in_force.iter().any(|place| self.coverages[place].validity(*place, day) == "1");
            return Ok((if valid { "1" } else { "6" }, in_force));
        }
        // The one lost last, or else the one that begins first.
        let lost = |held: &Coverage| held.loss.as_ref().map(|(lost, _)| *lost).filter(|lost| *lost <= day);
        let last = self.coverages.values().filter_map(lost).max();
        let begins = self.coverages.keys().map(|(_, first)| *first).min();
        let shows = |(place, held): &(&Place, &Coverage)| match last {
            Some(_) => lost(held) == last,
            None => Some(place.1) == begins,
        };
        let shown: BTreeSet<Place> = self.coverages.iter().filter(shows).map(|(place, _)| *place).collect();
        Ok((if shown.is_empty() { "4" } else { "2" }, shown))
    }
}

/// What is answered about somebody who is not registered.
pub fn nobody() -> Shown {
    Shown { validity: "4".to_owned(), ..Shown::default() }
}

impl Model {
    /// Carries out an entry of an insurer at an instant; returns whether it is applied.
    pub fn apply(&mut self, insurer: usize, step: &Step, at: Timestamp) -> bool {
        if self.open.as_ref().is_none_or(|(open, _)| *open != at) {
            self.settle();
            self.open = Some((at, self.people.clone()));
        }
        let held = self.people[step.person].clone();
        if let Kind::Link { card, supersedes } = &step.kind {
            let own = held.is_some_and(|held| held.coverages.keys().any(|(registers, _)| *registers == insurer));
            return own && self.link(step.person, *card, *supersedes);
        }
        if held.is_none() && step.kind != Kind::Gain {
            return false;
        }
        let mut changed = held.unwrap_or_default();
        let possible =
            changed.change((insurer, step.first), &step.kind) && self.last[step.person].is_none_or(|last| last <= at);
        if possible {
            self.people[step.person] = Some(changed);
        }
        possible
    }

    /// Ends the entries of an instant: whoever differs has a new version.
    pub fn settle(&mut self) {
        let Some((at, before)) = self.open.take() else { return };
        for (person, now) in self.people.iter().enumerate() {
            if let Some(now) = now.as_ref().filter(|_| before[person] != *now) {
                self.versions[person].insert(at, now.clone());
                self.last[person] = Some(at);
            }
        }
    }

    /// Links a certificate. It must be new, and name the one of the same medium in use, if there is one.
    fn link(&mut self, person: usize, card: usize, supersedes: Option<usize>) -> bool {
        let in_use = self.in_use(person, card);
        if self.cards.contains_key(&card) || in_use != supersedes {
            return false;
        }
        if let Some(old) = in_use {
            self.cards.insert(old, (person, false));
        }
        self.cards.insert(card, (person, true));
        true
    }

    /// Returns whether a certificate of the pool is nobody's yet.
    pub fn is_new(&self, card: usize) -> bool {
        !self.cards.contains_key(&card)
    }

    /// Lists coverages of an insurer, such as are wanted: person, and which first day.
    pub fn registered(&self, insurer: usize, wanted: impl Fn(&Coverage) -> bool) -> Vec<(usize, usize)> {
        let people = self.people.iter().enumerate().filter_map(|(person, held)| Some((person, held.as_ref()?)));
        let all =
            people.flat_map(|(person, held)| held.coverages.iter().map(move |(place, coverage)| (person, place, coverage)));
        let of_insurer = all.filter(|(_, place, coverage)| place.0 == insurer && wanted(coverage));
        of_insurer.map(|(person, place, _)| (person, place.1)).collect()
    }

    /// Returns the person's certificate in use of the medium of this one.
    pub fn in_use(&self, person: usize, card: usize) -> Option<usize> {
        let same = |other: &usize| is_phone(*other) == is_phone(card);
        self.cards.iter().find(|(other, held)| same(other) && **held == (person, true)).map(|(other, _)| *other)
    }

    /// Returns the holder of a certificate that is in use.
    pub fn holder(&self, card: usize) -> Option<usize> {
        self.cards.get(&card).filter(|(_, in_use)| *in_use).map(|(person, _)| *person)
    }

    /// Returns what a question by a certificate is answered now.
    pub fn by_card(&self, card: usize, day: i64) -> ByCard {
        match self.cards.get(&card) {
            None => Err("SHK6105"),
            Some((_, false)) => Err("SHK6102"),
            Some((person, true)) => self.people[*person].as_ref().unwrap().by_card(day),
        }
    }

    /// Returns a person as of now.
    pub fn now(&self, person: usize) -> Option<&Person> {
        self.people[person].as_ref()
    }

    /// Returns a person as the registry stood at an instant.
    pub fn at(&self, person: usize, at: Timestamp) -> Option<&Person> {
        self.versions[person].range(..=at).next_back().map(|(_, held)| held)
    }

    /// Returns the instants of versions.
    pub fn instants(&self) -> BTreeSet<Timestamp> {
        self.versions.iter().flat_map(|versions| versions.keys().copied()).collect()
    }
}

//! Random entries, and how an insurer writes them.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{OTHER_CLINIC, TEST_CLINIC};

use super::model::{EMPLOYEES, FIRST_DAYS, LATE_ELDERLY, MEDICAL_AID, MONTHS, Model, Place, Ticket, day, is_phone};

pub const NAME: &str = "模型　太郎";
pub const OTHER_NAME: &str = "模型　次";

/// An entry, but for its insurer, which is that of its file.
#[derive(Debug, Clone)]
pub struct Step {
    /// Whether it is about something that is registered, if there is anything.
    pub aimed: bool,
    pub person: usize,
    /// Which first day the coverage has.
    pub first: usize,
    /// How long before the file it counts as registered; below 0, in the future.
    pub minutes: i64,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Gain,
    Loss { on: i64, reason: &'static str },
    Closing { on: i64, reason: &'static str },
    Rename,
    CorrectLoss(Option<i64>),
    Withdrawal,
    Ratio { from: i64, through: i64, wari: u8 },
    Certificate { limit: bool, from: i64, through: i64, value: String },
    Return { limit: bool, from: i64, on: i64 },
    Ticket { ticket: Ticket, yen: u64 },
    TicketWithdrawal(Ticket),
    Death(i64),
    Link { card: usize, supersedes: Option<usize> },
    Protection { address_withheld: Option<bool>, blocked: Option<bool> },
}

/// The kinds of entries, most of them such as an insurer has a use for.
fn kinds(insurer: usize) -> impl Strategy<Value = Kind> {
    let rarely = |has_use: bool, weight: u32| if has_use { weight } else { 1 };
    // Often on a first day, on which a coverage cannot be lost.
    let on = || prop_oneof![1 => prop::sample::select(FIRST_DAYS.to_vec()), 4 => 0..45_i64];
    let lost = move || (on(), prop::sample::select(vec!["01", "03", "99"]));
    let from = || (0..8_i64).prop_map(|place| place * 5);
    let tickets = || (0..MONTHS.len(), prop::bool::weighted(0.8), 0..2_u8);
    prop_oneof![
        4 => Just(Kind::Gain),
        2 => lost().prop_map(|(on, reason)| Kind::Loss { on, reason }),
        2 => lost().prop_map(|(on, reason)| Kind::Closing { on, reason }),
        1 => Just(Kind::Rename),
        2 => prop::option::of(on()).prop_map(Kind::CorrectLoss),
        1 => Just(Kind::Withdrawal),
        rarely(insurer == LATE_ELDERLY, 8) =>
            (0..45_i64, 0..12_i64, 1..=3_u8).prop_map(|(from, more, wari)| Kind::Ratio { from, through: from + more, wari }),
        rarely(insurer != MEDICAL_AID, 8) =>
            (any::<bool>(), from(), 0..12_i64, 1..=3_u8).prop_map(|(limit, from, more, value)| Kind::Certificate {
                limit,
                from,
                through: from + more,
                value: if limit { format!("A0{value}") } else { format!("0{value}0") },
            }),
        rarely(insurer != MEDICAL_AID, 4) =>
            (any::<bool>(), 0..8_i64, 0..12_i64).prop_map(|(limit, from, on)| Kind::Return { limit, from, on }),
        rarely(insurer == MEDICAL_AID, 8) =>
            (tickets(), 0..5_u64).prop_map(|(ticket, yen)| Kind::Ticket { ticket, yen: 100 * yen }),
        rarely(insurer == MEDICAL_AID, 4) => tickets().prop_map(Kind::TicketWithdrawal),
        2 => (-1..45_i64).prop_map(Kind::Death),
        3 => (0..4_usize, prop::option::of(0..4_usize)).prop_map(|(card, supersedes)| Kind::Link { card, supersedes }),
        3 => (prop::option::of(any::<bool>()), any::<bool>(), any::<bool>()).prop_map(|(one, other, swap)| match swap {
            true => Kind::Protection { address_withheld: Some(other), blocked: one },
            false => Kind::Protection { address_withheld: one, blocked: Some(other) },
        }),
    ]
}

/// A file: the insurer, and the entries.
pub type File = (usize, Vec<Step>);

fn file() -> impl Strategy<Value = File> {
    let steps = |insurer: usize| {
        let minutes = prop_oneof![1 => Just(-1_i64), 20 => Just(0), 10 => 0..3_i64, 3 => 0..25_i64];
        let step = (prop::bool::weighted(0.9), 0..2_usize, 0..2_usize, minutes, kinds(insurer));
        let step = step.prop_map(|(aimed, person, first, minutes, kind)| Step { aimed, person, first, minutes, kind });
        (Just(insurer), prop::collection::vec(step, 1..12))
    };
    (0..3_usize).prop_flat_map(steps)
}

/// Files. In the first ones each insurer registers some people.
pub fn files() -> impl Strategy<Value = Vec<File>> {
    let gains = prop::collection::vec(prop::bool::weighted(0.6), 12).prop_map(|chosen| {
        let step = |place: usize| Step { aimed: false, person: place / 2, first: place % 2, minutes: 0, kind: Kind::Gain };
        let of_insurer = |insurer: usize| (0..4).filter(|place| chosen[4 * insurer + place]).map(step).collect();
        (0..3)
            .map(|insurer| (insurer, of_insurer(insurer)))
            .filter(|(_, steps): &File| !steps.is_empty())
            .collect::<Vec<_>>()
    });
    (gains, prop::collection::vec(file(), 1..10)).prop_map(|(mut files, more)| {
        files.extend(more);
        files
    })
}

impl Step {
    /// Chooses among what is registered: a coverage, a certificate, a ticket, a card.
    pub fn chosen(&self, insurer: usize, model: &Model) -> Self {
        let mut step = self.clone();
        let registered = model.registered(insurer, |held| match &self.kind {
            Kind::Return { .. } => !held.elderly.is_empty() || !held.limits.is_empty(),
            Kind::TicketWithdrawal(_) => !held.tickets.is_empty(),
            _ => true,
        });
        let place = (2 * self.person + self.first).checked_rem(registered.len());
        if let Some(place) = place.filter(|_| self.aimed && self.kind != Kind::Gain) {
            (step.person, step.first) = registered[place];
        }
        let held = model.now(step.person).and_then(|person| person.coverages.get(&(insurer, step.first)));
        let mut held = held.cloned().unwrap_or_default();
        match &mut step.kind {
            // Only people below 75 have 高齢受給者証.
            Kind::Certificate { limit, value, .. } if insurer == LATE_ELDERLY => {
                (*limit, *value) = (true, "B09".to_owned());
            }
            Kind::Return { limit, from, on } => {
                *limit = if *limit { !held.limits.is_empty() } else { held.elderly.is_empty() };
                let days: Vec<i64> = held.certificates(*limit).keys().copied().collect();
                let chosen = usize::try_from(*from).unwrap().checked_rem(days.len());
                *from = chosen.map_or(5 * *from, |place| days[place]);
                *on += *from;
            }
            Kind::TicketWithdrawal(ticket) if self.aimed => {
                let place = usize::from(ticket.2).checked_rem(held.tickets.len());
                *ticket = place.and_then(|place| held.tickets.keys().nth(place).copied()).unwrap_or(*ticket);
            }
            Kind::Link { card, supersedes } => {
                let new = (0..4).find(|card| self.aimed && model.is_new(*card));
                *card = new.unwrap_or(*card);
                if supersedes.is_none_or(|wrong| wrong < 3) {
                    *supersedes = model.in_use(step.person, *card);
                }
            }
            _ => {}
        }
        step
    }
}

/// Each coverage has a number of its own; 受給者番号 end in a check digit.
pub fn number(person: usize, (insurer, first): Place) -> String {
    match insurer {
        EMPLOYEES => format!("{}", 100 * (person + 1) + first),
        LATE_ELDERLY => format!("990000{person}{first}"),
        _ => [["9000001", "9000019"], ["9000100", "9000118"]][person][first].to_owned(),
    }
}

pub fn symbol(insurer: usize) -> Option<&'static str> {
    (insurer == EMPLOYEES).then_some("7788")
}

/// Writes how a ticket is named.
fn ticket_name((month, asks, issue): Ticket) -> Value {
    let institution = if asks { TEST_CLINIC } else { OTHER_CLINIC };
    json!({
        "kind": "01", "month": MONTHS[month].0, "institution": institution, "treatment": "02", "issue_number": format!("{issue}"),
    })
}

/// A certificate of the pool: issuer and serial, in hexadecimal.
pub type CardName = (String, String);

/// Writes an entry as the insurer sends it.
pub fn entry(id: &str, insurer: usize, step: &Step, at: Timestamp, pool: &[CardName]) -> Value {
    let place = (insurer, step.first);
    let first = day(FIRST_DAYS[step.first]);
    let person = format!("model-{}", step.person);
    let of = json!({ "symbol": symbol(insurer), "number": number(step.person, place), "acquired_on": first });
    let loss = |on: i64, reason: &str| json!({ "on": day(on), "reason": reason });
    let mut entry = match &step.kind {
        Kind::Gain => json!({ "kind": "gain", "person": person, "acquired_on": first, "coverage": {
            "symbol": symbol(insurer), "number": number(step.person, place), "name": NAME, "sex": "1", "birth_on": "1953-05-05",
            "relationship": (insurer == EMPLOYEES).then_some("1"), "address": "東京都千代田区試験町１",
        }}),
        Kind::Loss { on, reason } => json!({ "kind": "loss", "of": of, "loss": loss(*on, reason) }),
        Kind::Closing { on, reason } => json!({ "kind": "closing", "of": of, "loss": loss(*on, reason) }),
        Kind::Rename => json!({ "kind": "correction", "of": of, "coverage": { "name": OTHER_NAME } }),
        Kind::CorrectLoss(on) => {
            json!({ "kind": "correction", "of": of, "coverage": { "loss": on.map(|on| loss(on, "99")) } })
        }
        Kind::Withdrawal => json!({ "kind": "withdrawal", "of": of }),
        Kind::Ratio { from, through, wari } => {
            json!({ "kind": "ratio", "of": of, "ratio": { "from": day(*from), "through": day(*through), "wari": wari } })
        }
        Kind::Certificate { limit: true, from, through, value } => {
            let limit = json!({ "kind": "01", "category": value, "from": day(*from), "through": day(*through) });
            json!({ "kind": "certificate", "of": of, "certificate": { "limit": limit } })
        }
        Kind::Certificate { from, through, value, .. } => {
            let wari: i64 = value.trim_matches('0').parse().unwrap();
            let elderly = json!({ "from": day(*from), "through": day(*through), "wari": wari });
            json!({ "kind": "certificate", "of": of, "certificate": { "elderly": elderly } })
        }
        Kind::Return { limit, from, on } => {
            let sort = if *limit { "limit" } else { "elderly" };
            let returned = json!({ "kind": sort, "from": day(*from), "on": day(*on) });
            json!({ "kind": "certificate_withdrawal", "of": of, "returned": returned })
        }
        Kind::Ticket { ticket, yen } => {
            let mut issued = ticket_name(*ticket);
            let (_, first, last) = MONTHS[ticket.0];
            issued["from"] = json!(day(first));
            issued["through"] = json!(day(last));
            issued["self_pay_yen"] = json!(yen);
            json!({ "kind": "ticket", "of": of, "ticket": issued })
        }
        Kind::TicketWithdrawal(ticket) => {
            json!({ "kind": "ticket_withdrawal", "of": of, "withdrawn": ticket_name(*ticket) })
        }
        Kind::Death(died) => json!({ "kind": "death", "person": person, "died_on": day(*died) }),
        Kind::Link { card, supersedes } => {
            let (issuer, serial) = &pool[*card];
            let old = supersedes.map(|old| json!({ "issuer": pool[old].0, "serial": pool[old].1 }));
            json!({ "kind": "card_link", "person": person, "card": {
                "issuer": issuer, "serial": serial, "medium": if is_phone(*card) { "ios" } else { "card" }, "supersedes": old,
                "valid_from": "2025-01-01T00:00:00Z", "valid_through": "2035-01-01T00:00:00Z",
            }})
        }
        Kind::Protection { address_withheld, blocked } => {
            let mut entry = json!({ "kind": "protection", "person": person });
            for (field, value) in [("address_withheld", address_withheld), ("self_information_blocked", blocked)] {
                if let Some(value) = value {
                    entry[field] = json!(value);
                }
            }
            entry
        }
    };
    entry["id"] = json!(id);
    entry["registered_at"] = json!(at);
    entry
}

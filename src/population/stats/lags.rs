//! Counts the days from events to their registration, in entries that insurers send.
//!
//! A loss on the 75th birthday is left out: its insurer knows the day long before, and registers it on that very day. An entry does not
//! say when the person was born, so that losses for another insurance wait for the person to be read.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Deserialize;

use crate::domain::{InsurerNumber, LossReason};
use crate::language::Bilingual;
use crate::population::classes::{SchemeClass, lag_days};
use crate::population::profile::{LAG_DAYS, Profile};
use crate::rules::scheme::late_elderly_begins;
use crate::store::registry::NewPerson;
use crate::wire::code;

use super::section::{Row, Section, shares, tolerance};

/// The days that registrations took, by scheme.
#[derive(Debug, Clone)]
pub struct Lags {
    /// By class of schemes, then by the entries of the profile's groups of lags, and one more for later ones.
    counts: [[u64; LAG_DAYS.len() + 1]; SchemeClass::ALL.len()],
    /// Losses for another insurance, by the person: they are counted, unless the person turns out to be 75 on that day.
    waiting: HashMap<String, Vec<Waiting>>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    on: Date,
    class: SchemeClass,
    place: usize,
}

/// A line that is no entry of an insurer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LagFault;

/// The fields of an entry that say when it happened.
#[derive(Deserialize)]
struct Entry {
    kind: String,
    insurer: String,
    registered_at: String,
    acquired_on: Option<Date>,
    of: Option<Of>,
    loss: Option<Loss>,
    died_on: Option<Date>,
}

#[derive(Deserialize)]
struct Of {
    person: Option<String>,
}

#[derive(Deserialize)]
struct Loss {
    on: Date,
    reason: Option<String>,
}

impl Default for Lags {
    fn default() -> Self {
        Self { counts: [[0; LAG_DAYS.len() + 1]; SchemeClass::ALL.len()], waiting: HashMap::new() }
    }
}

impl Lags {
    /// Counts an entry: a gain, a loss or a death. Others are registered ahead, or say no day.
    ///
    /// # Errors
    /// If the line is no entry.
    pub fn add(&mut self, line: &str) -> Result<(), LagFault> {
        let entry: Entry = serde_json::from_str(line).map_err(|_| LagFault)?;
        let happened = match entry.kind.as_str() {
            "gain" => entry.acquired_on,
            "loss" => entry.loss.as_ref().map(|loss| loss.on),
            "death" => entry.died_on,
            _ => return Ok(()),
        };
        let happened = happened.ok_or(LagFault)?;
        let registered: Timestamp = entry.registered_at.parse().map_err(|_| LagFault)?;
        let insurer = InsurerNumber::parse(&entry.insurer).map_err(|_| LagFault)?;
        let days = i64::from((Offset::constant(9).to_datetime(registered).date() - happened).get_days());
        let place = lag_days().iter().position(|(_, last)| days <= *last).unwrap_or(LAG_DAYS.len());
        let class = SchemeClass::of(insurer.scheme());
        let for_other =
            entry.loss.and_then(|loss| loss.reason).as_deref() == Some(code::loss_reason(LossReason::OtherInsurance));
        match entry.of.and_then(|of| of.person).filter(|_| for_other) {
            Some(person) => self.waiting.entry(person).or_default().push(Waiting { on: happened, class, place }),
            None => self.counts[class as usize][place] += 1,
        }
        Ok(())
    }

    /// Takes a person of the population: a loss of theirs on the 75th birthday is left out, the others are counted. A person whom nobody
    /// hands on counts with all losses.
    pub fn of_person(&mut self, person: &NewPerson) {
        let Some(losses) = self.waiting.remove(&person.fixture_id) else { return };
        let known_ahead = person.coverages.first().map(|coverage| late_elderly_begins(coverage.identity.birth_on));
        for loss in losses.into_iter().filter(|loss| known_ahead != Some(loss.on)) {
            self.counts[loss.class as usize][loss.place] += 1;
        }
    }

    /// Returns the shares of each scheme.
    pub(super) fn sections(&self, profile: &Profile) -> Vec<Section> {
        let mut counts = self.counts;
        for loss in self.waiting.values().flatten() {
            counts[loss.class as usize][loss.place] += 1;
        }
        SchemeClass::ALL.into_iter().zip(&counts).map(|(class, counts)| section(profile, class, counts)).collect()
    }
}

fn section(profile: &Profile, class: SchemeClass, counts: &[u64]) -> Section {
    let mut targets = shares(profile, class.lag(), tolerance(profile, "lag")).into_iter();
    let names = lag_days()
        .into_iter()
        .map(|(first, last)| if first == last { days(&format!("{first}")) } else { days(&format!("{first}–{last}")) });
    let later: Bilingual = ("more than 45 days", "46日以上").into();
    let rows = names.chain([later]).zip(counts).map(|(name, count)| Row { name, count: *count, target: targets.next() });
    let name = class.name();
    Section {
        title: (
            format!("Days until a gain or a loss is registered, {name}"),
            format!("取得・喪失から登録までの日数（{}）", name.text(crate::language::Language::Ja)),
        )
            .into(),
        of: ("{} registrations, without losses on the 75th birthday", "{}件の登録。75歳の誕生日の喪失を除く").into(),
        whole: counts.iter().sum(),
        rows: rows.collect(),
    }
}

fn days(number: &str) -> Bilingual {
    let unit = if number == "1" { "day" } else { "days" };
    (format!("{number} {unit}"), format!("{number}日")).into()
}

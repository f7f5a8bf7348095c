//! Counts the days from events to their registration, in entries that insurers send.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Deserialize;

use crate::domain::InsurerNumber;
use crate::language::Bilingual;
use crate::population::classes::{SchemeClass, lag_days};
use crate::population::profile::{LAG_DAYS, Profile};

use super::section::{Row, Section, shares, tolerance};

/// The days that registrations took, by scheme.
#[derive(Debug, Clone)]
pub struct Lags {
    /// By class of schemes, then by the entries of the profile's groups of lags, and one more for later ones.
    counts: [[u64; LAG_DAYS.len() + 1]; SchemeClass::ALL.len()],
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
    loss: Option<Loss>,
    died_on: Option<Date>,
}

#[derive(Deserialize)]
struct Loss {
    on: Date,
}

impl Default for Lags {
    fn default() -> Self {
        Self { counts: [[0; LAG_DAYS.len() + 1]; SchemeClass::ALL.len()] }
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
            "loss" => entry.loss.map(|loss| loss.on),
            "death" => entry.died_on,
            _ => return Ok(()),
        };
        let happened = happened.ok_or(LagFault)?;
        let registered: Timestamp = entry.registered_at.parse().map_err(|_| LagFault)?;
        let insurer = InsurerNumber::parse(&entry.insurer).map_err(|_| LagFault)?;
        let days = i64::from((Offset::constant(9).to_datetime(registered).date() - happened).get_days());
        let place = lag_days().iter().position(|(_, last)| days <= *last).unwrap_or(LAG_DAYS.len());
        self.counts[SchemeClass::of(insurer.scheme()) as usize][place] += 1;
        Ok(())
    }

    /// Returns the shares of each scheme.
    pub(super) fn sections(&self, profile: &Profile) -> Vec<Section> {
        SchemeClass::ALL.into_iter().zip(&self.counts).map(|(class, counts)| section(profile, class, counts)).collect()
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
        of: ("{} registrations", "{}件の登録").into(),
        whole: counts.iter().sum(),
        rows: rows.collect(),
    }
}

fn days(number: &str) -> Bilingual {
    let unit = if number == "1" { "day" } else { "days" };
    (format!("{number} {unit}"), format!("{number}日")).into()
}

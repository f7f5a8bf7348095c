//! The mix: what is sent, by weight.

use std::time::Duration;

use shikaku::fixtures::Table;

use super::scenario::{self, Scenario};
use super::thresholds::{Limit, latency};

/// What is sent, by weight. The weights sum to more than nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    entries: Vec<Entry>,
}

/// A part of the mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What a terminal does.
    pub scenario: Scenario,
    /// How often, beside the others.
    weight: f64,
    /// The longest latencies from the due time of these requests alone.
    pub latency: Vec<Limit>,
}

impl Mix {
    /// Returns the signed challenges that each connection keeps ready; none if no cards are shown.
    #[must_use]
    pub fn challenges_ahead(&self) -> usize {
        let ahead = |entry: &Entry| match entry.scenario {
            Scenario::ByCard { ahead, .. } => ahead.get(),
            _ => 0,
        };
        self.entries.iter().map(ahead).max().unwrap_or_default()
    }

    /// Returns whether a part of the mix shows cards.
    #[must_use]
    pub fn shows_cards(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.scenario, Scenario::ByCard { .. }))
    }

    /// Returns whether a part of the mix sends registrations to the operator listener.
    #[must_use]
    pub fn registers(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.scenario, Scenario::Registrations { .. }))
    }

    /// Returns the longest time for which a file waits for its result; zero if no files are sent.
    #[must_use]
    pub fn longest_patience(&self) -> Duration {
        let patience = |entry: &Entry| match entry.scenario {
            Scenario::Bulk(bulk) => Some(bulk.patience),
            _ => None,
        };
        self.entries.iter().filter_map(patience).max().unwrap_or_default()
    }

    /// Returns the parts, as the plan has them.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the number of the part at a place in the whole, which is from 0 up to but without 1.
    #[must_use]
    pub fn at(&self, place: f64) -> usize {
        let sum: f64 = self.entries.iter().map(|entry| entry.weight).sum();
        let mut left = place * sum;
        let found = self.entries.iter().position(|entry| {
            left -= entry.weight;
            left < 0.0
        });
        // Rounding can leave a little at the end of the whole; it belongs to the last one that has any weight.
        let last = || self.entries.iter().rposition(|entry| entry.weight > 0.0);
        found.or_else(last).expect("the weights sum to more than nothing")
    }
}

const MOST_WEIGHT: f64 = 1_000_000.0;

pub(super) fn read(root: &mut Table<'_>) -> Option<Mix> {
    let line = root.line_of("mix");
    let tables = root.tables("mix");
    let written = tables.len();
    let entries: Vec<Entry> = tables.into_iter().filter_map(entry).collect();
    if written == 0 {
        root.fault(
            line,
            (
                "a plan has at least one `[[mix]]`, with `scenario` and `weight`",
                "`[[mix]]`を一つ以上、`scenario`と`weight`とともに書いてください",
            ),
        );
        return None;
    }
    if entries.len() < written {
        return None;
    }
    if entries.iter().all(|entry| entry.weight == 0.0) {
        root.fault(
            line,
            (
                "the weights sum to nothing, so nothing would be sent: give one of them a `weight` above 0",
                "`weight`の合計が0で、送るものがありません。どれかの`weight`を0より大きくしてください",
            ),
        );
        return None;
    }
    Some(Mix { entries })
}

fn entry(mut table: Table<'_>) -> Option<Entry> {
    let kind = scenario::kind(&mut table);
    let weight = table.require_number("weight", |number| {
        let fits = (0.0..=MOST_WEIGHT).contains(&number);
        fits.then_some(number).ok_or_else(|| {
            (format!("must be a number from 0 to {MOST_WEIGHT}"), format!("0から{MOST_WEIGHT}までの数値です"))
        })
    });
    let latency = latency(&mut table);
    let scenario = kind.and_then(|kind| scenario::read(kind, &mut table));
    // Which keys go with a scenario that is not known, nobody knows.
    if kind.is_some() {
        table.finish();
    }
    Some(Entry { scenario: scenario?, weight: weight?, latency })
}

//! The mix: what is sent, by weight.

use shikaku::domain::Format;
use shikaku::fixtures::Table;

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

/// What a terminal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Asks about a person by what stands on the insured person's card.
    ByCardNumber {
        /// The format of question and answer.
        format: Format,
    },
}

impl Mix {
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

impl Scenario {
    /// Returns its words in plans.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::ByCardNumber { format } => format!("by_card_number {}", word_of(&FORMATS, format)),
        }
    }
}

fn word_of(formats: &[(&'static str, Format)], format: Format) -> &'static str {
    formats.iter().find(|(_, known)| *known == format).map_or("", |(word, _)| word)
}

#[derive(Clone, Copy)]
enum Kind {
    ByCardNumber,
}

const KINDS: [(&str, Kind); 1] = [("by_card_number", Kind::ByCardNumber)];
const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("xml", Format::Xml)];
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
    let kind = table.require_word("scenario", &KINDS);
    let weight = table.require_number("weight", |number| {
        let fits = (0.0..=MOST_WEIGHT).contains(&number);
        fits.then_some(number).ok_or_else(|| {
            (format!("must be a number from 0 to {MOST_WEIGHT}"), format!("0から{MOST_WEIGHT}までの数値です"))
        })
    });
    let has_format = table.has("format");
    let format = table.word("format", &FORMATS);
    let latency = latency(&mut table);
    table.finish();
    let format = if has_format { format? } else { Format::Json };
    let scenario = match kind? {
        Kind::ByCardNumber => Scenario::ByCardNumber { format },
    };
    Some(Entry { scenario, weight: weight?, latency })
}

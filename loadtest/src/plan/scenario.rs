//! Scenarios: what a terminal, or an insurer, does for one request.

use std::num::NonZeroUsize;
use std::time::Duration;

use shikaku::domain::Format;
use shikaku::fixtures::Table;

use super::number::{Share, count, seconds};

/// What a terminal, or an insurer, does for one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scenario {
    /// Asks about a person by what stands on the insured person's card.
    ByCardNumber {
        /// The format of question and answer.
        format: Format,
    },
    /// Asks about the holder of a card, which has signed a challenge before.
    ByCard {
        /// The format of question and answer.
        format: Format,
        /// The signed challenges that each connection keeps ready.
        ahead: NonZeroUsize,
    },
    /// Sends a file about many people, waits, and fetches its result.
    Bulk(BulkPlan),
    /// Sends what an insurer registers to the operator listener.
    Registrations {
        /// The entries of a request.
        entries: NonZeroUsize,
        /// The share of the entries that end what an earlier request registered.
        losses: Share,
    },
}

/// Files, and how a terminal waits for their results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BulkPlan {
    /// The format of file and result.
    pub format: Format,
    /// The fewest people of a file.
    pub fewest: NonZeroUsize,
    /// The most people of a file, not fewer than the fewest.
    pub most: NonZeroUsize,
    /// The time from the reception of a file to the first question for its result.
    pub first_poll: Duration,
    /// The time from one question for a result to the next.
    pub poll: Duration,
    /// The time from the reception of a file in which its result must come.
    pub patience: Duration,
}

impl Scenario {
    /// Returns its words in plans.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::ByCardNumber { format } => format!("by_card_number {}", word_of(format)),
            Self::ByCard { format, .. } => format!("by_card {}", word_of(format)),
            Self::Bulk(bulk) => format!("bulk {}", word_of(bulk.format)),
            Self::Registrations { .. } => "registrations".to_owned(),
        }
    }
}

fn word_of(format: Format) -> &'static str {
    FORMATS.iter().find(|(_, known)| *known == format).map_or("", |(word, _)| word)
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    ByCardNumber,
    ByCard,
    Bulk,
    Registrations,
}

const KINDS: [(&str, Kind); 4] = [
    ("by_card_number", Kind::ByCardNumber),
    ("by_card", Kind::ByCard),
    ("bulk", Kind::Bulk),
    ("registrations", Kind::Registrations),
];
const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("xml", Format::Xml)];

/// The most signed challenges of a connection.
const MOST_AHEAD: usize = 100;
/// The most people of a file: the server takes no more.
const MOST_PEOPLE: usize = 10_000;
/// The most entries of a request: the server takes no more.
const MOST_ENTRIES: usize = 1000;

const USUAL_AHEAD: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");
const USUAL_FIRST_POLL: Duration = Duration::from_secs(30);
const USUAL_POLL: Duration = Duration::from_secs(5);
const USUAL_PATIENCE: Duration = Duration::from_secs(600);

pub(super) fn kind(table: &mut Table<'_>) -> Option<Kind> {
    table.require_word("scenario", &KINDS)
}

/// Reads the keys that go with a kind; none after a fault.
pub(super) fn read(kind: Kind, table: &mut Table<'_>) -> Option<Scenario> {
    match kind {
        Kind::ByCardNumber => Some(Scenario::ByCardNumber { format: format(table)? }),
        Kind::ByCard => {
            let format = format(table);
            let ahead = table.number("ahead", count(MOST_AHEAD)).unwrap_or(USUAL_AHEAD);
            Some(Scenario::ByCard { format: format?, ahead })
        }
        Kind::Bulk => bulk(table).map(Scenario::Bulk),
        Kind::Registrations => {
            let entries = table.number("entries", count(MOST_ENTRIES)).unwrap_or(NonZeroUsize::MIN);
            let losses = table.number("losses", Share::new);
            Some(Scenario::Registrations { entries, losses: losses.unwrap_or(Share::HALF) })
        }
    }
}

fn format(table: &mut Table<'_>) -> Option<Format> {
    if table.has("format") { table.word("format", &FORMATS) } else { Some(Format::Json) }
}

fn bulk(table: &mut Table<'_>) -> Option<BulkPlan> {
    let format = format(table);
    let people = people(table);
    let mut time = |key: &str, usual| table.number(key, seconds).unwrap_or(usual);
    let (first_poll, poll) = (time("first_poll_seconds", USUAL_FIRST_POLL), time("poll_seconds", USUAL_POLL));
    let patience = time("patience_seconds", USUAL_PATIENCE);
    let (fewest, most) = people?;
    Some(BulkPlan { format: format?, fewest, most, first_poll, poll, patience })
}

/// Reads the fewest and the most people of a file.
fn people(table: &mut Table<'_>) -> Option<(NonZeroUsize, NonZeroUsize)> {
    let (exact, fewest, most) = (table.has("people"), table.has("people_min"), table.has("people_max"));
    if exact == (fewest || most) || fewest != most {
        // Read all the same, so that they do not count as unknown.
        let _ = ["people", "people_min", "people_max"].map(|key| table.number(key, count(MOST_PEOPLE)));
        table.fault(
            table.line,
            (
                "a file has either `people`, or `people_min` and `people_max`",
                "ファイルの人数は、`people`か、`people_min`と`people_max`の組のどちらかで書いてください",
            ),
        );
        return None;
    }
    if exact {
        return table.number("people", count(MOST_PEOPLE)).map(|people| (people, people));
    }
    let line = table.line_of("people_max");
    let (fewest, most) = (table.number("people_min", count(MOST_PEOPLE)), table.number("people_max", count(MOST_PEOPLE)));
    let (fewest, most) = (fewest?, most?);
    if fewest > most {
        table.fault_at(line, "people_max", ("must not be below `people_min`", "`people_min`以上にしてください"));
        return None;
    }
    Some((fewest, most))
}

//! Bounds: what no run exceeds, whatever its stages say.

use std::num::NonZeroUsize;
use std::time::Duration;

use shikaku::fixtures::Table;

use super::number::{count, milliseconds, seconds};

/// What no run exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Requests in all, warm-up included; none for as many as the stages make.
    pub requests: Option<NonZeroUsize>,
    /// Time in which requests arrive; none for that of the stages.
    pub time: Option<Duration>,
    /// Requests that wait for a free connection at once. A further one is not sent, and counts as an error.
    pub waiting: NonZeroUsize,
    /// Time for one request, from its sending to its whole answer, with the handshake if it needs one.
    pub request: Duration,
    /// How long requests may fail without a word of the server before a run ends.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            requests: None,
            time: None,
            waiting: NonZeroUsize::new(10_000).expect("not zero"),
            request: Duration::from_secs(20),
            patience: Duration::from_secs(5),
        }
    }
}

const MOST_REQUESTS: usize = 1_000_000_000_000;
const MOST_WAITING: usize = 1_000_000;

pub(super) fn read(table: Option<Table<'_>>) -> Option<Bounds> {
    let usual = Bounds::default();
    let Some(mut table) = table else { return Some(usual) };
    let bounds = Bounds {
        requests: table.number("requests", count(MOST_REQUESTS)),
        time: table.number("seconds", seconds),
        waiting: table.number("waiting", count(MOST_WAITING)).unwrap_or(usual.waiting),
        request: table.number("request_ms", milliseconds).unwrap_or(usual.request),
        patience: table.number("patience_seconds", seconds).unwrap_or(usual.patience),
    };
    table.finish();
    Some(bounds)
}

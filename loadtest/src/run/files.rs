//! The files of a lane that wait for their results. A file that waits holds no connection.

use std::collections::BTreeMap;
use std::time::Instant;

use super::line::Job;
use crate::plan::BulkPlan;

/// A file that the server took.
pub(super) struct Waiting {
    /// The request that sent it; its people follow from its number.
    pub job: Job,
    /// The place of the part of the mix.
    pub part: usize,
    /// 受付番号.
    pub reception: String,
    pub plan: BulkPlan,
    /// How late the sender was.
    pub late: std::time::Duration,
    /// When the file was sent.
    pub sent: Option<Instant>,
    /// Until when its result must come.
    pub until: Instant,
}

/// Files by when their results are asked for next.
#[derive(Default)]
pub(super) struct Files {
    waiting: BTreeMap<(Instant, u64), Waiting>,
}

impl Files {
    /// Lets a file wait until a time.
    pub fn add(&mut self, until: Instant, file: Waiting) {
        self.waiting.insert((until.min(file.until), file.job.number), file);
    }

    /// Returns when the next result is asked for.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes a file whose result is asked for by now.
    pub fn due(&mut self, now: Instant) -> Option<Waiting> {
        let entry = self.waiting.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}

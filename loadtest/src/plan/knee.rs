//! The knee: what a stage must keep while the rate rises, so that the highest rate that a server keeps can be named.

use std::time::Duration;

use shikaku::fixtures::Table;

use super::number::{Share, milliseconds};

/// What each stage must keep. The knee is the rate of the last stage that kept it before two in a row did not; the run ends there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KneePlan {
    /// The 99th percentile of the latency from the due time.
    pub p99: Duration,
    /// The least share of the asked rate that is achieved.
    pub rate: Share,
    /// The greatest share of the requests that fail or are not sent.
    pub errors: Share,
}

pub(super) fn read(table: Option<Table<'_>>) -> Option<KneePlan> {
    let mut table = table?;
    let p99 = table.require_number("p99_ms", milliseconds);
    let rate = table.number("rate_achieved", Share::new);
    let errors = table.number("errors", Share::new);
    table.finish();
    let usual = |share| Share::new(share).expect("a share");
    Some(KneePlan { p99: p99?, rate: rate.unwrap_or_else(|| usual(0.95)), errors: errors.unwrap_or_else(|| usual(0.01)) })
}

//! Removes expired batches and results periodically.

use std::time::Duration;

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::{Clocks, tokyo_date};
use crate::config::BulkLimits;
use crate::domain::Moment;
use crate::store::{Store, StoreError};

/// How often to look for expired results.
const EVERY: Duration = Duration::from_secs(60);

/// How long a result stays after it has expired, so that a fetch under way gets the rest of it.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

/// Removes expired results periodically until `stop`.
pub async fn expire_old(store: Store, clocks: Clocks, limits: BulkLimits, stop: CancellationToken) {
    loop {
        match expire(&store, clocks.now(), limits).await {
            Ok(0) => {}
            Ok(files) => info!(files, "results of files have expired"),
            Err(error) => warn!(error = %error, "old results could not be removed"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Removes what has expired in both domain time and system time: results, batches that expired too long ago to be known, and the
/// counts of people of days before today. If the domain clock is set ahead, institutions are told that a result has expired, but
/// nothing is removed. Returns how many batches lost their result.
///
/// # Errors
/// If the database fails; then nothing has changed.
pub async fn expire(store: &Store, now: Moment, limits: BulkLimits) -> Result<u64, StoreError> {
    let today = tokyo_date(now.domain).min(tokyo_date(now.system));
    store.expire_batches(now.minus(GRACE), now.minus(limits.remember), today).await
}

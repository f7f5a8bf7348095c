use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::{Clock, tokyo_date};
use crate::config::BulkLimits;
use crate::store::{Store, StoreError};

/// How often old results are looked for.
const EVERY: Duration = Duration::from_secs(60);

/// For how long a result stays after it has expired, so that whoever is fetching it at that moment gets the rest of it.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

/// Removes results that can be fetched no more, now and then until `stop`.
pub async fn expire_old(store: Store, clock: Clock, limits: BulkLimits, stop: CancellationToken) {
    loop {
        match expire(&store, &clock, limits).await {
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

async fn expire(store: &Store, clock: &Clock, limits: BulkLimits) -> Result<u64, StoreError> {
    let now = clock.now();
    let forget = now.saturating_sub(limits.remember).unwrap_or(Timestamp::MIN);
    let gone = now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
    store.expire_batches(gone, forget, tokyo_date(now)).await
}

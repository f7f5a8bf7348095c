//! What can be fetched no more is removed now and then.

use std::time::Duration;

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::{Clocks, tokyo_date};
use crate::config::BulkLimits;
use crate::domain::Moment;
use crate::store::{Store, StoreError};

/// How often old results are looked for.
const EVERY: Duration = Duration::from_secs(60);

/// For how long a result stays after it has expired, so that whoever is fetching it at that moment gets the rest of it.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

/// Removes results that can be fetched no more, now and then until `stop`.
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

/// Removes what is over in both times: results that expired, files that did so too long ago to be known, and the counts of the people of
/// days before today. So a clock that is set ahead tells institutions that a result has expired, and removes nothing. Gives the number of
/// files that lost their result.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn expire(store: &Store, now: Moment, limits: BulkLimits) -> Result<u64, StoreError> {
    let today = tokyo_date(now.domain).min(tokyo_date(now.system));
    store.expire_batches(now.minus(GRACE), now.minus(limits.remember), today).await
}

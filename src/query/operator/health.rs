//! Checks that the database answers, and that its schema is current.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::operations::Operations;

/// How long the database may take before it counts as unavailable: the operator wants to know within a second.
pub(super) const PATIENCE: Duration = Duration::from_millis(800);

impl Operations {
    /// Checks that the schema is the one of this program. The error says in English what is wrong; None if the database does not
    /// answer in time.
    pub async fn schema(&self) -> Option<Result<(), String>> {
        let started = Instant::now();
        let connected = timeout(PATIENCE, self.store.pool().acquire()).await.is_ok_and(|connection| connection.is_ok());
        self.metrics.pool_wait_seconds.observe(started.elapsed().as_secs_f64());
        let left = PATIENCE.saturating_sub(started.elapsed());
        let checked = if connected { timeout(left, self.store.check_schema()).await.ok() } else { None };
        checked.map(|checked| checked.map_err(|error| error.to_string()))
    }
}

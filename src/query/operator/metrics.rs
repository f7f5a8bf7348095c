//! Measures the series that are read at each scrape: the pool of connections, the queue of batches.

use jiff::Timestamp;
use tokio::time::timeout;
use tracing::warn;

use crate::store::StoreError;

use super::health::PATIENCE;
use super::operations::Operations;

impl Operations {
    /// Measures the pool, and the queue as it stands at the time `at` (system time). If the database does not answer in time, the
    /// queue keeps its last values.
    pub async fn measure(&self, at: Timestamp) {
        let pool = self.store.pool();
        self.metrics.pool_connections.set(i64::from(pool.size()));
        self.metrics.pool_idle.set(i64::try_from(pool.num_idle()).unwrap_or(i64::MAX));
        match timeout(PATIENCE, self.store.queue()).await.unwrap_or(Err(StoreError::Silent)) {
            Ok(queue) => {
                let age = queue.oldest.map_or(0, |oldest| at.duration_since(oldest).as_secs().max(0));
                self.metrics.bulk_queue_files.set(queue.batches);
                self.metrics.bulk_queue_persons.set(queue.persons);
                self.metrics.bulk_queue_oldest.set(age);
            }
            // The other series are still useful; readiness reports that the database is unavailable.
            Err(error) => warn!(error = %error, "the queue of files could not be measured"),
        }
    }
}

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use tokio::time::timeout;

use super::OperatorState;
use super::health::PATIENCE;
use crate::clock::system_now;
use crate::store::StoreError;

/// Every series in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "state", responses((status = 200, description = "Prometheus text format", body = String)))]
pub(super) async fn metrics(State(state): State<OperatorState>) -> impl IntoResponse {
    let pool = state.store.pool();
    state.metrics.pool_connections.set(i64::from(pool.size()));
    state.metrics.pool_idle.set(i64::try_from(pool.num_idle()).unwrap_or(i64::MAX));
    match timeout(PATIENCE, state.store.queue()).await.unwrap_or(Err(StoreError::Silent)) {
        Ok(queue) => {
            let age = queue.oldest.map_or(0, |oldest| system_now().duration_since(oldest).as_secs().max(0));
            state.metrics.bulk_queue_files.set(queue.files);
            state.metrics.bulk_queue_persons.set(queue.persons);
            state.metrics.bulk_queue_oldest.set(age);
        }
        // The other series are still worth having; readiness tells that the database is away.
        Err(error) => tracing::warn!(error = %error, "the queue of files could not be measured"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render())
}

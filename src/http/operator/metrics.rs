//! Exports all metrics to Prometheus.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::state::OperatorState;
use crate::clock::system_now;

/// Returns all metrics in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "state", responses((status = 200, description = "Prometheus text format", body = String)))]
pub(super) async fn metrics(State(state): State<OperatorState>) -> impl IntoResponse {
    state.operations.measure(system_now()).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render())
}

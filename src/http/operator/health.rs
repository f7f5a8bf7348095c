//! Reports whether the server lives and is ready.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::OperatorState;
use crate::clock::system_now;

/// Reports that the process lives; checks nothing else.
#[utoipa::path(get, path = "/healthz", tag = "state", responses((status = 200, description = "The process lives", body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The state of everything that answering depends on.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Whether questions can be answered.
    ready: bool,
    /// The database: `ok`, or what is wrong.
    database: String,
    /// The schema: `ok`, or what is wrong.
    schema: String,
    /// The revocation list: `ok`, or `stale`.
    crl: String,
    /// When the revocation list becomes stale (RFC 3339, UTC).
    crl_next_update: String,
}

/// Reports whether questions can be answered: database, schema, freshness of the revocation list.
#[utoipa::path(
    get, path = "/readyz", tag = "state",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready", body = Readiness)
    )
)]
pub(super) async fn readyz(State(state): State<OperatorState>) -> Response {
    let (database, schema) = match state.operations.schema().await {
        Some(Ok(())) => ("ok", "ok".to_owned()),
        Some(Err(error)) => ("ok", error),
        None => ("does not answer", "unknown".to_owned()),
    };
    let next_update = state.trust.crl_next_update();
    let crl = if system_now() < next_update { "ok" } else { "stale" };
    let ready = database == "ok" && schema == "ok" && crl == "ok";
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let readiness = Readiness {
        ready,
        database: database.to_owned(),
        schema,
        crl: crl.to_owned(),
        crl_next_update: next_update.to_string(),
    };
    (status, Json(readiness)).into_response()
}

//! Simulates failures of files, for testers.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json;
use super::state::OperatorState;
use crate::domain::Simulation;
use crate::http::error::HttpError;

/// The failures to simulate for files received from now on. A field that is left out is off.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SimulationView {
    /// How many fetches are answered with 処理中 before the result is returned.
    #[schema(maximum = 65535)]
    hold_fetches: u16,
    /// For how many seconds after reception fetches are answered with 処理中.
    #[schema(maximum = 65535)]
    hold_seconds: u16,
    /// How many of the next files fail (SHK7103); counts down.
    #[schema(maximum = 65535)]
    fail_next: u16,
    /// The number of the person who fails in every file (SHK7201), from 1.
    #[schema(minimum = 1, maximum = 65535)]
    fail_person: Option<u16>,
}

/// Returns the failures that are simulated for new files; by default none.
#[utoipa::path(get, path = "/api/bulk/simulation", tag = "bulk", responses((status = 200, body = SimulationView)))]
pub(super) async fn get(State(state): State<OperatorState>) -> Result<Json<SimulationView>, HttpError> {
    let simulation = state.operations.simulation().await?;
    let number = |value: i32| u16::try_from(value).unwrap_or(u16::MAX);
    Ok(Json(SimulationView {
        hold_fetches: number(simulation.hold_fetches),
        hold_seconds: number(simulation.hold_seconds),
        fail_next: number(simulation.fail_next),
        fail_person: simulation.fail_person.map(number),
    }))
}

/// Sets the failures to simulate for files received from now on; `{}` turns all of them off.
#[utoipa::path(
    put, path = "/api/bulk/simulation", tag = "bulk", request_body = SimulationView,
    responses((status = 204, description = "Applies to files received from now on"))
)]
pub(super) async fn set(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, HttpError> {
    let wanted: SimulationView = json::read(&state, &headers, body).await?;
    if wanted.fail_person == Some(0) {
        return Err(HttpError::OperatorRequest("fail_person: 1 is the first person".into()));
    }
    let simulation = Simulation {
        hold_fetches: wanted.hold_fetches.into(),
        hold_seconds: wanted.hold_seconds.into(),
        fail_next: wanted.fail_next.into(),
        fail_person: wanted.fail_person.map(i32::from),
    };
    state.operations.simulate(simulation).await?;
    Ok(StatusCode::NO_CONTENT)
}

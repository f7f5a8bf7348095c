//! Calculates what is paid in a month.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;

use super::json;
use super::state::OperatorState;
use crate::calculator::{MonthlyAnswer, MonthlyQuestion};
use crate::http::error::HttpError;

/// Calculates what a patient or a household pays in a month (高額療養費), with all steps. Stores nothing.
#[utoipa::path(
    post, path = "/api/limits/monthly", tag = "law", request_body = MonthlyQuestion,
    responses(
        (status = 200, body = MonthlyAnswer),
        (status = 400, description = "A field is missing, unknown or impossible; `detail` names it (SHK4003)")
    )
)]
pub(super) async fn monthly(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<MonthlyAnswer>, HttpError> {
    let question: MonthlyQuestion = json::read(&state, &headers, body).await?;
    let answer = question.answer().map_err(|fault| HttpError::OperatorRequest(fault.to_string().into()))?;
    Ok(Json(answer))
}

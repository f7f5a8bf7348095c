//! Files with questions about many people, for the operator: lists, shows, cancels and reruns them.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::fields::institution;
use super::state::OperatorState;
use crate::domain::{BatchFailure, BatchFilter, BatchLine, BatchState, ReceptionNumber};
use crate::http::error::HttpError;
use crate::query::operator::Ordered;
use crate::wire::message::MessageKind;

/// The number of files on a page.
const PAGE: i64 = 200;

/// Selects files.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BatchSelection {
    /// 医療機関コード: only files of this institution.
    #[param(pattern = "^[0-9]{10}$")]
    institution: Option<String>,
    /// processing, done, failed, cancelled or expired.
    #[param(pattern = "^(processing|done|failed|cancelled|expired)$")]
    state: Option<String>,
    /// 受付番号 of the last file of the previous page.
    #[param(min_length = 1, max_length = 100)]
    before: Option<String>,
}

/// A file; holds nothing about its people.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchView {
    /// 受付番号.
    reception_number: String,
    /// The file id of the upload.
    message: &'static str,
    /// 医療機関コード.
    institution: String,
    /// processing, done, failed, cancelled or expired.
    state: &'static str,
    /// Why it failed: tried_too_often or ordered.
    failure: Option<&'static str>,
    /// Number of people in it.
    persons: i32,
    /// Number of slices in which it is processed.
    slices: i32,
    /// Number of slices without a result.
    open_slices: i32,
    /// Number of slices being processed now.
    leased_slices: i64,
    /// Number of people so far with 処理結果状況 1 (answered).
    normal: i32,
    /// Number of people so far with 処理結果状況 2 (no answer).
    errors: i32,
    /// Size of the result so far, in bytes of UTF-8.
    result_bytes: i64,
    /// How often a slice was started again.
    retries: i32,
    /// 受付日時.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// When it was done, failed or was cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When its result expires.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

const STATES: [(BatchState, &str); 5] = [
    (BatchState::Processing, "processing"),
    (BatchState::Done, "done"),
    (BatchState::Failed, "failed"),
    (BatchState::Cancelled, "cancelled"),
    (BatchState::Expired, "expired"),
];

fn word(state: BatchState) -> &'static str {
    STATES.into_iter().find(|(known, _)| *known == state).map_or("", |(_, word)| word)
}

impl From<BatchLine> for BatchView {
    fn from(line: BatchLine) -> Self {
        Self {
            reception_number: line.reception_number,
            message: MessageKind::BulkRegister(line.kind).id(),
            institution: line.institution,
            state: word(line.state),
            failure: line.failure.map(|failure| match failure {
                BatchFailure::TriedTooOften => "tried_too_often",
                BatchFailure::Ordered => "ordered",
            }),
            persons: line.persons,
            slices: line.slices,
            open_slices: line.open_slices,
            leased_slices: line.leased_slices,
            normal: line.normal,
            errors: line.errors,
            result_bytes: line.result_bytes,
            retries: line.retries,
            received_at: line.received_at,
            finished_at: line.finished_at,
            expires_at: line.expires_at,
        }
    }
}

/// Lists files, the latest first, 200 on a page.
#[utoipa::path(get, path = "/api/batches", tag = "bulk", params(BatchSelection), responses((status = 200, body = Vec<BatchView>)))]
pub(super) async fn list(
    State(state): State<OperatorState>,
    wanted: Result<Query<BatchSelection>, QueryRejection>,
) -> Result<Json<Vec<BatchView>>, HttpError> {
    let Query(wanted) =
        wanted.map_err(|_| HttpError::OperatorRequest("the query takes institution, state and before, each once".into()))?;
    let known = |text: String| {
        let found = STATES.into_iter().find(|(_, word)| *word == text).map(|(state, _)| state);
        found.ok_or_else(|| {
            HttpError::OperatorRequest("state: must be processing, done, failed, cancelled or expired".into())
        })
    };
    let filter = BatchFilter {
        number: None,
        institution: institution(wanted.institution.as_deref())?.map(|code| code.to_string()),
        state: wanted.state.map(known).transpose()?,
        before: wanted.before.map(number).transpose()?,
    };
    let lines = state.operations.batches(&filter, state.now(), PAGE).await?;
    Ok(Json(lines.into_iter().map(BatchView::from).collect()))
}

/// Returns one file.
#[utoipa::path(
    get, path = "/api/batches/{number}", tag = "bulk",
    params(("number" = String, Path, description = "受付番号")),
    responses((status = 200, body = BatchView), (status = 404, description = "There is no such file (SHK4002)"))
)]
pub(super) async fn one(
    State(state): State<OperatorState>,
    number: Result<Path<String>, PathRejection>,
) -> Result<Json<BatchView>, HttpError> {
    let line = state.operations.batch(&named(number)?, state.now()).await?.ok_or(NO_FILE)?;
    Ok(Json(line.into()))
}

/// Cancels an unfinished file. Its institution receives SHK7102 instead of a result.
#[utoipa::path(
    post, path = "/api/batches/{number}/cancel", tag = "bulk",
    params(("number" = String, Path, description = "受付番号")),
    responses(
        (status = 204, description = "Cancelled"),
        (status = 404, description = "There is no such file (SHK4002)"),
        (status = 409, description = "It is not being processed (SHK4004)")
    )
)]
pub(super) async fn cancel(
    State(state): State<OperatorState>,
    number: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, HttpError> {
    let ordered = state.operations.cancel(&named(number)?, state.now(), state.limits.bulk.keep).await?;
    done(ordered, "the file is not in work")
}

/// Starts a file again that failed or was cancelled. Finished slices keep their results.
#[utoipa::path(
    post, path = "/api/batches/{number}/rerun", tag = "bulk",
    params(("number" = String, Path, description = "受付番号")),
    responses(
        (status = 204, description = "Started again"),
        (status = 404, description = "There is no such file (SHK4002)"),
        (status = 409, description = "It neither failed nor was cancelled, or it has expired (SHK4004)")
    )
)]
pub(super) async fn rerun(
    State(state): State<OperatorState>,
    number: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, HttpError> {
    let ordered = state.operations.rerun(&named(number)?, state.now()).await?;
    done(ordered, "only a file that failed or was cancelled and has not expired can be begun again")
}

const NO_FILE: HttpError = HttpError::NotFound(Some("number: there is no file of this reception number"));

/// Translates the outcome of an order; `otherwise` says why the file's state does not allow it.
fn done(ordered: Ordered, otherwise: &'static str) -> Result<StatusCode, HttpError> {
    match ordered {
        Ordered::Done => Ok(StatusCode::NO_CONTENT),
        Ordered::NoBatch => Err(NO_FILE),
        Ordered::WrongState => Err(HttpError::Conflict(otherwise.into())),
    }
}

/// Returns the reception number in a path. A text that cannot be one names no file.
fn named(path: Result<Path<String>, PathRejection>) -> Result<ReceptionNumber, HttpError> {
    let Path(number) = path.map_err(|_| NO_FILE)?;
    ReceptionNumber::parse(&number).map_err(|_| NO_FILE)
}

/// Reads the field `before`.
fn number(text: String) -> Result<String, HttpError> {
    let parsed = ReceptionNumber::parse(&text);
    parsed.map(|_| text).map_err(|reason| HttpError::OperatorRequest(format!("before: {reason}").into()))
}

//! `POST /oqs/{id}`: official messages.

use axum::extract::{Path, Request, State};
use axum::response::Response;

use crate::wire::message::MessageKind;

use super::carry::{carry, incoming};
use super::state::TerminalState;

/// Answers an official message in the format that `Accept` prefers; without a preference, in the format of the question.
#[utoipa::path(
    post, path = "/oqs/{id}", tag = "terminal",
    params(("id" = String, Path, description = "Official file id without req and res, such as OQSsiquc01")),
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "The official answer. SegmentOfResult 1; results of files: 2 while they are made, 9 if there will be none"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; a Retry-After says when to try again")
    )
)]
pub(super) async fn message(State(state): State<TerminalState>, Path(id): Path<String>, request: Request) -> Response {
    let incoming = incoming(&state, MessageKind::of(&id), request);
    carry(state, incoming).await
}

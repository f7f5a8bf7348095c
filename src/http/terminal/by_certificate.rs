//! `POST /card/lookups`: 資格確認 by マイナンバーカード.

use axum::extract::{Request, State};
use axum::response::Response;

use crate::wire::message::MessageKind;

use super::carry::{carry, incoming};
use super::state::TerminalState;

/// Answers a question with a card's certificate, the challenge that the card signed, and the patient's consents.
#[utoipa::path(
    post, path = "/card/lookups", tag = "terminal",
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "OQS-IF-002 with ReferenceClassification 1; ProcessingResultStatus 2 for a card that cannot be used"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; a Retry-After says when to try again")
    )
)]
pub(super) async fn look_up(State(state): State<TerminalState>, request: Request) -> Response {
    let incoming = incoming(&state, Some(MessageKind::ByCertificate), request);
    carry(state, incoming).await
}

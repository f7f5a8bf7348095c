//! `POST /card/lookups`: 資格確認 by マイナンバーカード.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};

use crate::exchange::by_certificate;
use crate::exchange::message::Exchange;
use crate::http::request::RequestId;
use crate::identity::VerifiedCaller;
use crate::wire::message::MessageKind;

use super::state::TerminalState;

/// Answers for a card: its certificate, the challenge that it signed, and what the patient consents to.
#[utoipa::path(
    post, path = "/card/lookups", tag = "terminal",
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "OQS-IF-002 with ReferenceClassification 1; ProcessingResultStatus 2 for a card that is good no more"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; worth another try when Retry-After is given")
    )
)]
pub(crate) async fn look_up(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let family = Some(MessageKind::ByCertificate);
    let (exchange, sent) = match Exchange::open(state, caller, request_id, &parts.headers, family).await {
        Ok(opened) => opened,
        Err(failure) => return failure.into_response(),
    };
    by_certificate::answer(&exchange, &parts.headers, body, sent).await
}

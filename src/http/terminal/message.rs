//! `POST /oqs/{id}`: official messages, each handled in the file that is named after its query path.

use std::sync::Arc;

use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Response};

use crate::identity::VerifiedCaller;
use crate::wire::message::{MessageKind, Understood};

use super::state::TerminalState;
use crate::exchange::failure::Failure;
use crate::exchange::message::Exchange;
use crate::exchange::{bulk_fetch, bulk_register, by_card, reference_number};
use crate::http::request::RequestId;

/// Answers an official message in the format that `Accept` prefers; where it prefers none, in that of the question.
#[utoipa::path(
    post, path = "/oqs/{id}", tag = "terminal",
    params(("id" = String, Path, description = "Official file id without req and res, such as OQSsiquc01")),
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "The official answer. SegmentOfResult 1; results of files: 2 while they are made, 9 when there will be none"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; worth another try when Retry-After is given")
    )
)]
pub(crate) async fn message(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let kind = MessageKind::of(&id);
    let (exchange, sent) = match Exchange::open(state, caller, request_id, &parts.headers, kind).await {
        Ok(opened) => opened,
        Err(failure) => return failure.into_response(),
    };
    match kind {
        Some(MessageKind::ByCard) => by_card::answer(&exchange, &parts.headers, body, sent).await,
        Some(MessageKind::ReferenceNumber) => reference_number::answer(&exchange, &parts.headers, body, sent).await,
        Some(MessageKind::BulkRegister(kind)) => {
            Box::pin(bulk_register::answer(&exchange, &parts.headers, body, sent, kind)).await
        }
        Some(MessageKind::BulkFetch(kind)) => {
            Box::pin(bulk_fetch::answer(&exchange, &parts.headers, body, sent, kind)).await
        }
        // Cards are shown on a path of their own.
        Some(MessageKind::ByCertificate) | None => exchange.refuse(&Understood::default(), &Failure::UnknownMessage),
    }
}

//! `POST /oqs/{id}`: official messages, each handled in the file that is named after its query path.

use std::sync::Arc;

use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Response};

use crate::identity::VerifiedCaller;
use crate::wire::message::{Family, Reference, Understood};
use crate::wire::message::{bulk_fetch as fetch, bulk_register as register, by_card as card, reference_number as number};

use super::state::TerminalState;
use crate::exchange::failure::Failure;
use crate::exchange::message::Exchange;
use crate::exchange::{bulk_fetch, bulk_register, by_card, reference_number};
use crate::http::request::RequestId;

/// The answer that a message of this file id gets.
pub(crate) fn family(id: &str) -> Family {
    match id {
        card::ID => Family::Qualification(Reference::InsuredCard),
        number::ID => Family::ReferenceNumber,
        _ if register::kind_of(id).is_some() => Family::BulkRegister,
        _ if fetch::kind_of(id).is_some() => Family::BulkFetch,
        _ => Family::Unknown,
    }
}

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
    let family = family(&id);
    let (exchange, sent) = match Exchange::open(state, caller, request_id, &parts.headers, family).await {
        Ok(opened) => opened,
        Err(failure) => return failure.into_response(),
    };
    match family {
        Family::Qualification(_) => by_card::answer(&exchange, &parts.headers, body, sent).await,
        Family::ReferenceNumber => reference_number::answer(&exchange, &parts.headers, body, sent).await,
        Family::BulkRegister | Family::BulkFetch => match (register::kind_of(&id), fetch::kind_of(&id)) {
            (Some(kind), _) => Box::pin(bulk_register::answer(&exchange, &parts.headers, body, sent, kind)).await,
            (None, Some(kind)) => Box::pin(bulk_fetch::answer(&exchange, &parts.headers, body, sent, kind)).await,
            (None, None) => exchange.refuse(&Understood::default(), &Failure::UnknownMessage),
        },
        Family::Unknown => exchange.refuse(&Understood::default(), &Failure::UnknownMessage),
    }
}

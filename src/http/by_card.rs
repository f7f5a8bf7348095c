//! `POST /oqs/{id}`: official messages. So far one: OQSsiquc01, 資格確認 by what stands on the insured person's card.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use crate::identity::VerifiedCaller;
use crate::wire::message::by_card::{ID, Request as ByCard};
use crate::wire::message::{self, Reference, Understood};
use crate::wire::{Element, Fault, Format};

use super::error::Failure;
use super::exchange::{Exchange, Question, answer_format, request_format};
use super::request::RequestId;
use super::terminal::TerminalState;

/// Answers an official message in the format it came in, or the one that `Accept` names.
#[utoipa::path(
    post, path = "/oqs/{id}", tag = "terminal",
    params(("id" = String, Path, description = "Official file id without req and res, such as OQSsiquc01")),
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "The official answer, SegmentOfResult 1"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; worth another try when Retry-After is given")
    )
)]
pub(super) async fn message(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(format) = request_format(&parts.headers) else { return Failure::MediaType.into_response() };
    let answer_format = answer_format(&parts.headers).unwrap_or(format);
    let exchange = Exchange::begin(state, caller, request_id, answer_format, Reference::InsuredCard).await;
    if id != ID {
        return exchange.refuse_unknown(&Failure::UnknownMessage);
    }
    answer(&exchange, &parts.headers, body, format).await
}

impl Question for ByCard {
    fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        Self::parse(root)
    }

    fn understood(&self) -> Understood {
        self.understood()
    }
}

/// Answers OQSsiquc01, however it came.
pub(super) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, format: Format) -> Response {
    exchange.answer(headers, body, format, async |_, question| look_up(exchange, question).await).await
}

async fn look_up(exchange: &Exchange, question: &ByCard) -> Result<Vec<u8>, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    if !exchange.is_from(question.institution) {
        state.by_card.refuse_mismatch(asker.clone(), question.institution, &question.query).await?;
        return Err(Failure::InstitutionMismatch);
    }
    let answer = state.by_card.answer(asker.clone(), question.query.clone()).await?;
    let insurer = match &answer.record {
        Some(record) => Some(exchange.insurer_name(record).await?),
        None => None,
    };
    Ok(message::by_card::answer(processed, question, &answer, insurer.as_deref()))
}

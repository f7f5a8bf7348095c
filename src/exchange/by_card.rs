//! OQSsiquc01: 資格確認 by what stands on the insured person's card.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::wire::Sent;
use crate::wire::message::by_card::{self as wire, Request as ByCard};

use super::failure::Failure;
use super::message::Exchange;

/// Answers OQSsiquc01, however it came.
pub(crate) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, sent: Sent) -> Response {
    exchange.answer(headers, body, sent, ByCard::parse, async |_, question| look_up(exchange, question).await).await
}

async fn look_up(exchange: &Exchange, question: &ByCard) -> Result<Vec<u8>, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    if !exchange.is_from(question.institution) {
        state.by_card.refuse_mismatch(asker.clone(), question.institution, &question.query).await?;
        return Err(Failure::InstitutionMismatch);
    }
    let answer = state.by_card.answer(asker.clone(), question.query.clone()).await?;
    let insurer = match &answer.record {
        Some(record) => Some(state.directory.insurer_name(record.coverage.key.insurer).await?),
        None => None,
    };
    Ok(wire::answer(processed, question, &answer, insurer.as_deref()))
}

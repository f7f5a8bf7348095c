//! OQSsiimm01: 照会番号登録.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::wire::Sent;
use crate::wire::message::reference_number::{self as wire, Request as NewNumber};

use super::failure::Failure;
use super::message::Exchange;

/// Registers a number, however it came.
pub(crate) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, sent: Sent) -> Response {
    exchange.answer(headers, body, sent, NewNumber::parse, async |_, question| register(exchange, question).await).await
}

async fn register(exchange: &Exchange, question: &NewNumber) -> Result<Vec<u8>, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    if !exchange.is_from(question.institution) {
        state.reference_numbers.refuse_mismatch(asker.clone(), question.institution).await?;
        return Err(Failure::InstitutionMismatch);
    }
    state.reference_numbers.register(asker, &question.registration.key, &question.registration.reference).await?;
    Ok(wire::answer(processed, question))
}

//! OQSsiimm01: 照会番号登録.

use crate::wire::Sent;
use crate::wire::message::reference_number::{self as wire, Request as NewNumber};

use super::incoming::MessageBody;
use super::message::Exchange;
use super::refused::MessageRefused;
use super::reply::Reply;

/// Registers a 照会番号.
pub(super) async fn answer(exchange: &Exchange, body: impl MessageBody, sent: Sent) -> Reply {
    exchange.answer(body, sent, NewNumber::parse, async |_, message| register(exchange, message).await).await
}

async fn register(exchange: &Exchange, message: &NewNumber) -> Result<Vec<u8>, MessageRefused> {
    let Exchange { parts, processed, .. } = exchange;
    let own = exchange.own(message).await?;
    let new = own.map(|message| (&message.registration.key, &message.registration.reference));
    parts.reference_numbers.register(new).await?;
    Ok(wire::answer(processed, message))
}

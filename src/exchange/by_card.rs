//! OQSsiquc01: 資格確認 by the numbers on the insured person's card.

use crate::wire::Sent;
use crate::wire::message::by_card::{self as wire, Request as ByCard};

use super::incoming::MessageBody;
use super::message::Exchange;
use super::refused::MessageRefused;
use super::reply::Reply;

/// Answers OQSsiquc01, whichever URL it was sent to.
pub(super) async fn answer(exchange: &Exchange, body: impl MessageBody, sent: Sent) -> Reply {
    exchange.answer(body, sent, ByCard::parse, async |_, message| look_up(exchange, message).await).await
}

async fn look_up(exchange: &Exchange, message: &ByCard) -> Result<Vec<u8>, MessageRefused> {
    let Exchange { parts, processed, .. } = exchange;
    let own = exchange.own(message).await?;
    let answer = parts.by_card.answer(own.map(|message| &message.query)).await?;
    let insurer = match &answer.record {
        Some(record) => Some(parts.directory.insurer_name(record.coverage.key.insurer).await?),
        None => None,
    };
    Ok(wire::answer(processed, message, &answer, insurer.as_deref()))
}

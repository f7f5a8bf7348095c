//! OQSmuquc02 and its like: sends the result of a file.

use crate::clock::in_tokyo;
use crate::domain::{BatchKind, BatchState};
use crate::wire::message::bulk_fetch::{self as wire, Fetched, Request as Fetch};
use crate::wire::message::unit::Counts;
use crate::wire::message::{Message, MessageKind, Processed, remark};
use crate::wire::{Format, Sent};

use super::chunks::Chunks;
use super::fetches::Fetching;
use super::incoming::{MessageBody, Packing};
use super::message::Exchange;
use super::part::{Part, WantedBytes};
use super::refused::MessageRefused;
use super::reply::{Content, Extent, Media, Reply, ResultContent};
use super::whole::{Whole, units_bytes};

/// Sends the result of a file, or its state if there is no result.
pub(super) async fn answer(
    exchange: &Exchange,
    body: impl MessageBody,
    sent: Sent,
    kind: BatchKind,
    packing: Packing,
    part: Option<Part>,
) -> Reply {
    let message = match exchange.read(body, sent, |root| Fetch::parse(kind, root)).await {
        Ok((_, message)) => message,
        Err((refused, understood)) => return exchange.refuse(&understood, refused),
    };
    match answered(exchange, &message, packing, part.as_ref()).await {
        Ok(reply) => reply,
        Err(refused) => exchange.refuse(&message.understood(), refused),
    }
}

async fn answered(
    exchange: &Exchange,
    message: &Fetch,
    packing: Packing,
    part: Option<&Part>,
) -> Result<Reply, MessageRefused> {
    let limit = exchange.parts.limits.request;
    let found = tokio::time::timeout(limit, Box::pin(find(exchange, message, packing))).await;
    match found.unwrap_or(Err(MessageRefused::Timeout))? {
        FetchReply::Message(message) => Ok(exchange.reply(message)),
        FetchReply::Result(result) => {
            let place = exchange.parts.fetches.admit(exchange.asker.institution, limit).await?;
            give(exchange, *result, part, place).await
        }
    }
}

/// The content of the reply.
enum FetchReply {
    Message(Vec<u8>),
    Result(Box<Whole>),
}

async fn find(exchange: &Exchange, message: &Fetch, packing: Packing) -> Result<FetchReply, MessageRefused> {
    let Exchange { parts, processed, .. } = exchange;
    let kind = message.kind;
    let own = exchange.own(message).await?;
    let found = parts.bulk_fetch.find(own.map(|message| &message.number)).await?;
    // A file of another institution or another kind is reported as one that does not exist.
    let batch = found.filter(|batch| batch.kind == kind).ok_or(MessageRefused::NoSuchFile)?;
    let fetched = Fetched {
        kind,
        check_on: (kind != BatchKind::ReferenceNumbers).then_some(batch.check_on),
        file_identifier: batch.file_identifier.clone(),
        number: message.number.clone(),
    };
    match (batch.state, batch.finished_at) {
        (BatchState::Expired, _) => Err(MessageRefused::ResultExpired),
        (BatchState::Processing, _) => Ok(FetchReply::Message(wire::processing(processed, &fetched))),
        _ if batch.held => Ok(FetchReply::Message(wire::processing(processed, &fetched))),
        (BatchState::Done, Some(finished_at)) => {
            let count = |count: i32| usize::try_from(count).unwrap_or_default();
            let counts = Counts { normal: count(batch.normal), errors: count(batch.errors) };
            let large = units_bytes(&batch) > parts.limits.bulk.zip_above && processed.format == Format::Xml;
            let zipped = packing == Packing::Preferred || (large && packing == Packing::Permitted);
            let processed = Processed { format: if zipped { Format::Xml } else { processed.format }, ..*processed };
            let (before, after) = wire::frame(&processed, &fetched, in_tokyo(finished_at), counts);
            let name = format!("{}res_{}.xml", MessageKind::BulkFetch(kind).id(), message.number);
            Ok(FetchReply::Result(Box::new(Whole {
                source: parts.bulk_fetch.clone(),
                batch,
                processed,
                before,
                after,
                zipped: zipped.then_some(name),
                shaping: parts.shaping.clone(),
            })))
        }
        (state, _) => Ok(FetchReply::Message(wire::failed(processed, &fetched, &remark::given_up(state, batch.failure)))),
    }
}

/// Sends a result, or the wanted part of it, chunk by chunk, so that it is never in memory as a whole. A result that is
/// converted or packed on the way has no known length, and no parts.
async fn give(exchange: &Exchange, result: Whole, part: Option<&Part>, place: Fetching) -> Result<Reply, MessageRefused> {
    let reply = |media, chunks, extent| {
        let content = Content::Result(Box::new(ResultContent { chunks, extent }));
        Reply { refused: None, media, content }
    };
    if !result.is_as_kept() || result.zipped.is_some() {
        let media = match &result.zipped {
            Some(name) => Media::Zip(name.replace(".xml", ".zip")),
            None => exchange.media(),
        };
        let chunks = Chunks::of(result, place).map_err(|_| MessageRefused::Internal)?;
        return Ok(reply(media, chunks, None));
    }
    let (whole, tag) = (result.size(), result.tag());
    let part = match part.map_or(WantedBytes::Whole, |part| part.of_result(whole, &tag)) {
        WantedBytes::Outside => return Err(MessageRefused::OutsideResult(whole)),
        WantedBytes::Whole => None,
        WantedBytes::Part(part) => Some(part),
    };
    let chunks = match &part {
        None => Chunks::of(result, place),
        Some(part) => {
            let sizes = result.source.slice_sizes(&result.batch).await?;
            Chunks::part(result, &sizes, part.clone(), place)
        }
    };
    let chunks = chunks.map_err(|_| MessageRefused::Internal)?;
    Ok(reply(exchange.media(), chunks, Some(Extent { whole, tag, part })))
}

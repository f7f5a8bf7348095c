//! OQSmuquc02 and its like: the result of a file is fetched.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::in_tokyo;
use crate::domain::{BatchKind, BatchState};
use crate::query::BulkFetch;
use crate::store::bulk_fetch::Batch;
use crate::wire::message::bulk_fetch::{self as wire, Counts, Fetched, Request as Fetch};
use crate::wire::message::{Processed, Understood, remark};
use crate::wire::{Element, Fault, Format, Sent};

use super::error::Failure;
use super::exchange::{Exchange, Question};
use super::pieces::Pieces;

impl Question for Fetch {
    fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        Self::parse(root)
    }

    fn understood(&self) -> Understood {
        self.understood()
    }
}

/// Gives the result out, or says how far it is.
pub(super) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, sent: Sent, kind: BatchKind) -> Response {
    let question: Fetch = match exchange.read(headers, body, sent).await {
        Ok(question) => question,
        Err((failure, understood)) => return exchange.refuse(&understood, &failure),
    };
    let limit = exchange.state.limits.request;
    let found = tokio::time::timeout(limit, find(exchange, &question, kind)).await.unwrap_or(Err(Failure::Timeout));
    match found {
        Ok(Given::Message(message)) => exchange.respond(message),
        Ok(Given::Result(result)) => give(exchange, *result),
        Err(failure) => exchange.refuse(&question.understood(), &failure),
    }
}

/// What is given out.
enum Given {
    Message(Vec<u8>),
    Result(Box<Whole>),
}

/// A whole result.
pub(super) struct Whole {
    pub source: BulkFetch,
    pub batch: Batch,
    pub processed: Processed,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// The name of the file in an archive; none when the result comes as it is.
    pub zipped: Option<String>,
    /// Turns for bringing pieces into another format, form or character set.
    pub shaping: Arc<Semaphore>,
    /// One of the places for results that are sent at once.
    pub _place: OwnedSemaphorePermit,
}

async fn find(exchange: &Exchange, question: &Fetch, kind: BatchKind) -> Result<Given, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    if !exchange.is_from(question.institution) {
        state.bulk_register.refuse_mismatch(asker.clone(), question.institution, kind, None).await?;
        return Err(Failure::InstitutionMismatch);
    }
    let found = state.bulk_fetch.find(&question.number, asker.institution, asker.at).await?;
    // Another institution's file is as unknown as one that never was.
    let batch = found.filter(|batch| batch.kind == kind).ok_or(Failure::NoSuchFile)?;
    let fetched = Fetched {
        kind,
        check_on: (kind != BatchKind::ReferenceNumbers).then_some(batch.check_on),
        file_identifier: batch.file_identifier.clone(),
        number: question.number.clone(),
    };
    match (batch.state, batch.finished_at) {
        (BatchState::Expired, _) => Err(Failure::ResultExpired),
        (BatchState::Processing, _) => Ok(Given::Message(wire::processing(processed, &fetched))),
        _ if batch.held => Ok(Given::Message(wire::processing(processed, &fetched))),
        (BatchState::Done, Some(finished_at)) => {
            let place = state.fetches.clone().acquire_owned().await.map_err(|_| Failure::Busy)?;
            let count = |count: i32| usize::try_from(count).unwrap_or_default();
            let counts = Counts { normal: count(batch.normal), errors: count(batch.errors) };
            let large = count_bytes(&batch) > state.limits.bulk.zip_above && processed.format == Format::Xml;
            let accept = exchange.accept;
            let zipped = accept.prefers_zip(processed.format) || (large && accept.permits_zip());
            let processed = Processed { format: if zipped { Format::Xml } else { processed.format }, ..*processed };
            let (before, after) = wire::frame(&processed, &fetched, in_tokyo(finished_at), counts);
            let name = format!("{}res_{}.xml", wire::id(kind), question.number);
            Ok(Given::Result(Box::new(Whole {
                source: state.bulk_fetch.clone(),
                batch,
                processed,
                before,
                after,
                zipped: zipped.then_some(name),
                shaping: state.shaping.clone(),
                _place: place,
            })))
        }
        (state, _) => Ok(Given::Message(wire::failed(processed, &fetched, &remark::given_up(state, batch.failure)))),
    }
}

fn count_bytes(batch: &Batch) -> usize {
    usize::try_from(batch.result_bytes).unwrap_or(usize::MAX)
}

/// Sends a result piece by piece, so that it is never in memory as a whole.
fn give(exchange: &Exchange, result: Whole) -> Response {
    let archive = result.zipped.clone();
    // The next piece is made when the last one has gone out. Whoever fetches sees a failure as a transfer that breaks, and fetches
    // again.
    let pieces = Pieces::of(result);
    let size = pieces.size();
    let pieces = stream::try_unfold(pieces, async |mut pieces| {
        let piece = pieces.next().await?;
        Ok::<_, io::Error>(piece.map(|bytes| (Bytes::from(bytes), pieces)))
    });
    let body = Body::from_stream(pieces);
    let mut response = match archive {
        Some(name) => exchange.respond_zip(body, &name),
        None => exchange.respond(body),
    };
    if let Some(size) = size {
        response.headers_mut().insert(header::CONTENT_LENGTH, size.into());
    }
    response
}

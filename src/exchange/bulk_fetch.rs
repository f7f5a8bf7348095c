//! OQSmuquc02 and its like: the result of a file is fetched.

use std::io;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use data_encoding::HEXLOWER;
use futures_util::stream;
use tokio::sync::Semaphore;

use crate::clock::in_tokyo;
use crate::domain::{AnswerCharset, BatchKind, BatchState};
use crate::query::BulkFetch;
use crate::store::bulk_fetch::{Batch, KeptPiece};
use crate::wire::message::bulk_fetch::{self as wire, Counts, Fetched, Request as Fetch};
use crate::wire::message::unit;
use crate::wire::message::{Message, MessageKind, Processed, remark};
use crate::wire::{Format, Sent};

use super::failure::Failure;
use super::fetches::Fetching;
use super::message::Exchange;
use super::pieces::Pieces;
use crate::http::range::{self, Wanted};

/// Gives the result out, or says how far it is.
pub(crate) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, sent: Sent, kind: BatchKind) -> Response {
    let question = match exchange.read(headers, body, sent, |root| Fetch::parse(kind, root)).await {
        Ok(question) => question,
        Err((failure, understood)) => return exchange.refuse(&understood, &failure),
    };
    let answered = match answered(exchange, headers, &question, kind).await {
        Ok(response) => response,
        Err(failure) => return exchange.refuse(&question.understood(), &failure),
    };
    answered.unwrap_or_else(|length| {
        let mut response = exchange.refuse(&question.understood(), &Failure::OutsideResult);
        if let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}")) {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
        response
    })
}

/// The answer, or the length of a result that has not what is wanted of it.
async fn answered(
    exchange: &Exchange,
    headers: &HeaderMap,
    question: &Fetch,
    kind: BatchKind,
) -> Result<Result<Response, usize>, Failure> {
    let limit = exchange.state.limits.request;
    let found = tokio::time::timeout(limit, Box::pin(find(exchange, question, kind))).await;
    match found.unwrap_or(Err(Failure::Timeout))? {
        Given::Message(message) => Ok(Ok(exchange.respond(message))),
        Given::Result(result) => {
            let place = exchange.state.fetches.admit(exchange.asker.institution, limit).await?;
            give(exchange, headers, *result, place).await
        }
    }
}

/// What is given out.
enum Given {
    Message(Vec<u8>),
    Result(Box<Whole>),
}

/// A whole result.
pub(crate) struct Whole {
    pub source: BulkFetch,
    pub batch: Batch,
    pub processed: Processed,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// The name of the file in an archive; none when the result comes as it is.
    pub zipped: Option<String>,
    /// Turns for bringing pieces into another format, form or character set.
    pub shaping: Arc<Semaphore>,
}

impl Whole {
    /// Whether units go out as they are kept, but for the character set.
    pub fn has_kept_shape(&self) -> bool {
        let (batch, wanted) = (&self.batch, self.processed);
        batch.format == wanted.format && unit::is_kept_in(batch.kind, wanted.form.disease_list)
    }

    /// Whether units go out to the byte as they are kept, one after the other.
    pub fn is_as_kept(&self) -> bool {
        self.has_kept_shape() && self.processed.answer_charset() == AnswerCharset::Utf8
    }

    /// The size of a result that goes out as it was kept, in bytes.
    fn size(&self, pieces: &[KeptPiece]) -> usize {
        let commas = match self.batch.format {
            Format::Xml => 0,
            Format::Json => pieces.len().saturating_sub(1),
        };
        self.before.len() + pieces.iter().map(|piece| piece.bytes).sum::<usize>() + commas + self.after.len()
    }

    /// A strong validator: results with the same one are the same bytes, because every piece came out of the same run and what is
    /// around them is the same.
    fn tag(&self, pieces: &[KeptPiece]) -> String {
        let mut hash = Context::new(&SHA256);
        hash.update(&self.batch.id.to_be_bytes());
        pieces.iter().for_each(|piece| hash.update(piece.run.as_bytes()));
        hash.update(&self.before);
        hash.update(&self.after);
        format!("\"{}\"", HEXLOWER.encode(&hash.finish().as_ref()[..16]))
    }
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
            let count = |count: i32| usize::try_from(count).unwrap_or_default();
            let counts = Counts { normal: count(batch.normal), errors: count(batch.errors) };
            let large = count_bytes(&batch) > state.limits.bulk.zip_above && processed.format == Format::Xml;
            let accept = exchange.accept;
            let zipped = accept.prefers_zip(processed.format) || (large && accept.permits_zip());
            let processed = Processed { format: if zipped { Format::Xml } else { processed.format }, ..*processed };
            let (before, after) = wire::frame(&processed, &fetched, in_tokyo(finished_at), counts);
            let name = format!("{}res_{}.xml", MessageKind::BulkFetch(kind).id(), question.number);
            Ok(Given::Result(Box::new(Whole {
                source: state.bulk_fetch.clone(),
                batch,
                processed,
                before,
                after,
                zipped: zipped.then_some(name),
                shaping: state.shaping.clone(),
            })))
        }
        (state, _) => Ok(Given::Message(wire::failed(processed, &fetched, &remark::given_up(state, batch.failure)))),
    }
}

fn count_bytes(batch: &Batch) -> usize {
    usize::try_from(batch.result_bytes).unwrap_or(usize::MAX)
}

/// Sends a result, or the part of it that is wanted, piece by piece, so that it is never in memory as a whole. Gives its length where
/// it has no such part. RFC 9110 defines ranges for GET alone; asking for a result is as safe and as repeatable, and here they mean
/// the same. A result that is made into another form on the way has no length beforehand, and no parts.
async fn give(
    exchange: &Exchange,
    headers: &HeaderMap,
    result: Whole,
    place: Fetching,
) -> Result<Result<Response, usize>, Failure> {
    if !result.is_as_kept() || result.zipped.is_some() {
        let archive = result.zipped.clone();
        let body = body(Pieces::of(result), place)?;
        return Ok(Ok(match archive {
            Some(name) => exchange.respond_zip(body, &name),
            None => exchange.respond(body),
        }));
    }
    let kept = result.source.pieces(&result.batch).await?;
    let (length, tag) = (result.size(&kept), result.tag(&kept));
    let part = match range::wanted(headers, length, &tag) {
        Wanted::Outside => return Ok(Err(length)),
        Wanted::Whole => None,
        Wanted::Part(part) => Some(part),
    };
    let pieces = match &part {
        None => Pieces::of(result),
        Some(part) => Pieces::part(result, &kept, part.clone()),
    };
    let mut response = exchange.respond(body(pieces, place)?);
    let mut describe = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    describe(header::ACCEPT_RANGES, "bytes".to_owned());
    describe(header::ETAG, tag);
    describe(header::CONTENT_LENGTH, part.as_ref().map_or(length, ExactSizeIterator::len).to_string());
    if let Some(part) = part {
        describe(header::CONTENT_RANGE, format!("bytes {}-{}/{length}", part.start, part.end - 1));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(Ok(response))
}

/// The next piece is made when the last one has gone out. Whoever fetches sees a failure as a transfer that breaks, and fetches again.
fn body(pieces: io::Result<Pieces>, place: Fetching) -> Result<Body, Failure> {
    let pieces = pieces.map_err(|_| Failure::Internal)?;
    Ok(Body::from_stream(stream::try_unfold((pieces, place), async |(mut pieces, place)| {
        let piece = pieces.next().await?;
        Ok::<_, io::Error>(piece.map(|piece| (piece, (pieces, place))))
    })))
}

//! OQSmuquc02 and its like: the result of a file is fetched.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::clock::in_tokyo;
use crate::domain::{AnswerCharset, BatchKind, BatchState};
use crate::query::BulkFetch;
use crate::store::bulk_fetch::Batch;
use crate::wire::message::bulk_fetch::{self as wire, Counts, Fetched, Request as Fetch};
use crate::wire::message::{Processed, Understood, remark, unit};
use crate::wire::{Element, Fault, Format, encode};

use super::archive::Archive;
use super::error::Failure;
use super::exchange::{Exchange, Question};

impl Question for Fetch {
    fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        Self::parse(root)
    }

    fn understood(&self) -> Understood {
        self.understood()
    }
}

/// Gives the result out, or says how far it is.
pub(super) async fn answer(
    exchange: &Exchange,
    headers: &HeaderMap,
    body: Body,
    format: Format,
    kind: BatchKind,
) -> Response {
    let question: Fetch = match exchange.read(headers, body, format).await {
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
struct Whole {
    source: BulkFetch,
    batch: Batch,
    processed: Processed,
    before: Vec<u8>,
    after: Vec<u8>,
    /// The name of the file in an archive; none when the result comes as it is.
    zipped: Option<String>,
    _place: OwnedSemaphorePermit,
}

async fn find(exchange: &Exchange, question: &Fetch, kind: BatchKind) -> Result<Given, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    if !exchange.is_from(question.institution) {
        state.bulk_register.refuse_mismatch(asker.clone(), question.institution, None).await?;
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
            let zipped = exchange.wants_zip || large;
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
    let (sender, pieces) = mpsc::channel(1);
    let archive = result.zipped.clone();
    tokio::spawn(async move {
        if let Err(error) = send(result, &sender).await {
            // Whoever fetches sees the transfer break, and fetches again.
            let _ = sender.send(Err(error)).await;
        }
    });
    let body = Body::from_stream(ReceiverStream::new(pieces));
    match archive {
        Some(name) => exchange.respond_zip(body, &name),
        None => exchange.respond(body),
    }
}

async fn send(result: Whole, out: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    let mut pipe = Pipe { out, archive: result.zipped.as_deref().map(Archive::new).transpose()? };
    let charset = match result.processed.format {
        Format::Xml => result.processed.charset,
        Format::Json => AnswerCharset::Utf8,
    };
    pipe.write(result.before).await?;
    for place in 0..result.batch.slices {
        let units = result.source.units(&result.batch, place).await.map_err(io::Error::other)?;
        let (kind, from, to) = (result.batch.kind, result.batch.format, result.processed.format);
        let separate = place > 0 && to == Format::Json;
        let shaped = move || {
            let units = if from == to { Some(units) } else { unit::convert(kind, &units, from, to) };
            units.map(|units| encode(units, charset))
        };
        // As it was kept it goes out at once; anything else takes milliseconds that others should not wait for.
        let plain = from == to && charset == AnswerCharset::Utf8;
        let units = if plain { shaped() } else { tokio::task::spawn_blocking(shaped).await.map_err(io::Error::other)? };
        let units = units.ok_or_else(|| io::Error::other("a kept result is not readable"))?;
        if separate {
            pipe.write(b",".to_vec()).await?;
        }
        pipe.write(units).await?;
    }
    pipe.write(result.after).await?;
    pipe.finish().await
}

/// Where the pieces of a result go: out, or through an archive.
struct Pipe<'a> {
    out: &'a mpsc::Sender<io::Result<Bytes>>,
    archive: Option<Archive>,
}

impl Pipe<'_> {
    async fn write(&mut self, piece: Vec<u8>) -> io::Result<()> {
        let ready = match self.archive.take() {
            None => piece,
            Some(mut archive) => {
                let packing = tokio::task::spawn_blocking(move || archive.write(&piece).map(|ready| (archive, ready)));
                let (archive, ready) = packing.await.map_err(io::Error::other)??;
                self.archive = Some(archive);
                ready
            }
        };
        self.send(ready).await
    }

    async fn finish(mut self) -> io::Result<()> {
        match self.archive.take() {
            Some(archive) => self.send(archive.finish()?).await,
            None => Ok(()),
        }
    }

    async fn send(&self, bytes: Vec<u8>) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.send(Ok(bytes.into())).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

//! Carries official messages over HTTP: turns a request into an incoming message, and the reply into a response.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::domain::AnswerCharset;
use crate::exchange::refused::MessageRefused;
use crate::exchange::{self, Chunks, Content, Extent, Incoming, Media, Reply};
use crate::http::accept::Accept;
use crate::http::body::Unread;
use crate::http::error::HttpError;
use crate::http::problem::finish;
use crate::http::request::RequestId;
use crate::http::{content, range};
use crate::wire::message::MessageKind;

use super::state::TerminalState;
use super::trusted::{caller, found, trusted};

/// Makes an incoming message of a request, to be answered in the format that `Accept` prefers.
///
/// # Errors
/// If the body is in neither format, so that the format of a refusal is unknown.
pub(super) fn incoming(
    state: &TerminalState,
    kind: Option<MessageKind>,
    request: Request,
) -> Result<Incoming<Unread>, HttpError> {
    let (head, body) = request.into_parts();
    let Some(sent) = content::sent(&head.headers) else {
        trusted(state, &head.extensions)?;
        return Err(HttpError::MediaType);
    };
    let accept = Accept::of(&head.headers);
    let answer = accept.format(sent.format);
    let RequestId(request_id) = *head.extensions.get().ok_or(MessageRefused::Internal)?;
    Ok(Incoming {
        kind,
        caller: caller(&head.extensions)?,
        request_id,
        sent,
        answer,
        packing: accept.packing(answer),
        part: range::part(&head.headers),
        found: found(&head.extensions),
        body: Unread::new(&head.headers, body),
    })
}

/// Answers the message, or returns the error.
pub(super) async fn carry(state: TerminalState, incoming: Result<Incoming<Unread>, HttpError>) -> Response {
    match incoming {
        Ok(incoming) => response(exchange::answer(state.exchange.clone(), incoming).await),
        Err(error) => error.into_response(),
    }
}

fn response(reply: Reply) -> Response {
    let mut response = match reply.content {
        Content::Message(message) => message.into_response(),
        Content::Result(result) => {
            let mut response = body(result.chunks).into_response();
            if let Some(extent) = result.extent {
                describe(&mut response, &extent);
            }
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type(&reply.media));
    if let Media::Zip(name) = &reply.media {
        insert(headers, header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    }
    if let Some(refused) = &reply.refused {
        finish(&mut response, refused);
    }
    response
}

fn content_type(media: &Media) -> HeaderValue {
    HeaderValue::from_static(match media {
        Media::Json => "application/json;charset=UTF-8",
        Media::Xml(AnswerCharset::Utf8) => "application/xml; charset=UTF-8",
        Media::Xml(AnswerCharset::ShiftJis) => "application/xml; charset=Shift_JIS",
        Media::Zip(_) => "application/zip",
    })
}

/// Adds the headers that say which part of a result is sent.
fn describe(response: &mut Response, extent: &Extent) {
    let Extent { whole, tag, part } = extent;
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    insert(headers, header::ETAG, tag.clone());
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.as_ref().map_or(*whole, ExactSizeIterator::len)));
    if let Some(part) = part {
        insert(headers, header::CONTENT_RANGE, format!("bytes {}-{}/{whole}", part.start, part.end - 1));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Makes a body of chunks; each chunk is made only after the previous one was taken.
fn body(chunks: Chunks) -> Body {
    Body::from_stream(stream::try_unfold(chunks, async |mut chunks| {
        let chunk = chunks.next().await?;
        Ok::<_, io::Error>(chunk.map(|chunk| (Bytes::from(chunk), chunks)))
    }))
}

//! HTTP/2 on one connection.
//!
//! Drives the h2 library directly: hyper's server can neither send 100 (Continue), which RFC 9110 10.1.1 demands, nor end a flood
//! with GOAWAY. Peers are not tested by PING: a slow reader answers only after all that is already on its way to it, and every
//! standstill has a time limit of its own.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Request, Response, StatusCode, header, request};
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use jiff::fmt::rfc2822;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

use crate::clock::system_now;
use crate::config::Limits;

use super::framing::Framing;
use super::remainder::{Expectation, Remainder};

/// The window of a stream and of the connection, in bytes.
const WINDOW: u32 = 1 << 20;

/// The most bytes of one answer that wait in memory for the peer.
const SEND_BUFFER: usize = 64 * 1024;

/// An HTTP/2 connection with `answer` for its requests; the future ends with the connection.
pub(super) struct Http2<S, F> {
    connection: Connection<S, Bytes>,
    answer: F,
    patience: Duration,
}

impl<S, F, A> Http2<S, F>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<Body>) -> A + Clone,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    /// Waits for the client's preface.
    pub async fn open(stream: S, limits: &Limits, answer: F) -> Result<Self, h2::Error> {
        let connection = Builder::new()
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(20)
            .max_local_error_reset_streams(Some(100))
            .max_send_buffer_size(SEND_BUFFER)
            .handshake(stream)
            .await?;
        Ok(Self { connection, answer, patience: limits.body })
    }

    /// Accepts no more requests, and ends when those in progress are answered.
    pub fn graceful_shutdown(&mut self) {
        self.connection.graceful_shutdown();
    }

    /// Ends the connection of a misbehaving peer; must be polled on, so that GOAWAY is sent.
    pub fn go_away(&mut self) {
        self.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
    }
}

impl<S, F, A> Future for Http2<S, F>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<Body>) -> A + Clone + Unpin,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.get_mut();
        // The library has reported an error to the peer, if it is still there.
        while let Some(Ok((request, respond))) = ready!(me.connection.poll_accept(cx)) {
            let (mut parts, stream) = request.into_parts();
            if names_several_hosts(&parts) {
                parts.extensions.insert(Framing::SeveralHosts);
            }
            let expects = parts
                .headers
                .get(header::EXPECT)
                .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
            let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
            let (wanted, wants) = oneshot::channel();
            let expectation = (expects && !stream.is_end_stream()).then_some(Expectation { wanted, may_take_unasked: true });
            let body = Remainder::new(Incoming { stream, length, data_done: false }, expectation, me.patience);
            let answer = (me.answer)(Request::from_parts(parts, Body::new(body)));
            // Boxed here: as an argument and as what is polled, it would be in the task twice, and thousands wait for their turn.
            tokio::spawn(serve(Box::pin(answer), wants, respond));
        }
        Poll::Ready(())
    }
}

/// Returns whether two readers may read different hosts from a request: `Host` twice, or one that differs from `:authority` (RFC
/// 9113 8.3.1).
fn names_several_hosts(parts: &request::Parts) -> bool {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let differs = |host: &HeaderValue, authority: &str| !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes());
    second.is_some() || first.zip(parts.uri.authority()).is_some_and(|(host, own)| differs(host, own.as_str()))
}

/// Sends the answer to one request, preceded by 100 (Continue) if its body is `wanted`. Stops if the peer resets the stream.
async fn serve(
    mut answer: Pin<Box<impl Future<Output = Response<Body>>>>,
    mut wanted: oneshot::Receiver<()>,
    mut respond: SendResponse<Bytes>,
) {
    let response = loop {
        tokio::select! {
            biased;
            _ = std::future::poll_fn(|cx| respond.poll_reset(cx)) => return,
            Ok(()) = &mut wanted => {
                let mut interim = Response::new(());
                *interim.status_mut() = StatusCode::CONTINUE;
                // On failure the stream has gone, which the answer will find too.
                let _ = respond.send_informational(interim);
                // Never sent again.
                wanted = oneshot::channel().1;
            }
            response = &mut answer => break response,
        }
    };
    drop(answer);
    let (mut parts, body) = response.into_parts();
    // The header has no meaning here; the connection is ended separately.
    parts.headers.remove(header::CONNECTION);
    if let Some(date) = date() {
        parts.headers.entry(header::DATE).or_insert(date);
    }
    if let Some(length) = body.size_hint().exact().filter(|length| *length > 0) {
        parts.headers.entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    let ended = body.is_end_stream();
    match respond.send_response(Response::from_parts(parts, ()), ended) {
        Ok(stream) if !ended => send(stream, body).await,
        // Nothing is left to send, or the stream has gone.
        _ => {}
    }
}

fn date() -> Option<HeaderValue> {
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&system_now()).ok()?;
    HeaderValue::from_str(&text).ok()
}

/// Sends a body as fast as the peer takes it.
async fn send(mut stream: SendStream<Bytes>, mut body: Body) {
    loop {
        let frame = tokio::select! {
            biased;
            _ = std::future::poll_fn(|cx| stream.poll_reset(cx)) => return,
            frame = body.frame() => frame,
        };
        let (data, last) = match frame {
            None => (Bytes::new(), true),
            Some(Err(_)) => return stream.send_reset(Reason::INTERNAL_ERROR),
            Some(Ok(frame)) => (frame.into_data().unwrap_or_default(), body.is_end_stream()),
        };
        if data.is_empty() && !last {
            continue;
        }
        if !data.is_empty() && !has_room(&mut stream).await {
            return;
        }
        if stream.send_data(data, last).is_err() || last {
            return;
        }
    }
}

/// Waits until the peer takes more; returns false if it has reset the stream.
async fn has_room(stream: &mut SendStream<Bytes>) -> bool {
    // One byte, not everything that waits: reserved capacity is unavailable to the other streams until it is used.
    stream.reserve_capacity(1);
    std::future::poll_fn(|cx| {
        while stream.capacity() == 0 {
            if stream.poll_reset(cx).is_ready() || !matches!(ready!(stream.poll_capacity(cx)), Some(Ok(_))) {
                return Poll::Ready(false);
            }
        }
        Poll::Ready(true)
    })
    .await
}

/// The body of a request from the h2 library.
struct Incoming {
    stream: RecvStream,
    length: Option<u64>,
    data_done: bool,
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        let me = self.get_mut();
        if !me.data_done {
            match ready!(me.stream.poll_data(cx)) {
                Some(data) => {
                    let data = data?;
                    // Bytes read make room for more. A stream that has gone needs none.
                    let _ = me.stream.flow_control().release_capacity(data.len());
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                None => me.data_done = true,
            }
        }
        Poll::Ready(ready!(me.stream.poll_trailers(cx)).map(|trailers| trailers.map(Frame::trailers)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

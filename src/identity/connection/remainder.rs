//! The body of a request, and the treatment of its rest if the answer does not need it.
//!
//! A peer that is still sending reads its answer only later, and some peers never read it if sending fails. The rest of a body
//! that was refused unread is therefore read and discarded, within bounds of bytes and time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

use super::linger::{MOST, QUIET};

/// A peer that waits for 100 (Continue) before it sends the body.
pub(super) struct Expectation {
    /// Notified when the body is wanted.
    pub wanted: oneshot::Sender<()>,
    /// Whether the rest can be read without asking the peer to send it.
    pub may_take_unasked: bool,
}

/// A request body whose rest is read and discarded when it is dropped.
pub(super) struct Remainder<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> {
    /// None once it has ended.
    body: Option<B>,
    expectation: Option<Expectation>,
    patience: Duration,
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> Remainder<B> {
    /// Wraps a body; its rest is read for `patience` at most.
    pub fn new(body: B, expectation: Option<Expectation>, patience: Duration) -> Self {
        Self { body: Some(body), expectation, patience }
    }
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> HttpBody for Remainder<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(Expectation { wanted, .. }) = self.expectation.take() {
            // If the receiver has gone, so has the peer, which reading the body will show.
            let _ = wanted.send(());
        }
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> Drop for Remainder<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        if self.expectation.as_ref().is_none_or(|expectation| expectation.may_take_unasked) {
            tokio::spawn(take(body, self.patience));
        }
    }
}

/// Reads the rest of a body; gives up if it is too long, too slow or malformed.
async fn take<B: HttpBody<Data = Bytes> + Unpin>(mut body: B, patience: Duration) {
    let all = async {
        let mut left = MOST;
        while let Ok(Some(Ok(frame))) = timeout(QUIET, body.frame()).await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    // It does not matter whether the end was reached.
    let _ = timeout_at(Instant::now() + patience, all).await;
}

//! The body of an answer being sent: it counts as running, and goes out in portions small enough to measure progress.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

use super::activity::Activity;

/// Bytes of one portion, the unit in which the client's progress is measured.
const PORTION: usize = 16 * 1024;

/// A body that reports its progress to the connection.
pub(super) struct Flow {
    body: Body,
    /// Bytes of the body that the client has not taken yet.
    rest: Bytes,
    /// Whether the body was asked for more bytes and has none yet.
    awaits: bool,
    activity: Arc<Activity>,
}

impl Flow {
    pub fn new(body: Body, activity: Arc<Activity>) -> Self {
        activity.flow();
        Self { body, rest: Bytes::new(), awaits: false, activity }
    }

    fn portion(&mut self) -> Bytes {
        let portion = self.rest.split_to(self.rest.len().min(PORTION));
        self.activity.taken(portion.len());
        portion
    }

    fn set_awaits(&mut self, awaits: bool) {
        if self.awaits != awaits {
            self.awaits = awaits;
            if awaits { self.activity.awaits() } else { self.activity.goes_on() }
        }
    }
}

impl hyper::body::Body for Flow {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let flow = self.get_mut();
        if !flow.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(flow.portion()))));
        }
        let next = Pin::new(&mut flow.body).poll_frame(context);
        flow.set_awaits(next.is_pending());
        let Some(frame) = ready!(next).transpose()? else { return Poll::Ready(None) };
        let frame = match frame.into_data() {
            Ok(data) => {
                flow.rest = data;
                Frame::data(flow.portion())
            }
            Err(trailers) => trailers,
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), u64::try_from(self.rest.len()).unwrap_or(u64::MAX));
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.set_awaits(false);
        self.activity.flowed();
    }
}

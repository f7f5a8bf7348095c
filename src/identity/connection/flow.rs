//! The body of an answer being sent: it counts as running, and the client's progress with it is measured.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

use super::activity::Activity;
use super::scanner::Scanner;
use super::watched::{Verdict, Watch};

/// How the client's progress is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// By the portions of bodies handed to the HTTP library, small enough for that. HTTP/2 mixes the bodies of a connection with
    /// each other and with frames of its own, so that written bytes tell nothing.
    Portions,
    /// By the bytes written, which [`Counted`] counts: over HTTP/1.1 they are those of one answer. Bodies leave in large
    /// portions, so that the system is called once for 64 KiB.
    Written,
}

/// Bytes of one portion.
const PORTION: usize = 16 * 1024;

/// The watch over an HTTP/1.1 connection that also counts the bytes that the client takes.
pub(super) struct Counted {
    pub scanner: Scanner,
    pub activity: Arc<Activity>,
}

impl Watch for Counted {
    fn read(&mut self, bytes: &[u8]) -> Verdict {
        self.scanner.read(bytes)
    }

    fn wrote(&mut self, bytes: usize) {
        self.activity.taken(bytes);
    }
}

/// A body that reports its progress to the connection.
pub(super) struct Flow {
    body: Body,
    /// Bytes of the body that the client has not taken yet.
    rest: Bytes,
    /// Whether the body was asked for more bytes and has none yet.
    awaits: bool,
    progress: Progress,
    activity: Arc<Activity>,
}

impl Flow {
    pub fn new(body: Body, progress: Progress, activity: Arc<Activity>) -> Self {
        activity.flow();
        Self { body, rest: Bytes::new(), awaits: false, progress, activity }
    }

    fn portion(&mut self) -> Bytes {
        if self.progress == Progress::Written {
            // The last portion is cut off: the HTTP library asks for it when what came before has left, and until then the answer
            // counts as running.
            let most = self.rest.len().saturating_sub(PORTION).max(PORTION);
            return self.rest.split_to(self.rest.len().min(most));
        }
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

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    /// Returns the sizes of the portions of a body of 100 KiB that arrives at once.
    async fn portions(progress: Progress) -> Vec<usize> {
        let mut flow = Flow::new(Body::from(vec![7; 100 * 1024]), progress, Activity::new());
        let mut sizes = Vec::new();
        while let Some(frame) = flow.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        sizes
    }

    #[tokio::test]
    async fn portions_are_small_where_they_measure_and_the_last_is_always_small() {
        let mut small = vec![16 * 1024; 6];
        small.push(4 * 1024);
        assert_eq!(portions(Progress::Portions).await, small);
        assert_eq!(portions(Progress::Written).await, [84 * 1024, 16 * 1024]);
    }
}

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, EXPECT, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::VerifiedCaller;
use super::frames::Frames;
use super::framing::Scanner;
use super::http2::Http2;
use super::linger::{Lingering, QUIET};
use super::listener::Shared;
use super::remainder::{Expectation, Remainder};
use super::watched::{Findings, Watched};

/// Serves one connection with the protocol that the handshake agreed on, until it ends, stands idle too long, floods the server, or
/// the server stops.
pub(super) async fn serve(shared: &Shared, stream: TlsStream<TcpStream>, caller: Option<VerifiedCaller>) {
    let speaks_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let activity = Arc::new(Activity::default());
    let caller = caller.map(Arc::new);
    let answer = {
        let (router, activity) = (shared.router.clone(), activity.clone());
        move |mut request: Request<Body>| {
            let activity = activity.clone();
            let running = Running::start(activity.clone());
            if let Some(caller) = &caller {
                request.extensions_mut().insert(caller.clone());
            }
            let answer = router.clone().oneshot(request);
            async move {
                let Ok(response) = answer.await;
                // HTTP/1.1 sees to this itself; in HTTP/2 the header means nothing, and the connection is ended by hand.
                if response.headers().get(CONNECTION).is_some_and(|value| value == "close") {
                    activity.ending.notify_one();
                }
                drop(running);
                response
            }
        }
    };

    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write));
    let stream = Lingering::new(stream, shared.limits.body);
    if speaks_h2 {
        serve_http2(shared, &activity, stream, answer).await;
    } else {
        serve_http1(shared, &activity, stream, answer).await;
    }
}

// The outcome of a connection is not an outcome of ours: whatever was asked has been answered and counted, or not asked.

async fn serve_http2<A>(
    shared: &Shared,
    activity: &Activity,
    stream: Lingering,
    answer: impl Fn(Request<Body>) -> A + Clone + Unpin,
) where
    A: Future<Output = Response> + Send + 'static,
{
    let limits = &shared.limits;
    let findings = Arc::new(Findings::default());
    let stream = Watched::new(stream, Frames::new(findings.clone(), std::time::Instant::now()));
    let opened = tokio::select! {
        opened = tokio::time::timeout(limits.first_request, Http2::open(stream, limits, answer)) => opened,
        () = shared.stop.cancelled() => return,
    };
    let mut connection = match opened {
        Ok(Ok(connection)) => connection,
        Ok(Err(_)) => return,
        Err(_) => {
            shared.metrics.connections_closed.with_label_values(&["idle"]).inc();
            return;
        }
    };
    let wind_up = tokio::select! {
        wind_up = until_quiet(shared, activity, Pin::new(&mut connection)) => wind_up,
        () = findings.flood.notified() => {
            shared.metrics.connections_closed.with_label_values(&["flood"]).inc();
            connection.go_away();
            // No longer than a peer needs that listens.
            let _ = tokio::time::timeout(limits.write.min(QUIET), connection).await;
            return;
        }
    };
    if wind_up {
        connection.graceful_shutdown();
        let _ = tokio::time::timeout(limits.stop, connection).await;
    }
}

async fn serve_http1<A>(shared: &Shared, activity: &Activity, stream: Lingering, answer: impl Fn(Request<Body>) -> A)
where
    A: Future<Output = Response> + Send + 'static,
{
    let limits = &shared.limits;
    let findings = Arc::new(Findings::default());
    let stream = Watched::new(stream, Scanner::new(findings.clone()));
    let service = service_fn(|request: Request<Incoming>| {
        let (wanted, mut wants) = oneshot::channel();
        let expects = request.headers().get(EXPECT).is_some() && !request.body().is_end_stream();
        let expectation = expects.then_some(Expectation { wanted, may_take_unasked: false });
        let mut request = request.map(|body| Body::new(Remainder::new(body, expectation, limits.body)));
        if let Some(framing) = findings.next_request() {
            request.extensions_mut().insert(framing);
        }
        let answer = answer(request);
        async move {
            let mut response = answer.await;
            // Whether the peer sends a body that nobody asked for cannot be known, nor then where the next request begins.
            if expects && wants.try_recv().is_err() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle)
            .max_buf_size(limits.head_bytes.max(8192))
            .serve_connection(TokioIo::new(stream), service)
    );
    let mut unreadable = false;
    let watched = async {
        let outcome = connection.as_mut().await;
        unreadable = outcome.is_err_and(|error| error.is_parse());
    };
    if until_quiet(shared, activity, pin!(watched)).await {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(limits.stop, connection).await;
    }
    if unreadable {
        // Answered with 400 or 431 by the HTTP library, because nobody knows what was asked.
        shared.metrics.connections_closed.with_label_values(&["malformed_head"]).inc();
    }
}

/// Drives a connection; true when it should be wound up, false when it ended by itself.
async fn until_quiet<C: Future>(shared: &Shared, activity: &Activity, mut connection: Pin<&mut C>) -> bool {
    loop {
        let deadline = activity.deadline(shared.limits.first_request, shared.limits.idle);
        tokio::select! {
            _ = connection.as_mut() => return false,
            () = shared.stop.cancelled() => return true,
            () = activity.ending.notified() => return true,
            () = tokio::time::sleep_until(deadline) => {
                if activity.deadline(shared.limits.first_request, shared.limits.idle) <= Instant::now() {
                    shared.metrics.connections_closed.with_label_values(&["idle"]).inc();
                    return true;
                }
            }
        }
    }
}

/// What a connection has been doing.
struct Activity {
    running: AtomicUsize,
    seen: AtomicUsize,
    last: Mutex<Instant>,
    /// Told when an answer ends the connection.
    ending: Notify,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            running: AtomicUsize::new(0),
            seen: AtomicUsize::new(0),
            last: Mutex::new(Instant::now()),
            ending: Notify::new(),
        }
    }
}

impl Activity {
    /// When the connection will have been quiet for too long, if nothing happens; while a request runs, that is far off.
    fn deadline(&self, first_request: Duration, idle: Duration) -> Instant {
        if self.running.load(Ordering::Acquire) > 0 {
            return Instant::now() + idle;
        }
        let patience = if self.seen.load(Ordering::Acquire) == 0 { first_request } else { idle };
        *self.last.lock().expect("no holder panics") + patience
    }
}

/// Counts one request as running for as long as it lives.
struct Running(Arc<Activity>);

impl Running {
    fn start(activity: Arc<Activity>) -> Self {
        activity.running.fetch_add(1, Ordering::AcqRel);
        activity.seen.fetch_add(1, Ordering::AcqRel);
        Self(activity)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.last.lock().expect("no holder panics") = Instant::now();
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

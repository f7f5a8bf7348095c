//! One connection of a terminal after the handshake: HTTP/1.1 or HTTP/2, and the bounds on the cost of a peer.

mod activity;
mod flow;
mod frames;
mod framing;
mod http2;
mod linger;
mod remainder;
mod scanner;
mod watched;

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, EXPECT, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::config::Limits;
use crate::metrics::Metrics;
use crate::shares::Shares;

use super::caller::VerifiedCaller;

use activity::{Activity, Running};
use flow::{Counted, Flow, Progress};
use frames::Frames;
use http2::Http2;
use linger::{Lingering, QUIET};
use remainder::{Expectation, Remainder};

pub use framing::Framing;
pub(super) use linger::Drain;
pub(crate) use scanner::Scanner;
pub(crate) use watched::{Findings, Watched};

/// Marks a request, among its extensions, that must be refused because too many of its institution already wait, or it has waited
/// too long.
#[derive(Debug, Clone, Copy)]
pub struct Overloaded;

/// The parts that the connections of a listener share.
pub(super) struct Shared {
    /// Turns of requests.
    pub requests: Arc<Shares>,
    pub router: Router,
    pub limits: Limits,
    pub metrics: Arc<Metrics>,
    pub stop: CancellationToken,
}

/// Serves one connection with the protocol agreed in the handshake, until it ends, is idle too long, floods the server, or the
/// server stops.
pub(super) fn serve(
    shared: &Arc<Shared>,
    stream: TlsStream<TcpStream>,
    caller: Option<VerifiedCaller>,
) -> impl Future<Output = ()> + Send {
    // Not an async function: its state would hold the stream, more than a kilobyte, as long as the connection is open.
    let speaks_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write));
    let stream = Lingering::new(stream, shared.limits.body);
    let (activity, caller) = (Activity::new(), caller.map(Arc::new));
    let progress = if speaks_h2 { Progress::Portions } else { Progress::Written };
    let answers = {
        let (shared, activity) = (shared.clone(), activity.clone());
        move |request| answer(&shared, caller.as_ref(), &activity, progress, request)
    };
    async move {
        // Each is boxed separately: an open connection holds the state of one protocol only.
        if speaks_h2 {
            Box::pin(serve_http2(shared, &activity, stream, answers)).await;
        } else {
            Box::pin(serve_http1(shared, &activity, stream, answers)).await;
        }
    }
}

/// Answers one request when it is its institution's turn; callers who are identified only by a token share the turns of one
/// institution. A waiting request holds only its head: the body is not read, and nothing is set up for the answer.
fn answer(
    shared: &Arc<Shared>,
    caller: Option<&Arc<VerifiedCaller>>,
    activity: &Arc<Activity>,
    progress: Progress,
    mut request: Request<Body>,
) -> impl Future<Output = Response> + Send + use<> {
    let (shared, activity, running) = (shared.clone(), activity.clone(), Running::start(activity.clone()));
    let institution = caller.map(|caller| caller.institution());
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller.clone());
    }
    async move {
        let turn = shared.requests.wait(institution, shared.limits.request).await;
        if turn.is_none() {
            request.extensions_mut().insert(Overloaded);
        }
        let Ok(response) = Box::pin(shared.router.clone().oneshot(request)).await;
        // HTTP/1.1 does this itself; in HTTP/2 the header has no meaning, so that the connection is ended here.
        if response.headers().get(CONNECTION).is_some_and(|value| value == "close") {
            activity.ending.notify_one();
        }
        let response = response.map(|body| Body::new(Flow::new(body, progress, activity)));
        drop((turn, running));
        response
    }
}

// The result of a connection is ignored: every request was either answered and counted, or never received.

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
            // Waits no longer than a peer that reads needs to receive GOAWAY.
            let _ = tokio::time::timeout(limits.write.min(QUIET), connection).await;
            return;
        }
    };
    if wind_up {
        connection.graceful_shutdown();
        let _ = tokio::time::timeout(limits.stop, connection).await;
    }
}

async fn serve_http1<A>(shared: &Shared, activity: &Arc<Activity>, stream: Lingering, answer: impl Fn(Request<Body>) -> A)
where
    A: Future<Output = Response> + Send + 'static,
{
    let limits = &shared.limits;
    let findings = Arc::new(Findings::default());
    let watch = Counted { scanner: Scanner::new(findings.clone()), activity: activity.clone() };
    let stream = Watched::new(stream, watch);
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
            // The peer may or may not send a body that was not asked for, so that the start of the next request is unknown.
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
        // The HTTP library has answered with 400 or 431, because the request could not be read.
        shared.metrics.connections_closed.with_label_values(&["malformed_head"]).inc();
    }
}

/// Drives a connection; returns true if it should be closed, false if it ended by itself.
async fn until_quiet<C: Future>(shared: &Shared, activity: &Activity, mut connection: Pin<&mut C>) -> bool {
    loop {
        tokio::select! {
            _ = connection.as_mut() => return false,
            () = shared.stop.cancelled() => return true,
            () = activity.ending.notified() => return true,
            () = tokio::time::sleep_until(activity.deadline(&shared.limits)) => {
                if let Some(ending) = activity.judge(&shared.limits) {
                    shared.metrics.connections_closed.with_label_values(&[ending.label()]).inc();
                    return true;
                }
            }
        }
    }
}

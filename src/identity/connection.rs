use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::CONNECTION;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::VerifiedCaller;
use super::activity::{Activity, Running};
use super::flow::Flow;
use super::listener::Shared;

/// Among the extensions of a request that has to be refused, because too many of its institution wait already, or it has waited too
/// long.
#[derive(Debug, Clone, Copy)]
pub struct Overloaded;

/// Serves one connection with the protocol that the handshake agreed on, until it ends, stands idle too long, or the server
/// stops.
pub(super) async fn serve(shared: &Arc<Shared>, stream: TlsStream<TcpStream>, caller: VerifiedCaller) {
    let speaks_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write));
    let io = TokioIo::new(Box::pin(stream));
    // Each in a box of its own: an open connection has the state of one protocol, and none of what was before.
    if speaks_h2 {
        Box::pin(serve_http2(shared, io, Arc::new(caller))).await;
    } else {
        Box::pin(serve_http1(shared, io, Arc::new(caller))).await;
    }
}

type Io = TokioIo<Pin<Box<TimeoutStream<TlsStream<TcpStream>>>>>;

// The outcome of a connection is not an outcome of ours: whatever was asked has been answered and counted, or not asked.

async fn serve_http2(shared: &Arc<Shared>, io: Io, caller: Arc<VerifiedCaller>) {
    let (limits, activity) = (&shared.limits, Activity::new());
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .max_send_buf_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .serve_connection(io, service_fn(|request| answer(shared, &caller, &activity, request)));
    let mut connection = pin!(connection);
    if until_quiet(shared, &activity, connection.as_mut()).await {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(limits.stop, connection).await;
    }
}

async fn serve_http1(shared: &Arc<Shared>, io: Io, caller: Arc<VerifiedCaller>) {
    let (limits, activity) = (&shared.limits, Activity::new());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(limits.head_bytes.max(8192))
        .serve_connection(io, service_fn(|request| answer(shared, &caller, &activity, request)));
    let mut connection = pin!(connection);
    if until_quiet(shared, &activity, connection.as_mut()).await {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(limits.stop, connection).await;
    }
}

/// Answers one request when it is its institution's turn. What waits here is a head and nothing else: the body is not read, and
/// nothing is set up for the answer.
fn answer(
    shared: &Arc<Shared>,
    caller: &Arc<VerifiedCaller>,
    activity: &Arc<Activity>,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Flow>, Infallible>> + use<> {
    let (shared, activity, running) = (shared.clone(), activity.clone(), Running::start(activity.clone()));
    let institution = caller.institution();
    request.extensions_mut().insert(caller.clone());
    async move {
        let turn = shared.requests.wait(institution, shared.limits.request).await;
        if turn.is_none() {
            request.extensions_mut().insert(Overloaded);
        }
        let response = Box::pin(shared.router.clone().oneshot(request.map(Body::new))).await?;
        // HTTP/1.1 sees to this itself; in HTTP/2 the header means nothing, and the connection is ended by hand.
        if response.headers().get(CONNECTION).is_some_and(|value| value == "close") {
            activity.ending.notify_one();
        }
        let response = response.map(|body| Flow::new(body, activity));
        drop((turn, running));
        Ok(response)
    }
}

/// Drives a connection; true when it should be wound up, false when it ended by itself.
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

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
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
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::VerifiedCaller;
use super::listener::Shared;

/// Serves one connection with the protocol that the handshake agreed on, until it ends, stands idle too long, or the server
/// stops.
pub(super) async fn serve(shared: &Shared, stream: TlsStream<TcpStream>, caller: Option<VerifiedCaller>) {
    let speaks_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let activity = Arc::new(Activity::default());
    let caller = caller.map(Arc::new);
    let service = {
        let (router, activity) = (shared.router.clone(), activity.clone());
        service_fn(move |mut request: Request<Incoming>| {
            let activity = activity.clone();
            let running = Running::start(activity.clone());
            if let Some(caller) = &caller {
                request.extensions_mut().insert(caller.clone());
            }
            let answer = router.clone().oneshot(request.map(Body::new));
            async move {
                let response: Result<Response, std::convert::Infallible> = answer.await;
                // HTTP/1.1 sees to this itself; in HTTP/2 the header means nothing, and the connection is ended by hand.
                if response.as_ref().is_ok_and(|response| response.headers().get(CONNECTION).is_some_and(|v| v == "close")) {
                    activity.ending.notify_one();
                }
                drop(running);
                response
            }
        })
    };

    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write));
    let io = TokioIo::new(Box::pin(stream));
    let limits = &shared.limits;
    // The outcome of a connection is not an outcome of ours: whatever was asked has been answered and counted, or not asked.
    if speaks_h2 {
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(20)
            .max_local_error_reset_streams(100)
            .max_send_buf_size(64 * 1024)
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        if until_quiet(shared, &activity, connection.as_mut()).await {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(limits.stop, connection).await;
        }
    } else {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle)
            .max_buf_size(limits.head_bytes.max(8192))
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        if until_quiet(shared, &activity, connection.as_mut()).await {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(limits.stop, connection).await;
        }
    }
}

/// Drives a connection; true when it should be wound up, false when it ended by itself.
async fn until_quiet<C: Future>(shared: &Shared, activity: &Activity, mut connection: std::pin::Pin<&mut C>) -> bool {
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

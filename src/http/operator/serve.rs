//! The operator listener.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::warn;

use crate::config::Limits;
use crate::identity::{Findings, Scanner, Watched};

/// Serves up to 128 operator connections at once over plain HTTP/1.1, until `stop`. Time limits and strict framing are those of
/// terminal connections.
pub async fn serve(socket: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    const CONNECTIONS: usize = 128;
    let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        let Ok((stream, _)) = accepted.inspect_err(|error| warn!(error = %error, "accept failed")) else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            let mut stream = tokio_io_timeout::TimeoutStream::new(stream);
            stream.set_write_timeout(Some(limits.write));
            let findings = Arc::new(Findings::default());
            let stream = Watched::new(Box::pin(stream), Scanner::new(findings.clone()));
            let service = service_fn(|mut request: Request<Incoming>| {
                if let Some(framing) = findings.next_request() {
                    request.extensions_mut().insert(framing);
                }
                router.clone().oneshot(request.map(Body::new))
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.idle)
                .max_buf_size(limits.head_bytes.max(8192))
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(limits.stop, connection).await;
                }
            }
            drop(place);
        });
    }
    // Closes the socket, so that the operating system refuses new connections instead of queueing them.
    drop(socket);
    tasks.close();
    let _ = tokio::time::timeout(limits.stop, tasks.wait()).await;
}

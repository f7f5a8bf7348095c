use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::server::Acceptor;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::config::Limits;
use crate::metrics::Metrics;

use super::connection;
use super::linger::Drain;
use super::verifier::REFUSED;
use super::{Refused, Trust, VerifiedCaller};

/// How a listener knows its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// By the certificate of their terminal, which the handshake demands.
    ByCertificate,
    /// By the token of a login, which each request carries; the handshake asks for no certificate.
    ByToken,
}

/// A listener for terminals and what its connections share.
pub struct Listener {
    /// Where connections come in.
    pub socket: TcpListener,
    /// How callers are known.
    pub callers: Callers,
    /// What serves their requests; each carries a [`VerifiedCaller`] among its extensions if the certificate told who calls.
    pub router: Router,
    /// What is believed about certificates.
    pub trust: Arc<Trust>,
    /// Bounds.
    pub limits: Limits,
    /// Series.
    pub metrics: Arc<Metrics>,
}

/// Accepts connections until `stop`, then lets the open ones finish for a bounded time.
pub async fn serve(listener: Listener, stop: CancellationToken) {
    let Listener { socket, callers, router, trust, limits, metrics } = listener;
    let shared = Arc::new(Shared {
        handshakes: Semaphore::new(limits.handshakes),
        connections: Arc::new(Semaphore::new(limits.connections)),
        callers,
        router,
        trust,
        limits,
        metrics,
        stop: stop.clone(),
    });
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => shared.clone().spawn(&tasks, stream, peer),
            Err(error) => {
                // Out of file descriptors, most likely: serving goes on when some are free again.
                warn!(error = %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Whoever comes now is refused by the system instead of waiting for nobody.
    drop(socket);
    tasks.close();
    if timeout(limits.stop, tasks.wait()).await.is_err() {
        warn!("connections were cut off at the end of the stop time");
    }
}

pub(super) struct Shared {
    handshakes: Semaphore,
    connections: Arc<Semaphore>,
    callers: Callers,
    pub router: Router,
    pub trust: Arc<Trust>,
    pub limits: Limits,
    pub metrics: Arc<Metrics>,
    pub stop: CancellationToken,
}

impl Shared {
    fn spawn(self: Arc<Self>, tasks: &TaskTracker, stream: TcpStream, peer: SocketAddr) {
        let Ok(place) = self.connections.clone().try_acquire_owned() else {
            self.metrics.connections_closed.with_label_values(&["too_many"]).inc();
            return;
        };
        tasks.spawn(async move {
            self.metrics.connections.inc();
            if let Some((stream, caller)) = self.handshake(stream, peer).await {
                connection::serve(&self, stream, caller).await;
            }
            self.metrics.connections.dec();
            drop(place);
        });
    }

    /// Performs the handshake; a failed one is counted and logged with its reason.
    async fn handshake(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<(TlsStream<TcpStream>, Option<VerifiedCaller>)> {
        let attempt = async {
            // Answers are small and whole: waiting to fill a packet only delays them. A socket that cannot is dead anyway.
            let _ = stream.set_nodelay(true);
            // A place is taken only by a peer that has begun to speak, so that silent ones keep nobody out.
            let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await;
            let _place = self.handshakes.acquire().await.ok()?;
            let (config, authority) = self.trust.config(self.callers);
            let attempt = async {
                let result = match hello {
                    Ok(hello) => hello.into_stream(config).into_fallible().await,
                    // Whatever speaks no TLS has been told so already.
                    Err(error) => return Some(Err((None, error, None))),
                };
                let refused = |(error, stream)| (REFUSED.with(Cell::get), error, Some(stream));
                Some(result.map(|stream| (stream, authority)).map_err(refused))
            };
            REFUSED.scope(Cell::new(None), attempt).await
        };
        let outcome = tokio::select! {
            () = self.stop.cancelled() => return None,
            outcome = timeout(self.limits.handshake, attempt) => outcome,
        };
        let mut refused = None;
        let result = match outcome {
            Err(_) => Err("timeout"),
            Ok(None) => return None,
            Ok(Some(Ok((stream, _)))) if self.callers == Callers::ByToken => Ok((stream, None)),
            Ok(Some(Ok((stream, authority)))) => {
                caller_of(&stream, authority).map(|caller| (stream, Some(caller))).map_err(Refused::label)
            }
            Ok(Some(Err((noted, error, stream)))) => {
                refused = stream;
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                let reason = noted.or_else(|| inner.and_then(Refused::of));
                // A peer that speaks no TLS, or goes away, or refuses our certificate.
                Err(reason.map_or("tls_error", Refused::label))
            }
        };
        self.metrics.handshakes.with_label_values(&[result.as_ref().map_or_else(|label| *label, |_| "ok")]).inc();
        let result =
            result.inspect_err(|reason| info!(target: "audit", event = "handshake_refused", reason, peer = %peer)).ok();
        if let Some(stream) = refused {
            self.say_why(stream).await;
        }
        result
    }

    /// Lets the alert that was sent arrive: in TLS 1.3 the peer thinks that the handshake is over, and is sending already.
    async fn say_why(&self, mut stream: TcpStream) {
        // A peer that is gone hears nothing.
        if stream.shutdown().await.is_ok() {
            let mut drain = Drain::new(self.limits.handshake);
            tokio::select! {
                () = std::future::poll_fn(|cx| drain.poll(&mut stream, cx)) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }
}

fn caller_of(stream: &TlsStream<TcpStream>, authority: Arc<[u8]>) -> Result<VerifiedCaller, Refused> {
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    VerifiedCaller::of_verified_certificate(certificate.ok_or(Refused::NoCertificate)?, authority)
}

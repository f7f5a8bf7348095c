//! The listener of terminals: accepts connections, performs the handshake, and identifies the caller.

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
use crate::shares::{Bounds, Shares};

use super::caller::{Callers, VerifiedCaller};
use super::connection::{self, Drain, Shared};
use super::refused::CertificateRefused;
use super::trust::Trust;
use super::verifier::REFUSED;

/// The most bytes that wait unsent in a socket; briefly up to twice as many.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 32 * 1024;

/// A listener for terminals, with what its connections share.
pub struct Listener {
    /// The socket that accepts connections.
    pub socket: TcpListener,
    /// The way in which callers are identified.
    pub callers: Callers,
    /// The router that serves their requests. Each request carries a [`VerifiedCaller`] among its extensions if the certificate
    /// identified the caller.
    pub router: Router,
    /// The certificates that are trusted.
    pub trust: Arc<Trust>,
    /// Bounds.
    pub limits: Limits,
    /// The metrics.
    pub metrics: Arc<Metrics>,
}

/// Accepts connections until `stop`, then lets the open ones finish for a bounded time.
pub async fn serve(listener: Listener, stop: CancellationToken) {
    let Listener { socket, callers, router, trust, limits, metrics } = listener;
    let gate = Arc::new(Gate {
        handshakes: Semaphore::new(limits.handshakes),
        connections: Arc::new(Semaphore::new(limits.connections)),
        callers,
        connections_of: Shares::new(Bounds {
            places: limits.connections_of_institution,
            common: 0,
            of_institution: limits.connections_of_institution,
            of_all: limits.connections,
        }),
        trust,
        shared: Arc::new(Shared {
            requests: Shares::new(Bounds {
                places: limits.requests_at_once,
                common: limits.requests_in_common,
                of_institution: limits.requests_held,
                of_all: limits.requests_held_of_all,
            }),
            router,
            limits,
            metrics,
            stop: stop.clone(),
        }),
    });
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => gate.clone().spawn(&tasks, stream, peer),
            Err(error) => {
                // Most likely out of file descriptors: the listener continues once some are free again.
                warn!(error = %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // The system refuses new connections from here on, instead of letting them wait for nothing.
    drop(socket);
    tasks.close();
    if timeout(limits.stop, tasks.wait()).await.is_err() {
        warn!("connections were cut off at the end of the stop time");
    }
}

/// Admits new connections.
struct Gate {
    handshakes: Semaphore,
    connections: Arc<Semaphore>,
    callers: Callers,
    connections_of: Arc<Shares>,
    trust: Arc<Trust>,
    shared: Arc<Shared>,
}

impl Gate {
    fn spawn(self: Arc<Self>, tasks: &TaskTracker, stream: TcpStream, peer: SocketAddr) {
        let Ok(place) = self.connections.clone().try_acquire_owned() else {
            self.shared.metrics.connections_closed.with_label_values(&["too_many"]).inc();
            return;
        };
        tasks.spawn(async move {
            self.shared.metrics.connections.inc();
            // Boxed, so that the handshake's state is freed before the connection is served.
            if let Some((stream, caller)) = Box::pin(self.handshake(stream, peer)).await {
                let place = caller.as_ref().map(|caller| (caller, self.connections_of.take(caller.institution())));
                match place {
                    Some((caller, None)) => self.refuse_share(caller),
                    // The place is held as long as the connection is served.
                    _place => connection::serve(&self.shared, stream, caller.clone()).await,
                }
            }
            self.shared.metrics.connections.dec();
            drop(place);
        });
    }

    /// Closes a new connection of an institution that has as many as it may.
    fn refuse_share(&self, caller: &VerifiedCaller) {
        self.shared.metrics.connections_closed.with_label_values(&["too_many_of_institution"]).inc();
        let (institution, terminal) = (caller.institution(), caller.terminal());
        warn!(target: "audit", event = "too_many_connections", institution = %institution, terminal);
    }

    /// Performs the handshake; a failed one is counted and logged with its reason.
    async fn handshake(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<(TlsStream<TcpStream>, Option<VerifiedCaller>)> {
        let attempt = async {
            // Answers are small and written whole: waiting to fill a packet would only delay them. If the option fails, the
            // socket is dead anyway.
            let _ = stream.set_nodelay(true);
            // Few bytes wait unsent: a client that takes some of its answer is noticed, and no memory is spent on one that does
            // not.
            #[cfg(target_os = "linux")]
            let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
            // A peer takes a place only once it has begun to send, so that silent peers block nobody.
            let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await;
            let _place = self.handshakes.acquire().await.ok()?;
            let (config, authority) = self.trust.config(self.callers);
            let attempt = async {
                let result = match hello {
                    Ok(hello) => hello.into_stream(config).into_fallible().await,
                    // A peer that does not speak TLS has already been told so.
                    Err(error) => return Some(Err((None, error, None))),
                };
                let refused = |(error, stream)| (REFUSED.with(Cell::get), error, Some(stream));
                Some(result.map(|stream| (stream, authority)).map_err(refused))
            };
            REFUSED.scope(Cell::new(None), attempt).await
        };
        let outcome = tokio::select! {
            () = self.shared.stop.cancelled() => return None,
            outcome = timeout(self.shared.limits.handshake, attempt) => outcome,
        };
        let mut refused = None;
        let result = match outcome {
            Err(_) => Err("timeout"),
            Ok(None) => return None,
            Ok(Some(Ok((stream, _)))) if self.callers == Callers::ByToken => Ok((stream, None)),
            Ok(Some(Ok((stream, authority)))) => {
                caller_of(&stream, authority).map(|caller| (stream, Some(caller))).map_err(CertificateRefused::label)
            }
            Ok(Some(Err((noted, error, stream)))) => {
                refused = stream;
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                let reason = noted.or_else(|| inner.and_then(CertificateRefused::of));
                // The peer does not speak TLS, or has gone, or refuses our certificate.
                Err(reason.map_or("tls_error", CertificateRefused::label))
            }
        };
        self.shared.metrics.handshakes.with_label_values(&[result.as_ref().map_or_else(|label| *label, |_| "ok")]).inc();
        let result =
            result.inspect_err(|reason| info!(target: "audit", event = "handshake_refused", reason, peer = %peer)).ok();
        if let Some(stream) = refused {
            self.say_why(stream).await;
        }
        result
    }

    /// Keeps reading until the alert has arrived: in TLS 1.3 the peer considers the handshake finished and is already sending.
    async fn say_why(&self, mut stream: TcpStream) {
        // A peer that has gone needs no alert.
        if stream.shutdown().await.is_ok() {
            let mut drain = Drain::new(self.shared.limits.handshake);
            tokio::select! {
                () = std::future::poll_fn(|cx| drain.poll(&mut stream, cx)) => {}
                () = self.shared.stop.cancelled() => {}
            }
        }
    }
}

fn caller_of(stream: &TlsStream<TcpStream>, authority: Arc<[u8]>) -> Result<VerifiedCaller, CertificateRefused> {
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    VerifiedCaller::of_verified_certificate(certificate.ok_or(CertificateRefused::NoCertificate)?, authority)
}

//! The listener of terminals: lets connections in, performs the handshake, and finds out who calls.

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
use super::refused::Refused;
use super::trust::Trust;
use super::verifier::REFUSED;

/// How many bytes may wait in a socket before they are sent; twice as many at most, for a moment.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 32 * 1024;

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

/// What lets new connections in.
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
            // The handshake is done when the connection is served: its state need not be there any more.
            if let Some((stream, caller)) = Box::pin(self.handshake(stream, peer)).await {
                let place = caller.as_ref().map(|caller| (caller, self.connections_of.take(caller.institution())));
                match place {
                    Some((caller, None)) => self.refuse_share(caller),
                    // Held as long as the connection is served.
                    _place => connection::serve(&self.shared, stream, caller.clone()).await,
                }
            }
            self.shared.metrics.connections.dec();
            drop(place);
        });
    }

    /// An institution has as many connections as it may: the new one is closed.
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
            // Answers are small and whole: waiting to fill a packet only delays them. A socket that cannot is dead anyway.
            let _ = stream.set_nodelay(true);
            // Little waits unsent, so that a client that takes some of its answer is seen to, and memory is not spent on one that does
            // not.
            #[cfg(target_os = "linux")]
            let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
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
            () = self.shared.stop.cancelled() => return None,
            outcome = timeout(self.shared.limits.handshake, attempt) => outcome,
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
        self.shared.metrics.handshakes.with_label_values(&[result.as_ref().map_or_else(|label| *label, |_| "ok")]).inc();
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
            let mut drain = Drain::new(self.shared.limits.handshake);
            tokio::select! {
                () = std::future::poll_fn(|cx| drain.poll(&mut stream, cx)) => {}
                () = self.shared.stop.cancelled() => {}
            }
        }
    }
}

fn caller_of(stream: &TlsStream<TcpStream>, authority: Arc<[u8]>) -> Result<VerifiedCaller, Refused> {
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    VerifiedCaller::of_verified_certificate(certificate.ok_or(Refused::NoCertificate)?, authority)
}

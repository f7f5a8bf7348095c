//! The composition root: makes a running server out of configuration, database and clock.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::clock::{Clock, Clocks};
use crate::config::{Config, Limits};
use crate::exchange::{Admission, Arrivals, Fetches, Parts};
use crate::http::operator::{self, OperatorState};
use crate::http::{TerminalState, terminal_router, token_router};
use crate::identity::{self, Callers, Listener, Tokens, Trust, TrustError};
use crate::jobs::{Worker, Workers, expire_old};
use crate::language::Japanese;
use crate::metrics::Metrics;
use crate::pki::PkiFiles;
use crate::query::operator::Operations;
use crate::query::{
    AccessLog, BulkFetch, BulkRegister, ByCard, ByCertificate, Challenges, Directory, LogKey, Misses, ReferenceNumbers,
    challenges,
};
use crate::store::{Store, StoreError};

/// A running server. Dropping it does not stop it; [`App::stop`] does.
pub struct App {
    terminal_addr: SocketAddr,
    operator_addr: SocketAddr,
    token_addr: Option<SocketAddr>,
    trust: Arc<Trust>,
    stop: CancellationToken,
    tasks: TaskTracker,
    store: Store,
    /// How long [`App::stop`] waits for all tasks.
    patience: Duration,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operator listener would be open to the network.
    #[error("the operator address {0} is not a loopback address; configure --operator-token to allow that")]
    OpenOperator(SocketAddr),
    /// The server cannot listen on an address.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The database does not answer, or its schema does not fit.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Japanese for StartError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::OpenOperator(address) => format!(
                "運用者用のアドレス{address}はループバックではありません。使うには--operator-tokenを指定してください"
            )
            .into(),
            Self::Listen { address, source } => format!("{address}で待ち受けられません: {}", source.japanese()).into(),
            Self::Trust(error) => error.japanese(),
            Self::Store(error) => error.japanese(),
        }
    }
}

impl App {
    /// Starts the listeners and the background tasks.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config, store: Store, clock: Clock) -> Result<Self, StartError> {
        if !config.operator_addr.ip().is_loopback() && config.operator_token.is_none() {
            return Err(StartError::OpenOperator(config.operator_addr));
        }
        store.check_schema().await?;
        let metrics = Arc::new(Metrics::new());
        let trust = Arc::new(Trust::load(PkiFiles::at(&config.pki), metrics.clone())?);
        let directory = Arc::new(Directory::load(store.clone()).await?);
        let (terminal_socket, terminal_addr) = listen(config.terminal_addr).await?;
        let (operator_socket, operator_addr) = listen(config.operator_addr).await?;
        let token_socket = match config.token_addr {
            Some(address) => Some(listen(address).await?),
            None => None,
        };

        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let key = LogKey::of(&config.secret);
        let log = AccessLog::start(&store, &metrics, &config.limits, key.clone());
        let bulk = config.limits.bulk;
        let misses = Misses::new(config.limits.misses, &metrics);
        let exchange = Arc::new(Parts {
            admission: Admission::new(&directory, &trust, &metrics),
            by_card: ByCard::start(&store, &metrics, &config.limits, log.clone(), &misses),
            by_certificate: ByCertificate::start(&store, &metrics, &config.limits, log.clone()),
            challenges: Challenges::start(&store, &metrics, &config.limits),
            bulk_register: BulkRegister::new(&store, key.clone(), &bulk, &misses),
            bulk_fetch: BulkFetch::new(&store, &bulk),
            reference_numbers: ReferenceNumbers::new(&store),
            log,
            directory: directory.clone(),
            trust: trust.clone(),
            clock: clock.clone(),
            limits: config.limits,
            metrics: metrics.clone(),
            arrivals: Arrivals::new(bulk),
            fetches: Fetches::new(&bulk),
            shaping: Arc::new(Semaphore::new(bulk.shaping)),
        });
        let tokens = Arc::new(Tokens::new(&config.secret, config.limits.token));
        let terminal = TerminalState { exchange, tokens };
        let token_addr = token_socket.as_ref().map(|(_, address)| *address);
        if let Some((socket, _)) = token_socket {
            let listener = Listener {
                socket,
                callers: Callers::ByToken,
                router: token_router(terminal.clone()),
                trust: trust.clone(),
                limits: Limits { connections: config.limits.token_connections, ..config.limits },
                metrics: metrics.clone(),
            };
            tasks.spawn(identity::serve(listener, stop.clone()));
        }
        let listener = Listener {
            socket: terminal_socket,
            callers: Callers::ByCertificate,
            router: terminal_router(terminal),
            trust: trust.clone(),
            limits: config.limits,
            metrics: metrics.clone(),
        };
        let clocks = Clocks::of(clock.clone());
        Workers::start(&Worker::new(&store, &directory, key, &clocks, bulk, &metrics, &misses), &tasks, &stop);
        tasks.spawn(expire_old(store.clone(), clocks.clone(), bulk, stop.clone()));
        tasks.spawn(challenges::forget_old(store.clone(), clocks, stop.clone()));
        let operator = OperatorState {
            operations: Operations::new(&store, &metrics),
            trust: trust.clone(),
            metrics,
            clock,
            limits: config.limits,
            token: config.operator_token.map(Into::into),
            registering: Arc::new(Semaphore::new(config.limits.registering)),
        };
        tasks.spawn(directory.follow(stop.clone()));
        tasks.spawn(identity::serve(listener, stop.clone()));
        tasks.spawn(operator::serve(operator_socket, operator::router(operator), config.limits, stop.clone()));
        tasks.close();
        info!(
            terminal = %terminal_addr,
            operator = %operator_addr,
            token = token_addr.map(tracing::field::display),
            "listening"
        );
        let patience = 2 * config.limits.stop;
        Ok(Self { terminal_addr, operator_addr, token_addr, trust, stop, tasks, store, patience })
    }

    /// Returns the address of the terminal listener.
    #[must_use]
    pub fn terminal_addr(&self) -> SocketAddr {
        self.terminal_addr
    }

    /// Returns the address of the operator listener.
    #[must_use]
    pub fn operator_addr(&self) -> SocketAddr {
        self.operator_addr
    }

    /// Returns the address of the listener for searches by token alone, if there is one.
    #[must_use]
    pub fn token_addr(&self) -> Option<SocketAddr> {
        self.token_addr
    }

    /// Reloads certificates and CRL. Open connections stay open.
    ///
    /// # Errors
    /// If the new files cannot be used; then the old ones stay in use.
    pub fn reload(&self) -> Result<(), TrustError> {
        let result = self.trust.reload();
        match &result {
            Ok(()) => info!("certificates and revocation list read anew"),
            Err(error) => error!(error = %error, "certificates and revocation list stay as they were"),
        }
        result
    }

    /// Stops accepting connections, and waits a bounded time for requests in flight and slices of batches in progress. A slice
    /// that is interrupted is processed again after its lease has expired.
    pub async fn stop(self) {
        self.stop.cancel();
        if timeout(self.patience, self.tasks.wait()).await.is_err() {
            warn!("work was broken off at the end of the stop time");
        }
        self.store.close().await;
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let socket = TcpListener::bind(address).await.map_err(failed)?;
    let local = socket.local_addr().map_err(failed)?;
    Ok((socket, local))
}

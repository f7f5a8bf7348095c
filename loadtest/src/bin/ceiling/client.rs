//! The client: the same for every server, with as many connections, each with one request at a time (closed loop).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, HOST};
use memchr::memmem::Finder;
use shikaku::language::{Bilingual, Japanese};
use shikaku::terminal::{Connection, Reply, Terminal, TerminalError};
use shikaku::wire::Format;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::watch::{Measured, Timing, Watch};

/// Connections at once.
pub const CONNECTIONS: usize = 64;

/// How long the requests under way may take once the window is closed.
const AFTER: Duration = Duration::from_secs(10);

/// What is sent.
#[derive(Clone)]
pub enum Way {
    /// Posts a message.
    Post {
        /// The path.
        path: &'static str,
        /// The format of message and answer.
        format: Format,
    },
    /// Gets a file.
    Get {
        /// The path.
        path: &'static str,
    },
}

/// The connections of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// Opened before it and kept alive.
    Kept,
    /// Opened for each request and closed after its answer.
    New,
}

/// Messages, one for each request.
pub struct Messages {
    all: Vec<Bytes>,
    /// Whether each can be sent once. The window ends with the last one.
    once: bool,
}

impl Messages {
    /// Makes messages that are sent again from the first one when all were sent.
    pub fn again(all: Vec<Bytes>) -> Self {
        Self { all, once: false }
    }

    /// Makes messages that can be sent once each.
    pub fn once(all: Vec<Bytes>) -> Self {
        Self { all, once: true }
    }

    fn at(&self, number: usize) -> Option<Bytes> {
        let place = if self.once { number } else { number % self.all.len() };
        self.all.get(place).cloned()
    }

    /// A fifth of those that can be sent once may go into the warm-up.
    fn most_warm_up(&self) -> u64 {
        if self.once { self.all.len() as u64 / 5 } else { u64::MAX }
    }
}

/// A window of requests to a server.
pub struct Load {
    /// The terminal, with the server's address.
    pub terminal: Terminal,
    /// What is sent.
    pub way: Way,
    /// Over which connections.
    pub connections: Connections,
    /// The messages.
    pub messages: Messages,
    /// What every right answer contains.
    pub wanted: &'static str,
}

struct Shared {
    load: Load,
    wanted: Finder<'static>,
    next: AtomicUsize,
    done: AtomicU64,
    closed: AtomicBool,
    over: Notify,
}

impl Load {
    /// Sends for a warm-up and for the time of a window, and measures that.
    ///
    /// # Errors
    /// If an answer is not right or does not come.
    pub async fn measure(self, warm_up: Duration, window: Duration, watch: &Watch) -> Result<Measured, Bilingual> {
        let mut open = Vec::new();
        for _ in 0..CONNECTIONS {
            open.push(match self.connections {
                Connections::Kept => Some(self.terminal.connect().await.map_err(broken)?),
                Connections::New => None,
            });
        }
        let wanted = Finder::new(self.wanted);
        let (next, done, closed, over) = Default::default();
        let shared = Arc::new(Shared { load: self, wanted, next, done, closed, over });
        let mut tasks = JoinSet::new();
        for connection in open {
            let shared = shared.clone();
            tasks.spawn(async move {
                let result = send(&shared, connection).await;
                // One that has nothing more to send ends the window.
                shared.over.notify_one();
                result
            });
        }
        let timing = Timing { warm_up, most_warm_up: shared.load.messages.most_warm_up(), window };
        let measured = watch.window(timing, &shared.done, shared.over.notified()).await;
        shared.closed.store(true, Ordering::Relaxed);
        let ends = async {
            while let Some(result) = tasks.join_next().await {
                result.map_err(|error| Bilingual::from((error.to_string(), error.to_string())))??;
            }
            Ok(())
        };
        match tokio::time::timeout(AFTER, ends).await {
            Ok(result) => result.and(measured),
            Err(_) => Err(("an answer did not come", "回答が届きませんでした").into()),
        }
    }
}

/// Sends one request after the other until the window is closed or all messages are sent.
async fn send(shared: &Shared, mut kept: Option<Connection>) -> Result<(), Bilingual> {
    let load = &shared.load;
    while !shared.closed.load(Ordering::Relaxed) {
        let Some(message) = load.messages.at(shared.next.fetch_add(1, Ordering::Relaxed)) else { break };
        let reply = match &mut kept {
            Some(connection) => ask(connection, &load.way, message).await.map_err(broken)?,
            None => {
                let mut connection = load.terminal.connect().await.map_err(broken)?;
                ask(&mut connection, &load.way, message).await.map_err(broken)?
            }
        };
        if !reply.status.is_success() || shared.wanted.find(&reply.body).is_none() {
            let status = reply.status;
            return Err(
                (format!("an answer is not right (status {status})"), format!("正しくない回答です（{status}）")).into()
            );
        }
        shared.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Sends one request.
///
/// # Errors
/// If the connection breaks.
pub async fn ask(connection: &mut Connection, way: &Way, message: Bytes) -> Result<Reply, TerminalError> {
    match way {
        Way::Post { path, format } => {
            let media = match format {
                Format::Json => "application/json",
                Format::Xml => "application/xml",
            };
            connection.post(path, media, &[(ACCEPT.as_str(), media)], message).await
        }
        Way::Get { path } => {
            let request = Request::get(*path).header(HOST, "localhost").body(Full::new(Bytes::new()));
            connection.send(request.map_err(|error| TerminalError::Broken(error.to_string()))?).await
        }
    }
}

/// Says that a connection broke.
pub fn broken(error: TerminalError) -> Bilingual {
    (error.to_string(), error.japanese()).into()
}

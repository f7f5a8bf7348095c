//! A lane: one place where one request at a time is under way, as one terminal, over connections of its own.
//!
//! Between requests a lane attends to what waits for its time: it asks for the results of files that it sent, and keeps signed
//! challenges ready. `ask` says what a request of each scenario does.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shikaku::terminal::{Connection, TerminalError};
use tokio::sync::mpsc::Sender;

use super::Run;
use super::failure::Failure;
use super::files::Files;
use super::line::{Job, Place};
use super::stock::Stock;
use super::tallies::{Answered, Outcome};
use crate::answer::error_code;
use crate::identities::Identity;
use crate::plan::ConnectionPolicy;
use crate::scenario::Message;

/// How long a lane of a closed stage rests after a failure, so that a server that is gone does not make it spin.
const REST: Duration = Duration::from_millis(100);

/// Sends what the line hands out, until it is closed and no file waits any more. Drops `filled` once its challenges are ready.
pub(super) async fn work(run: Arc<Run>, mut place: Place, identity: Identity, filled: Sender<()>) {
    let mut lane = Lane {
        identity,
        open: None,
        left_open: VecDeque::new(),
        handshake: None,
        files: Files::default(),
        stock: Stock::new(run.plan.mix.challenges_ahead()),
        free_since: Instant::now(),
        done: VecDeque::new(),
        run,
    };
    lane.fill().await;
    drop(filled);
    while !lane.run.is_stopped() {
        lane.attend().await;
        let job = match lane.done.pop_front() {
            Some(done) => match lane.again(done).await {
                Some(job) => job,
                None => continue,
            },
            None => match lane.wait(&mut place).await {
                Next::Job(job) => job,
                Next::Time => continue,
                Next::Closed => match lane.files.next() {
                    Some(at) => {
                        tokio::time::sleep_until(at.into()).await;
                        continue;
                    }
                    None => return,
                },
            },
        };
        lane.send(job).await;
    }
}

pub(super) struct Lane {
    pub run: Arc<Run>,
    pub identity: Identity,
    open: Option<Connection>,
    /// Connections that this terminal forgets to close.
    left_open: VecDeque<Connection>,
    /// How long the last handshake took, until a request counts it.
    handshake: Option<Duration>,
    pub files: Files,
    pub stock: Stock,
    /// When it was last done with something.
    pub free_since: Instant,
    /// Requests of closed stages that are done, and whether they failed: another one follows each.
    done: VecDeque<(Job, bool)>,
}

enum Next {
    Job(Job),
    /// Something else is due.
    Time,
    Closed,
}

/// How a message went.
pub(super) struct Sent {
    /// When its sending began, the connection included.
    pub begun: Instant,
    /// When it was sent on an open connection.
    pub at: Option<Instant>,
    /// When it was done. What the sender does after that, such as comparing the answer, is its own lateness.
    pub done: Instant,
    /// The body of the answer.
    pub reply: Result<Vec<u8>, Failure>,
}

/// How a request went, for its count.
pub(super) struct Went {
    /// The place of the part of the mix.
    pub part: usize,
    pub late: Duration,
    pub sent: Option<Instant>,
    pub done: Instant,
    pub people: u64,
    pub result: Result<Answered, Failure>,
}

impl Lane {
    /// Waits for the next request, or until something else is due.
    async fn wait(&mut self, place: &mut Place) -> Next {
        let line = &self.run.line;
        let Some(until) = self.files.next().into_iter().chain(self.stock.next()).min() else {
            return line.next(place).await.map_or(Next::Closed, Next::Job);
        };
        let next = tokio::select! {
            biased;
            job = line.next(place) => Some(job.map_or(Next::Closed, Next::Job)),
            () = tokio::time::sleep_until(until.into()) => None,
        };
        // A request that was handed out just now must not be lost.
        next.unwrap_or_else(|| line.take_back(place).map_or(Next::Time, Next::Job))
    }

    /// Does what is due besides requests.
    async fn attend(&mut self) {
        let mut attended = false;
        while let Some(file) = self.files.due(Instant::now()) {
            self.poll(file).await;
            attended = true;
        }
        if self.stock.wants(Instant::now()) {
            self.restock().await;
            attended = true;
        }
        if attended {
            self.free_since = Instant::now();
        }
    }

    /// Fills the stock of challenges, and waits until they are signed.
    async fn fill(&mut self) {
        while self.stock.wants(Instant::now()) && !self.run.is_stopped() {
            self.restock().await;
        }
        self.stock.until_signed().await;
        self.free_since = Instant::now();
    }

    /// Returns the request that follows one of a closed stage; none if the stage is over, or no more are allowed.
    async fn again(&mut self, (job, failed): (Job, bool)) -> Option<Job> {
        let until = job.again_until.filter(|until| Instant::now() < *until && !self.run.is_stopped())?;
        if failed {
            tokio::time::sleep(REST.min(until.saturating_duration_since(Instant::now()))).await;
        }
        let number = self.run.next_number()?;
        let due = Instant::now();
        self.free_since = due;
        self.run.tallies().due(job.stage, due);
        Some(Job { number, due, offered: due, ..job })
    }

    /// Counts how a request went.
    pub fn count(&mut self, job: Job, went: Went) {
        let Went { part, late, sent, done, people, result } = went;
        self.free_since = done;
        self.follow(job, result.is_err());
        let (stage, due, handshake) = (job.stage, job.due, self.handshake.take());
        self.run.tallies().add(Outcome { stage, part, due, late, handshake, sent, done, people, result });
    }

    /// Lets another request follow one of a closed stage that is done.
    pub fn follow(&mut self, job: Job, failed: bool) {
        if job.again_until.is_some() {
            self.done.push_back((job, failed));
        }
    }

    /// Returns how late the sender is with a request that it begins to send now.
    pub fn lateness(&self, job: &Job, begun: Instant) -> Duration {
        // A request that was offered late may also have to wait, for the others that were offered with it.
        let offered_late = job.offered.saturating_duration_since(job.due);
        offered_late + begun.saturating_duration_since(job.offered.max(self.free_since))
    }

    /// Sends a message over the open connection, or a new one, within the time of a request.
    pub async fn exchange(&mut self, message: Message) -> Sent {
        let within = self.run.plan.bounds.request;
        let begun = Instant::now();
        let mut at = None;
        let Message { path, format, body } = message;
        let all = async {
            let mut connection = match self.open.take().filter(Connection::is_open) {
                Some(connection) => connection,
                None => {
                    let connection = self.identity.terminal.connect().await?;
                    self.handshake = Some(begun.elapsed());
                    connection
                }
            };
            at = Some(Instant::now());
            let reply = connection.ask(&path, format, body).await?;
            let done = Instant::now();
            self.put_back(connection);
            Ok::<_, TerminalError>((reply, done))
        };
        let replied = tokio::time::timeout(within, all).await;
        let mut done = Instant::now();
        let reply = match replied {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(error)) => Err(Failure::from(&error)),
            Ok(Ok((reply, then))) => {
                done = then;
                match reply.status.is_success() {
                    true => Ok(reply.body.into()),
                    false => Err(Failure::Refused {
                        status: reply.status.as_u16(),
                        code: error_code(format, &reply.body).unwrap_or_default().into(),
                    }),
                }
            }
        };
        Sent { begun, at, done, reply }
    }

    /// Keeps, closes or leaves open a connection after its answer.
    fn put_back(&mut self, connection: Connection) {
        match self.run.plan.identities.policy {
            ConnectionPolicy::KeptAlive => self.open = Some(connection),
            ConnectionPolicy::NewForEach => drop(connection),
            ConnectionPolicy::NeverClosed => {
                self.left_open.push_back(connection);
                if self.left_open.len() > ConnectionPolicy::LEFT_OPEN {
                    self.left_open.pop_front();
                }
            }
        }
    }
}

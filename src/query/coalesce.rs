//! Gathers single questions into groups in which the institutions take turns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

use crate::domain::InstitutionCode;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};

use super::turns::Turns;
use super::{QueryError, failed};

/// One statement that answers many questions at once.
pub(super) trait SharedStatement: Send + 'static {
    type Question: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// The name in metrics.
    const NAME: &'static str;

    /// Answers every question, in order. May be called again with the same questions after a failure. The outer error is about
    /// the statement and fails all questions; an inner error is about one question.
    fn run(
        connection: &mut PgConnection,
        questions: &[Self::Question],
    ) -> impl Future<Output = Answers<Self::Answer>> + Send;
}

/// The result of a group; see [`SharedStatement::run`] for the two errors.
pub(super) type Answers<A> = Result<Vec<Result<A, StoreError>>, StoreError>;

/// The longest time for one attempt, connecting included: a little more than the server's own limit for the statement. It bounds
/// the wait for a database host that vanishes without closing its connections.
const ATTEMPT: Duration = Duration::from_secs(6);

/// Gathers single questions into groups without a timer. A worker takes the questions that queued up while the previous
/// statement ran. A lone question is asked at once; under load groups grow. Institutions take turns in a group. If too many
/// questions wait, the institution with the most of them has its newest refused.
pub(super) struct Coalescer<S: SharedStatement> {
    open: Arc<Open<S>>,
}

impl<S: SharedStatement> Clone for Coalescer<S> {
    fn clone(&self) -> Self {
        Self { open: self.open.clone() }
    }
}

/// The side that callers share; when the last one is dropped, the workers end.
struct Open<S: SharedStatement>(Arc<Queue<S>>);

impl<S: SharedStatement> Drop for Open<S> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.more.notify_waiters();
    }
}

/// Holds the questions that wait.
struct Queue<S: SharedStatement> {
    waiting: Mutex<Questions<S>>,
    /// Notified when a question arrives.
    more: Notify,
    /// Held while a group is put together, so that workers take turns and never split one.
    taking: tokio::sync::Mutex<()>,
    /// How many questions may wait.
    most: usize,
}

struct Questions<S: SharedStatement> {
    turns: Turns<Option<InstitutionCode>, Waiting<S>>,
    closed: bool,
}

struct Waiting<S: SharedStatement> {
    question: S::Question,
    reply: oneshot::Sender<Result<S::Answer, QueryError>>,
}

impl<S: SharedStatement> Queue<S> {
    fn lock(&self) -> MutexGuard<'_, Questions<S>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a question. If too many wait, refuses the last one of the institution that has the most, which may be this one.
    fn push(&self, asker: Option<InstitutionCode>, waiting: Waiting<S>) {
        let mut questions = self.lock();
        questions.turns.push(asker, waiting);
        let refused = (questions.turns.len() > self.most).then(|| questions.turns.pop_excess()).flatten();
        drop(questions);
        self.more.notify_one();
        if let Some(refused) = refused {
            // The caller may have gone away.
            let _ = refused.reply.send(Err(QueryError::Busy));
        }
    }

    /// Waits until there is a question. Returns false when the queue is closed.
    async fn until_asked(&self) -> bool {
        loop {
            let mut more = std::pin::pin!(self.more.notified());
            // Enabled before the check, so that a question that arrives in between is not missed.
            more.as_mut().enable();
            {
                let questions = self.lock();
                if questions.turns.len() > 0 || questions.closed {
                    return !questions.closed;
                }
            }
            more.await;
        }
    }

    /// Takes the first waiting question and all others that are ready, up to `most`. Returns false when the queue is closed.
    async fn take(&self, group: &mut Vec<Waiting<S>>, most: usize) -> bool {
        let _turn = self.taking.lock().await;
        if !self.until_asked().await {
            return false;
        }
        // Lets tasks that are ready run first, so that their questions join this group. Costs nothing if no other task is ready.
        tokio::task::yield_now().await;
        let mut questions = self.lock();
        while group.len() < most {
            let Some(next) = questions.turns.pop() else { break };
            group.push(next);
        }
        true
    }
}

impl<S: SharedStatement> Coalescer<S> {
    /// Starts `workers` tasks, each with its own connection. They end when the coalescer is dropped.
    pub fn start(store: &Store, metrics: &Arc<Metrics>, workers: usize, most: usize, group: usize) -> Self {
        let questions = Questions { turns: Turns::default(), closed: false };
        let (waiting, more, taking) = (Mutex::new(questions), Notify::new(), tokio::sync::Mutex::default());
        let queue: Arc<Queue<S>> = Arc::new(Queue { waiting, more, taking, most });
        for _ in 0..workers {
            let (queue, store, metrics) = (queue.clone(), store.clone(), metrics.clone());
            tokio::spawn(async move {
                loop {
                    let (queue, store, metrics) = (queue.clone(), store.clone(), metrics.clone());
                    let worker: Worker<S> = Worker { queue, store, metrics, connection: None, group };
                    // A worker that panics loses its group; a new worker replaces it.
                    if tokio::spawn(worker.work()).await.is_ok() {
                        return;
                    }
                }
            });
        }
        Self { open: Arc::new(Open(queue)) }
    }

    /// Queues a question of an institution, or of the operator if None, and waits for its answer.
    pub async fn ask(&self, asker: Option<InstitutionCode>, question: S::Question) -> Result<S::Answer, QueryError> {
        let (reply, answer) = oneshot::channel();
        self.open.0.push(asker, Waiting { question, reply });
        answer.await.unwrap_or(Err(QueryError::Unavailable))
    }
}

struct Worker<S: SharedStatement> {
    queue: Arc<Queue<S>>,
    store: Store,
    metrics: Arc<Metrics>,
    connection: Option<PgConnection>,
    group: usize,
}

impl<S: SharedStatement> Worker<S> {
    async fn work(mut self) {
        let mut waiting = Vec::with_capacity(self.group);
        loop {
            if !self.queue.take(&mut waiting, self.group).await {
                return;
            }
            // Drops questions whose caller has gone: they are neither answered nor logged.
            waiting.retain(|w: &Waiting<S>| !w.reply.is_closed());
            if waiting.is_empty() {
                continue;
            }
            let (questions, replies): (Vec<_>, Vec<_>) = waiting.drain(..).map(|w| (w.question, w.reply)).unzip();
            match self.answer(&questions).await {
                Ok(answers) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        let answer = answer.map_err(failed(S::NAME));
                        // The caller may have gone away.
                        let _ = reply.send(answer);
                    }
                }
                Err(error) => {
                    let error = failed(S::NAME)(error);
                    for reply in replies {
                        let _ = reply.send(Err(error));
                    }
                }
            }
        }
    }

    /// Runs the statement. If it fails on a connection that was open before, runs it once more on a new connection, because the
    /// old one may have died while idle.
    async fn answer(&mut self, questions: &[S::Question]) -> Answers<S::Answer> {
        let started = Instant::now();
        let was_connected = self.connection.is_some();
        let result = match self.attempt(questions).await {
            Err(StoreError::Database(_)) if was_connected => self.attempt(questions).await,
            result => result,
        };
        self.metrics.database_seconds.with_label_values(&[S::NAME]).observe(started.elapsed().as_secs_f64());
        self.metrics
            .database_batch
            .with_label_values(&[S::NAME])
            .observe(f64::from(u32::try_from(questions.len()).unwrap_or(u32::MAX)));
        result
    }

    async fn attempt(&mut self, questions: &[S::Question]) -> Answers<S::Answer> {
        // Taken out first: a connection whose statement failed or was abandoned is never used again.
        let connection = self.connection.take();
        let attempt = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => self.store.dedicated().await?,
            };
            let answers = S::run(&mut connection, questions).await?;
            Ok::<_, StoreError>((connection, answers))
        };
        let (connection, answers) = timeout(ATTEMPT, attempt).await.map_err(|_| StoreError::Silent)??;
        self.connection = Some(connection);
        Ok(answers)
    }
}

//! Single questions are gathered into batches, in which every institution has its turn.

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

/// Something that one statement does for many questions at once.
pub(super) trait Batch: Send + 'static {
    type Question: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// The name in metrics.
    const NAME: &'static str;

    /// Answers every question, in order. May be called a second time with the same questions after a failure. The outer
    /// error is about the statement and fails all questions, an inner one is about one question.
    fn run(
        connection: &mut PgConnection,
        questions: &[Self::Question],
    ) -> impl Future<Output = Answers<Self::Answer>> + Send;
}

/// What a batch comes to.
pub(super) type Answers<A> = Result<Vec<Result<A, StoreError>>, StoreError>;

/// How long one attempt may take, connecting included: a little more than the server's own limit for the statement. A
/// database host that vanishes without a word is given up then.
const ATTEMPT: Duration = Duration::from_secs(6);

/// Gathers single questions into batches without any timer: a worker takes the first waiting question and whatever has
/// queued while the previous statement ran. A lone question goes at once; under load batches grow by themselves. Institutions take
/// turns in a batch, and when too many questions wait, the one that has most of them is refused.
pub(super) struct Coalescer<B: Batch> {
    open: Arc<Open<B>>,
}

impl<B: Batch> Clone for Coalescer<B> {
    fn clone(&self) -> Self {
        Self { open: self.open.clone() }
    }
}

/// What askers share; the workers end with it.
struct Open<B: Batch>(Arc<Queue<B>>);

impl<B: Batch> Drop for Open<B> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.more.notify_waiters();
    }
}

/// What waits to be asked.
struct Queue<B: Batch> {
    waiting: Mutex<Questions<B>>,
    /// Told when a question comes.
    more: Notify,
    /// Held while a batch is put together, so that workers take turns and never split one.
    taking: tokio::sync::Mutex<()>,
    /// How many questions may wait.
    most: usize,
}

struct Questions<B: Batch> {
    turns: Turns<Option<InstitutionCode>, Waiting<B>>,
    closed: bool,
}

struct Waiting<B: Batch> {
    question: B::Question,
    reply: oneshot::Sender<Result<B::Answer, QueryError>>,
}

impl<B: Batch> Queue<B> {
    fn lock(&self) -> MutexGuard<'_, Questions<B>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question in. Where too many wait, the last one of the institution with most of them is refused, be it this one.
    fn push(&self, asker: Option<InstitutionCode>, waiting: Waiting<B>) {
        let mut questions = self.lock();
        questions.turns.push(asker, waiting);
        let refused = (questions.turns.len() > self.most).then(|| questions.turns.pop_excess()).flatten();
        drop(questions);
        self.more.notify_one();
        if let Some(refused) = refused {
            // Whoever asked may have gone away.
            let _ = refused.reply.send(Err(QueryError::Busy));
        }
    }

    /// Waits until there is something to ask; false when nobody can ask any more.
    async fn until_asked(&self) -> bool {
        loop {
            let mut more = std::pin::pin!(self.more.notified());
            // Before the look, so that a question that comes in between is not missed.
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

    /// Takes the first waiting question and whatever else is ready to be asked; false when nobody can ask any more.
    async fn take(&self, batch: &mut Vec<Waiting<B>>, most: usize) -> bool {
        let _turn = self.taking.lock().await;
        if !self.until_asked().await {
            return false;
        }
        // Tasks that are ready to run go first once: what they ask comes along. With nothing else to do this costs nothing.
        tokio::task::yield_now().await;
        let mut questions = self.lock();
        while batch.len() < most {
            let Some(next) = questions.turns.pop() else { break };
            batch.push(next);
        }
        true
    }
}

impl<B: Batch> Coalescer<B> {
    /// Starts `workers` tasks, each with a connection of its own. They end when the coalescer is dropped.
    pub fn start(store: &Store, metrics: &Arc<Metrics>, workers: usize, most: usize, batch: usize) -> Self {
        let questions = Questions { turns: Turns::default(), closed: false };
        let (waiting, more, taking) = (Mutex::new(questions), Notify::new(), tokio::sync::Mutex::default());
        let queue: Arc<Queue<B>> = Arc::new(Queue { waiting, more, taking, most });
        for _ in 0..workers {
            let (queue, store, metrics) = (queue.clone(), store.clone(), metrics.clone());
            tokio::spawn(async move {
                loop {
                    let (queue, store, metrics) = (queue.clone(), store.clone(), metrics.clone());
                    let worker: Worker<B> = Worker { queue, store, metrics, connection: None, batch };
                    // A worker that panics takes its batch with it, and the next one takes its place.
                    if tokio::spawn(worker.work()).await.is_ok() {
                        return;
                    }
                }
            });
        }
        Self { open: Arc::new(Open(queue)) }
    }

    /// Puts a question of an institution in, or of the operator, and waits for its answer.
    pub async fn ask(&self, asker: Option<InstitutionCode>, question: B::Question) -> Result<B::Answer, QueryError> {
        let (reply, answer) = oneshot::channel();
        self.open.0.push(asker, Waiting { question, reply });
        answer.await.unwrap_or(Err(QueryError::Unavailable))
    }
}

struct Worker<B: Batch> {
    queue: Arc<Queue<B>>,
    store: Store,
    metrics: Arc<Metrics>,
    connection: Option<PgConnection>,
    batch: usize,
}

impl<B: Batch> Worker<B> {
    async fn work(mut self) {
        let mut waiting = Vec::with_capacity(self.batch);
        loop {
            if !self.queue.take(&mut waiting, self.batch).await {
                return;
            }
            // Whoever has given up waiting is neither looked up nor recorded.
            waiting.retain(|w: &Waiting<B>| !w.reply.is_closed());
            if waiting.is_empty() {
                continue;
            }
            let (questions, replies): (Vec<_>, Vec<_>) = waiting.drain(..).map(|w| (w.question, w.reply)).unzip();
            match self.answer(&questions).await {
                Ok(answers) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        let answer = answer.map_err(failed(B::NAME));
                        // Whoever asked may have gone away.
                        let _ = reply.send(answer);
                    }
                }
                Err(error) => {
                    let error = failed(B::NAME)(error);
                    for reply in replies {
                        let _ = reply.send(Err(error));
                    }
                }
            }
        }
    }

    /// Runs the statement; once more on a new connection when it fails, because the old one may have died while idle.
    async fn answer(&mut self, questions: &[B::Question]) -> Answers<B::Answer> {
        let started = Instant::now();
        let was_connected = self.connection.is_some();
        let result = match self.attempt(questions).await {
            Err(StoreError::Database(_)) if was_connected => self.attempt(questions).await,
            result => result,
        };
        self.metrics.database_seconds.with_label_values(&[B::NAME]).observe(started.elapsed().as_secs_f64());
        self.metrics
            .database_batch
            .with_label_values(&[B::NAME])
            .observe(f64::from(u32::try_from(questions.len()).unwrap_or(u32::MAX)));
        result
    }

    async fn attempt(&mut self, questions: &[B::Question]) -> Answers<B::Answer> {
        // Taken out first: a connection whose statement failed, or was abandoned midway, is never used again.
        let connection = self.connection.take();
        let attempt = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => self.store.dedicated().await?,
            };
            let answers = B::run(&mut connection, questions).await?;
            Ok::<_, StoreError>((connection, answers))
        };
        let (connection, answers) = timeout(ATTEMPT, attempt).await.map_err(|_| StoreError::Silent)??;
        self.connection = Some(connection);
        Ok(answers)
    }
}

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::metrics::Metrics;
use crate::store::{Store, StoreError};

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
/// queued while the previous statement ran. A lone question goes at once; under load batches grow by themselves.
pub(super) struct Coalescer<B: Batch> {
    queue: mpsc::Sender<Waiting<B>>,
}

impl<B: Batch> Clone for Coalescer<B> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

struct Waiting<B: Batch> {
    question: B::Question,
    reply: oneshot::Sender<Result<B::Answer, QueryError>>,
}

impl<B: Batch> Coalescer<B> {
    /// Starts `workers` tasks, each with a connection of its own. They end when the coalescer is dropped.
    pub fn start(store: &Store, metrics: &Arc<Metrics>, workers: usize, waiting: usize, batch: usize) -> Self {
        let (queue, receiver) = mpsc::channel(waiting);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..workers {
            let (receiver, store, metrics) = (receiver.clone(), store.clone(), metrics.clone());
            tokio::spawn(async move {
                loop {
                    let (receiver, store, metrics) = (receiver.clone(), store.clone(), metrics.clone());
                    let worker: Worker<B> = Worker { receiver, store, metrics, connection: None, batch };
                    // A worker that panics takes its batch with it, and the next one takes its place.
                    if tokio::spawn(worker.work()).await.is_ok() {
                        return;
                    }
                }
            });
        }
        Self { queue }
    }

    /// Puts a question in and waits for its answer.
    pub async fn ask(&self, question: B::Question) -> Result<B::Answer, QueryError> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Waiting { question, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => QueryError::Busy,
            mpsc::error::TrySendError::Closed(_) => QueryError::Unavailable,
        })?;
        answer.await.unwrap_or(Err(QueryError::Unavailable))
    }
}

struct Worker<B: Batch> {
    receiver: Arc<Mutex<mpsc::Receiver<Waiting<B>>>>,
    store: Store,
    metrics: Arc<Metrics>,
    connection: Option<PgConnection>,
    batch: usize,
}

impl<B: Batch> Worker<B> {
    async fn work(mut self) {
        let mut waiting = Vec::with_capacity(self.batch);
        loop {
            if !self.take(&mut waiting).await {
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

    /// Takes the first waiting question and whatever else is ready to be asked; false when nobody can ask any more.
    async fn take(&self, waiting: &mut Vec<Waiting<B>>) -> bool {
        // Held until the batch is complete, so that workers take turns and never split one.
        let mut receiver = self.receiver.lock().await;
        if receiver.recv_many(waiting, self.batch).await == 0 {
            return false;
        }
        // Tasks that are ready to run go first once: what they ask comes along. With nothing else to do this costs nothing.
        tokio::task::yield_now().await;
        while waiting.len() < self.batch {
            let Ok(another) = receiver.try_recv() else { break };
            waiting.push(another);
        }
        true
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

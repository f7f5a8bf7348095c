use std::sync::Arc;

use sqlx::PgConnection;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;
use tracing::error;

use crate::metrics::Metrics;
use crate::store::{Store, StoreError};

use super::QueryError;

/// Something that one statement does for many questions at once.
pub(super) trait Batch: Send + 'static {
    type Question: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// The name in metrics.
    const NAME: &'static str;

    /// Answers every question, in order. May be called a second time with the same questions after a failure.
    fn run(
        connection: &mut PgConnection,
        questions: &[Self::Question],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, StoreError>> + Send;
}

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
            let worker: Worker<B> = Worker {
                receiver: receiver.clone(),
                store: store.clone(),
                metrics: metrics.clone(),
                connection: None,
                batch,
            };
            tokio::spawn(worker.work());
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
            // The lock is held only while waiting for the first question, so workers take turns and never split a batch.
            let taken = self.receiver.lock().await.recv_many(&mut waiting, self.batch).await;
            if taken == 0 {
                return;
            }
            let (questions, replies): (Vec<_>, Vec<_>) = waiting.drain(..).map(|w| (w.question, w.reply)).unzip();
            match self.answer(&questions).await {
                Ok(answers) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        // Whoever asked may have gone away.
                        let _ = reply.send(Ok(answer));
                    }
                }
                Err(error) => {
                    error!(statement = B::NAME, error = %error, questions = questions.len(), "statement failed");
                    for reply in replies {
                        let _ = reply.send(Err(QueryError::Unavailable));
                    }
                }
            }
        }
    }

    /// Runs the statement; once more on a new connection when it fails, because the old one may have died while idle.
    async fn answer(&mut self, questions: &[B::Question]) -> Result<Vec<B::Answer>, StoreError> {
        let started = Instant::now();
        let was_connected = self.connection.is_some();
        let result = match self.attempt(questions).await {
            Err(_) if was_connected => self.attempt(questions).await,
            result => result,
        };
        self.metrics.database_seconds.with_label_values(&[B::NAME]).observe(started.elapsed().as_secs_f64());
        self.metrics
            .database_batch
            .with_label_values(&[B::NAME])
            .observe(f64::from(u32::try_from(questions.len()).unwrap_or(u32::MAX)));
        result
    }

    async fn attempt(&mut self, questions: &[B::Question]) -> Result<Vec<B::Answer>, StoreError> {
        // Taken out first: a connection whose statement failed, or was abandoned midway, is never used again.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.dedicated().await?,
        };
        let answers = B::run(&mut connection, questions).await?;
        self.connection = Some(connection);
        Ok(answers)
    }
}

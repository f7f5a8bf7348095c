use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::clock::Clocks;
use crate::config::BulkLimits;
use crate::domain::{BatchFailure, Ending};
use crate::metrics::Metrics;
use crate::query::{Directory, LogKey, Misses};
use crate::store::bulk_register::QUEUED;
use crate::store::finish_piece::{Completion, finish};
use crate::store::leases::{self, Leased, Taken};
use crate::store::{Store, StoreError};

use super::answer::{AnswerError, Answered, Answering};

/// How long to wait after a failure of the database before the next try.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a piece that failed is left alone, times the number of tries.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(1);

/// How long a piece is left alone whose result the database has no room for.
const UNTIL_ROOM: SignedDuration = SignedDuration::from_secs(2);

/// How the work on a piece went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It came to an end: a result that was kept or came too late, or a file that was given up.
    Ended,
    /// It was broken off, and the piece is somebody else's or open again.
    BrokenOff,
}

/// Works on pieces, one after the other: [`Worker::take`] one, [`Worker::work`] on it.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    clocks: Clocks,
    limits: BulkLimits,
    metrics: Arc<Metrics>,
    misses: Arc<Misses>,
    answering: Answering,
}

impl Worker {
    /// A worker on the queue in `store`.
    #[must_use]
    pub fn new(
        store: &Store,
        directory: &Arc<Directory>,
        key: LogKey,
        clocks: &Clocks,
        limits: BulkLimits,
        metrics: &Arc<Metrics>,
        misses: &Arc<Misses>,
    ) -> Self {
        let answering = Answering { directory: directory.clone(), key, clocks: clocks.clone() };
        let (metrics, misses) = (metrics.clone(), misses.clone());
        Self { store: store.clone(), clocks: clocks.clone(), limits, metrics, misses, answering }
    }

    fn lease_end(&self) -> Timestamp {
        self.clocks.now().plus(self.limits.lease).system
    }

    /// The latest end of a lease that is over by the clock of its holder as well, however far that is from this one.
    fn over(&self) -> Timestamp {
        self.clocks.now().minus(self.limits.skew).system
    }

    /// The end of a file that ends now.
    fn ending(&self) -> Ending {
        Ending::at(self.clocks.now(), self.limits.keep)
    }

    /// Takes the next piece; none when nothing is to be done.
    ///
    /// # Errors
    /// When the database fails, or holds what it must not of a file; then the file is given up.
    pub async fn take(&self, connection: &mut PgConnection) -> Result<Option<Leased>, StoreError> {
        match leases::take(connection, self.over(), self.lease_end()).await? {
            None => Ok(None),
            Some(Taken::Piece(piece)) => Ok(Some(*piece)),
            Some(Taken::Illegal { batch_id, error }) => {
                if self.store.fail_illegal_batch(batch_id, self.ending()).await? {
                    self.metrics.bulk_files.with_label_values(&["failed"]).inc();
                }
                Err(error)
            }
        }
    }

    /// Works on a piece to its end, good or bad. Where the work was broken off, the connection may be in the middle of something and
    /// is not to be used again.
    ///
    /// # Errors
    /// When the database fails; the piece is then given back, or its lease runs out.
    pub async fn work(&self, connection: &mut PgConnection, piece: &Leased) -> Result<Work, StoreError> {
        if piece.attempts > 1 {
            self.metrics.bulk_retries.inc();
        }
        let failure = match piece {
            Leased { fail_at_start: true, .. } => Some(BatchFailure::Ordered),
            Leased { attempts, .. } if *attempts > self.limits.attempts => Some(BatchFailure::TriedTooOften),
            _ => None,
        };
        if let Some(reason) = failure {
            self.give_up(piece, reason).await?;
            return Ok(Work::Ended);
        }
        let outcome = tokio::select! {
            outcome = self.answer(connection, piece) => outcome,
            // The lease was lost: whoever has it now does the work.
            () = self.keep_lease(piece) => {
                self.count(piece, Completion::Lost);
                return Ok(Work::BrokenOff);
            }
        };
        match outcome {
            Ok(completion) => {
                self.count(piece, completion);
                Ok(Work::Ended)
            }
            Err(error) => {
                warn!(error = %error, batch = piece.batch_id, piece = piece.place, attempt = piece.attempts, "a piece of a file failed");
                // Nobody holds it then, so that there are no clocks to differ.
                let after = |wait| self.clocks.now().plus(wait).minus(self.limits.skew).system;
                // A file that was taken is not given up because nobody makes room at once.
                if matches!(&error, AnswerError::Store(error) if error.is_full_disk()) {
                    self.store.put_off(piece, after(UNTIL_ROOM)).await?;
                } else {
                    self.store.move_lease_end(piece, after(BACK_OFF * i32::from(piece.attempts))).await?;
                }
                Ok(Work::BrokenOff)
            }
        }
    }

    async fn answer(&self, connection: &mut PgConnection, piece: &Leased) -> Result<Completion, AnswerError> {
        let Answered { transaction, finished, missed } = self.answering.answer(connection, piece, self.limits.keep).await?;
        let completion = finish(transaction, piece, &finished).await?;
        if completion != Completion::Lost {
            // Now and not before: a piece that is begun again misses nobody twice.
            self.misses.owe(piece.institution, missed);
            self.metrics.bulk_persons.inc_by(u64::try_from(finished.normal + finished.errors).unwrap_or_default());
            self.metrics.log_records.with_label_values(&["written"]).inc_by(finished.records);
        }
        Ok(completion)
    }

    /// Keeps the lease for as long as it can be kept.
    async fn keep_lease(&self, piece: &Leased) {
        let beat = Duration::try_from(self.limits.lease / 3).unwrap_or(PAUSE);
        loop {
            tokio::time::sleep(beat).await;
            match self.store.move_lease_end(piece, self.lease_end()).await {
                Ok(true) => {}
                Ok(false) => return,
                // The lease may run out, and then the result is refused.
                Err(error) => warn!(error = %error, "a lease could not be kept"),
            }
        }
    }

    async fn give_up(&self, piece: &Leased, reason: BatchFailure) -> Result<(), StoreError> {
        if self.store.fail_batch(piece, reason, self.ending()).await? {
            self.metrics.bulk_files.with_label_values(&["failed"]).inc();
            error!(batch = piece.batch_id, reason = ?reason, "a file was given up");
        }
        Ok(())
    }

    fn count(&self, piece: &Leased, completion: Completion) {
        match completion {
            Completion::Lost => {
                self.metrics.bulk_lost_leases.inc();
                info!(batch = piece.batch_id, piece = piece.place, "the lease of a piece was lost");
            }
            Completion::Kept => {}
            Completion::Whole { recorded_at } => {
                self.metrics.bulk_files.with_label_values(&["done"]).inc();
                let took = self.clocks.system.now().duration_since(recorded_at).as_secs_f64();
                self.metrics.bulk_seconds.observe(took.max(0.0));
            }
        }
    }

    /// Does one piece; none when nothing is to be done.
    async fn step(&self, connection: &mut PgConnection) -> Result<Option<Work>, StoreError> {
        match self.take(connection).await? {
            Some(piece) => self.work(connection, &piece).await.map(Some),
            None => Ok(None),
        }
    }

    /// Works until `stop`; a piece that was begun is finished first.
    async fn run(self, work_is_there: Arc<Notify>, stop: CancellationToken) {
        let mut connection = None;
        while !stop.is_cancelled() {
            let stepped = match &mut connection {
                None => match self.store.for_bulk().await {
                    Ok(fresh) => {
                        connection = Some(fresh);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Some(open) => self.step(open).await,
            };
            match stepped {
                Ok(Some(work)) => {
                    if work == Work::BrokenOff {
                        connection = None;
                    }
                    // Another worker may be idle while more is to be done.
                    work_is_there.notify_one();
                }
                Ok(None) => {
                    tokio::select! {
                        () = work_is_there.notified() => {}
                        () = tokio::time::sleep(self.limits.poll) => {}
                        () = stop.cancelled() => {}
                    }
                }
                Err(error) => {
                    warn!(error = %error, "work on files has to wait");
                    connection = None;
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
    }
}

/// The workers of a process.
pub struct Workers;

impl Workers {
    /// Starts as many as the limits say, until `stop`.
    pub fn start(worker: &Worker, tasks: &TaskTracker, stop: &CancellationToken) {
        let work_is_there = Arc::new(Notify::new());
        for _ in 0..worker.limits.workers {
            let (worker, work_is_there, stop) = (worker.clone(), work_is_there.clone(), stop.clone());
            tasks.spawn(async move {
                // A worker that panics leaves its piece to the end of its lease, and the next one takes its place.
                while tokio::spawn(worker.clone().run(work_is_there.clone(), stop.clone())).await.is_err() {
                    error!("a worker on files ended unexpectedly");
                }
            });
        }
        let (store, stop) = (worker.store.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = listen(&store, &work_is_there) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

/// Wakes a worker whenever a file was taken; where that fails, workers look by themselves now and then.
async fn listen(store: &Store, work_is_there: &Notify) {
    loop {
        let heard = async {
            let mut listener = PgListener::connect_with(store.pool()).await?;
            listener.listen(QUEUED).await?;
            loop {
                let begun = Instant::now();
                // None: the connection was lost and made anew meanwhile.
                if listener.try_recv().await?.is_none() && begun.elapsed() < PAUSE {
                    tokio::time::sleep(PAUSE).await;
                }
                work_is_there.notify_one();
            }
        };
        let ended: Result<(), sqlx::Error> = heard.await;
        if let Err(error) = ended {
            warn!(error = %error, "workers do not hear of new files");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

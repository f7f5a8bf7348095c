//! Takes slices of batches from the queue, answers them under lease, and stores the results.

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
use crate::domain::{BatchEnding, BatchFailure};
use crate::metrics::Metrics;
use crate::query::{Directory, LogKey, Misses};
use crate::store::bulk_register::QUEUED;
use crate::store::finish_slice::{Completion, finish};
use crate::store::leases::{self, LeasedSlice, Taken};
use crate::store::{Store, StoreError};

use super::answer::{AnswerError, Answered, Answering};

/// The pause after a failure of the database.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a failed slice is left alone, multiplied by the number of tries.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(1);

/// How long a slice is left alone if the database has no room for its result.
const UNTIL_ROOM: SignedDuration = SignedDuration::from_secs(2);

/// The outcome of work on a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It ended: the result was stored or came too late, or the batch was given up.
    Ended,
    /// It was interrupted; another worker has the slice, or it is open again.
    BrokenOff,
}

/// Works on slices, one at a time: takes one with [`Worker::take`] and answers it with [`Worker::work`].
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
    /// Makes a worker on the queue in `store`.
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

    /// Returns the latest end of a lease that has run out by its holder's clock too, given the greatest allowed skew.
    fn over(&self) -> Timestamp {
        self.clocks.now().minus(self.limits.skew).system
    }

    /// Returns the end of a batch that ends now.
    fn ending(&self) -> BatchEnding {
        BatchEnding::at(self.clocks.now(), self.limits.keep)
    }

    /// Takes the next slice; None if there is nothing to do.
    ///
    /// # Errors
    /// If the database fails, or holds an illegal value in a batch; then that batch is given up.
    pub async fn take(&self, connection: &mut PgConnection) -> Result<Option<LeasedSlice>, StoreError> {
        match leases::take(connection, self.over(), self.lease_end()).await? {
            None => Ok(None),
            Some(Taken::Slice(slice)) => Ok(Some(*slice)),
            Some(Taken::Illegal { batch_id, error }) => {
                if self.store.fail_illegal_batch(batch_id, self.ending()).await? {
                    self.metrics.bulk_files.with_label_values(&["failed"]).inc();
                }
                Err(error)
            }
        }
    }

    /// Works on a slice until it succeeds or fails. If the work is interrupted, the connection may be in the middle of a
    /// statement and must not be used again.
    ///
    /// # Errors
    /// If the database fails; then the slice is returned, or its lease runs out.
    pub async fn work(&self, connection: &mut PgConnection, slice: &LeasedSlice) -> Result<Work, StoreError> {
        if slice.attempts > 1 {
            self.metrics.bulk_retries.inc();
        }
        let failure = match slice {
            LeasedSlice { fail_at_start: true, .. } => Some(BatchFailure::Ordered),
            LeasedSlice { attempts, .. } if *attempts > self.limits.attempts => Some(BatchFailure::TriedTooOften),
            _ => None,
        };
        if let Some(reason) = failure {
            self.give_up(slice, reason).await?;
            return Ok(Work::Ended);
        }
        let outcome = tokio::select! {
            outcome = self.answer(connection, slice) => outcome,
            // The lease was lost; the worker that has it now does the work.
            () = self.keep_lease(slice) => {
                self.count(slice, Completion::Lost);
                return Ok(Work::BrokenOff);
            }
        };
        match outcome {
            Ok(completion) => {
                self.count(slice, completion);
                Ok(Work::Ended)
            }
            Err(error) => {
                warn!(error = %error, batch = slice.batch_id, slice = slice.place, attempt = slice.attempts, "a slice of a file failed");
                // A returned slice has no holder whose clock could differ, so the allowance for skew is taken off.
                let after = |wait| self.clocks.now().plus(wait).minus(self.limits.skew).system;
                // A full disk does not count as a try, so that a batch is not given up before there is room again.
                if matches!(&error, AnswerError::Store(error) if error.is_full_disk()) {
                    self.store.put_off(slice, after(UNTIL_ROOM)).await?;
                } else {
                    self.store.move_lease_end(slice, after(BACK_OFF * i32::from(slice.attempts))).await?;
                }
                Ok(Work::BrokenOff)
            }
        }
    }

    async fn answer(&self, connection: &mut PgConnection, slice: &LeasedSlice) -> Result<Completion, AnswerError> {
        let Answered { transaction, finished, missed } = self.answering.answer(connection, slice, self.limits.keep).await?;
        let completion = finish(transaction, slice, &finished).await?;
        if completion != Completion::Lost {
            // Charged after the commit, so that a slice that is started again charges its misses once.
            self.misses.owe(slice.institution, missed);
            self.metrics.bulk_persons.inc_by(u64::try_from(finished.normal + finished.errors).unwrap_or_default());
            self.metrics.log_records.with_label_values(&["written"]).inc_by(finished.records);
        }
        Ok(completion)
    }

    /// Renews the lease until it is lost.
    async fn keep_lease(&self, slice: &LeasedSlice) {
        let beat = Duration::try_from(self.limits.lease / 3).unwrap_or(PAUSE);
        loop {
            tokio::time::sleep(beat).await;
            match self.store.move_lease_end(slice, self.lease_end()).await {
                Ok(true) => {}
                Ok(false) => return,
                // The lease may run out; then the result is refused.
                Err(error) => warn!(error = %error, "a lease could not be kept"),
            }
        }
    }

    async fn give_up(&self, slice: &LeasedSlice, reason: BatchFailure) -> Result<(), StoreError> {
        if self.store.fail_batch(slice, reason, self.ending()).await? {
            self.metrics.bulk_files.with_label_values(&["failed"]).inc();
            error!(batch = slice.batch_id, reason = ?reason, "a file was given up");
        }
        Ok(())
    }

    fn count(&self, slice: &LeasedSlice, completion: Completion) {
        match completion {
            Completion::Lost => {
                self.metrics.bulk_lost_leases.inc();
                info!(batch = slice.batch_id, slice = slice.place, "the lease of a slice was lost");
            }
            Completion::Kept => {}
            Completion::Whole { recorded_at } => {
                self.metrics.bulk_files.with_label_values(&["done"]).inc();
                let took = self.clocks.system.now().duration_since(recorded_at).as_secs_f64();
                self.metrics.bulk_seconds.observe(took.max(0.0));
            }
        }
    }

    /// Works on one slice; None if there is nothing to do.
    async fn step(&self, connection: &mut PgConnection) -> Result<Option<Work>, StoreError> {
        match self.take(connection).await? {
            Some(slice) => self.work(connection, &slice).await.map(Some),
            None => Ok(None),
        }
    }

    /// Works until `stop`; finishes a slice that was started.
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
                    // Wakes another worker, which may be idle while there is more to do.
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

/// Starts the workers of a process.
pub struct Workers;

impl Workers {
    /// Starts as many workers as the limits say; they run until `stop`.
    pub fn start(worker: &Worker, tasks: &TaskTracker, stop: &CancellationToken) {
        let work_is_there = Arc::new(Notify::new());
        for _ in 0..worker.limits.workers {
            let (worker, work_is_there, stop) = (worker.clone(), work_is_there.clone(), stop.clone());
            tasks.spawn(async move {
                // A worker that panics keeps its slice until the end of its lease; a new worker replaces it.
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

/// Wakes a worker when a batch is stored. If that fails, workers still look for slices periodically.
async fn listen(store: &Store, work_is_there: &Notify) {
    loop {
        let heard = async {
            let mut listener = PgListener::connect_with(store.pool()).await?;
            listener.listen(QUEUED).await?;
            loop {
                let begun = Instant::now();
                // None: the connection was lost and replaced meanwhile.
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

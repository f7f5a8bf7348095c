//! Compares random operations on the queue of files with a small model: uploads, slices taken, finished and lost, passing
//! time, changes of domain time, files cancelled and rerun, broken connections, fetched results.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shikaku::clock::{Clock, Clocks, SystemClock, system_now};
use shikaku::config::{BulkLimits, Limits, Secret};
use shikaku::jobs::{Work, Worker};
use shikaku::metrics::Metrics;
use shikaku::query::{Directory, LogKey, Misses};
use shikaku::store::Store;
use shikaku::store::leases::LeasedSlice;
use shikaku::wire::Format;
use sqlx::PgConnection;

use crate::support::bulk::{Clinic, parse, text, units};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, process};

/// People per slice; seconds after which another worker may take a leased slice.
const SLICE: usize = 2;
const LEASE: i64 = 10;

/// How many of those seconds allow for clocks that differ.
const SKEW: i64 = 3;
const ATTEMPTS: i16 = 2;

const WORKERS: usize = 3;

const DAY: i64 = 24 * 3600;
const YEAR: i64 = 365 * DAY;

/// Seconds for which a result can be fetched, and for which it is remembered after that.
const KEEP: i64 = 7 * DAY;
const REMEMBERED: i64 = 30 * DAY;

const PEOPLE: [&str; 5] =
    ["kyokai-insured-tokyo", "kumiai-a01", "elderly-2wari-tokyo", "kumiai-dialysis", "kumiai-no-consent"];

#[derive(Debug, Clone, Copy)]
enum Op {
    /// One of two clinics uploads a file with this many people.
    Upload {
        other: bool,
        persons: usize,
    },
    /// A worker takes the next slice and forgets the one that it had.
    Take(usize),
    /// A worker finishes its slice.
    Finish(usize),
    /// A worker dies with its slice.
    Crash(usize),
    /// This many seconds pass.
    Pass(i64),
    /// Domain time is set this many seconds away from the true time.
    Set(i64),
    /// The operator cancels a file, or reruns it.
    Cancel(usize),
    Rerun(usize),
    /// The clinic that sent a file fetches its result.
    Fetch(usize),
    /// Every connection to the database breaks.
    Break,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (any::<bool>(), 1..=5_usize).prop_map(|(other, persons)| Op::Upload { other, persons }),
        6 => (0..WORKERS).prop_map(Op::Take),
        6 => (0..WORKERS).prop_map(Op::Finish),
        1 => (0..WORKERS).prop_map(Op::Crash),
        3 => (8..=12_i64).prop_map(Op::Pass),
        2 => prop::sample::select(&[0, -YEAR, YEAR, 8 * DAY][..]).prop_map(Op::Set),
        1 => (0..6_usize).prop_map(Op::Cancel),
        1 => (0..6_usize).prop_map(Op::Rerun),
        3 => (0..6_usize).prop_map(Op::Fetch),
        1 => Just(Op::Break),
    ]
}

/// The expected state.
#[derive(Default)]
struct Model {
    files: Vec<File>,
    /// Seconds that have passed.
    now: i64,
    /// How many seconds domain time is ahead of that.
    set: i64,
}

struct File {
    number: String,
    other: bool,
    persons: usize,
    state: FileState,
    /// The domain time at which it ended.
    ended: i64,
    slices: Vec<Slice>,
    /// The result as it was first fetched.
    seen: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileState {
    Processing,
    Done,
    Failed,
    Cancelled,
}

struct Slice {
    persons: usize,
    turn: usize,
    done: bool,
    attempts: i16,
    /// The last lease and its end. A crash changes neither, because nobody notices it.
    holder: Option<u64>,
    leased_until: i64,
}

impl Model {
    fn open(&self) -> impl Iterator<Item = (usize, usize, &Slice)> {
        let files = self.files.iter().enumerate().filter(|(_, file)| file.state == FileState::Processing);
        files.flat_map(|(number, file)| {
            file.slices.iter().enumerate().filter(|(_, slice)| !slice.done).map(move |(place, slice)| (number, place, slice))
        })
    }

    fn upload(&mut self, number: String, other: bool, persons: usize) {
        let first = self.open().map(|(_, _, slice)| slice.turn).min().unwrap_or(0);
        let own = self.open().filter(|(file, _, _)| self.files[*file].other == other);
        let last = own.map(|(_, _, slice)| slice.turn + slice.persons).max().unwrap_or(0);
        let begin = first.max(last);
        let slices = (0..persons).step_by(SLICE).map(|before| Slice {
            persons: SLICE.min(persons - before),
            turn: begin + before,
            done: false,
            attempts: 0,
            holder: None,
            leased_until: i64::MIN,
        });
        let slices = slices.collect();
        self.files.push(File { number, other, persons, state: FileState::Processing, ended: 0, slices, seen: None });
    }

    /// Returns the slice whose turn it is.
    fn next(&self) -> Option<(usize, usize)> {
        let free = self.open().filter(|(_, _, slice)| slice.leased_until <= self.now);
        free.min_by_key(|(file, place, slice)| (slice.turn, *file, *place)).map(|(file, place, _)| (file, place))
    }
}

/// The system with the model of it.
struct Run {
    world: World,
    store: Store,
    worker: Worker,
    begun: Timestamp,
    time: Arc<AtomicI64>,
    set: Arc<AtomicI64>,
    clinics: [Clinic; 2],
    model: Model,
    held: HashMap<usize, (LeasedSlice, usize, usize, u64)>,
    connections: Vec<Option<PgConnection>>,
    leases: u64,
}

/// Limits of the world and its workers.
fn limits() -> BulkLimits {
    BulkLimits {
        workers: 0,
        slice: SLICE,
        lease: SignedDuration::from_secs(LEASE - SKEW),
        skew: SignedDuration::from_secs(SKEW),
        attempts: ATTEMPTS,
        in_flight: 0,
        ..BulkLimits::default()
    }
}

impl Run {
    async fn new() -> Self {
        let (time, set) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
        let (told, told_set) = (time.clone(), set.clone());
        let clock = Clock::told_by(move || at(told.load(Ordering::SeqCst) + told_set.load(Ordering::SeqCst)));
        let limits = Limits { bulk: limits(), ..Limits::default() };
        let world = World::with(Wishes { limits, clock: Some(clock.clone()), ..Wishes::default() }).await;
        let store = world.database.store().await;
        // The time of the test begins now, close to the real time by which the server itself works.
        let begun = system_now();
        let worker = Self::worker(&store, clock, &time, begun).await;
        let clinics = [Clinic::at(&world, TEST_CLINIC).await, Clinic::at(&world, OTHER_CLINIC).await];
        let connections = (0..WORKERS).map(|_| None).collect();
        let (model, held) = (Model::default(), HashMap::new());
        Self { world, store, worker, begun, time, set, clinics, model, held, connections, leases: 0 }
    }

    /// Makes a worker whose system clock shows `begun` when no time has passed.
    async fn worker(store: &Store, clock: Clock, time: &Arc<AtomicI64>, begun: Timestamp) -> Worker {
        let told = time.clone();
        let system = SystemClock::told_by(move || begun + SignedDuration::from_secs(told.load(Ordering::SeqCst)));
        let directory = Arc::new(Directory::load(store.clone()).await.unwrap());
        let (key, metrics) = (LogKey::of(&Secret::random().unwrap()), Arc::new(Metrics::new()));
        let clocks = Clocks { domain: clock, system };
        Worker::new(store, &directory, key, &clocks, limits(), &metrics, &Misses::new(0, &metrics))
    }

    /// Resets everything but the world.
    async fn begin(&mut self) {
        self.world.database.execute("truncate batch, batch_slice, access_log, limit_seen, bulk_day").await;
        self.time.store(0, Ordering::SeqCst);
        self.set.store(0, Ordering::SeqCst);
        (self.model, self.held) = (Model::default(), HashMap::new());
    }

    async fn connection(&mut self, worker: usize) -> PgConnection {
        match self.connections[worker].take() {
            Some(connection) => connection,
            None => self.store.for_bulk().await.unwrap(),
        }
    }

    async fn apply(&mut self, op: Op) -> Result<(), String> {
        match op {
            Op::Upload { other, persons } => {
                let number = self.clinics[usize::from(other)].upload(&PEOPLE[..persons]).await;
                self.model.upload(number, other, persons);
                Ok(())
            }
            Op::Take(worker) => self.take(worker).await,
            Op::Finish(worker) => self.finish(worker).await,
            Op::Crash(worker) => {
                self.held.remove(&worker);
                self.connections[worker] = None;
                Ok(())
            }
            Op::Pass(seconds) => {
                self.model.now += seconds;
                self.time.store(self.model.now, Ordering::SeqCst);
                Ok(())
            }
            Op::Set(seconds) => {
                self.model.set = seconds;
                self.set.store(seconds, Ordering::SeqCst);
                Ok(())
            }
            Op::Cancel(file) => self.operate(file, "cancel").await,
            Op::Rerun(file) => self.operate(file, "rerun").await,
            Op::Fetch(file) => self.fetch(file).await,
            Op::Break => {
                let others = "select pg_terminate_backend(pid) from pg_stat_activity
                               where datname = current_database() and pid <> pg_backend_pid()";
                self.world.database.execute(others).await;
                self.connections.iter_mut().for_each(|connection| *connection = None);
                Ok(())
            }
        }
    }

    async fn take(&mut self, worker: usize) -> Result<(), String> {
        let mut connection = self.connection(worker).await;
        let taken = self.worker.take(&mut connection).await.map_err(|error| error.to_string())?;
        self.connections[worker] = Some(connection);
        let expected = self.model.next();
        let found = taken.as_ref().map(|slice| {
            let first = usize::try_from(slice.first_person).unwrap();
            (usize::try_from(slice.place).unwrap(), first, slice.attempts)
        });
        let Some((file, place)) = expected else {
            return if found.is_none() { Ok(()) } else { Err(format!("took {found:?}, nothing was free")) };
        };
        self.leases += 1;
        let slice = &mut self.model.files[file].slices[place];
        slice.attempts += 1;
        slice.holder = Some(self.leases);
        slice.leased_until = self.model.now + LEASE;
        if found != Some((place, place * SLICE + 1, slice.attempts)) {
            return Err(format!("took {found:?}, it was the turn of slice {place} of file {file}"));
        }
        self.held.insert(worker, (taken.unwrap(), file, place, self.leases));
        Ok(())
    }

    async fn finish(&mut self, worker: usize) -> Result<(), String> {
        let Some((slice, file, place, lease)) = self.held.remove(&worker) else { return Ok(()) };
        let mut connection = self.connection(worker).await;
        let work = self.worker.work(&mut connection, &slice).await.map_err(|error| error.to_string())?;
        self.connections[worker] = Some(connection).filter(|_| work == Work::Ended);
        let now = self.model.now + self.model.set;
        let file = &mut self.model.files[file];
        let ours = file.slices[place].holder == Some(lease) && !file.slices[place].done;
        if file.state != FileState::Processing || !ours {
            return Ok(());
        }
        if slice.attempts > ATTEMPTS {
            (file.state, file.ended) = (FileState::Failed, now);
            return Ok(());
        }
        file.slices[place].done = true;
        if file.slices.iter().all(|slice| slice.done) {
            (file.state, file.ended) = (FileState::Done, now);
        }
        Ok(())
    }

    async fn operate(&mut self, file: usize, verb: &str) -> Result<(), String> {
        let now = self.model.now + self.model.set;
        let Some(file) = self.model.files.get_mut(file) else { return Ok(()) };
        let address = self.world.app.operator_addr().to_string();
        let path = format!("/api/batches/{}/{verb}", file.number);
        let (status, text, _) = process::http(&address, "POST", &path, &[], "").await;
        let allowed = match verb {
            "cancel" => file.state == FileState::Processing,
            _ => matches!(file.state, FileState::Failed | FileState::Cancelled) && now - file.ended < KEEP,
        };
        if (status == 204) != allowed {
            return Err(format!("{verb} of a file that is {:?}: {status} {text}", file.state));
        }
        match (allowed, verb) {
            (true, "cancel") => (file.state, file.ended) = (FileState::Cancelled, now),
            (true, _) => {
                file.state = FileState::Processing;
                for slice in file.slices.iter_mut().filter(|slice| !slice.done) {
                    (slice.attempts, slice.holder, slice.leased_until) = (0, None, i64::MIN);
                }
            }
            (false, _) => {}
        }
        Ok(())
    }

    async fn fetch(&mut self, file: usize) -> Result<(), String> {
        let now = self.model.now + self.model.set;
        let Some(file) = self.model.files.get_mut(file) else { return Ok(()) };
        let reply = self.clinics[usize::from(file.other)].fetch(&file.number).await;
        let answer = parse(Format::Json, &reply.body);
        let found = (text(&answer, "SegmentOfResult"), text(&answer, "ErrorCode"));
        let expected = match file.state {
            FileState::Processing => (Some("2"), None),
            _ if now - file.ended >= KEEP + REMEMBERED => (Some("9"), Some("SHK7003")),
            _ if now - file.ended >= KEEP => (Some("9"), Some("SHK7004")),
            FileState::Done => (Some("1"), None),
            FileState::Failed => (Some("9"), Some("SHK7101")),
            FileState::Cancelled => (Some("9"), Some("SHK7102")),
        };
        if found != expected {
            return Err(format!("fetched {found:?} of a file that is {:?}", file.state));
        }
        if found != (Some("1"), None) {
            return Ok(());
        }
        let people: Vec<_> = units(&answer).iter().map(|unit| text(unit, "ArbitraryIdentifier").unwrap()).collect();
        if people != PEOPLE[..file.persons] {
            return Err(format!("a result about {people:?}"));
        }
        let body = reply.body.to_vec();
        match &file.seen {
            Some(seen) if *seen != body => Err("the result has changed since it was fetched first".to_owned()),
            _ => {
                file.seen = Some(body);
                Ok(())
            }
        }
    }

    /// Finishes all files, fetches every result, and counts the records in the log.
    async fn settle(&mut self) -> Result<(), String> {
        self.held.clear();
        while self.model.files.iter().any(|file| file.state == FileState::Processing) {
            self.apply(Op::Pass(LEASE)).await?;
            while self.model.next().is_some() {
                self.apply(Op::Take(0)).await?;
                self.apply(Op::Finish(0)).await?;
            }
        }
        for file in 0..self.model.files.len() {
            self.fetch(file).await?;
            self.apply(Op::Set(0)).await?;
            self.fetch(file).await?;
        }
        let expected: usize = self
            .model
            .files
            .iter()
            .flat_map(|file| &file.slices)
            .filter(|slice| slice.done)
            .map(|slice| slice.persons)
            .sum();
        let found = self.world.database.count("select count(*) from access_log where path = 3").await;
        if usize::try_from(found) != Ok(expected) {
            return Err(format!("{found} records of {expected} people"));
        }
        Ok(())
    }

    async fn run(&mut self, ops: &[Op]) -> Result<(), String> {
        self.begin().await;
        for (place, op) in ops.iter().enumerate() {
            self.apply(*op).await.map_err(|error| format!("operation {place}, {op:?}: {error}"))?;
        }
        self.settle().await
    }
}

fn at(seconds: i64) -> Timestamp {
    fixed_now() + SignedDuration::from_secs(seconds)
}

#[test]
fn the_queue_does_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let run = tokio::sync::Mutex::new(runtime.block_on(Run::new()));
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(op(), 1..45), |ops| {
        let result = runtime.block_on(async { run.lock().await.run(&ops).await });
        result.map_err(TestCaseError::fail)
    });
    runtime.block_on(run.into_inner().world.stop());
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_does_not_wait_for_the_disk_leaves_results_that_do() {
    let mut run = Run::new().await;
    run.apply(Op::Upload { other: false, persons: 1 }).await.unwrap();
    let mut connection = run.connection(0).await;
    sqlx::query("set synchronous_commit = on").execute(&mut connection).await.unwrap();
    assert!(run.worker.take(&mut connection).await.unwrap().is_some());
    let waits: String = sqlx::query_scalar("show synchronous_commit").fetch_one(&mut connection).await.unwrap();
    assert_eq!(waits, "on");
    run.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_clock_that_differs_as_allowed_ends_the_lease_of_another() {
    let mut run = Run::new().await;
    for (ahead, last, first) in [(SKEW, LEASE - SKEW - 1, LEASE - SKEW), (-SKEW, LEASE + SKEW - 1, LEASE + SKEW)] {
        run.begin().await;
        let begun = run.begun + SignedDuration::from_secs(ahead);
        let other = Run::worker(&run.store, Clock::fixed(fixed_now()), &run.time, begun).await;
        run.apply(Op::Upload { other: false, persons: 1 }).await.unwrap();
        run.apply(Op::Take(0)).await.unwrap();
        let mut connection = run.connection(1).await;
        run.apply(Op::Pass(last)).await.unwrap();
        assert!(other.take(&mut connection).await.unwrap().is_none(), "{ahead} s ahead, after {last} s");
        run.apply(Op::Pass(first - last)).await.unwrap();
        assert!(other.take(&mut connection).await.unwrap().is_some(), "{ahead} s ahead, after {first} s");
        run.connections[1] = Some(connection);
    }
    run.world.stop().await;
}

/// Sequences for cases that are easily got wrong. Each failure that the test above finds is added here.
#[test]
fn known_sequences() {
    use Op::{Break, Cancel, Crash, Fetch, Finish, Pass, Rerun, Set, Take, Upload};
    let file = |persons| Upload { other: false, persons };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut run = Run::new().await;
        for ops in [
            // A late worker has lost its slice to another worker, which has finished it.
            &[file(2), Take(0), Pass(10), Take(1), Finish(1), Finish(0), Fetch(0)][..],
            // A late worker finishes first, while the slice is leased to another worker.
            &[file(2), Take(0), Pass(10), Take(1), Finish(0), Fetch(0), Finish(1), Fetch(0)],
            // A late worker may finish its slice as long as no other worker has taken it.
            &[file(1), Take(0), Pass(11), Finish(0), Fetch(0)],
            // A file is cancelled while a worker holds its slice; after a rerun the old lease is invalid.
            &[file(3), Take(0), Cancel(0), Finish(0), Rerun(0), Take(1), Finish(1), Take(1), Finish(1), Fetch(0)],
            &[file(1), Take(0), Cancel(0), Rerun(0), Finish(0), Fetch(0)],
            // After too many tries the third worker fails the file.
            &[file(5), Take(0), Crash(0), Pass(10), Take(0), Crash(0), Pass(10), Take(0), Finish(0), Fetch(0), Rerun(0)],
            // A small file of another clinic does not wait for a large one.
            &[
                file(5),
                file(5),
                Take(0),
                Upload { other: true, persons: 1 },
                Finish(0),
                Take(1),
                Finish(1),
                Take(2),
                Finish(2),
            ],
            // Domain time is set ahead while a worker holds a slice: no other worker gets it. Users see the result expire
            // and come back.
            &[
                file(1),
                Take(0),
                Set(YEAR),
                Take(1),
                Finish(0),
                Fetch(0),
                Set(0),
                Fetch(0),
                Set(8 * DAY),
                Fetch(0),
                Set(2 * YEAR),
                Fetch(0),
            ],
            &[file(1), Take(0), Finish(0), Set(8 * DAY), Fetch(0), Set(YEAR), Fetch(0), Set(0), Fetch(0)],
            // Domain time is set back after a worker died: its lease ends all the same.
            &[Set(YEAR), file(2), Take(0), Crash(0), Set(-YEAR), Pass(10), Take(1), Finish(1), Fetch(0)],
            // A cancelled file cannot be rerun while it is expired.
            &[file(1), Cancel(0), Set(8 * DAY), Rerun(0), Set(0), Rerun(0), Take(0), Finish(0), Fetch(0)],
            // Every connection breaks between taking and finishing.
            &[file(4), Take(0), Break, Finish(0), Break, Take(0), Finish(0), Break, Fetch(0)],
        ] {
            run.run(ops).await.unwrap_or_else(|error| panic!("{ops:?}: {error}"));
        }
        run.world.stop().await;
    });
}

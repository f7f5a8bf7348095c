//! Operations that change files lock the slices in order and before their file, so that no two wait for each other.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shikaku::domain::{BatchEnding, Moment, ReceptionNumber};
use shikaku::store::Store;
use shikaku::wire::Format;
use sqlx::Executor;

use crate::support::World;
use crate::support::bulk::{Clinic, file_of};
use crate::support::database::TestDatabase;
use crate::support::world::fixed_now;

const LONG_AGO: Timestamp = Timestamp::UNIX_EPOCH;

const GONE: &str = "update batch set expires_at = '2026-11-01T00:00:00Z', retained_until = '2026-11-01T00:00:00Z'
                          , finished_at = '2026-11-01T00:00:00Z'";

/// Returns a moment with the same instant in both times.
fn at(time: Timestamp) -> Moment {
    Moment { domain: time, system: time }
}

/// Starts a world whose database holds finished files.
async fn with_files(count: usize) -> (World, Vec<ReceptionNumber>) {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let mut numbers = Vec::new();
    for _ in 0..count {
        let file = file_of(&["kyokai-insured-tokyo"], &clinic.code, "FILE", Format::Json);
        let number = clinic.upload_as("OQSmuquc01", Format::Json, file).await;
        clinic.result(&number).await;
        numbers.push(ReceptionNumber::parse(&number).unwrap());
    }
    (world, numbers)
}

async fn expire(store: &Store, forget: Timestamp) -> u64 {
    store.expire_batches(at(fixed_now()), at(forget), "2026-11-22".parse().unwrap()).await.unwrap()
}

/// Waits until a session waits for a lock.
async fn until_somebody_waits(database: &TestDatabase) {
    for _ in 0..500 {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        if database.count(waiting).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_removes_results_locks_no_file_before_its_slices() {
    let (world, _) = with_files(2).await;
    let database = world.database.clone();
    database.execute(GONE).await;
    let store = database.store().await;
    for forget in [LONG_AGO, fixed_now()] {
        // A session that holds a slice, as a worker does, and then wants its file.
        let mut other = database.connect().await;
        other.execute("begin; set local lock_timeout = '5s'; select from batch_slice for update").await.unwrap();
        let removing = tokio::spawn({
            let store = store.clone();
            async move { expire(&store, forget).await }
        });
        if forget == LONG_AGO {
            until_somebody_waits(&database).await;
        }
        other.execute("select from batch for update").await.expect("whoever waits for the slices holds no file");
        other.execute("commit").await.unwrap();
        removing.await.unwrap();
    }
    assert_eq!(database.count("select count(*) from batch").await, 0, "forgotten at last");
    store.pool().close().await;
    drop(database);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_cancelling_and_beginning_again_at_once_end() {
    let (world, numbers) = with_files(4).await;
    let database = world.database.clone();
    let store = database.store().await;
    let tasks: Vec<_> = (0..6)
        .map(|task| {
            let (store, numbers) = (store.clone(), numbers.clone());
            tokio::spawn(async move {
                let soon = BatchEnding::at(at(fixed_now() - SignedDuration::from_secs(1)), SignedDuration::ZERO);
                for round in 0..60 {
                    let number = &numbers[(round + task) % numbers.len()];
                    match task % 3 {
                        0 => drop(expire(&store, LONG_AGO).await),
                        1 => drop(store.cancel_batch(number, soon).await.unwrap()),
                        _ => drop(store.rerun_batch(number, LONG_AGO).await.unwrap()),
                    }
                }
            })
        })
        .collect();
    // Finished files become cancelled ones meanwhile, so that all three operations have work.
    for _ in 0..20 {
        database
            .execute(
                "update batch set state = 4, expires_at = '2026-11-01T00:00:00Z', retained_until = '2026-11-01T00:00:00Z'
                                , finished_at = '2026-11-01T00:00:00Z'
                  where state = 2 and open_slices = 0 and id in (select batch_id from batch_slice)",
            )
            .await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for task in tasks {
        tokio::time::timeout(Duration::from_secs(60), task).await.expect("nobody waits for ever").unwrap();
    }
    // A cancelled file has no open slice, whichever operation came first.
    let torn =
        "select count(*) from batch join batch_slice on batch_id = id where batch.state in (3, 4) and batch_slice.state = 1";
    assert_eq!(database.count(torn).await, 0);
    store.pool().close().await;
    drop(database);
    world.stop().await;
}

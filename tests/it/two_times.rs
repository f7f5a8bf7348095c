//! Domain time is set ahead and back while the server works: users see it, and no running work is frozen or stolen.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shikaku::clock::{Clock, system_now};
use shikaku::config::Limits;
use shikaku::domain::Moment;
use shikaku::jobs::expire;
use shikaku::query::challenges::forget;
use shikaku::terminal::Reply;
use shikaku::wire::Format;
use sqlx::Executor;

use crate::support::bulk::{Clinic, file_of, outcomes, parse, text};
use crate::support::card::{Reader, Shown, card};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{TEST_CLINIC, World, answered, outcome, refused};

const PERSON: &str = "kyokai-insured-tokyo";

/// The domain time that a test sets; it stands still in between.
#[derive(Clone)]
struct Set(Arc<Mutex<Timestamp>>);

impl Set {
    fn days(&self, days: i64) {
        *self.0.lock().unwrap() = after(days);
    }

    /// Returns the moment this many days away in domain time, with the system's real time.
    fn moment(&self, days: i64) -> Moment {
        Moment { domain: after(days), system: system_now() }
    }
}

const YEAR: i64 = 365;

fn after(days: i64) -> Timestamp {
    fixed_now() + SignedDuration::from_hours(24 * days)
}

async fn settable(limits: Limits) -> (World, Set) {
    let set = Set(Arc::new(Mutex::new(fixed_now())));
    let told = set.clone();
    let clock = Clock::told_by(move || *told.0.lock().unwrap());
    (World::with(Wishes { limits, clock: Some(clock), ..Wishes::default() }).await, set)
}

/// Returns the operator's view of a file.
async fn line(world: &World, number: &str) -> Value {
    let (status, text) = world.get(&format!("/api/batches/{number}")).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Waits until a count is reached.
async fn until(world: &World, sql: &'static str, count: i64) {
    for _ in 0..1000 {
        if world.database.count(sql).await == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {count}: {sql}");
}

fn code(reply: &Reply) -> Option<String> {
    text(&parse(Format::Json, &reply.body), "ErrorCode").map(str::to_owned)
}

const ATTEMPTS: &str = "select max(attempts)::bigint from batch_slice";

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_in_work_stays_with_its_worker() {
    for days in [YEAR, -YEAR] {
        let mut limits = Limits::default();
        // Renewed every second, so that a busy machine does not lose it. If it is not, the other workers may take the slice.
        (limits.bulk.lease, limits.bulk.skew) = (SignedDuration::from_secs(3), SignedDuration::ZERO);
        limits.bulk.poll = Duration::from_millis(50);
        let (world, set) = settable(limits).await;
        // The log is locked meanwhile, so that the slice stays in work.
        let mut holder = world.database.connect().await;
        holder.execute("begin; lock table access_log in share mode").await.unwrap();
        let mut clinic = Clinic::of(&world).await;
        let number = clinic.upload(&[PERSON]).await;
        until(&world, ATTEMPTS, 1).await;
        set.days(days);
        tokio::time::sleep(Duration::from_secs(5)).await;
        let seen = line(&world, &number).await;
        assert_eq!((&seen["state"], &seen["leased_slices"], &seen["retries"]), (&"processing".into(), &1.into(), &0.into()));
        assert_eq!(world.database.count(ATTEMPTS).await, 1, "somebody else has taken the slice");
        assert_eq!(text(&parse(Format::Json, &clinic.fetch(&number).await.body), "SegmentOfResult"), Some("2"));
        assert!(world.metric("shikaku_bulk_queue_oldest_seconds").await < 60.0);
        holder.execute("commit").await.unwrap();
        until(&world, "select count(*) from batch where state = 2", 1).await;
        for series in ["shikaku_bulk_lost_leases_total", "shikaku_bulk_retries_total"] {
            assert_eq!(world.metric(series).await, 0.0, "{series}");
        }
        let took = world.metric("shikaku_bulk_seconds_sum").await;
        assert!((5.0..60.0).contains(&took), "{took}");
        // The times shown are those at which the slice was begun; a year later the result has expired.
        let seen = line(&world, &number).await;
        assert_eq!(
            (&seen["received_at"], &seen["finished_at"]),
            (&after(0).to_string().into(), &after(0).to_string().into())
        );
        assert_eq!(seen["state"], if days < 0 { "done" } else { "expired" });
        set.days(0);
        assert_eq!(outcomes(&clinic.result(&number).await), [("1".into(), None, Some("1".into()))]);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_failed_waits_and_is_tried_again() {
    for days in [YEAR, -YEAR] {
        let mut limits = Limits::default();
        limits.bulk.poll = Duration::from_millis(50);
        let (world, set) = settable(limits).await;
        world.database.execute("alter table access_log rename to access_log_gone").await;
        let mut clinic = Clinic::of(&world).await;
        let number = clinic.upload(&[PERSON]).await;
        // After the first try the slice waits for one second, without the allowance for skew; after the second try, for two.
        let begun = Instant::now();
        until(&world, ATTEMPTS, 2).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        set.days(days);
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(world.database.count(ATTEMPTS).await, 2, "tried again at once");
        world.database.execute("alter table access_log_gone rename to access_log").await;
        assert_eq!(outcomes(&clinic.result(&number).await), [("1".into(), None, Some("1".into()))]);
        assert!(line(&world, &number).await["retries"].as_i64().unwrap() >= 2);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_that_waits_ends_in_domain_time_and_is_not_forgotten_before() {
    let (world, set) = settable(Limits::default()).await;
    let store = world.database.store().await;
    let mut reader = Reader::of(&world).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(Shown::signing(&card(&world, PERSON), &reader.challenge().await));
    }
    let json = |reply: &Reply| outcome(Format::Json, reply);
    // A year ahead it has expired, as its ExpiresAt says, and the server still knows it.
    set.days(YEAR);
    assert_eq!(forget(&store, set.moment(YEAR)).await.unwrap(), 0);
    assert_eq!(json(&reader.show(&waiting[0]).await), refused(403, "SHK6003"));
    // A year back it is not of that time, and new ones are made for that time.
    set.days(-YEAR);
    assert_eq!(forget(&store, set.moment(-YEAR)).await.unwrap(), 0);
    assert_eq!(json(&reader.show(&waiting[1]).await), refused(403, "SHK6008"));
    assert_eq!(reader.challenge().await.expires_at, (after(-YEAR) + SignedDuration::from_secs(60)).to_string());
    // Set right again, an unused one can be used.
    set.days(0);
    assert_eq!(json(&reader.show(&waiting[2]).await), answered());
    // All are forgotten in the end, whatever the clock showed when they were made.
    let later = Moment { domain: after(0), ..set.moment(0).plus(SignedDuration::from_mins(3)) };
    assert_eq!(forget(&store, later).await.unwrap(), 1);
    let later = set.moment(0).plus(SignedDuration::from_mins(3));
    assert_eq!(forget(&store, later).await.unwrap(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_expires_in_domain_time_and_is_removed_when_it_is_old_in_both() {
    let (world, set) = settable(Limits::default()).await;
    let (store, limits) = (world.database.store().await, Limits::default().bulk);
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&[PERSON]).await;
    let kept = clinic.result_as("OQSmuquc02", Format::Json, &number).await.body;
    assert_eq!(line(&world, &number).await["expires_at"], after(7).to_string());
    for (days, expected, state) in
        [(8, Some("SHK7004"), "expired"), (YEAR, Some("SHK7003"), "expired"), (-YEAR, None, "done"), (0, None, "done")]
    {
        set.days(days);
        assert_eq!(expire(&store, set.moment(days), limits).await.unwrap(), 0, "{days} days");
        assert_eq!(code(&clinic.fetch(&number).await).as_deref(), expected, "{days} days");
        let (_, list) = world.get(&format!("/api/batches?state={state}")).await;
        assert!(list.contains(&number), "{days} days: {list}");
    }
    assert_eq!(clinic.fetch_as("OQSmuquc02", Format::Json, &number).await.body, kept);
    // A file of another domain time can be fetched for a week of that time.
    set.days(-YEAR);
    let earlier = clinic.upload(&[PERSON]).await;
    clinic.result(&earlier).await;
    assert_eq!(line(&world, &earlier).await["expires_at"], after(7 - YEAR).to_string());
    set.days(7 - YEAR);
    assert_eq!(code(&clinic.fetch(&earlier).await).as_deref(), Some("SHK7004"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_loses_its_result_and_is_forgotten_when_it_is_old_enough_in_both() {
    let world = World::start().await;
    let (store, limits) = (world.database.store().await, Limits::default().bulk);
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&[PERSON]).await;
    clinic.result(&number).await;
    let system = system_now();
    let at = |domain, days| Moment { domain: after(domain), system: system + SignedDuration::from_hours(24 * days) };
    let files = "select count(*) from batch";
    let slices = "select count(*) from batch_slice";
    // Days of domain time and of the system's; how many results go; the files and slices that are left.
    for (moment, gone, left) in [
        (at(YEAR, 6), 0, (1, 1)),
        (at(6, YEAR), 0, (1, 1)),
        (at(8, 8), 1, (1, 0)),
        (at(YEAR, 8), 0, (1, 0)),
        (at(8, YEAR), 0, (1, 0)),
        (at(YEAR, YEAR), 0, (0, 0)),
    ] {
        assert_eq!(expire(&store, moment, limits).await.unwrap(), gone, "{moment:?}");
        assert_eq!((world.database.count(files).await, world.database.count(slices).await), left, "{moment:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_a_day_are_counted_until_the_day_is_over_in_both_times() {
    let mut limits = Limits::default();
    limits.bulk.people_a_day = 1;
    let (world, set) = settable(limits).await;
    let store = world.database.store().await;
    let mut clinic = Clinic::of(&world).await;
    clinic.upload(&[PERSON]).await;
    // The system's day is not over yet, whatever domain time shows.
    let day = Moment { system: fixed_now(), ..set.moment(YEAR) };
    expire(&store, day, limits.bulk).await.unwrap();
    let another = file_of(&["kumiai-a01"], TEST_CLINIC, "F", Format::Json);
    assert_eq!(
        outcome(Format::Json, &clinic.post("OQSmuquc01", Format::Json, another.clone()).await),
        refused(429, "SHK7002")
    );
    expire(&store, Moment { system: after(1), ..set.moment(0) }, limits.bulk).await.unwrap();
    assert_eq!(world.database.count("select count(*) from bulk_day").await, 1);
    expire(&store, Moment { domain: after(1), system: after(1) }, limits.bulk).await.unwrap();
    assert_eq!(world.database.count("select count(*) from bulk_day").await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_release_before_is_kept_as_that_release_did() {
    let world = World::start().await;
    let (store, limits) = (world.database.store().await, Limits::default().bulk);
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&[PERSON]).await;
    clinic.result(&number).await;
    // That release knew one time and wrote none of the other.
    world.database.execute("update batch set recorded_at = null, retained_until = null").await;
    let at = |time: Timestamp| Moment { domain: time, system: time };
    assert_eq!(expire(&store, at(after(7)), limits).await.unwrap(), 0);
    assert_eq!(expire(&store, at(after(8)), limits).await.unwrap(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_keeps_both_times() {
    let (world, set) = settable(Limits::default()).await;
    set.days(-YEAR);
    let begun = system_now();
    world.ask(&crate::support::ask_of(PERSON), Format::Json).await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&[PERSON]).await;
    clinic.result(&number).await;
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "select extract(epoch from answered_at)::bigint, extract(epoch from recorded_at)::bigint from access_log",
    )
    .fetch_all(&mut world.database.connect().await)
    .await
    .unwrap();
    assert_eq!(rows.len(), 2);
    for (answered_at, recorded_at) in rows {
        assert_eq!(answered_at, after(-YEAR).as_second());
        assert!((begun.as_second()..=system_now().as_second() + 1).contains(&recorded_at), "{recorded_at}");
    }
    world.stop().await;
}

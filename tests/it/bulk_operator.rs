//! Files as the operator sees them: listed, cancelled, rerun; and faults that the operator orders.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shikaku::clock::system_now;
use shikaku::config::Limits;
use shikaku::domain::Moment;
use shikaku::jobs::expire;
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, outcomes, parse, text};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{TEST_CLINIC, World, process};

async fn call(world: &World, method: &str, path: &str, body: &str) -> (u16, Value) {
    let address = world.app.operator_addr().to_string();
    let (status, text, _) = process::http(&address, method, path, &[("content-type", "application/json")], body).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

async fn order(world: &World, simulation: Value) {
    assert_eq!(call(world, "PUT", "/api/bulk/simulation", &simulation.to_string()).await.0, 204);
}

/// Starts a world without workers.
async fn without_workers() -> World {
    let mut limits = Limits::default();
    limits.bulk.workers = 0;
    World::with(Wishes { limits, ..Wishes::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_and_inspected() {
    let world = without_workers().await;
    let mut clinic = Clinic::of(&world).await;
    let first = clinic.upload(&["kyokai-insured-tokyo", "kumiai-a01"]).await;
    let second = clinic.upload(&["kumiai-a01"]).await;
    let (_, all) = call(&world, "GET", "/api/batches", "").await;
    let numbers: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["reception_number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [second.as_str(), first.as_str()]);
    let (_, page) = call(&world, "GET", &format!("/api/batches?before={second}&state=processing"), "").await;
    assert_eq!(page.as_array().unwrap().len(), 1);
    let (_, none) = call(&world, "GET", "/api/batches?institution=2710034568", "").await;
    assert_eq!(none, json!([]));
    let (status, one) = call(&world, "GET", &format!("/api/batches/{first}"), "").await;
    assert_eq!((status, &one["persons"], &one["slices"], &one["open_slices"]), (200, &json!(2), &json!(1), &json!(1)));
    assert_eq!((&one["message"], &one["institution"]), (&json!("OQSmuquc01"), &json!(TEST_CLINIC)));
    for (path, status, code) in [
        ("/api/batches/nothing", 404, "SHK4002"),
        ("/api/batches?state=odd", 400, "SHK4003"),
        ("/api/batches?odd=1", 400, "SHK4003"),
    ] {
        let (found, problem) = call(&world, "GET", path, "").await;
        assert_eq!((found, problem["code"].as_str().unwrap()), (status, code), "{path}");
    }
    assert_eq!(world.metric("shikaku_bulk_queue_files").await, 2.0);
    assert_eq!(world.metric("shikaku_bulk_queue_persons").await, 3.0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_cancelled_and_begun_again() {
    let world = without_workers().await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
    let cancel = format!("/api/batches/{number}/cancel");
    let rerun = format!("/api/batches/{number}/rerun");
    assert_eq!(call(&world, "POST", &rerun, "").await.0, 409);
    assert_eq!(call(&world, "POST", &cancel, "").await.0, 204);
    assert_eq!(call(&world, "POST", &cancel, "").await.0, 409);
    assert_eq!(call(&world, "POST", "/api/batches/1/cancel", "").await.0, 404);
    let reply = clinic.fetch(&number).await;
    let answer = parse(Format::Json, &reply.body);
    assert_eq!(
        (reply.status.as_u16(), text(&answer, "SegmentOfResult"), text(&answer, "ErrorCode")),
        (200, Some("9"), Some("SHK7102"))
    );
    assert_eq!(call(&world, "POST", &rerun, "").await.0, 204);
    assert_eq!(text(&parse(Format::Json, &clinic.fetch(&number).await.body), "SegmentOfResult"), Some("2"));
    // A server with workers joins.
    let other = world.another(shikaku::clock::Clock::fixed(crate::support::world::fixed_now())).await;
    let result = clinic.result(&number).await;
    assert_eq!(outcomes(&result), [("1".into(), None, Some("1".into()))]);
    assert_eq!(call(&world, "POST", &cancel, "").await.0, 409);
    assert_eq!(call(&world, "POST", &rerun, "").await.0, 409);
    other.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_come_as_ordered_and_only_then() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let ids = ["kyokai-insured-tokyo", "kumiai-a01"];
    let off = json!({"hold_fetches": 0, "hold_seconds": 0, "fail_next": 0, "fail_person": null});
    assert_eq!(call(&world, "GET", "/api/bulk/simulation", "").await.1, off);

    order(&world, json!({"hold_fetches": 2})).await;
    let number = clinic.upload(&ids).await;
    order(&world, json!({})).await;
    world.until_metric("shikaku_bulk_files_total{result=\"done\"}", 1.0).await;
    for expected in ["2", "2", "1", "1"] {
        let answer = parse(Format::Json, &clinic.fetch(&number).await.body);
        assert_eq!(text(&answer, "SegmentOfResult"), Some(expected));
    }

    // The clock of this world stands still, so the time passes only for another server.
    order(&world, json!({"hold_seconds": 60})).await;
    let number = clinic.upload(&ids).await;
    world.until_metric("shikaku_bulk_files_total{result=\"done\"}", 2.0).await;
    assert_eq!(text(&parse(Format::Json, &clinic.fetch(&number).await.body), "SegmentOfResult"), Some("2"));
    let later = crate::support::world::fixed_now() + jiff::SignedDuration::from_secs(60);
    let other = world.another(shikaku::clock::Clock::fixed(later)).await;
    let mut there = Clinic::of(&other).await;
    assert_eq!(text(&parse(Format::Json, &there.fetch(&number).await.body), "SegmentOfResult"), Some("1"));
    other.stop().await;

    order(&world, json!({"fail_next": 1})).await;
    let number = clinic.upload(&ids).await;
    let reply = clinic.result_as("OQSmuquc02", Format::Json, &number).await;
    assert_eq!(text(&parse(Format::Json, &reply.body), "ErrorCode"), Some("SHK7103"));
    assert_eq!(call(&world, "GET", "/api/bulk/simulation", "").await.1, off);
    // A rerun is answered, because the failure was ordered once.
    assert_eq!(call(&world, "POST", &format!("/api/batches/{number}/rerun"), "").await.0, 204);
    assert_eq!(outcomes(&clinic.result(&number).await).len(), 2);

    order(&world, json!({"fail_person": 2})).await;
    let number = clinic.upload(&ids).await;
    let result = clinic.result(&number).await;
    let spoiled = ("2".to_owned(), Some("SHK7201".to_owned()), None);
    assert_eq!(outcomes(&result), [("1".into(), None, Some("1".into())), spoiled]);
    for wrong in [r#"{"fail_person": 0}"#, r#"{"hold_fetches": -1}"#, r#"{"odd": 1}"#, "[]"] {
        assert_eq!(call(&world, "PUT", "/api/bulk/simulation", wrong).await.0, 400, "{wrong}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_expires() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
    clinic.result(&number).await;
    let after = |days: i64| fixed_now() + SignedDuration::from_hours(24 * days);
    // An expired result is reported as gone at once. Its rows stay a little longer for a client that is fetching it.
    let just_expired = after(7) + SignedDuration::from_mins(1);
    let later = world.another(shikaku::clock::Clock::fixed(just_expired)).await;
    let reply = Clinic::of(&later).await.fetch(&number).await;
    assert_eq!(text(&parse(Format::Json, &reply.body), "ErrorCode"), Some("SHK7004"));
    assert_eq!(world.database.count("select count(*) from batch_slice").await, 1);
    later.stop().await;
    // A server with a later domain time reports the expiry and removes nothing, because the result is young by the system's
    // time.
    for (days, expected) in [(6, None), (8, Some("SHK7004")), (38, Some("SHK7003"))] {
        let later = world.another(shikaku::clock::Clock::fixed(after(days))).await;
        let reply = Clinic::of(&later).await.fetch(&number).await;
        assert_eq!(text(&parse(Format::Json, &reply.body), "ErrorCode"), expected, "after {days} days");
        later.stop().await;
    }
    assert_eq!(text(&parse(Format::Json, &clinic.fetch(&number).await.body), "SegmentOfResult"), Some("1"));
    // A result is removed when it is old in both times, with a margin for a client that is fetching it.
    let (store, limits) = (world.database.store().await, Limits::default().bulk);
    let now = Moment { domain: fixed_now(), system: system_now() };
    let minutes = |minutes| now.plus(limits.keep + SignedDuration::from_mins(minutes));
    for (moment, files) in [
        (Moment { system: now.system, ..minutes(60) }, 0),
        (Moment { domain: now.domain, ..minutes(60) }, 0),
        (minutes(9), 0),
        (minutes(11), 1),
    ] {
        assert_eq!(expire(&store, moment, limits).await.unwrap(), files);
    }
    // Nothing about the people is left, but the access log stays.
    assert_eq!(world.database.count("select count(*) from batch_slice").await, 0);
    assert_eq!(text(&parse(Format::Json, &clinic.fetch(&number).await.body), "ErrorCode"), Some("SHK7004"));
    for (days, known) in [(36, 1), (38, 0)] {
        expire(&store, now.plus(SignedDuration::from_hours(24 * days)), limits).await.unwrap();
        assert_eq!(world.database.count("select count(*) from batch").await, known, "after {days} days");
    }
    assert_eq!(world.database.count("select count(*) from access_log where path = 3").await, 1);
    world.stop().await;
}

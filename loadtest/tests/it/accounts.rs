//! Every request that is due is accounted for once, whatever becomes of it, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::proxy::{self, Stalls};
use crate::support::run::plan;
use crate::support::{Load, World};

const ONE: &str = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_counts_as_such() {
    let world = World::start().await;
    let held = Arc::new(AtomicBool::new(false));
    let proxy = proxy::start(world.address(), Stalls::While(held.clone())).await;
    let bounds = format!("{ONE}[bounds]\nwaiting = 5\nrequest_ms = 1500\npatience_seconds = 60");
    let load = Load::of(&plan("seconds = 5\narrivals = \"constant\"\nrate = 100", &bounds), proxy.address).start();
    world.until_answered(20).await;
    held.store(true, Ordering::Relaxed);
    let run = load.finish().await;
    assert_eq!(run.code, Some(1), "{}\n{}", run.table, run.errors);
    assert_eq!(run.count("due"), 500);
    run.assert_accounted();
    assert!(run.count("not_sent") > 100 && run.count("failed") >= 1, "{}", run.table);
    assert!(run.results["measured"]["failures"]["timed_out"].as_u64() >= Some(1), "{}", run.table);
    // A request that timed out counts with the time that it took, from the due time and from the sending.
    assert!(run.ms("corrected_ms", "max") >= 1499.0 && run.ms("uncorrected_ms", "max") >= 1490.0, "{}", run.table);
    assert!(run.missed().contains(&"errors") && run.missed().contains(&"rate_achieved"), "{:?}", run.missed());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_bounds_requests_and_time() {
    let world = World::start().await;
    let stage = "seconds = 30\narrivals = \"constant\"\nrate = 100";
    let run = Load::of(&plan(stage, "[bounds]\nrequests = 40"), world.address()).finish().await;
    assert_eq!((run.code, run.count("due"), run.count("answered")), (Some(0), 40, 40), "{}\n{}", run.table, run.errors);
    let run = Load::of(&plan(stage, "[bounds]\nseconds = 0.5"), world.address()).finish().await;
    assert_eq!((run.code, run.count("due")), (Some(0), 50), "{}\n{}", run.table, run.errors);
    run.assert_accounted();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_stage_asks_again_when_it_is_answered() {
    let world = World::start().await;
    let run = Load::of(&plan("seconds = 1\narrivals = \"closed\"\nat_once = 2", ""), world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    // A lookup takes less than 100 ms, so two places ask far more often than twice.
    assert!(run.count("answered") > 20, "{}", run.table);
    run.assert_accounted();
    assert!(run.results["measured"]["asked_per_second"].is_null());
    // It ends when no more requests are allowed, long before its time.
    let bounded = plan("seconds = 600\narrivals = \"closed\"\nat_once = 2", "[bounds]\nrequests = 40");
    let run = Load::of(&bounded, world.address()).finish().await;
    assert_eq!((run.code, run.count("due"), run.count("answered")), (Some(0), 40, 40), "{}\n{}", run.table, run.errors);
    let run = Load::of(&plan("seconds = 1\narrivals = \"closed\"\nat_once = 3", ""), world.address()).finish().await;
    assert_eq!(run.code, Some(2));
    assert!(
        run.errors.contains("stage only wants 3 requests at once, but `terminals` times `connections_each` is 2"),
        "{}",
        run.errors
    );
    world.stop().await;
}

/// The sender is kept from its work on purpose: it is suspended for a second.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_sender_fell_behind_says_so_and_fails() {
    let world = World::start().await;
    let thresholds = "[thresholds]\nrate_achieved = 0.1\nsender_late_p99_ms = 300";
    let load = Load::of(&plan("seconds = 4\narrivals = \"constant\"\nrate = 50", thresholds), world.address()).start();
    let pid = load.child.id().to_string();
    world.until_answered(20).await;
    for (signal, wait) in [("-STOP", 1000), ("-CONT", 0)] {
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    let run = load.finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["sender_late_p99"]), "{}\n{}", run.table, run.errors);
    assert!(run.table.contains("the sender fell behind, so these figures measure the sender"), "{}", run.table);
    // What was due meanwhile was sent all the same.
    assert_eq!((run.count("due"), run.count("answered")), (200, 200));
    world.stop().await;
}

//! A server slowed on purpose shows in the corrected percentiles, and not in the uncorrected ones.

use std::time::Duration;

use crate::support::proxy::{self, Stalls};
use crate::support::run::plan;
use crate::support::{Load, World};

/// One terminal asks 200 times a second; in the last 50 ms of each second nothing is answered. Of 200 requests 10 are due then, one of
/// which is on its way, and the other nine wait. So one in twenty is late by up to 50 ms and one in a hundred by more than 40, but only
/// one in two hundred was sent when nothing was answered.
///
/// The stall is at least what the corrected times must show. That the others do not show it needs a machine that does not itself stall so
/// often: one such run of six is enough.
#[tokio::test(flavor = "multi_thread")]
async fn a_stall_of_each_second_shows_in_the_corrected_percentiles_alone() {
    let world = World::start().await;
    let stalls = Stalls::Each { period: Duration::from_secs(1), stall: Duration::from_millis(50) };
    let proxy = proxy::start(world.address(), stalls).await;
    let one = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1";
    let file = plan("seconds = 4\narrivals = \"constant\"\nrate = 200", one);
    let mut seen = Vec::new();
    for _ in 0..6 {
        let run = Load::of(&file, proxy.address).finish().await;
        let (corrected, uncorrected) = (run.ms("corrected_ms", "p99"), run.ms("uncorrected_ms", "p99"));
        assert!(corrected >= 35.0, "corrected p99 {corrected} ms\n{}\n{}", run.table, run.errors);
        seen.push((corrected, uncorrected));
        if uncorrected < corrected / 2.0 {
            break;
        }
    }
    let (corrected, uncorrected) = seen.last().unwrap();
    assert!(*uncorrected < corrected / 2.0, "corrected and uncorrected p99 in ms: {seen:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_judges_the_corrected_percentiles() {
    let world = World::start().await;
    let stalls = Stalls::Each { period: Duration::from_secs(1), stall: Duration::from_millis(400) };
    let proxy = proxy::start(world.address(), stalls).await;
    let more = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1\n\
                [thresholds]\np90_ms = 150\nrate_achieved = 0.05\nsender_late_p99_ms = 5000";
    let file = plan("seconds = 3\narrivals = \"constant\"\nrate = 50", more);
    let run = Load::of(&file, proxy.address).finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["p90"]), "{}\n{}", run.table, run.errors);
    world.stop().await;
}

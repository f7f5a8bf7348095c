//! The knee of a server that bears only so much is found and named, and the run ends there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::proxy::{self, Stalls};
use crate::support::run::plan;
use crate::support::{Load, World};

/// Steps of 2 s at 20, 40 and so on up to 200 a second; after some 70 answers nothing is answered any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_after_two_steps_that_are_not_kept_and_names_the_rate_before() {
    let world = World::start().await;
    let held = Arc::new(AtomicBool::new(false));
    let proxy = proxy::start(world.address(), Stalls::While(held.clone())).await;
    let more = "[bounds]\nrequest_ms = 1000\npatience_seconds = 60\n[thresholds]\nrate_achieved = 0.5\nsender_late_p99_ms = 1000\n\
                knee = 20\n[knee]\np99_ms = 800\nrate_achieved = 0.5\nerrors = 0.2";
    let file = plan("seconds = 20\narrivals = \"step\"\nfrom = 20\nto = 200\nsteps = 10", more);
    let load = Load::of(&file, proxy.address).start();
    // 40 of the first step, and some of the second.
    world.until_answered(50).await;
    held.store(true, Ordering::Relaxed);
    let run = load.finish().await;
    let (knee, stages) = (&run.results["knee"], run.results["stages"].as_array().unwrap());
    assert_eq!((&knee["kept_per_second"], &knee["broken_per_second"]), (&20.0.into(), &40.0.into()), "{}", run.table);
    // The third was the second that was not kept; the fourth was never begun.
    let due = |place: usize| stages[place]["figures"]["due"].as_u64().unwrap();
    assert_eq!((due(0), due(1), due(2), due(3), stages.len()), (40, 80, 120, 0, 10), "{}", run.table);
    assert_eq!(stages[1]["name"], "only 2/10");
    assert!(run.table.contains("7 more stages were not begun") && !run.table.contains("only 4/10"), "{}", run.table);
    let line = "knee: 20 requests a second are kept, 40 are not (too slow at p99";
    assert!(run.table.contains(line), "{}", run.table);
    // What counts is what came before the knee.
    assert_eq!((run.code, run.count("due"), run.count("answered")), (Some(0), 40, 40), "{}\n{}", run.table, run.errors);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_bears_every_step_has_no_knee_and_a_wanted_one_is_judged() {
    let world = World::start().await;
    let steps = "seconds = 2\narrivals = \"step\"\nfrom = 10\nto = 30\nsteps = 2";
    let knee = "[knee]\np99_ms = 5000\nrate_achieved = 0.3";
    let more = |wanted| format!("[thresholds]\nrate_achieved = 0.3\nsender_late_p99_ms = 5000\nknee = {wanted}\n{knee}");
    let run = Load::of(&plan(steps, &more(30)), world.address()).finish().await;
    assert_eq!((run.code, run.count("due")), (Some(0), 40), "{}\n{}", run.table, run.errors);
    assert!(run.table.contains("knee: none up to 30 requests a second; every stage was kept"), "{}", run.table);
    let run = Load::of(&plan(steps, &more(31)), world.address()).arguments(&["--lang", "ja"]).finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["knee"]), "{}\n{}", run.table, run.errors);
    assert!(run.table.contains("限界点: 毎秒30件までは現れず"), "{}", run.table);
    world.stop().await;
}

//! Runs that end early: by a signal, or because the server goes away. Each reports what was done until then, and none hangs.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::run::plan;
use crate::support::{Load, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_run_with_a_report() {
    let world = World::start().await;
    for signal in ["-INT", "-TERM"] {
        let before = world.answered().await;
        let load = Load::of(&plan("seconds = 60\narrivals = \"constant\"\nrate = 50", ""), world.address()).start();
        world.until_answered(before + 20).await;
        let begun = Instant::now();
        assert!(Command::new("kill").args([signal, &load.child.id().to_string()]).status().unwrap().success());
        let run = load.finish().await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{signal} took {:?}", begun.elapsed());
        assert_eq!((run.code, &run.results["end"]), (Some(1), &"stopped".into()), "{}\n{}", run.table, run.errors);
        assert!(run.table.contains("STOPPED on request"), "{}", run.table);
        assert!((1..3000).contains(&run.count("answered")), "{}", run.table);
        run.assert_accounted();
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_half_way_ends_a_run_with_a_report() {
    for arrivals in ["arrivals = \"constant\"\nrate = 50", "arrivals = \"closed\"\nat_once = 2"] {
        let world = World::start().await;
        let file = plan(&format!("seconds = 60\n{arrivals}"), "[bounds]\npatience_seconds = 1");
        let load = Load::of(&file, world.address()).start();
        world.until_answered(20).await;
        world.stop().await;
        let begun = Instant::now();
        let run = load.finish().await;
        assert!(begun.elapsed() < Duration::from_secs(8), "took {:?}", begun.elapsed());
        assert_eq!((run.code, &run.results["end"]), (Some(3), &"silent".into()), "{}\n{}", run.table, run.errors);
        assert!(run.table.contains("the server gave no answer any more"), "{}", run.table);
        assert!(run.count("answered") >= 1 && run.count("failed") >= 1, "{}", run.table);
        run.assert_accounted();
    }
}

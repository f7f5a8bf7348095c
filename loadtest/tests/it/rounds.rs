//! Rounds, and the server's own figures, stand in the results.

use crate::support::run::plan;
use crate::support::{Load, World};

#[tokio::test(flavor = "multi_thread")]
async fn rounds_are_told_apart_and_counted_together() {
    let world = World::start().await;
    let warm = "seconds = 1\narrivals = \"constant\"\nrate = 20\n[[stage]]\nname = \"warm\"\nwarm_up = true\nseconds = 1\n\
                arrivals = \"constant\"\nrate = 5";
    let operator = world.app.operator_addr().to_string();
    let arguments = ["--rounds", "3", "--operator", &operator];
    let run = Load::of(&plan(warm, ""), world.address()).arguments(&arguments).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    let due = |list: &str| -> Vec<u64> {
        let all = run.results[list].as_array().unwrap();
        all.iter().map(|one| one.get("figures").unwrap_or(one)["due"].as_u64().unwrap()).collect()
    };
    assert_eq!((due("rounds"), due("stages"), run.count("due")), (vec![20, 20, 20], vec![60, 15], 60));
    assert_eq!(due("stages_of_rounds"), [20, 5, 20, 5, 20, 5]);
    assert_eq!(run.results["measured"]["seconds"], 3.0);
    let moments = run.results["series"]["moments"].as_array().unwrap();
    let sum: u64 = moments.iter().map(|moment| moment["due"].as_u64().unwrap()).sum();
    assert_eq!((sum, moments[0]["due"].as_u64(), moments[1]["due"].as_u64()), (75, Some(20), Some(5)));
    assert!(run.table.contains("rounds: times in ms"), "{}", run.table);
    // The server was asked each second, and wrote a record for each answer.
    let told = &run.results["server"];
    let samples = told["samples"].as_array().unwrap();
    assert!(told["failure"].is_null() && samples.len() >= 4, "{told}");
    let figure = |place: usize, key: &str| samples[place][key].as_f64().unwrap_or_else(|| panic!("{key}: {samples:?}"));
    let last = samples.len() - 1;
    assert!(figure(last, "access_log_records") - figure(0, "access_log_records") >= 30.0);
    assert!(figure(last, "resident_bytes") > 1e6);
    // At the end they are closed already.
    assert!((0..=last).any(|place| figure(place, "connections") >= 1.0), "{samples:?}");
    assert!(figure(last, "batched") >= figure(last, "batches") && figure(last, "batches") > 0.0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_the_figures_of_the_server() {
    let world = World::start().await;
    let file = plan("seconds = 2\narrivals = \"constant\"\nrate = 10", "");
    // Nobody listens at port 1.
    let run = Load::of(&file, world.address()).arguments(&["--operator", "127.0.0.1:1"]).finish().await;
    assert_eq!((run.code, run.count("answered")), (Some(0), 20), "{}\n{}", run.table, run.errors);
    let told = &run.results["server"];
    assert!(told["samples"].as_array().unwrap().is_empty() && told["failure"].is_string(), "{told}");
    // The operator listener of another machine is asked only if plan and command line name it.
    let run = Load::of(&file, world.address()).arguments(&["--operator", "operator.example:8080"]).finish().await;
    assert!(run.code == Some(2) && run.errors.contains("operator.example:8080"), "{:?} {}", run.code, run.errors);
    world.stop().await;
}

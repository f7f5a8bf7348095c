//! Synthetic people of the mass format, out of files: those of named situations and others, each with its right answer.

use crate::support::run::plan;
use crate::support::{Load, World, population};

#[tokio::test(flavor = "multi_thread")]
async fn people_of_files_get_the_answers_that_are_expected_of_them() {
    let world = World::start().await;
    let files = population::loaded(&world, 3000).await;
    let plan = plan(
        "seconds = 8\narrivals = \"constant\"\nrate = 250",
        "[people]\ndirectory = \"fixtures\"\nhot = 5000\nchoice = \"zipf\"\nexponent = 0.1",
    );
    let run = Load::of(&plan, world.address()).arguments(&["--people", files.to_str().unwrap()]).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (2000, 2000, 0), "{}", run.table);
    // More than half of the people have one coverage in force and no other.
    assert!(run.results["people"].as_u64() > Some(1500), "{}", run.table);
    world.stop().await;
}

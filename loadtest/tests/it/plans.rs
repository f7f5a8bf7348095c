//! The plans that come with the program.

use std::path::PathBuf;

use shikaku_load::plan::Plan;

use crate::support::run::command;
use crate::support::{Load, World, root};

fn shipped() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("loadtest/plans")).unwrap();
    let mut plans: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    plans.sort();
    assert!(plans.len() >= 2, "{plans:?}");
    plans
}

#[test]
fn every_plan_is_free_of_faults_and_stays_on_this_machine() {
    for file in shipped() {
        let (plan, _) = Plan::read(&file).unwrap_or_else(|faults| panic!("{}", faults[0]));
        assert!(plan.target.is_loopback(), "{}", file.display());
        assert_eq!(file.file_stem().unwrap().to_str(), Some(plan.name.as_str()));
    }
    let output = command().arg("check").args(shipped()).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), told.matches(": no faults; ").count()), (Some(0), shipped().len()), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_plan_passes() {
    let world = World::start().await;
    let plan = root().join("loadtest/plans/smoke.toml");
    let run = Load::of(&plan, world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    // 3 s at 50 a second: 150 with a standard deviation of √150 = 12.
    assert!((90..210).contains(&run.count("due")), "{}", run.table);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (run.count("due"), run.count("due"), 0));
    // The server logged each of them, the warm-up, and a first question of each of seven institutions.
    let warm_up = run.results["stages"][0]["figures"]["answered"].as_u64().unwrap();
    assert_eq!(warm_up, 20);
    assert_eq!(world.answered().await, run.count("answered") + warm_up + 7);
    // Eight terminals keep their connections, which they opened in the warm-up at the latest with the stage.
    let opened: u64 =
        run.results["stages"].as_array().unwrap().iter().map(|stage| stage["figures"]["handshakes"].as_u64().unwrap()).sum();
    assert_eq!(opened, 8, "{}", run.table);
    assert!(run.table.contains("GOOD: every threshold is kept"), "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_in_japanese_too_and_the_results_are_the_same_in_every_language() {
    let world = World::start().await;
    let plan = root().join("loadtest/plans/smoke.toml");
    let run = Load::of(&plan, world.address()).arguments(&["--lang", "ja"]).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    for words in
        ["送るべき時刻から（補正あり）", "送信から（補正なし）", "測定の合計", "良好: すべてのしきい値を達成しました"]
    {
        assert!(run.table.contains(words), "{words}:\n{}", run.table);
    }
    assert_eq!((&run.results["end"], &run.results["good"]), (&"done".into(), &true.into()));
    world.stop().await;
}

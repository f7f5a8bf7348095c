//! Wrong answers are found, counted apart from failures, and shown with the difference.

use std::fs;
use std::path::PathBuf;

use crate::support::run::plan;
use crate::support::{Load, World, copied};

/// Copies the fixtures and puts the expected share of a person wrong.
pub fn spoiled() -> PathBuf {
    let target = copied("fixtures");
    let file = target.join("people/elderly.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, person) = text.split_once("id = \"elderly-2wari-tokyo\"").unwrap();
    let person =
        person.replacen("InsuredPartialContributionRatio = \"020\"", "InsuredPartialContributionRatio = \"030\"", 1);
    fs::write(&file, format!("{before}id = \"elderly-2wari-tokyo\"{person}")).unwrap();
    target
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_as_expected_is_found() {
    let world = World::start().await;
    let people = spoiled();
    // About a hundred people, each asked about about five times.
    let file = plan("seconds = 5\narrivals = \"constant\"\nrate = 100", "");
    let run = Load::of(&file, world.address()).arguments(&["--people", people.to_str().unwrap()]).finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["wrong_answers"]), "{}\n{}", run.table, run.errors);
    let wrong = run.count("wrong");
    assert!((1..30).contains(&wrong), "{}", run.table);
    assert_eq!((run.count("failed"), run.count("answered"), run.count("compared")), (0, 500, 500));
    let kept = run.results["wrong_answers"].as_array().unwrap();
    assert_eq!(kept.len() as u64, wrong.min(20));
    for answer in kept {
        assert_eq!(answer["person"], "elderly-2wari-tokyo");
        let difference = &answer["differences"][0];
        assert_eq!(answer["differences"].as_array().unwrap().len(), 1);
        assert_eq!(difference["element"], "InsuredPartialContributionRatio");
        assert_eq!((&difference["expected"], &difference["found"]), (&"030".into(), &"020".into()));
    }
    let line = "InsuredPartialContributionRatio: expected \"030\", found \"020\"";
    assert!(run.table.contains(line), "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_share_of_the_answers_is_compared_if_the_plan_says_so() {
    let world = World::start().await;
    let people = "[people]\ndirectory = \"fixtures\"\ncompared = 0.2";
    let file = plan("seconds = 3\narrivals = \"constant\"\nrate = 100", people);
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    // 300 of which a fifth: 60 with a standard deviation of √(300·0.2·0.8) = 7.
    assert_eq!(run.count("answered"), 300);
    assert!((25..95).contains(&run.count("compared")), "{}", run.table);
    world.stop().await;
}

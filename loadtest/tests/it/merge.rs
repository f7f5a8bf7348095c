//! Several processes run one plan at the same time; their runs become one report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use shikaku::clock::system_now;

use crate::support::run::{Finished, command, plan};
use crate::support::{Load, World, scratch};

fn merged(runs: &[&Path]) -> (Output, PathBuf) {
    let out = scratch("merged");
    (command().arg("merge").args(runs).arg("--out").arg(&out).output().unwrap(), out)
}

fn refused(runs: &[&Path]) -> String {
    let (output, _) = merged(runs);
    assert_eq!(output.status.code(), Some(3));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_become_one_report() {
    let world = World::start().await;
    let one = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1";
    let file = plan("seconds = 2\narrivals = \"constant\"\nrate = 50", one);
    let start_at = (system_now() + Duration::from_secs(4)).to_string();
    let process = |number| {
        let load = Load::of(&file, world.address()).arguments(&["--start-at", &start_at, "--process", number]);
        (load.out.clone(), load.start())
    };
    let ((first_out, first), (second_out, second)) = (process("0"), process("1"));
    let (first, second) = (first.finish().await, second.finish().await);
    for run in [&first, &second] {
        assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
        // They began at the instant, not before.
        let began: jiff::Timestamp = run.results["began_at"].as_str().unwrap().parse().unwrap();
        let late = began - start_at.parse::<jiff::Timestamp>().unwrap();
        assert!((0..20_000).contains(&(late.get_seconds() * 1000 + late.get_milliseconds())), "{late}");
    }
    // The two terminals of the institution, one each; and other people.
    assert_ne!(first.results["seed"], second.results["seed"]);
    let terminals = world.database.count("select count(distinct terminal_serial) from access_log").await;
    assert_eq!(terminals, 2);
    let (output, out) = merged(&[&first_out, &second_out]);
    let run = Finished::of(&output, &out);
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("due"), run.count("answered"), &run.results["processes"]), (200, 200, &2.into()));
    // 200 in two seconds, not in four.
    assert_eq!(run.results["measured"]["asked_per_second"], 100.0);
    // The longest time of both is that of one of them.
    let longest = |run: &Finished| run.ms("corrected_ms", "max");
    assert_eq!(longest(&run), longest(&first).max(longest(&second)));
    assert_eq!(run.ms("corrected_ms", "p50").clamp(0.0, longest(&run)), run.ms("corrected_ms", "p50"));
    let moments = run.results["series"]["moments"].as_array().unwrap();
    assert_eq!(moments.iter().map(|moment| moment["due"].as_u64().unwrap()).sum::<u64>(), 200);
    assert!(run.table.contains("GOOD: every threshold is kept"), "{}", run.table);
    // What was merged can be merged again.
    let (output, out) = merged(&[&out, &second_out]);
    assert_eq!(Finished::of(&output, &out).count("due"), 300);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whole_runs_of_one_plan_are_merged() {
    let world = World::start().await;
    let run = |rate: u32| {
        let load = Load::of(&plan(&format!("seconds = 1\narrivals = \"constant\"\nrate = {rate}"), ""), world.address());
        (load.out.clone(), load)
    };
    let ((first, load), (other, other_load)) = (run(10), run(20));
    assert_eq!((load.finish().await.code, other_load.finish().await.code), (Some(0), Some(0)));
    assert!(refused(&[&first, &other]).contains("is a run of another plan than the first one"));
    // The same requests would count twice, from the directory of the run or from a copy.
    let copy = scratch("copied");
    fs::create_dir_all(&copy).unwrap();
    for file in ["results.json", "times.hlog"] {
        fs::copy(first.join(file), copy.join(file)).unwrap();
    }
    for again in [&first, &copy] {
        assert!(refused(&[&first, again]).contains("is the same run as an earlier one; name each run once"));
    }
    assert!(refused(&[&first, Path::new("/nowhere")]).contains("/nowhere/results.json: No such file"));
    let log = fs::read(first.join("times.hlog")).unwrap();
    assert!(log.starts_with(b"#[times in microseconds"), "{}", String::from_utf8_lossy(&log[..80]));
    for spoiled in [&log[..log.len() / 2], b"Tag=stage-1-corrected,0,1,1,aGVsbG8=\n", b""] {
        fs::write(first.join("times.hlog"), spoiled).unwrap();
        let errors = refused(&[&first]);
        assert!(errors.contains("times.hlog: is not the log of times of these results"), "{errors}");
    }
    fs::write(first.join("results.json"), "{\"format\": 1}").unwrap();
    assert!(refused(&[&first]).contains("results.json: has format 1; this program reads 2: run the plan again"));
    fs::write(first.join("results.json"), "{\"format\": 2,").unwrap();
    assert!(refused(&[&first]).contains("results.json: is no file of results, at line 1"));
    world.stop().await;
}

#[test]
fn an_instant_to_start_at_lies_ahead() {
    let file = plan("seconds = 1\narrivals = \"constant\"\nrate = 10", "");
    for (instant, reason) in [
        ("2026-01-01T00:00:00Z", "has passed"),
        ("2126-01-01T00:00:00Z", "is more than a day away"),
        ("18:30", "must be an instant with its offset"),
    ] {
        let output = command().arg("run").arg(&file).args(["--start-at", instant]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(reason), "{told}");
    }
}

//! Bad input: each fault is told with its reason and the right form, in both languages, and has its exit code.

use std::fs;
use std::path::Path;
use std::process::Command;

use shikaku::pki::PkiFiles;

use crate::support::run::{command, plan};
use crate::support::world::shared_pki;
use crate::support::{Load, World, copied, scratch};

const STAGE: &str = "seconds = 1\narrivals = \"constant\"\nrate = 20";

fn told(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn run_of(plan: &Path) -> Command {
    let mut command = command();
    command.arg("run").arg(plan);
    command
}

#[test]
fn a_plan_with_faults_is_refused_with_all_of_them() {
    let file = plan("seconds = 0\narrivals = \"constant\"\nrate = -1", "[bounds]\nrequest = 5");
    let at = |line: usize| format!("shikaku-load: {}:{line}: ", file.display());
    for way in ["run", "check"] {
        let (code, errors) = told(command().arg(way).arg(&file));
        assert_eq!(code, Some(2), "{errors}");
        let lines: Vec<&str> = errors.lines().collect();
        assert_eq!(lines.len(), 3, "{errors}");
        assert!(
            lines[0].starts_with(&at(12)) && lines[0].contains("stage only: `seconds`: must be a number of seconds"),
            "{errors}"
        );
        assert!(lines[1].starts_with(&at(14)) && lines[1].contains("`rate`: must be a number of requests"), "{errors}");
        assert!(lines[2].starts_with(&at(19)) && lines[2].ends_with("`request` is not known here"), "{errors}");
        let (code, errors) = told(command().arg(way).arg(&file).args(["--lang", "ja"]));
        assert_eq!(code, Some(2));
        assert!(
            errors.lines().all(|line| line.contains("です") || line.contains("ください") || line.contains("ではありません")),
            "{errors}"
        );
    }
    let (code, errors) = told(&mut run_of(Path::new("/nowhere/plan.toml")));
    assert_eq!(code, Some(2));
    assert!(errors.starts_with("shikaku-load: /nowhere/plan.toml: No such file"), "{errors}");
}

#[test]
fn another_machine_is_not_loaded_by_mistake() {
    let here = plan(STAGE, "");
    let (code, errors) = told(run_of(&here).args(["--target", "gateway.example:8443"]));
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("--target gateway.example:8443 is not this machine, and the plan names 127.0.0.1:8443"),
        "{errors}"
    );
    let there = plan(STAGE, "[target]\naddress = \"gateway.example:8443\"");
    let (code, errors) = told(&mut run_of(&there));
    assert_eq!(code, Some(2));
    assert!(errors.contains("repeat it: --target gateway.example:8443"), "{errors}");
    let (code, errors) = told(run_of(&here).args(["--target", "gateway", "--lang", "ja"]));
    assert_eq!(code, Some(2));
    assert!(errors.contains("ホストとポート番号を書いてください"), "{errors}");
}

#[test]
fn a_wrong_command_line_is_told_in_both_languages() {
    let (code, errors) = told(command().args(["terminals", "--number", "0"]));
    assert_eq!(code, Some(2));
    assert!(errors.contains("must be a whole number from 1 to 10000"), "{errors}");
    let (code, errors) = told(command().args(["terminals", "--number", "0", "--lang", "ja"]));
    assert_eq!(code, Some(2));
    assert!(errors.contains("--number <NUMBER>に「0」は指定できません: 1から10000までの整数を指定してください"), "{errors}");
    let (code, errors) = told(command().args(["terminals", "--number", "1", "--pki", "/nowhere"]));
    assert_eq!(code, Some(3));
    assert!(errors.contains("there is no test PKI in /nowhere"), "{errors}");
    let (code, errors) = told(command().args(["run", "--lang", "ja"]));
    assert_eq!(code, Some(2));
    assert!(errors.contains("次の引数が必要です") && errors.contains("<PLAN>"), "{errors}");
}

#[test]
fn a_server_that_cannot_be_reached_is_told_before_the_run() {
    // A port that was free a moment ago, and that nobody listens on.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let file = plan(STAGE, "");
    let (code, errors) = told(run_of(&file).args(["--target", &address, "--pki"]).arg(shared_pki().root()));
    assert_eq!(code, Some(3));
    let wanted = format!("a terminal of institution 1310012344 got no answer: cannot connect to {address}");
    assert!(errors.contains(&wanted), "{errors}");
}

#[test]
fn more_connections_than_files_that_may_be_open_are_refused_before_the_run() {
    let file = plan(STAGE, "[identities]\nterminals = 100");
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 120 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_shikaku-load"), "run"]).arg(&file);
    let (code, errors) = told(shell.args(["--lang", "en"]));
    assert_eq!(code, Some(3));
    assert!(errors.contains("120 files open at once, but the plan's 100 connections need 164"), "{errors}");
}

#[test]
fn missing_certificates_and_people_are_told() {
    let file = plan(STAGE, "");
    let (code, errors) = told(run_of(&file).args(["--pki", "/nowhere"]));
    assert_eq!(code, Some(3));
    assert!(errors.contains("there is no test PKI in /nowhere"), "{errors}");
    let many = plan(STAGE, "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 30");
    let (code, errors) = told(run_of(&many).arg("--pki").arg(shared_pki().root()));
    assert_eq!(code, Some(3));
    assert!(errors.contains("the plan wants 30 terminals") && errors.contains("`shikaku-load terminals`"), "{errors}");
    let empty = scratch("empty");
    let (code, errors) = told(run_of(&file).arg("--pki").arg(shared_pki().root()).arg("--people").arg(&empty));
    assert_eq!(code, Some(3));
    assert!(errors.contains("insurers.toml: "), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_that_are_missing_are_made_in_one_command() {
    let pki = copied(shared_pki().root().to_str().unwrap());
    let make = |number: &str| {
        let output = command().args(["terminals", "--number", number, "1310012344", "--pki"]).arg(&pki).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(make("28").contains(": 28 new certificates of 1 institutions"));
    assert!(make("30").contains(": 2 new certificates"));
    assert!(PkiFiles::at(&pki).institutions().join("1310012344/load-00030.pem").exists());
    let world = World::start().await;
    let file = plan(STAGE, "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 30");
    let run = Load::of(&file, world.address()).arguments(&["--lang", "en"]);
    // The later --pki would be refused as given twice, so the program gets one that leads to the copy.
    let mut again = run_of(&file);
    again.args(["--target", &world.address().to_string(), "--pki"]).arg(&pki).arg("--out").arg(&run.out);
    let run = Load { command: again, out: run.out }.finish().await;
    assert_eq!((run.code, run.count("answered")), (Some(0), 20), "{}\n{}", run.table, run.errors);
    // Each of the thirty has its turn: twenty requests open twenty connections.
    assert_eq!(run.count("handshakes"), 20, "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_that_may_not_ask_is_told_before_the_run() {
    let world = World::start().await;
    // It closed in March 2025.
    let file = plan(STAGE, "[identities]\ninstitutions = [\"1410555011\"]\nterminals = 1");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(3), "{}", run.table);
    assert!(
        run.errors.contains("the server refused a question of institution 1410555011 with HTTP status 403 SHK"),
        "{}",
        run.errors
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_cannot_be_written_are_printed() {
    let world = World::start().await;
    let file = plan(STAGE, "");
    // The file that becomes the results is written to a device that is always full.
    let out = scratch("full");
    std::os::unix::fs::symlink("/dev/full", out.join("results.part")).unwrap();
    let mut full = run_of(&file);
    full.args(["--target", &world.address().to_string(), "--pki"]).arg(shared_pki().root()).arg("--out").arg(&out);
    let run = Load { command: full, out: "/nowhere".into() }.finish().await;
    assert_eq!(run.code, Some(3), "{}\n{}", run.table, run.errors);
    assert!(run.errors.contains("results.json: the results cannot be written: No space left"), "{}", run.errors);
    let (table, json) = run.table.split_at(run.table.find("\n{").expect("the results follow the table"));
    assert!(table.contains("GOOD: every threshold is kept"), "{table}");
    let results: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(results["measured"]["answered"], 20);
    // A directory that cannot be made is told before the run.
    let (code, errors) = told(run_of(&file).args(["--out", "/dev/null/results"]));
    assert_eq!(code, Some(3));
    assert!(errors.contains("/dev/null/results: Not a directory") && errors.contains("--out"), "{errors}");
    // Results that stood in the directory before a run that does not begin are still there.
    let kept = scratch("kept");
    fs::write(kept.join("results.json"), "{}").unwrap();
    let (code, _) = told(run_of(&file).args(["--pki", "/nowhere", "--out"]).arg(&kept));
    assert_eq!((code, fs::read_to_string(kept.join("results.json")).unwrap().as_str()), (Some(3), "{}"));
    world.stop().await;
}

//! The page about load testing: its commands work, and every key and option that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use shikaku::pki::PkiFiles;
use shikaku_load::plan::Plan;

use crate::support::run::command;
use crate::support::world::shared_pki;
use crate::support::{World, fixtures, root, scratch};

fn page() -> String {
    fs::read_to_string(root().join("docs/load-testing.md")).unwrap()
}

/// Returns the blocks of commands that use the program; the first one builds it.
fn blocks(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.filter(|block| block.starts_with("shikaku-load ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_page_work() {
    let world = World::start().await;
    // A reader's directory of the project, with the files of a demo.
    let directory = scratch("documents");
    for name in ["fixtures", "loadtest"] {
        std::os::unix::fs::symlink(root().canonicalize().unwrap().join(name), directory.join(name)).unwrap();
    }
    fs::create_dir(directory.join(".shikaku")).unwrap();
    let pki = directory.join(".shikaku/pki");
    assert!(Command::new("cp").arg("-a").arg(shared_pki().root()).arg(&pki).status().unwrap().success());
    let programs = Path::new(env!("CARGO_BIN_EXE_shikaku-load")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let blocks = blocks(&page());
    assert_eq!(blocks.len(), 2, "{blocks:?}");
    let mut printed = String::new();
    for block in blocks {
        // The demo of the page listens on the usual port.
        let here = block.replace("smoke.toml --out", &format!("smoke.toml --target {} --out", world.address()));
        let (directory, path) = (directory.clone(), path.clone());
        let run = move || {
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", &here]).current_dir(directory).env("PATH", path).env_remove("LANG").output().unwrap()
        };
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{block}\n{text}");
        printed += &text;
    }
    for text in ["smoke.toml: no faults", "morning-peak.toml: no faults", "GOOD: every threshold is kept"] {
        assert!(printed.contains(text), "{text}:\n{printed}");
    }
    let results: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.join("smoke/results.json")).unwrap()).unwrap();
    assert_eq!((&results["plan"], &results["good"]), (&"smoke".into(), &true.into()));
    // Ten for each institution of the fixtures.
    let of_load = |names: &Path| {
        fs::read_dir(names)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("load-"))
            .count()
    };
    let institutions = PkiFiles::at(&pki).institutions();
    let counts: Vec<usize> = fs::read_dir(institutions).unwrap().map(|entry| of_load(&entry.unwrap().path())).collect();
    // A certificate and a key each.
    assert_eq!((counts.len(), counts.iter().all(|count| *count == 20)), (fixtures().institutions.len(), true), "{counts:?}");
    world.stop().await;
}

/// Returns the words in backticks of the first column of the table of keys, without the sections.
fn keys(page: &str) -> BTreeSet<String> {
    let (_, table) = page.split_once("| key | what |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let first = rows.map(|row| row.split(" | ").next().unwrap());
    first
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|word| !word.starts_with('['))
        .map(str::to_owned)
        .collect()
}

/// A plan that holds every key of the page, each with a value that is legal beside the others, and no other key.
#[test]
fn every_key_of_plans_is_in_the_page_and_no_other() {
    let plan = r#"name = "all"
seed = 1
[target]
address = "127.0.0.1:1"
operator = "127.0.0.1:2"
[identities]
pki = "pki"
institutions = []
terminals = 1
connections_each = 1
connections = "kept-alive"
tls = "both"
http = "1.1"
[people]
directory = "fixtures"
hot = 1
choice = "zipf"
exponent = 1
compared = 1
unknown = false
[[mix]]
scenario = "by_card_number"
format = "json"
weight = 1
[[stage]]
name = "stage"
seconds = 1
warm_up = false
arrivals = "constant"
rate = 1
[bounds]
requests = 1
seconds = 1
waiting = 1
request_ms = 1
patience_seconds = 1
[thresholds]
p50_ms = 1
p90_ms = 1
p95_ms = 1
p99_ms = 1
p999_ms = 1
max_ms = 1
rate_achieved = 1
errors = 1
wrong_answers = 1
sender_late_p99_ms = 1
knee = 1
[knee]
p99_ms = 1
rate_achieved = 1
errors = 1
"#;
    Plan::parse(Path::new("plan.toml"), plan).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let mut written: BTreeSet<String> =
        plan.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key.to_owned()).collect();
    // The page names it in the row of `arrivals`.
    assert!(written.remove("rate"));
    assert_eq!(keys(&page()), written);
}

#[test]
fn every_option_of_the_page_exists() {
    let help = |command_name: &str| {
        let output = command().args([command_name, "--help"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let help = help("run") + &help("check") + &help("merge") + &help("terminals");
    for word in page()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| word.starts_with("--") && word.ends_with(char::is_alphabetic))
    {
        assert!(help.contains(word) || word == "--release", "{word}");
    }
}

#[test]
fn help_is_japanese_too() {
    for way in ["run", "check", "merge", "terminals"] {
        let output = command().args([way, "--help", "--lang", "ja"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("使い方: shikaku-load") && !text.contains("Usage"), "{text}");
    }
}

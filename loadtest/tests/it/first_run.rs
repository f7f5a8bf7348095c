//! A load tester's first run: `./load` starts a server of its own, loads it, and leaves a report and nothing else running.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::run::Finished;
use crate::support::{root, scratch};

/// Makes a directory of the project whose programs are those of the tests, and in which nothing is built.
fn project() -> PathBuf {
    let directory = scratch("project");
    let root = root().canonicalize().unwrap();
    for name in ["load", "tools", "fixtures", "loadtest"] {
        symlink(root.join(name), directory.join(name)).unwrap();
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_shikaku-load")).parent().unwrap();
    if !programs.join("shikaku").exists() {
        let built = Command::new(env!("CARGO")).args(["build", "--bin", "shikaku"]).current_dir(&root).status().unwrap();
        assert!(built.success());
    }
    fs::create_dir_all(directory.join("target/demo")).unwrap();
    fs::create_dir_all(directory.join("bin")).unwrap();
    for name in ["shikaku", "shikaku-load"] {
        symlink(programs.join(name), directory.join("target/demo").join(name)).unwrap();
    }
    let cargo = directory.join("bin/cargo");
    fs::write(&cargo, "#!/bin/sh\necho \"cargo $*\" >>built\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

async fn load(directory: &Path, arguments: &'static [&'static str]) -> Output {
    let path = format!("{}:{}", directory.join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("./load");
    command.args(arguments).current_dir(directory).env("PATH", path).env("LC_ALL", "C");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_makes_one_report() {
    let directory = project();
    let output = load(&directory, &[]).await;
    let out = directory.join("target/load/report");
    let run = Finished::of(&output, &out);
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert!(run.table.contains("GOOD: every threshold is kept"), "{}", run.table);
    assert_eq!((&run.results["plan"], run.count("wrong")), (&"smoke".into(), 0));
    // The server's own figures are in it, and the page that the last line names.
    assert!(run.results["server"]["samples"].as_array().is_some_and(|samples| !samples.is_empty()));
    let named = run.errors.lines().last().unwrap().split("file://").nth(1).unwrap();
    assert!(fs::read_to_string(named).unwrap().contains("</html>"), "{named}");
    assert!(fs::read_to_string(directory.join("built")).unwrap().contains("build --profile demo"));
    // The server is gone: its database, which is kept, has no lock any more.
    let cluster = directory.join("target/load/server/postgres/cluster");
    assert!(cluster.join("PG_VERSION").exists() && !cluster.join("postmaster.pid").exists());
    let output = load(&directory, &["no-such-plan.toml"]).await;
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("no-such-plan.toml: there is no such plan"), "{told}");
    assert!(told.contains("loadtest/plans/smoke.toml"), "{told}");
}

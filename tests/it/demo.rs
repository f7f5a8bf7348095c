//! `shikaku demo` as a newcomer runs it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::postgres::{assert_none_left, servers_of};
use crate::support::database::TestDatabase;
use crate::support::process::{self, Program, texts};
use crate::support::{World, scratch};

fn demo(data: &Path, extra: &[&str]) -> Command {
    let mut command = process::command();
    command.args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]);
    command.arg(data).args(extra);
    command
}

/// `shikaku ask` against a running demo, in text.
fn ask(server: &Program, data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = process::command()
        .args(["ask", "card-number", "--terminal-addr", &server.terminal_addr, "--operator-addr", &server.operator_addr])
        .arg("--data-dir")
        .arg(data)
        .args(arguments)
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

#[test]
fn a_demo_answers_keeps_its_state_and_stops_cleanly() {
    let data = scratch("demo");
    let mut first = Program::start(demo(&data, &[]));
    let (code, out, err) = ask(&first, &data, &["--person", "elderly-2wari-tokyo", "--explain", "--lang", "ja"]);
    assert_eq!(code, Some(0), "{err}");
    for text in
        ["資格有効性", "有効", "020", "2割", "B09", "一般Ⅱ", "late-elderly-ratio", "高齢者の医療の確保に関する法律67条"]
    {
        assert!(out.contains(text), "{text} is missing:\n{out}");
    }
    assert_eq!(first.pki, data.join("pki").display().to_string());
    first.signal("TERM");
    assert!(first.wait().success());
    assert_none_left(&data.join("postgres"));

    // The same certificates still work after a restart.
    let mut second = Program::start(demo(&data, &[]));
    let (code, _, err) = ask(&second, &data, &["--person", "elderly-2wari-tokyo"]);
    assert_eq!(code, Some(0), "{err}");
    second.signal("INT");
    assert!(second.wait().success());
    assert_none_left(&data.join("postgres"));
}

#[test]
fn a_killed_demo_leaves_no_server_and_starts_again() {
    let data = scratch("demo-killed");
    let mut first = Program::start(demo(&data, &[]));
    assert!(!servers_of(&data.join("postgres")).is_empty());
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    // Started at once, while the old server may still be shutting down.
    let second = Program::start(demo(&data, &[]));
    let (code, _, err) = ask(&second, &data, &["--person", "kyokai-insured-tokyo"]);
    assert_eq!(code, Some(0), "{err}");
    drop(second);
    assert_none_left(&data.join("postgres"));
}

#[test]
fn a_demo_whose_database_dies_says_so_and_ends() {
    let data = scratch("demo-dead");
    let mut server = Program::start(demo(&data, &[]));
    let pid = std::fs::read_to_string(data.join("postgres/cluster/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
    assert_eq!(server.wait().code(), Some(3));
    assert!(server.log().contains("the private PostgreSQL has ended"), "{}", server.log());
}

#[test]
fn an_interrupted_start_leaves_nothing() {
    let data = scratch("demo-interrupted");
    let mut child =
        demo(&data, &[]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    // In the middle of making the cluster, or just after.
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap();
    assert_none_left(&data.join("postgres"));
    drop(Program::start(demo(&data, &[])));
    assert_none_left(&data.join("postgres"));
}

#[test]
fn an_ephemeral_demo_leaves_nothing() {
    let mut command = process::command();
    command.args(["demo", "--ephemeral", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0"]);
    let mut server = Program::start(command);
    let data = Path::new(&server.pki).parent().unwrap().to_owned();
    assert!(data.exists());
    server.signal("TERM");
    assert!(server.wait().success());
    assert!(!data.exists(), "{} is left", data.display());
}

#[test]
fn a_second_demo_on_one_directory_is_told_so() {
    let data = scratch("demo-twice");
    let _first = Program::start(demo(&data, &[]));
    let output = demo(&data, &[]).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("is in use by another process"), "{err}");
}

#[test]
fn a_taken_port_is_told_so() {
    let data = scratch("demo-port");
    let first = Program::start(demo(&data, &[]));
    let mut command = process::command();
    command.args(["demo", "--ephemeral", "--operator-addr", "127.0.0.1:0", "--terminal-addr", &first.terminal_addr]);
    let output = command.output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains(&first.terminal_addr) && err.contains("--terminal-addr"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_url_nothing_is_started() {
    let database = TestDatabase::empty().await;
    let data = scratch("demo-url");
    let mut command = demo(&data, &[]);
    // No PostgreSQL could be found.
    command.env("DATABASE_URL", database.url()).env("PG_BIN", "/nowhere");
    let server = Program::start(command);
    assert!(!data.join("postgres").exists());
    let (code, _, err) = ask(&server, &data, &["--person", "kyokai-insured-tokyo"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(database.count("select count(*) from access_log").await, 1);
    drop(server);
    database.drop().await;
}

#[test]
fn without_postgresql_the_message_says_what_to_do() {
    let data = scratch("demo-without");
    let output = demo(&data, &[]).env("PG_BIN", "/nowhere").output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("apt-get install postgresql") && err.contains("PG_BIN"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn serving_an_old_schema_is_refused() {
    let world = World::start().await;
    let database = TestDatabase::empty().await;
    let url = database.url();
    let secret = scratch("secret").join("secret.key");
    let serve = ["serve", "--database-url", &url, "--pki", world.pki.root().to_str().unwrap(), "--secret-file"];
    let output = process::command().args(serve).arg(&secret).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    let output = process::shikaku(&["migrate", "--database-url", &url]);
    assert!(output.status.success(), "{:?}", texts(&output));
    let server = Program::serve(&url, world.pki.root(), &[]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(server);
    database.drop().await;
    world.stop().await;
}

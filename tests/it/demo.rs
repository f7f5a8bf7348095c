//! Runs `shikaku demo` as a newcomer does.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::postgres::{assert_none_left, servers_of};
use crate::support::database::TestDatabase;
use crate::support::process::{self, Program, texts};
use crate::support::{World, fixtures_to_spoil, scratch};

fn demo(data: &Path, extra: &[&str]) -> Command {
    let mut command = process::command();
    command.args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]);
    command.arg(data).args(extra);
    command
}

/// Runs `shikaku ask` against a running demo, with text output.
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

    // The same certificates work after a restart.
    let mut second = Program::start(demo(&data, &[]));
    let (code, _, err) = ask(&second, &data, &["--person", "elderly-2wari-tokyo"]);
    assert_eq!(code, Some(0), "{err}");
    second.signal("INT");
    assert!(second.wait().success());
    assert_none_left(&data.join("postgres"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_makes_a_population_once() {
    let data = scratch("demo-population");
    let told = "100 synthetic people with ";
    let mut first = Program::start(demo(&data, &["--population", "tiny", "--lang", "en"]));
    assert!(first.log().contains(told), "{}", first.log());
    // Without a person named by a situation, the first household of seed 1 is this one.
    let one = "/api/people/h00000000-1";
    let (status, text, _) = process::http(&first.operator_addr, "GET", one, &[], "").await;
    assert_eq!(status, 200, "{text}");
    let (code, out, err) = ask(&first, &data, &["--person", "elderly-2wari-tokyo"]);
    assert_eq!(code, Some(0), "{out}{err}");
    first.signal("TERM");
    assert!(first.wait().success());
    let mut second = Program::start(demo(&data, &["--population", "tiny", "--lang", "en"]));
    assert!(!second.log().contains(told), "{}", second.log());
    assert_eq!(process::http(&second.operator_addr, "GET", one, &[], "").await.0, 200);
    second.signal("TERM");
    assert!(second.wait().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_lives_on_the_day_that_its_clock_is_set_to() {
    let data = scratch("demo-clock");
    let mut server =
        Program::start(demo(&data, &["--clock", "2027-03-01T09:00:00+09:00", "--population", "tiny", "--lang", "en"]));
    server.until_logged("the clock is set to 2027-03-01T09:00:00+09:00 and goes on from there").await;
    let (code, out, err) = ask(&server, &data, &["--person", "kyokai-insured-tokyo", "--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains(r#""ProcessExecutionTime":"2027030109"#), "{out}");
    // What the demo loads and makes is registered at that instant.
    for person in ["kyokai-insured-tokyo", "h00000000-1"] {
        for (time, status) in [("08:59:59", 404), ("09:00:00", 200)] {
            let path = format!("/api/people/{person}?registered_by=2027-03-01T{time}%2B09:00");
            let answer = process::http(&server.operator_addr, "GET", &path, &[], "").await;
            assert_eq!(answer.0, status, "{path} {}", answer.1);
        }
    }
    // A death of that day is taken, about somebody whom the demo has loaded; an entry of the next hours lies in the future.
    let death = json!({ "id": "now", "insurer": "01130012", "kind": "death", "person": "kyokai-insured-tokyo",
        "died_on": "2027-03-01", "registered_at": "2027-03-01T09:00:00+09:00" });
    let protection = json!({ "id": "later", "insurer": "01130012", "kind": "protection", "person": "kyokai-insured-tokyo",
        "address_withheld": true, "registered_at": "2027-03-01T11:00:00+09:00" });
    let file = data.join("entries.jsonl");
    std::fs::write(&file, format!("{death}\n{protection}\n")).unwrap();
    let mut apply = process::command();
    apply.args(["registrations", "apply"]).arg(&file).args(["--operator-addr", &server.operator_addr, "--lang", "en"]);
    let (out, err) = texts(&apply.output().unwrap());
    assert!(out.starts_with("applied: 1, already applied: 0, refused: 1,"), "{out}{err}");
    assert!(err.contains(":2: ") && err.contains("lies after the server's present, 2027-03-01T00:"), "{err}");
    server.signal("TERM");
    assert!(server.wait().success());
}

/// Pastes the command that a demo suggests into another shell.
fn paste(server: &Program) -> (Option<i32>, String, String) {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(server.suggestion()).current_dir("/").env("LC_ALL", "C");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SHIKAKU_")) {
        shell.env_remove(name);
    }
    let output = shell.output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

#[test]
fn the_command_to_try_works_for_every_address_and_path() {
    let data = scratch("demo-try").join("it's a \"data\" $HOME `dir`　資格");
    // A user's own fixtures, without the person about whom the project's demo asks.
    let own = fixtures_to_spoil();
    for file in ["cards.toml", "people/elderly.toml"] {
        let text = std::fs::read_to_string(own.join(file)).unwrap();
        std::fs::write(own.join(file), text.replace("elderly-2wari-tokyo", "somebody-else")).unwrap();
    }
    let named = scratch("demo-try").join("-own & 'other' fixtures");
    std::os::unix::fs::symlink(&own, &named).unwrap();
    let mut tried = 0;
    for (terminals, operators) in
        [("0.0.0.0:0", "127.0.0.1:0"), ("127.0.0.2:0", "127.0.0.2:0"), ("[::]:0", "[::1]:0"), ("[::1]:0", "127.0.0.1:0")]
    {
        // Not every machine has IPv6.
        if std::net::TcpListener::bind(terminals).is_err() {
            continue;
        }
        let mut command = process::command();
        command.args(["demo", "--terminal-addr", terminals, "--operator-addr", operators, "--data-dir"]).arg(&data);
        command.arg("--dir").arg(&named);
        let mut server = Program::start(command);
        assert_eq!(server.pki, data.join("pki").display().to_string());
        let (code, out, err) = paste(&server);
        assert_eq!(code, Some(0), "{terminals}: {}\n{err}", server.suggestion());
        assert!(out.contains("in-force") && out.contains("Validity"), "{terminals}: {out}");
        server.signal("TERM");
        assert!(server.wait().success());
        tried += 1;
    }
    assert!(tried >= 2);
}

#[test]
fn a_guarded_demo_suggests_what_works_without_the_token() {
    let data = scratch("demo-token");
    let server = Program::start(demo(&data, &["--operator-token", "secret-of-the-operator"]));
    assert!(!server.suggestion().contains("secret"), "{}", server.suggestion());
    let (code, out, err) = paste(&server);
    assert_eq!(code, Some(0), "{}\n{err}", server.suggestion());
    assert!(out.contains("B09"), "{out}");
}

#[test]
fn a_demo_answers_under_the_names_it_is_given() {
    let data = scratch("demo-names");
    let address = |server: &Program, host: &str| format!("{host}:{}", server.terminal_addr.rsplit_once(':').unwrap().1);
    let ask = |address: &str| {
        let mut command = process::command();
        command.args(["ask", "card-number", "--person", "kyokai-insured-tokyo", "--terminal-addr", address]);
        let output = command.arg("--data-dir").arg(&data).output().unwrap();
        (output.status.code(), texts(&output).1)
    };
    let start = |names: &[&str]| {
        let mut command = process::command();
        command.args(["demo", "--terminal-addr", "0.0.0.0:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]).arg(&data);
        Program::start({
            command.args(names);
            command
        })
    };
    let mut server = start(&[]);
    let (code, err) = ask(&address(&server, "127.0.0.2"));
    assert_eq!(code, Some(3), "{err}");
    server.signal("TERM");
    assert!(server.wait().success());
    // The existing certificate is replaced, and the new one keeps the names from then on.
    for names in [&["--server-name", "127.0.0.2", "shikaku.example"][..], &[]] {
        let mut server = start(names);
        for host in ["127.0.0.2", "127.0.0.1", "localhost"] {
            let (code, err) = ask(&address(&server, host));
            assert_eq!(code, Some(0), "{host}: {err}");
        }
        server.signal("TERM");
        assert!(server.wait().success());
    }
    let output = demo(&data, &["--server-name", "https://shikaku.example"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("without https://"), "{}", texts(&output).1);
}

#[test]
fn a_killed_demo_leaves_no_server_and_starts_again() {
    let data = scratch("demo-killed");
    let mut first = Program::start(demo(&data, &[]));
    assert!(!servers_of(&data.join("postgres")).is_empty());
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    // Started at once, while the old server may still be stopping.
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
    // While the cluster is being made, or just after.
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
    // With this setting no PostgreSQL can be found.
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
async fn serving_without_the_schema_is_refused() {
    let world = World::start().await;
    let database = TestDatabase::empty().await;
    let url = database.url();
    let secret = scratch("secret").join("secret.key");
    let serve = ["serve", "--database-url", &url, "--pki", world.pki.root().to_str().unwrap(), "--secret-file"];
    let output = process::command().args(serve).arg(&secret).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.starts_with("shikaku: the schema lacks migration ") && err.contains("run `shikaku migrate`"), "{err}");
    let output = process::shikaku(&["migrate", "--database-url", &url]);
    assert!(output.status.success(), "{:?}", texts(&output));
    drop(Program::serve(&url, world.pki.root(), &[]));
    database.drop().await;
    world.stop().await;
}

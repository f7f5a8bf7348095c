//! Trouble around the server: a database that hangs or is killed, a full disk, few open files, variables of other programs.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use shikaku::clock::Clock;
use shikaku::config::Limits;
use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::postgres::{Binaries, Durability, PrivatePostgres};
use shikaku::store::Store;
use shikaku::terminal::{Connection, Terminal};
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, file_of, outcomes};
use crate::support::database::TestDatabase;
use crate::support::world::{Wishes, shared_pki};
use crate::support::{Program, TEST_CLINIC, World, answered, ask_of, message, outcome, process, refused, scratch};

fn demo(data: &Path) -> Command {
    let mut command = process::command();
    command.args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]).arg(data);
    command
}

/// Asks a demo about a person, as a newcomer does.
fn assert_answers(server: &Program, data: &Path) {
    let addresses = ["--terminal-addr", &server.terminal_addr, "--operator-addr", &server.operator_addr];
    let mut command = process::command();
    command.args(["ask", "card-number", "--person", "elderly-2wari-tokyo"]).args(addresses).arg("--data-dir").arg(data);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{:?}\n{}", process::texts(&output), server.log());
}

/// Returns the process ids of the private PostgreSQL of a data directory.
fn processes(data: &Path) -> Vec<String> {
    let cluster = data.join("postgres/cluster").canonicalize().unwrap();
    let pids = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    pids.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|directory| directory == cluster)).collect()
}

fn signal(name: &str, pids: &[String]) {
    // A process may have ended meanwhile.
    let _ = Command::new("kill").arg(format!("-{name}")).args(pids).stderr(Stdio::null()).status().unwrap();
}

fn postmaster(data: &Path) -> String {
    let text = fs::read_to_string(data.join("postgres/cluster/postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

/// Processes that are stopped until this is dropped.
struct Stopped(Vec<String>);

impl Stopped {
    fn all(data: &Path) -> Self {
        let stopped = Self(processes(data));
        assert!(stopped.0.len() > 3, "a postmaster and what it started: {:?}", stopped.0);
        signal("STOP", &stopped.0);
        stopped
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_tells_within_a_second_of_a_database_that_hangs() {
    let data = scratch("environment-hang");
    let server = Program::start(demo(&data));
    let get = |path: &'static str| process::http(&server.operator_addr, "GET", path, &[], "");
    assert_eq!(get("/readyz").await.0, 200);
    let stopped = Stopped::all(&data);
    for path in ["/readyz", "/metrics", "/readyz", "/healthz"] {
        let begun = Instant::now();
        let (status, text, _) = get(path).await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{path} took {:?}", begun.elapsed());
        assert_eq!(status, if path == "/readyz" { 503 } else { 200 }, "{text}");
        assert!(path != "/readyz" || text.contains("does not answer"), "{text}");
    }
    drop(stopped);
    let begun = Instant::now();
    while get("/readyz").await.0 != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "never ready again\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_answers(&server, &data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postmaster_is_told_and_the_next_start_recovers() {
    let data = scratch("environment-killed");
    let mut first = Program::start(demo(&data));
    assert_answers(&first, &data);
    // A server process in a long count does not notice that its postmaster is gone.
    let options =
        PgConnectOptions::new_without_pgpass().ssl_mode(PgSslMode::Disable).username("shikaku").database("postgres");
    let mut busy = options.socket(data.join("postgres/socket")).connect().await.unwrap();
    let counting = tokio::spawn(async move {
        let endless = "select count(*) from generate_series(1, 100000) as a, generate_series(1, 100000) as b";
        sqlx::query_scalar::<_, i64>(endless).fetch_one(&mut busy).await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    signal("KILL", &[postmaster(&data)]);
    assert_eq!(first.wait().code(), Some(3));
    let log = first.log();
    assert!(log.contains("the private PostgreSQL has ended (signal: 9 (SIGKILL))"), "{log}");
    assert!(log.contains("start again") && log.contains("postgres.log"), "{log}");
    assert!(!processes(&data).is_empty(), "something is left of it");
    let second = Program::start(demo(&data));
    assert_answers(&second, &data);
    assert!(counting.await.unwrap().is_err(), "what was left of it is gone");
    // Data that was committed before is there.
    let (_, people, _) = process::http(&second.operator_addr, "GET", "/api/people", &[], "").await;
    assert!(people.contains("elderly-2wari-tokyo"));
}

#[tokio::test]
async fn traces_of_a_dead_server_are_not_taken_for_a_live_one() {
    let directory = scratch("environment-stale");
    let binaries = Binaries::find().unwrap();
    drop(PrivatePostgres::start(&binaries, &directory, Durability::Kept).await.unwrap());
    // After a crash of the machine, the old process id may belong to another process of the same account. PostgreSQL cannot
    // tell that process from its own.
    let owner = fs::metadata(directory.join("cluster")).unwrap();
    let mut sleep = Command::new("sleep");
    if owner.uid() != fs::metadata("/proc/self").unwrap().uid() {
        sleep.uid(owner.uid()).gid(owner.gid());
    }
    let mut other = Killed(sleep.arg("60").current_dir("/").spawn().unwrap());
    let pid = other.0.id();
    fs::write(directory.join("cluster/postmaster.pid"), format!("{pid}\n{}\n", directory.join("cluster").display()))
        .unwrap();
    fs::write(directory.join("socket/.s.PGSQL.5432.lock"), format!("{pid}\n")).unwrap();
    fs::write(directory.join("socket/.s.PGSQL.5432"), "").unwrap();
    let server = PrivatePostgres::start(&binaries, &directory, Durability::Kept).await.unwrap();
    server.options("postgres").connect().await.unwrap();
    assert!(other.0.try_wait().unwrap().is_none(), "nobody else is ended");
}

/// A process that ends with the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn variables_of_postgresql_clients_do_not_steer_the_private_server() {
    let data = scratch("environment-variables");
    let mut command = demo(&data);
    for (name, value) in [
        ("PGOPTIONS", "-c no_such_setting=1"),
        ("PGHOST", "192.0.2.1"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGUSER", "nobody-at-all"),
        ("PGPASSWORD", "wrong"),
        ("PGDATABASE", "nowhere"),
        ("PGDATA", "/nowhere"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", "/nowhere"),
        ("PGPASSFILE", "/nowhere"),
        ("PGSERVICE", "nothing"),
        ("PGAPPNAME", "other"),
    ] {
        command.env(name, value);
    }
    let mut server = Program::start(command);
    assert_answers(&server, &data);
    server.signal("TERM");
    assert!(server.wait().success(), "{}", server.log());
}

/// Returns a server command behind a shell that limits its open files.
fn limited(limits: &str, database: &TestDatabase) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_shikaku")]);
    command.args(["serve", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--database-url"]);
    command.arg(database.url()).arg("--pki").arg(shared_pki().root()).arg("--secret-file");
    command.arg(scratch("environment-files").join("secret.key")).env_remove("RUST_LOG");
    command
}

fn terminal(address: &str) -> Terminal {
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let pki = shared_pki();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    Terminal::new(address, &pki.ca(), Some((&files.0, &files.1))).unwrap()
}

async fn lookup(connection: &mut Connection) -> u16 {
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap().status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_few_open_files_there_are_fewer_connections_and_nothing_breaks() {
    let database = TestDatabase::new().await;
    // A low soft limit is raised as far as needed.
    let server = Program::start(limited("ulimit -S -n 128", &database));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let files: Vec<u64> = files.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(files[0] == 4096 + 256 || files[0] == files[1], "{files:?}");
    drop(server);

    // A low hard limit leaves fewer connections: 300 less the 256 for everything else.
    let server = Program::start(limited("ulimit -n 300", &database));
    server.until_logged("fewer terminal connections than wanted").await;
    let terminal_of = terminal(&server.terminal_addr);
    let mut open = Vec::new();
    for _ in 0..80 {
        if let Ok(connection) = terminal_of.connect().await {
            open.push(connection);
        }
    }
    assert!((40..=44).contains(&open.len()), "{} connections", open.len());
    assert_eq!(lookup(&mut open[0]).await, 200);
    assert_eq!(process::http(&server.operator_addr, "GET", "/readyz", &[], "").await.0, 200);
    assert!(!server.log().contains("accept failed"), "{}", server.log());
    drop(server);

    // The listener for searches by token takes 512 files of its own: 900 − 256 − 512 = 132.
    let mut command = limited("ulimit -n 900", &database);
    command.args(["--token-addr", "127.0.0.1:0"]);
    let server = Program::start(command);
    server.until_logged("connections=132").await;
    drop(server);

    // With too few files the server does not start, and says what to do.
    let output = limited("ulimit -n 200", &database).output().unwrap();
    let (_, err) = process::texts(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("200 files") && err.contains("ulimit -n 4352"), "{err}");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_stops_nobody() {
    let database = TestDatabase::new().await;
    let mut command = limited("true", &database);
    command.stdout(Stdio::piped()).stderr(File::options().write(true).open("/dev/full").unwrap());
    let mut server = Killed(command.env("RUST_LOG", "debug").spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let ready = lines.find_map(|line| line.ok().filter(|line| line.starts_with("ready: "))).expect("it starts");
    let address = ready.split(' ').nth(2).unwrap().strip_prefix("https://").unwrap().to_owned();
    let mut connection = terminal(&address).connect().await.unwrap();
    for _ in 0..3 {
        assert_eq!(lookup(&mut connection).await, 200);
    }
    drop(server);

    // A program that can print nothing still ends with the right exit code.
    let mut command = process::command();
    command.args(["serve", "--database-url", "postgres://127.0.0.1:1/nowhere"]).stdout(Stdio::null());
    command.stderr(File::options().write(true).open("/dev/full").unwrap());
    assert_eq!(command.status().unwrap().code(), Some(3));
    database.drop().await;
}

/// Makes the database report a full disk on each insert into these tables.
async fn fill(database: &TestDatabase) {
    database
        .execute(
            "create function full_disk() returns trigger language plpgsql as $$
             begin raise exception 'could not extend file \"base/1\": No space left on device' using errcode = 'disk_full'; end $$;
             create trigger full_disk before insert on access_log for each row execute function full_disk();
             create trigger full_disk before insert on batch for each row execute function full_disk()",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_full_disk_nothing_is_shown_and_all_goes_on_when_there_is_room() {
    let world = World::start().await;
    let ask = ask_of("kyokai-insured-tokyo");
    let mut clinic = Clinic::of(&world).await;
    let file = || file_of(&["kyokai-insured-tokyo"], TEST_CLINIC, "FILE", Format::Json);
    let taken = clinic.upload_as("OQSmuquc01", Format::Json, file()).await;
    clinic.result(&taken).await;
    fill(&world.database).await;
    let reply = world.ask(&ask, Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), refused(503, "SHK5003"));
    assert_eq!(reply.headers["retry-after"], "1");
    let name = "試験";
    assert!(!String::from_utf8_lossy(&reply.body).contains(name), "nothing without its record");
    let reply = clinic.post("OQSmuquc01", Format::Json, file()).await;
    assert_eq!(outcome(Format::Json, &reply), refused(503, "SHK5002"));
    // Earlier results can be fetched.
    clinic.result(&taken).await;
    world.database.execute("drop trigger full_disk on access_log; drop trigger full_disk on batch").await;
    assert_eq!(outcome(Format::Xml, &world.ask(&ask, Format::Xml).await), answered());
    let number = clinic.upload_as("OQSmuquc01", Format::Json, file()).await;
    clinic.result(&number).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_taken_waits_for_room_however_often_it_is_tried() {
    let mut limits = Limits::default();
    limits.bulk.attempts = 1;
    let world = World::with(Wishes { limits, clock: Some(Clock::system()), ..Wishes::default() }).await;
    fill(&world.database).await;
    // A sequence counts the tries, because a rollback does not undo it.
    world
        .database
        .execute(
            "drop trigger full_disk on batch;
             create sequence tries;
             create function count_try() returns trigger language plpgsql as $$ begin perform nextval('tries'); return new; end $$;
             create trigger count_try before insert on access_log for each statement execute function count_try()",
        )
        .await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
    for _ in 0..1000 {
        if world.database.count("select last_value from tries").await >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.database.execute("drop trigger full_disk on access_log").await;
    let result = clinic.result(&number).await;
    assert_eq!(outcomes(&result), [("1".to_owned(), None, Some("1".to_owned()))]);
    assert!(world.database.count("select last_value from tries").await >= 4, "it was tried again and again");
    world.stop().await;
}

#[tokio::test]
async fn a_database_that_hangs_does_not_keep_a_server_from_stopping() {
    let data = scratch("environment-stop");
    let binaries = Binaries::find().unwrap();
    let postgres = PrivatePostgres::start(&binaries, &data.join("postgres"), Durability::Ephemeral).await.unwrap();
    Store::connect(postgres.options("postgres"), 1).await.unwrap().migrate().await.unwrap();
    let mut server = Program::serve(&postgres.url("postgres"), shared_pki().root(), &[]);
    let mut work = process::command();
    work.args(["work", "--database-url", &postgres.url("postgres"), "--secret-file"]).arg(data.join("secret.key"));
    let mut work = Killed(work.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(work.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.is_ok_and(|line| line.starts_with("ready: "))));
    let stopped = Stopped::all(&data);
    // Long enough for every task to be in the middle of a statement.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let begun = Instant::now();
    server.signal("TERM");
    signal("TERM", &[work.0.id().to_string()]);
    assert!(server.child.wait().unwrap().success() && work.0.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(server.log().contains("work was broken off"), "{}", server.log());
    drop(stopped);
}

#[test]
fn what_is_wrong_with_an_option_is_said() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("postgres://{closed}/nowhere");
    for (arguments, code, text) in [
        (&["migrate", "--database-url", &nobody][..], 3, "Connection refused"),
        (&["migrate", "--database-url", "mysql://localhost/x"], 2, "not of the form postgres://"),
        (&["demo", "--max-connections", "0"], 2, "--max-connections"),
        (&["fixtures", "check", "--dir", "/nowhere"], 4, "there is no directory /nowhere"),
    ] {
        let output = process::shikaku(arguments);
        let (_, err) = process::texts(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
        assert!(err.contains(text), "{arguments:?}: {err}");
    }
}

#[test]
fn a_secret_is_there_whole_or_not_at_all() {
    let directory = scratch("environment-secret");
    let path = directory.join("below/secret.key");
    shikaku::config::Secret::read_or_make(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!((text.len(), fs::metadata(&path).unwrap().mode() & 0o777), (64, 0o600));
    let names: Vec<PathBuf> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names, std::slice::from_ref(&path), "nothing else is left");
    shikaku::config::Secret::read_or_make(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // A directory that accepts no files.
    let error = shikaku::config::Secret::read_or_make(Path::new("/proc/secret.key")).unwrap_err();
    assert!(error.to_string().contains("/proc/secret.key"), "{error}");
}

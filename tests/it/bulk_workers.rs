//! Several processes work on one queue, and some of them are killed at various moments.

use std::time::{Duration, Instant};

use shikaku::config::Limits;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, file_of, outcomes, parse, text, units};
use crate::support::database::TestDatabase;
use crate::support::world::{Wishes, fixed_now, shared_pki};
use crate::support::{OTHER_CLINIC, Program, TEST_CLINIC, World, fixtures, process, scratch};

/// Returns every fixture person, `times` times over, so that a file has many slices.
fn many(times: usize) -> Vec<&'static str> {
    let ids: Vec<&str> = fixtures().people.iter().map(|person| person.person.fixture_id.as_str()).collect();
    ids.iter().cycle().take(ids.len() * times).copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_and_two_workers_each_on_one_database() {
    let mut limits = Limits::default();
    limits.bulk.slice = 20;
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let other = world.another(shikaku::clock::Clock::fixed(fixed_now())).await;
    let ids = many(3);
    let mut tasks = Vec::new();
    for (server, code) in [(&world, TEST_CLINIC), (&other, OTHER_CLINIC), (&other, TEST_CLINIC), (&world, OTHER_CLINIC)] {
        let (mut clinic, ids) = (Clinic::at(server, code).await, ids.clone());
        tasks.push(tokio::spawn(async move {
            let number = clinic.upload(&ids).await;
            let result = clinic.result(&number).await;
            (number, outcomes(&result))
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    // Results are compared within an institution, because a 医療券 is for one institution.
    assert!(results.iter().all(|(_, outcomes)| outcomes.len() == ids.len()));
    assert_eq!(results[0].1, results[2].1);
    assert_eq!(results[1].1, results[3].1);
    // A server serves the result of a file that the other server received.
    let (number, expected) = &results[0];
    assert_eq!(outcomes(&Clinic::at(&other, TEST_CLINIC).await.result(number).await), *expected);
    let everybody = i64::try_from(4 * ids.len()).unwrap();
    let records = world.database.count("select count(*) from access_log where path = 3").await;
    let people = world.database.count("select count(distinct (request_id, place)) from access_log where path = 3").await;
    assert_eq!((records, people), (everybody, everybody));
    other.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_does_not_wait_for_a_large_one() {
    let mut limits = Limits::default();
    (limits.bulk.slice, limits.bulk.workers) = (5, 1);
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let (mut large, mut small) = (Clinic::of(&world).await, Clinic::at(&world, OTHER_CLINIC).await);
    let big = large.upload(&many(20)).await;
    let little = small.upload(&["kyokai-insured-tokyo"]).await;
    small.result(&little).await;
    // The large file came first with all its slices; the small one was done while most of them were still open.
    let open = "select count(*) from batch_slice where state = 1";
    let left = world.database.count(open).await;
    assert!(left > 200, "only {left} slices of the large file were left");
    assert_eq!(units(&large.result(&big).await).len(), many(20).len());
    world.stop().await;
}

/// A `shikaku work` that is killed at the latest when the test ends, however it ends.
struct Worker(std::process::Child);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it is ours");
    }
}

/// Returns `shikaku serve` or `shikaku work` on one database, with a short lease. No skew is allowed, because all use one clock.
/// A file is never given up, however often a worker is killed or loses its lease on a busy machine.
fn start(database: &TestDatabase, command: &str, extra: &[&str]) -> std::process::Command {
    let mut program = process::command();
    program
        .arg(command)
        .arg("--database-url")
        .arg(database.url())
        .args(["--bulk-lease-seconds", "2", "--bulk-clock-skew-seconds", "0", "--bulk-attempts", "1000"])
        .args(extra);
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_worker_live_on_the_day_that_their_clocks_are_set_to() {
    let database = TestDatabase::new().await;
    let secret = scratch("bulk-clock").join("secret.key");
    // Behind the system's time; what the server finds in the registry was loaded later.
    let options = ["--secret-file", secret.to_str().unwrap(), "--clock", "2026-09-01T09:00:00+09:00", "--lang", "en"];
    let pki = shared_pki();
    let mut command = start(&database, "serve", &options);
    command
        .args(["--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--no-worker", "--pki"])
        .arg(pki.root());
    let server = Program::start(command);
    server.until_logged("the clock is set to 2026-09-01T09:00:00+09:00").await;
    let mut worker = start(&database, "work", &options);
    let worker = Worker(worker.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap());
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let mut clinic = Clinic { code: TEST_CLINIC.to_owned(), connection: terminal.connect().await.unwrap() };
    let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
    assert_eq!(units(&clinic.result(&number).await).len(), 1);
    // Received in the time of the server, answered and finished in that of the worker.
    for sql in [
        "select count(*) from batch where received_at between '2026-09-01T00:00:00Z' and '2026-09-01T01:00:00Z'",
        "select count(*) from batch where finished_at between '2026-09-01T00:00:00Z' and '2026-09-01T01:00:00Z'",
        "select count(*) from access_log where answered_at between '2026-09-01T00:00:00Z' and '2026-09-01T01:00:00Z'",
    ] {
        assert_eq!(database.count(sql).await, 1, "{sql}");
    }
    // An entry before the system's present lies after the server's.
    let entry = r#"{"entries":[{"id":"o-1","kind":"death","person":"kyokai-insured-tokyo","died_on":"2026-09-30",
        "registered_at":"2026-10-01T09:00:00+09:00"}]}"#;
    let path = "/api/insurers/01130012/registrations";
    let json = [("content-type", "application/json")];
    let (status, answer, _) = process::http(&server.operator_addr, "POST", path, &json, entry).await;
    assert!(status == 200 && answer.contains("lies after the server's present, 2026-09-01T00:"), "{status} {answer}");
    drop(worker);
    drop(server);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_or_done_twice() {
    const ROUNDS: usize = 4;
    let database = TestDatabase::new().await;
    let secret = scratch("bulk-kill").join("secret.key");
    let secret = ["--secret-file", secret.to_str().unwrap()];
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let pki = shared_pki();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let serve = |extra: &[&str]| {
        let mut command = start(&database, "serve", &secret);
        command.args(["--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0"]);
        command.args(["--bulk-in-flight", "0", "--bulk-people-a-day", "0"]).arg("--pki").arg(pki.root()).args(extra);
        Program::start(command)
    };
    let ids = many(15);
    let file = file_of(&ids, TEST_CLINIC, "KILL", Format::Json);
    let mut taken = Vec::new();
    for round in 0..ROUNDS {
        // A server without workers, and one worker process; both are killed.
        let mut server = serve(&["--no-worker"]);
        let worker = Worker(start(&database, "work", &secret).stdout(std::process::Stdio::null()).spawn().unwrap());
        let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
        let mut clinic = Clinic { code: TEST_CLINIC.to_owned(), connection: terminal.connect().await.unwrap() };
        // One file is received for certain, however busy the machine is.
        taken.push(clinic.upload_as("OQSmuquc01", Format::Json, file.clone()).await);
        let uploads = async {
            loop {
                let Ok(reply) = clinic.connection.ask("/oqs/OQSmuquc01", Format::Json, file.clone()).await else { return };
                let answer = parse(Format::Json, &reply.body);
                taken.push(text(&answer, "ReceptionNumber").expect("taken").to_owned());
            }
        };
        let moment = Duration::from_millis(150 + 170 * u64::try_from(round).unwrap());
        // Only the client's futures end; the server goes on with its work until it is killed.
        let _ = tokio::time::timeout(moment, uploads).await;
        drop(worker);
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }
    // A server that serves and works finds every file.
    let server = serve(&[]);
    let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let mut clinic = Clinic { code: TEST_CLINIC.to_owned(), connection: terminal.connect().await.unwrap() };
    let begun = Instant::now();
    for number in &taken {
        let result = clinic.result(number).await;
        assert_eq!(text(&result, "SegmentOfResult"), Some("1"), "{number}");
        assert_eq!(units(&result).len(), ids.len(), "{number}");
    }
    assert!(begun.elapsed() < Duration::from_secs(120));
    // Files whose number was lost on the way exist too, and are answered once.
    let batches = database.count("select count(*) from batch where state = 2").await;
    assert!(usize::try_from(batches).unwrap() >= taken.len());
    until_quiet(&database).await;
    let persons = database.count("select coalesce(sum(persons), 0)::bigint from batch").await;
    let records = database.count("select count(*) from access_log where path = 3").await;
    let people = database.count("select count(distinct (request_id, place)) from access_log where path = 3").await;
    assert_eq!((records, people), (persons, persons));
    drop(server);
    database.drop().await;
}

async fn until_quiet(database: &TestDatabase) {
    for _ in 0..600 {
        if database.count("select count(*) from batch where state = 1").await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("files are still in work");
}

//! Compares what insurers register with single-row inserts: `cargo bench --bench registrations`. Both are committed to one PostgreSQL
//! that waits for the disk, over four connections each, while lookups run at a fixed rate. Everything shares the machine.
//!
//! A round sends files of gains, each of a person who is not known yet, with four `shikaku registrations apply` of four insurers; and
//! runs pgbench, whose four clients insert one row a transaction into a table with the columns and indexes of `coverage`. Which of the
//! two comes first alternates. After each file, a lookup must find the person of its last line. `ROUNDS=2` and `ENTRIES=1000` make it
//! shorter.

mod server;

use std::env;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::date;
use server::{Server, show};
use shikaku::config::Limits;
use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Ask;
use shikaku::store::Store;
use shikaku::terminal::Connection;
use shikaku::wire::Format;
use sqlx::Executor;

const ROUNDS: usize = 5;

/// Entries of each file.
const ENTRIES: usize = 5_000;

/// Insurers who send at once, and clients of pgbench.
const CLIENTS: usize = 4;

/// Seconds that pgbench runs.
const SECONDS: u32 = 8;

/// Lookups that run meanwhile: connections, and the pause between two lookups of one.
const LOOKUPS: usize = 8;
const PAUSE: Duration = Duration::from_millis(40);

const INSTITUTION: &str = "1310012344";
const PERSON: &str = "kyokai-insured-tokyo";

fn main() {
    server::run(benchmark());
}

fn number_of(name: &str, usual: usize) -> usize {
    env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Returns the question about the person of a line.
fn ask(insurer: &str, round: usize, entry: usize) -> Ask {
    Ask {
        insurer: insurer.to_owned(),
        symbol: Some(format!("7{round:03}")),
        number: format!("{entry}"),
        branch: Some("00".to_owned()),
        birth_on: date(1990, 1, 1),
        check_on: date(2026, 11, 22),
        limit_consent: true,
    }
}

/// Returns a file of gains.
fn gains(insurer: &str, round: usize, entries: usize) -> String {
    let mut lines = String::new();
    for entry in 0..entries {
        writeln!(
            lines,
            r#"{{"id":"{round}-{entry}","insurer":"{insurer}","kind":"gain","person":"bench-{insurer}-{round}-{entry}","acquired_on":"2026-11-01","coverage":{{"symbol":"7{round:03}","number":"{entry}","branch":"00","relationship":"1","name":"負荷　{entry}","kana":"ﾌｶ {entry}","sex":"1","birth_on":"1990-01-01","post_number":"114-0013","address":"東京都北区試験町３－９－１"}}}}"#
        )
        .unwrap();
    }
    lines
}

/// Asks about a person, who must have a valid coverage.
async fn look_up(connection: &mut Connection, ask: &Ask) {
    let question = ask.request(INSTITUTION).write(Format::Json, AnswerCharset::Utf8);
    let reply = connection.post("/oqs/OQSsiquc01", "application/json", &[], question).await.unwrap();
    let text = String::from_utf8_lossy(&reply.body);
    assert!(text.contains(r#""QualificationValidity":"1""#), "{text}");
}

/// Sends the files at once; returns the entries a second.
async fn register(files: &[(PathBuf, Ask)], entries: usize, address: &str, connection: &mut Connection) -> f64 {
    let begun = Instant::now();
    let sending: Vec<_> = files
        .iter()
        .map(|(file, _)| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_shikaku"));
            program.args(["registrations", "apply", "--operator-addr", address]).arg(file).env_remove("RUST_LOG");
            let mut child = program.stdout(Stdio::null()).spawn().unwrap();
            tokio::task::spawn_blocking(move || child.wait().unwrap())
        })
        .collect();
    for (sent, (_, last)) in sending.into_iter().zip(files) {
        assert!(sent.await.unwrap().success());
        look_up(connection, last).await;
    }
    (files.len() * entries) as f64 / begun.elapsed().as_secs_f64()
}

/// Returns the insert of pgbench: a row of `coverage` with another person and number each time.
async fn insert(store: &Store) -> String {
    let row = "
        select string_agg(quote_ident(name), ', ')
             , string_agg(case name when 'person_id' then ':n'
                                    when 'number' then ':n::text'
                                    when 'search_key' then ':n::text'
                                    else coalesce(quote_literal(value) || '::' || type, 'null') end, ', ')
          from ( select attname::text as name, format_type(atttypid, atttypmod) as type, to_jsonb(one) ->> attname as value
                   from ( select *
                             from coverage
                            where num_nulls(ratios, elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets) = 5
                            limit 1
                        ) as one
                  cross join pg_attribute
                  where attrelid = 'coverage'::regclass and attnum > 0 and not attisdropped and attname <> 'id' and attgenerated = ''
               ) as columns";
    let (names, values): (String, String) = sqlx::query_as(row).fetch_one(store.pool()).await.unwrap();
    format!("\\set n random(1, 1000000000)\ninsert into single.coverage ({names}) values ({values});\n")
}

/// Runs pgbench; returns the inserts a second.
async fn single_rows(store: &Store, script: &Path) -> f64 {
    let pgbench =
        env::var_os("PG_BIN").map_or_else(|| PathBuf::from("pgbench"), |directory| Path::new(&directory).join("pgbench"));
    let mut program = Command::new(pgbench);
    let (clients, seconds) = (CLIENTS.to_string(), SECONDS.to_string());
    program.args(["-n", "-M", "prepared", "-c", &clients, "-T", &seconds, "-f"]).arg(script);
    let options = store.pool().connect_options();
    program.arg("-h").arg(options.get_socket().unwrap()).args([
        "-U",
        options.get_username(),
        options.get_database().unwrap(),
    ]);
    let output = tokio::task::spawn_blocking(move || program.output().expect("pgbench runs")).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
    tps.split_whitespace().next().unwrap().parse().unwrap()
}

async fn benchmark() {
    let (rounds, entries) = (number_of("ROUNDS", ROUNDS), number_of("ENTRIES", ENTRIES));
    let mut store = None;
    let server = Server::start(Limits::default(), async |opened| store = Some(opened.clone())).await;
    let store = store.unwrap();
    let directory = tempfile::Builder::new().prefix("shikaku-bench-").tempdir().unwrap();
    let terminal = server.terminal(&server.fixtures.institutions[0].institution.code);
    let known = Arc::new(server.fixtures.person(PERSON).unwrap().ask.clone());
    let insurers = server.fixtures.insurers.iter().map(|insurer| insurer.number.to_string());
    let insurers: Vec<String> =
        insurers.filter(|number| number.starts_with("01") || number.starts_with("06")).take(CLIENTS).collect();
    assert_eq!(insurers.len(), CLIENTS);
    let make = "create schema single; create table single.coverage (like public.coverage including all)";
    store.pool().execute(make).await.unwrap();
    let script = directory.path().join("insert.sql");
    std::fs::write(&script, insert(&store).await).unwrap();
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut lookups = Vec::new();
    for _ in 0..LOOKUPS {
        let (mut connection, known, stop, asked) =
            (terminal.connect().await.unwrap(), known.clone(), stop.clone(), asked.clone());
        lookups.push(tokio::spawn(async move {
            let mut turn = tokio::time::interval(PAUSE);
            turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !stop.load(Ordering::Relaxed) {
                turn.tick().await;
                look_up(&mut connection, &known).await;
                asked.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let mut connection = terminal.connect().await.unwrap();
    println!("{CLIENTS} files of {entries} gains; pgbench with {CLIENTS} clients for {SECONDS} s; {rounds} rounds");
    let [mut fed, mut single, mut ratio, mut beside_feed, mut beside_pgbench]: [Vec<f64>; 5] = Default::default();
    let address = server.app.operator_addr().to_string();
    for round in 0..=rounds {
        let files: Vec<(PathBuf, Ask)> = insurers
            .iter()
            .map(|insurer| {
                let file = directory.path().join(format!("{insurer}.jsonl"));
                std::fs::write(&file, gains(insurer, round, entries)).unwrap();
                (file, ask(insurer, round, entries - 1))
            })
            .collect();
        let mut rates = [0.0; 2];
        for place in [round % 2, 1 - round % 2] {
            store.pool().execute("checkpoint").await.unwrap();
            let (begun, before) = (Instant::now(), asked.load(Ordering::Relaxed));
            rates[place] = match place {
                0 => register(&files, entries, &address, &mut connection).await,
                _ => single_rows(&store, &script).await,
            };
            let lookups = (asked.load(Ordering::Relaxed) - before) as f64 / begun.elapsed().as_secs_f64();
            if round > 0 {
                [&mut beside_feed, &mut beside_pgbench][place].push(lookups);
            }
        }
        // The first round warms up and is not counted.
        if round > 0 {
            println!("round {round}: {:.0} entries a second, {:.0} inserts a second", rates[0], rates[1]);
            fed.push(rates[0]);
            single.push(rates[1]);
            ratio.push(rates[0] / rates[1]);
        }
    }
    stop.store(true, Ordering::Relaxed);
    for lookup in lookups {
        lookup.await.unwrap();
    }
    server.app.stop().await;
    show("entries of insurers, a second", 0, fed);
    show("single rows inserted by pgbench, a second", 0, single);
    show("entries as a multiple of single rows", 2, ratio);
    show("lookups beside entries, a second", 0, beside_feed);
    show("lookups beside pgbench, a second", 0, beside_pgbench);
}

//! Measures loading a generated population: `cargo bench --bench mass_load`. The program itself makes the files (`population generate`)
//! and loads them (`fixtures load`) into an empty database over a PostgreSQL that waits for the disk; psql copies the same rows, as text,
//! into tables without indexes and constraints. Before each of these the database writes a checkpoint.
//!
//! A round makes the files, and loads and copies them; which of the two comes first alternates. `PEOPLE=10000` and `ROUNDS=1` make it
//! smaller. Also prints the most memory of the loading program, and the bytes a person of each table and index.

#[path = "server/figures.rs"]
mod figures;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use figures::{run, show};
use shikaku::postgres::{Binaries, Durability, PrivatePostgres};
use shikaku::store::Store;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const PEOPLE: usize = 1_000_000;
const ROUNDS: usize = 5;

/// The tables of a load.
const TABLES: [&str; 3] = ["person", "coverage", "card_certificate"];

fn main() {
    run(benchmark());
}

fn number_of(name: &str, usual: usize) -> usize {
    env::var(name).map_or(usual, |text| text.parse().unwrap())
}

async fn benchmark() {
    let (people, rounds) = (number_of("PEOPLE", PEOPLE), number_of("ROUNDS", ROUNDS));
    let directory = tempfile::Builder::new().prefix("shikaku-bench-").tempdir().unwrap();
    let postgres = PrivatePostgres::start(&Binaries::find().unwrap(), &directory.path().join("postgres"), Durability::Kept)
        .await
        .unwrap();
    let mut admin = PgConnection::connect_with(&postgres.options("postgres")).await.unwrap();
    println!("{people} people, {rounds} rounds");
    let exported = directory.path().join("rows");
    std::fs::create_dir(&exported).unwrap();
    let [mut generated, mut loaded, mut copied, mut ratio, mut faster, mut memory]: [Vec<f64>; 6] = Default::default();
    let mut sizes = Vec::new();
    for round in 0..=rounds {
        // A first round of few people exports nothing that counts; it warms up, and makes the files of the programs known.
        let people = if round == 0 { people.min(10_000) } else { people };
        let files = directory.path().join("files");
        let name = format!("round_{round}");
        let made = generate(people, &files);
        admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let store = Store::connect(postgres.options(&name), 1).await.unwrap();
        store.migrate().await.unwrap();
        let url = postgres.url(&name);
        // The rows are copied from what a load stored, so that the first load comes before the first copy.
        let copy_first = round > 1 && round % 2 == 0;
        let before = if copy_first { Some(copy(&store, &url, &exported, &mut admin).await) } else { None };
        let (load, most) = load(&url, &files, &mut admin).await;
        if round < 2 {
            export(&url, &exported);
        }
        let copy = match before {
            Some(before) => before,
            None => copy(&store, &url, &exported, &mut admin).await,
        };
        if round > 0 {
            let (load, copy, made) = (load.as_secs_f64(), copy.as_secs_f64(), made.as_secs_f64());
            println!("round {round}: made in {made:.2} s, loaded in {load:.2} s, copied by psql in {copy:.2} s");
            generated.push(people as f64 / made);
            loaded.push(people as f64 / load);
            copied.push(people as f64 / copy);
            ratio.push(load / copy);
            faster.push(load / made);
            memory.push(most);
            sizes = measure(&store).await;
        }
        store.close().await;
        admin.execute(AssertSqlSafe(format!("drop database {name}"))).await.unwrap();
        std::fs::remove_dir_all(&files).unwrap();
    }
    show("made, people a second", 0, generated);
    show("loaded from the files into tables ready to serve, people a second", 0, loaded);
    show("copied by psql, people a second", 0, copied);
    show("time of a load, as a multiple of that of the copy", 2, ratio);
    show("time of a load, as a multiple of that of making the files", 2, faster);
    show("most memory of the loading program, MB", 0, memory);
    println!("bytes a person:");
    let mut all = 0.0;
    for (name, bytes) in sizes {
        let each = bytes as f64 / people as f64;
        all += each;
        println!("  {name}: {each:.1}");
    }
    println!("  all: {all:.1}");
    admin.close().await.unwrap();
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shikaku"));
    for name in ["DATABASE_URL", "RUST_LOG", "LANG", "LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Makes the files of a population; returns the time taken.
fn generate(people: usize, files: &Path) -> Duration {
    let begun = Instant::now();
    let status = program(&["population", "generate", "--people", &people.to_string(), "--seed", "1"])
        .arg("--out")
        .arg(files)
        .status()
        .unwrap();
    assert!(status.success());
    begun.elapsed()
}

/// Loads the files; returns the time taken and the most memory of the program in MB.
async fn load(url: &str, files: &Path, admin: &mut PgConnection) -> (Duration, f64) {
    admin.execute("checkpoint").await.unwrap();
    let begun = Instant::now();
    let mut command = program(&["fixtures", "load", "--database-url", url]);
    let mut loading = command.arg("--dir").arg(files).spawn().unwrap();
    let most = until_ended(&mut loading);
    (begun.elapsed(), most)
}

/// Waits until a program ends well; returns the most memory that it had, in MB. Not known on systems without /proc: 0.
fn until_ended(child: &mut Child) -> f64 {
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut most = 0.0;
    loop {
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kilobytes) = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()) {
            most = kilobytes / 1000.0;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            return most;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs commands of psql, which is in `$PG_BIN`, or else in PATH.
fn psql(url: &str, commands: &[String]) {
    let psql = env::var_os("PG_BIN").map_or_else(|| PathBuf::from("psql"), |directory| Path::new(&directory).join("psql"));
    let mut run = Command::new(psql);
    run.args([url, "-X", "-q", "-v", "ON_ERROR_STOP=1"]).stdout(Stdio::null());
    for command in commands {
        run.args(["-c", command]);
    }
    assert!(run.status().expect("psql runs").success());
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

/// Writes the rows of the tables to files.
fn export(url: &str, directory: &Path) {
    psql(url, &TABLES.map(|table| format!("\\copy {table} to {}", quoted(&directory.join(table)))));
}

/// Copies these files into tables without indexes and constraints; returns the time taken.
async fn copy(store: &Store, url: &str, directory: &Path, admin: &mut PgConnection) -> Duration {
    store.pool().execute("create schema plain").await.unwrap();
    for table in TABLES {
        let make = format!("create table plain.{table} as select * from public.{table} with no data");
        store.pool().execute(AssertSqlSafe(make)).await.unwrap();
    }
    admin.execute("checkpoint").await.unwrap();
    let begun = Instant::now();
    psql(url, &TABLES.map(|table| format!("\\copy plain.{table} from {}", quoted(&directory.join(table)))));
    let took = begun.elapsed();
    for table in TABLES {
        let same = format!("select (select count(*) from plain.{table}) > 0");
        assert!(sqlx::query_scalar::<_, bool>(AssertSqlSafe(same)).fetch_one(store.pool()).await.unwrap());
    }
    store.pool().execute("drop schema plain cascade").await.unwrap();
    took
}

/// Returns the bytes of each table of the registry, and of each of its indexes.
async fn measure(store: &Store) -> Vec<(String, i64)> {
    let sizes = "
        with tables as (
            select oid, relname from pg_class
             where relnamespace = 'public'::regnamespace
               and relname in ('person', 'coverage', 'card_certificate', 'person_history', 'coverage_history')
        )
        select relname::text, pg_table_size(oid) from tables
         union all
        select format('%s, index %s', tables.relname, index.relname), pg_relation_size(index.oid)
          from tables
          join pg_index on indrelid = tables.oid
          join pg_class as index on index.oid = indexrelid
         order by 1";
    sqlx::query_as(sizes).fetch_all(store.pool()).await.unwrap()
}

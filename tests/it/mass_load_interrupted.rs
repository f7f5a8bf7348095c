//! Loads of the mass format that are killed in each phase, or stopped: a real server goes on answering from what was there before, and
//! the next load succeeds. Terminals that ask all the while get no error.

use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Ask;
use shikaku::wire::Format;

use crate::support::card::{Reader, Shown, card};
use crate::support::database::TestDatabase;
use crate::support::mass::{ask_of_made, files, load_command, made, start_load};
use crate::support::process::texts;
use crate::support::registry::rows;
use crate::support::{TEST_CLINIC, World, ask_of, message, parse, text_of};

const TWO: &str = "overlap-two-insurers";

/// What a question brings: the status, and of the answer SegmentOfResult, 資格有効性 and the name.
type Seen = (u16, Option<String>, Option<String>, Option<String>);

fn seen(reply: &shikaku::terminal::Reply) -> Seen {
    let answer = parse(Format::Json, &reply.body);
    let text = |name: &str| text_of(&answer, name);
    (reply.status.as_u16(), text("SegmentOfResult"), text("QualificationValidity"), text("Name"))
}

/// The answer about somebody whose coverage is valid.
fn valid(name: &str) -> Seen {
    (200, Some("1".to_owned()), Some("1".to_owned()), Some(name.to_owned()))
}

async fn by_number(reader: &mut Reader, ask: &Ask) -> Seen {
    let body = message(ask, TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    seen(&reader.connection.ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap())
}

async fn by_card(world: &World, reader: &mut Reader) -> Seen {
    let challenge = reader.challenge().await;
    seen(&reader.show(&Shown::signing(&card(world, TWO), &challenge)).await)
}

/// Checks that the server answers about a person of the fixtures in both ways, and knows nobody of the new population; or the other
/// way round.
async fn answers(world: &World, newcomer: &(Ask, String), new: bool) {
    let mut reader = Reader::of(world).await;
    let fixture = (by_number(&mut reader, &ask_of(TWO)).await, by_card(world, &mut reader).await);
    let newcomer = (by_number(&mut reader, &newcomer.0).await, &newcomer.1);
    if new {
        assert_eq!(newcomer.0, valid(newcomer.1));
        assert_eq!((fixture.0.0, fixture.0.3, fixture.1.0, fixture.1.3), (200, None, 200, None));
    } else {
        assert_eq!(fixture, (valid("架空　明美"), valid("架空　明美")));
        assert_eq!((newcomer.0.0, newcomer.0.3), (200, None));
    }
}

/// Returns the question about the first of the people whose coverage lasts, and the name.
fn newcomer(people: usize, seed: u64) -> (Ask, String) {
    let people = made(people, seed);
    let named = |person: &shikaku::store::registry::NewPerson| {
        // The answer shows the name of the front of the card, as long as nothing else is asked for.
        let current = person.coverages.iter().find(|coverage| coverage.loss.is_none())?;
        let plain = person.died_on.is_none() && current.identity.other_name.is_none() && person.coverages.len() == 1;
        plain.then(|| (ask_of_made(person), current.identity.name.as_str().to_owned()))
    };
    let (ask, name) = people.iter().find_map(named).unwrap();
    (ask.unwrap(), name)
}

/// Makes every statement that defines something wait for a minute if it is like a pattern of the table `stall`.
async fn make_stalls(database: &TestDatabase) {
    database.execute("create table stall (pattern text not null)").await;
    database
        .execute(
            "create function stall() returns event_trigger language plpgsql as $$
             begin
                 if exists (select from public.stall where current_query() like pattern) then
                     perform pg_sleep(60);
                 end if;
             end $$",
        )
        .await;
    database.execute("create event trigger stall on ddl_command_start execute function stall()").await;
}

async fn stall_at(database: &TestDatabase, pattern: Option<&str>) {
    let mut connection = database.connect().await;
    sqlx::query("delete from stall").execute(&mut connection).await.unwrap();
    if let Some(pattern) = pattern {
        sqlx::query("insert into stall values ($1)").bind(pattern).execute(&mut connection).await.unwrap();
    }
}

/// Waits until a statement selects something; panics if the load ends before.
async fn until(database: &TestDatabase, load: &mut Child, what: &'static str) {
    let begun = Instant::now();
    let mut connection = database.connect().await;
    while !sqlx::query_scalar::<_, bool>(what).fetch_one(&mut connection).await.unwrap() {
        assert!(load.try_wait().unwrap().is_none(), "the load ended before {what}");
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

const STALLED: &str = "select exists (select from pg_stat_activity
                        where datname = current_database() and wait_event = 'PgSleep')";
const COPYING: &str = "select exists (select from pg_stat_progress_copy
                        where datname = current_database() and tuples_processed > 100)";

fn kill(load: &mut Child) {
    load.kill().unwrap();
    load.wait().unwrap();
}

/// Loads a population in the place of everybody, and returns standard error.
fn replace_everybody(database: &TestDatabase, files: &Path) -> String {
    let output = load_command(database, files, &["--reset"]).output().unwrap();
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.starts_with("loaded: "), "{out}");
    err
}

async fn schemas(database: &TestDatabase) -> i64 {
    database.count("select count(*) from pg_namespace where nspname like 'shikaku%'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_killed_in_any_phase_changes_nothing() {
    let world = World::start().await;
    let (files, newcomer) = (files(1_500, 11), newcomer(1_500, 11));
    make_stalls(&world.database).await;
    let before = rows(&world.database).await;
    let phases = [
        "create schema %",
        "create table shikaku_load.coverage %",
        "alter table shikaku_load.%add constraint person_pkey %",
        "CREATE UNIQUE INDEX card_certificate_in_use_key %",
        "alter table shikaku_load.%add constraint coverage_insurer_fkey %",
        // Readers wait from here on.
        "drop table %",
        "alter table shikaku_load.card_certificate set schema %",
        "drop schema shikaku_load",
    ];
    for phase in phases {
        stall_at(&world.database, Some(phase)).await;
        let mut load = start_load(&world.database, &files, &["--reset"]);
        until(&world.database, &mut load, STALLED).await;
        kill(&mut load);
        let begun = Instant::now();
        answers(&world, &newcomer, false).await;
        assert!(begun.elapsed() < Duration::from_secs(4), "answers waited {:?} after {phase}", begun.elapsed());
        assert_eq!(rows(&world.database).await, before, "{phase}");
    }
    stall_at(&world.database, None).await;
    // While it copies, and while it waits for a reader before the swap.
    let mut load = start_load(&world.database, &files, &["--reset"]);
    until(&world.database, &mut load, COPYING).await;
    kill(&mut load);
    answers(&world, &newcomer, false).await;
    let mut reader = world.database.connect().await;
    sqlx::raw_sql("begin; select count(*) from coverage").execute(&mut reader).await.unwrap();
    let mut load = start_load(&world.database, &files, &["--reset"]);
    let waiting = "select exists (select from pg_locks join pg_database on pg_database.oid = database
                    where datname = current_database() and mode = 'AccessExclusiveLock' and not granted)";
    until(&world.database, &mut load, waiting).await;
    answers(&world, &newcomer, false).await;
    kill(&mut load);
    sqlx::raw_sql("rollback").execute(&mut reader).await.unwrap();
    answers(&world, &newcomer, false).await;
    assert_eq!(rows(&world.database).await, before);

    assert_eq!(schemas(&world.database).await, 1, "what the killed load left");
    let said = replace_everybody(&world.database, &files);
    assert!(said.contains("removed what a killed load left"), "{said}");
    answers(&world, &newcomer, true).await;
    assert_eq!(schemas(&world.database).await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_stopped_removes_what_it_made() {
    let world = World::start().await;
    let files = files(1_500, 13);
    make_stalls(&world.database).await;
    let before = rows(&world.database).await;
    for phase in [Some("CREATE INDEX card_certificate_person_idx %"), None] {
        stall_at(&world.database, phase).await;
        let mut load = start_load(&world.database, &files, &[]);
        until(&world.database, &mut load, if phase.is_some() { STALLED } else { COPYING }).await;
        stall_at(&world.database, None).await;
        let begun = Instant::now();
        rustix::process::kill_process(rustix::process::Pid::from_child(&load), rustix::process::Signal::INT).unwrap();
        let output = load.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", texts(&output).1);
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?} to stop in {phase:?}", begun.elapsed());
        assert!(texts(&output).1.contains("nothing was loaded"), "{}", texts(&output).1);
        assert_eq!(schemas(&world.database).await, 0);
        assert_eq!(rows(&world.database).await, before);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_get_the_old_answer_or_the_new_one_and_no_error_while_loads_run() {
    let world = Arc::new(World::start().await);
    let (others, files, newcomer) = (files(700, 15), files(1_500, 16), newcomer(1_500, 16));
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let slowest = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let mut terminals = Vec::new();
    for by_certificate in [false, true, false, true] {
        let (world, stop, asked, slowest) = (world.clone(), stop.clone(), asked.clone(), slowest.clone());
        terminals.push(tokio::spawn(async move {
            let mut reader = Reader::of(&world).await;
            let mut after_the_last = None;
            while after_the_last.is_none() {
                // The answer to a question that is asked after the end of the load must be the new one.
                let last = stop.load(Ordering::Relaxed);
                let begun = Instant::now();
                let found = if by_certificate {
                    by_card(&world, &mut reader).await
                } else {
                    by_number(&mut reader, &ask_of(TWO)).await
                };
                let mut slowest = slowest.lock().unwrap();
                *slowest = begun.elapsed().max(*slowest);
                let old = found == valid("架空　明美");
                assert!(old || (found.0, &found.3) == (200, &None), "{found:?}");
                asked[usize::from(!old)].fetch_add(1, Ordering::Relaxed);
                after_the_last = last.then_some(found);
            }
            after_the_last.unwrap()
        }));
    }
    // Four loads add people, so that the old answers must go on; the last one replaces everybody.
    for _ in 0..4 {
        let output = load_command(&world.database, &others, &[]).output().unwrap();
        assert!(output.status.success(), "{}", texts(&output).1);
    }
    assert_eq!(asked[1].load(Ordering::Relaxed), 0, "everybody stays");
    let asked_before = asked[0].load(Ordering::Relaxed);
    replace_everybody(&world.database, &files);
    stop.store(true, Ordering::Relaxed);
    for terminal in terminals {
        let last = terminal.await.unwrap();
        assert_eq!((last.0, last.3), (200, None));
    }
    assert!(asked_before > 50, "asked {asked_before} times only");
    assert!(*slowest.lock().unwrap() < Duration::from_secs(2), "an answer took {slowest:?}");
    answers(&world, &newcomer, true).await;
    Arc::into_inner(world).expect("the terminals have ended").stop().await;
}

#[tokio::test]
async fn what_a_load_would_lose_refuses_it_before_it_begins() {
    let database = TestDatabase::new().await;
    let files = files(200, 17);
    let before = rows(&database).await;
    let made = [
        ("create view old_people as select id from person", "drop view old_people", "rule _RETURN on view old_people"),
        (
            "create table notes (person bigint references person)",
            "drop table notes",
            "constraint notes_person_fkey on table notes",
        ),
        (
            "create trigger noted before update on coverage for each row execute function suppress_redundant_updates_trigger()",
            "drop trigger noted on coverage",
            "trigger noted on table coverage",
        ),
        (
            "create policy mine on card_certificate",
            "drop policy mine on card_certificate",
            "policy mine on table card_certificate",
        ),
    ];
    for (make, drop, named) in made {
        database.execute(make).await;
        let output = load_command(&database, &files, &["--reset"]).output().unwrap();
        let err = texts(&output).1;
        assert_eq!(output.status.code(), Some(3), "{err}");
        assert!(err.contains(&format!("these would be lost: {named}. Drop them")), "{err}");
        database.execute(drop).await;
        assert_eq!(rows(&database).await, before);
        assert_eq!(schemas(&database).await, 0);
    }
    let japanese = {
        database.execute(made[0].0).await;
        texts(&load_command(&database, &files, &["--reset", "--lang", "ja"]).output().unwrap()).1
    };
    assert!(japanese.contains("次のものが失われます: rule _RETURN on view old_people。"), "{japanese}");
    database.execute(made[0].1).await;
    replace_everybody(&database, &files);
    database.drop().await;
}

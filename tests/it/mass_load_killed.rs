//! `shikaku fixtures load` of a town into the database of a running server: killed at any moment, the old data go on answering;
//! finished, terminals get the new ones.

use std::time::{Duration, Instant};

use shikaku::domain::{AnswerCharset, Format, Validity};
use shikaku::mass::{AskedBy, Question};
use shikaku::population::{Order, Profile, households};
use shikaku::wire::message::by_card::NewRequest;

use crate::support::mass::{files, start_load};
use crate::support::process::texts;
use crate::support::world::World;
use crate::support::{TEST_CLINIC, answered, ask_of, outcome, parse, text_of};

const PEOPLE: usize = 4_000;
const SEED: u64 = 11;

/// Returns a question by number about a person of the town whose coverage is valid, with the day on which it is asked.
fn question() -> (Question, jiff::civil::Date) {
    let order = Order {
        people: PEOPLE as u64,
        seed: SEED,
        as_of: jiff::civil::date(2026, 12, 1),
        profile: Profile::standard().clone(),
        threads: std::num::NonZero::<usize>::MIN,
    };
    let all = households(&order).take(500).flatten().flat_map(|(_, questions)| questions);
    let valid = |question: &Question| {
        matches!(question.asked_by, AskedBy::Number(_)) && question.expected.validity == Some(Validity::Valid)
    };
    let question = all.into_iter().find(valid).expect("some situation is valid by number");
    let on = question.check_on;
    (question, on)
}

/// Asks about the person of the town; returns 資格有効性.
async fn validity(world: &World, question: &Question, on: jiff::civil::Date) -> String {
    let AskedBy::Number(key) = &question.asked_by else { panic!("asked by number") };
    let request = NewRequest {
        institution: TEST_CLINIC,
        file_identifier: None,
        check_on: on,
        insurer: key.insurer.as_str(),
        symbol: key.symbol.as_ref().map(|symbol| symbol.as_str()),
        number: key.number.as_str(),
        branch: key.branch.as_ref().map(|branch| branch.as_str()),
        birth_on: question.birth_on,
        limit_consent: true,
        identifier: None,
    };
    let body = request.write(Format::Xml, AnswerCharset::Utf8);
    let reply = world.connect().await.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), answered());
    text_of(&parse(Format::Xml, &reply.body), "QualificationValidity").unwrap()
}

/// Asks about a fixture person; returns 資格有効性.
async fn of_fixtures(world: &World) -> String {
    let reply = world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    text_of(&parse(Format::Xml, &reply.body), "QualificationValidity").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_killed_at_any_moment_leaves_the_old_data_answering() {
    let world = World::start().await;
    let town = files(PEOPLE, SEED);
    let (question, on) = question();
    assert_eq!(validity(&world, &question, on).await, "4", "nobody of the town is known yet");
    let people = "select count(*) from person";
    let before = world.database.count(people).await;
    // The time of a whole load, in another database, so that the moments lie all over it.
    let other = World::start().await;
    let begun = Instant::now();
    let whole = start_load(&other.database, &town, &[]).wait_with_output().unwrap();
    let whole_takes = begun.elapsed();
    let (told, faults) = texts(&whole);
    assert!(told.starts_with("loaded: ") && told.contains("4000 people"), "{told}{faults}");
    assert_eq!(validity(&other, &question, on).await, "1");
    other.stop().await;

    let mut killed = 0;
    for moment in 0..14 {
        let mut load = start_load(&world.database, &town, if moment % 2 == 0 { &[] } else { &["--reset"] });
        tokio::time::sleep(whole_takes * moment / 14).await;
        let answered_meanwhile = of_fixtures(&world).await;
        // The program ends a moment after its transaction.
        if load.try_wait().unwrap().is_some() || world.database.count(people).await != before {
            load.wait().unwrap();
            break;
        }
        assert_eq!(answered_meanwhile, "1", "answers come while the load runs, from the old data");
        load.kill().unwrap();
        load.wait().unwrap();
        // PostgreSQL notices that the client is gone, and rolls back.
        let begun = Instant::now();
        let held = "select count(*) from pg_locks where locktype = 'advisory'
                       and database = (select oid from pg_database where datname = current_database())";
        while world.database.count(held).await > 0 {
            assert!(begun.elapsed() < Duration::from_secs(30), "the load of a client that is gone goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if world.database.count(people).await != before {
            // It was killed after its transaction.
            break;
        }
        assert_eq!(of_fixtures(&world).await, "1");
        assert_eq!(validity(&world, &question, on).await, "4");
        killed += 1;
    }
    assert!(killed >= 5, "only {killed} loads were killed before their end");
    // Whatever they left does not hinder the next.
    let load = start_load(&world.database, &town, &[]).wait_with_output().unwrap();
    let (told, faults) = texts(&load);
    assert!(told.contains("4000 people"), "{told}{faults}");
    assert_eq!(validity(&world, &question, on).await, "1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_the_files_is_named_and_nothing_is_loaded() {
    let world = World::start().await;
    let town = files(PEOPLE, SEED);
    let people = "select count(*) from person";
    let before = world.database.count(people).await;
    let coverages = std::fs::read_to_string(town.join("coverages.csv")).unwrap();
    let lines: Vec<&str> = coverages.lines().collect();
    let mut spoiled: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let line = lines.len() - 3;
    let fields: Vec<&str> = lines[line].split(',').collect();
    spoiled[line] = lines[line].replacen(fields[8], "2026-13-01", 1);
    std::fs::write(town.join("coverages.csv"), spoiled.join("\n") + "\n").unwrap();
    let load = start_load(&world.database, &town, &["--reset"]).wait_with_output().unwrap();
    let (told, faults) = texts(&load);
    assert_eq!(load.status.code(), Some(4), "{told}{faults}");
    let wanted = format!("coverages.csv:{}: person ", line + 1);
    assert!(faults.contains(&wanted), "{faults}");
    assert!(faults.contains("`acquired_on`: must be a day of the calendar such as 2026-12-01"), "{faults}");
    assert!(faults.contains("; nothing was loaded"), "{faults}");
    assert_eq!(world.database.count(people).await, before);
    assert_eq!(of_fixtures(&world).await, "1");
    world.stop().await;
}

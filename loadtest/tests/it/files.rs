//! Files about many people: sent, waited for without holding a connection, fetched and compared; and every way in which a file fails.

use std::fs;
use std::time::Duration;

use crate::support::run::mix;
use crate::support::{Load, World, copied, operator};

const STAGE: &str = "seconds = 2\narrivals = \"constant\"\nrate = 10";

fn bulk(more: &str) -> String {
    format!(
        "[[mix]]\nscenario = \"bulk\"\nweight = 1\nfirst_poll_seconds = 0.1\npoll_seconds = 0.2\npatience_seconds = 20\n{more}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_answered_person_by_person_in_both_formats() {
    let world = World::start().await;
    let parts = bulk("people_min = 5\npeople_max = 30\nformat = \"json\"") + &bulk("people = 20\nformat = \"xml\"");
    let run = Load::of(&mix(STAGE, &parts, ""), world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("due"), run.count("answered")), (20, 20), "{}", run.table);
    assert_eq!((run.count("compared"), run.count("wrong")), (20, 0), "{}", run.table);
    // The people of the report are those whom the server answered about.
    let in_files = world.database.count("select count(*) from access_log where path = 3").await;
    assert_eq!(i64::try_from(run.count("people")).unwrap(), in_files, "{}", run.table);
    let files = world.database.count("select count(*) from batch").await;
    assert_eq!(files, 20);
    // From the due time to the whole result: the first look is after 100 ms.
    assert!(run.ms("corrected_ms", "p50") >= 100.0 && run.ms("uncorrected_ms", "p50") >= 100.0, "{}", run.table);
    world.stop().await;
}

/// Twenty files wait at once for a second each, and one connection serves them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_waits_holds_no_connection() {
    let world = World::start().await;
    let one = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1\n\
               [thresholds]\nrate_achieved = 0.2\nsender_late_p99_ms = 1000\n";
    let parts = bulk("people = 5").replace("first_poll_seconds = 0.1", "first_poll_seconds = 1");
    let run = Load::of(&mix("seconds = 1\narrivals = \"constant\"\nrate = 15", &parts, one), world.address()).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("wrong")), (Some(0), 15, 0), "{}\n{}", run.table, run.errors);
    assert_eq!(run.count("handshakes"), 1, "{}", run.table);
    // One after the other they would take fifteen seconds.
    assert!(run.ms("corrected_ms", "max") < 7000.0, "{}", run.table);
    world.stop().await;
}

/// Two places send files, of which one may wait. The place that may not send tries again and again, until the stage is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_stage_goes_on_after_a_file_that_may_not_wait() {
    let world = World::start().await;
    let more = "[bounds]\nwaiting = 1\n[thresholds]\nerrors = 1\nsender_late_p99_ms = 5000\n";
    let parts = bulk("people = 5").replace("first_poll_seconds = 0.1", "first_poll_seconds = 0.5");
    let run =
        Load::of(&mix("seconds = 3\narrivals = \"closed\"\nat_once = 2", &parts, more), world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    // It rests for a tenth of a second after each; a place that was lost would have tried once.
    assert!(run.count("answered") >= 2 && run.count("not_sent") >= 5, "{}", run.table);
    run.assert_accounted();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_stage_sends_the_next_file_when_one_is_done() {
    let world = World::start().await;
    let file = mix("seconds = 3\narrivals = \"closed\"\nat_once = 2", &bulk("people = 5"), "");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert!(run.count("answered") >= 4, "{}", run.table);
    run.assert_accounted();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_in_a_result_is_found() {
    let world = World::start().await;
    let people = copied("fixtures");
    let elderly = people.join("people/elderly.toml");
    let text = fs::read_to_string(&elderly).unwrap();
    let (before, person) = text.split_once("id = \"elderly-2wari-tokyo\"").unwrap();
    let ratio = |wari: &str| format!("InsuredPartialContributionRatio = \"{wari}\"");
    let person = person.replacen(&ratio("020"), &ratio("030"), 1);
    fs::write(&elderly, format!("{before}id = \"elderly-2wari-tokyo\"{person}")).unwrap();
    let file = mix("seconds = 2\narrivals = \"constant\"\nrate = 5", &bulk("people = 200"), "");
    let run = Load::of(&file, world.address()).arguments(&["--people", people.to_str().unwrap()]).finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["wrong_answers"]), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("failed"), run.count("answered")), (0, 10), "{}", run.table);
    let answer = &run.results["wrong_answers"][0];
    assert_eq!(answer["person"], "elderly-2wari-tokyo");
    let difference = &answer["differences"][0];
    assert_eq!(difference["element"], "InsuredPartialContributionRatio");
    assert_eq!((&difference["expected"], &difference["found"]), (&"030".into(), &"020".into()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_does_not_come_in_time_is_a_failure_of_its_own() {
    let world = World::start().await;
    operator::put(&world, "/api/bulk/simulation", r#"{"hold_fetches": 1000, "hold_seconds": 0}"#).await;
    let parts = bulk("people = 5").replace("patience_seconds = 20", "patience_seconds = 1");
    let file = mix("seconds = 1\narrivals = \"constant\"\nrate = 4", &parts, "[bounds]\npatience_seconds = 1\n");
    let run = Load::of(&file, world.address()).finish().await;
    // The server says 処理中 all the time, so that it is not silent, and the run comes to its end.
    assert_eq!((run.code, &run.results["end"]), (Some(1), &"done".into()), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("failed")), (0, 4), "{}", run.table);
    assert_eq!(run.results["measured"]["failures"]["no_result"], 4, "{}", run.table);
    assert!(run.table.contains("the result of a file did not come in time"), "{}", run.table);
    // It counts with the time that it took.
    assert!(run.ms("corrected_ms", "max") >= 1000.0, "{}", run.table);
    run.assert_accounted();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_server_gives_up_is_counted_with_its_code() {
    let world = World::start().await;
    operator::put(&world, "/api/bulk/simulation", r#"{"fail_next": 1}"#).await;
    let file = mix("seconds = 1\narrivals = \"constant\"\nrate = 4", &bulk("people = 5"), "");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("failed")), (Some(1), 3, 1), "{}\n{}", run.table, run.errors);
    assert_eq!(run.results["measured"]["failures"]["file_given_up_SHK7103"], 1, "{}", run.table);
    world.stop().await;
}

/// The server allows an institution twelve different people in files of a day. Each file asks about five others.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_files_are_counted_by_kind() {
    let world = World::with(|config| config.limits.bulk.people_a_day = 12).await;
    let file = mix("seconds = 2\narrivals = \"constant\"\nrate = 10", &bulk("people = 5"), "");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(1), "{}\n{}", run.table, run.errors);
    let refused = run.results["measured"]["failures"]["http_429_SHK7002"].as_u64().unwrap_or_default();
    // At least two files have room, and a twenty-file run about a hundred people has more than that.
    assert!(refused >= 10 && run.count("answered") >= 2, "{}", run.table);
    assert_eq!(refused + run.count("answered"), 20, "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_files_than_may_wait_are_not_sent() {
    let world = World::start().await;
    let parts = bulk("people = 5").replace("first_poll_seconds = 0.1", "first_poll_seconds = 3");
    let file = mix("seconds = 1\narrivals = \"constant\"\nrate = 10", &parts, "[bounds]\nwaiting = 4\n");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!((run.count("answered"), run.count("not_sent")), (4, 6), "{}\n{}", run.table, run.errors);
    run.assert_accounted();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_while_files_wait_ends_the_run() {
    let world = World::start().await;
    let parts = bulk("people = 5").replace("first_poll_seconds = 0.1", "first_poll_seconds = 1");
    let file = mix("seconds = 60\narrivals = \"constant\"\nrate = 10", &parts, "[bounds]\npatience_seconds = 1\n");
    let load = Load::of(&file, world.address()).start();
    while world.database.count("select count(*) from batch").await < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.stop().await;
    let begun = std::time::Instant::now();
    let run = load.finish().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
    assert_eq!((run.code, &run.results["end"]), (Some(3), &"silent".into()), "{}\n{}", run.table, run.errors);
    run.assert_accounted();
}

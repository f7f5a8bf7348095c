//! What insurers register: sent to the operator listener, compared with what must become of it, and refused by reason.

use crate::support::run::{command, mix};
use crate::support::{Load, World};

const STAGE: &str = "seconds = 2\narrivals = \"constant\"\nrate = 20";
const ENTRIES: &str = "[[mix]]\nscenario = \"registrations\"\nentries = 3\nlosses = 0.4\nweight = 1\n";

fn load(world: &World, file: &std::path::Path) -> Load {
    Load::of(file, world.address()).arguments(&["--operator", &world.app.operator_addr().to_string()])
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_are_registered_and_leave_and_a_repeated_run_changes_nothing() {
    let world = World::start().await;
    let run = load(&world, &mix(STAGE, ENTRIES, "")).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (40, 40, 0), "{}", run.table);
    assert_eq!(run.count("people"), 120);
    let of_kind = |sql: &'static str| world.database.count(sql);
    let gains = of_kind("select count(*) from notice where outcome = 1 and notice_id like 'load-1-%-gain'").await;
    let losses = of_kind("select count(*) from notice where outcome = 1 and notice_id like 'load-1-%-loss'").await;
    // Of 120 entries about two fifths end a registration; the first ones find nothing to end.
    assert!(gains + losses == 120 && losses > 20 && gains > 50, "{gains} {losses}");
    // The same plan again: every entry is applied already, or is a loss that was not sent before.
    let run = load(&world, &mix(STAGE, ENTRIES, "")).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("wrong")), (Some(0), 40, 0), "{}\n{}", run.table, run.errors);
    let people = world.database.count("select count(*) from person where fixture_id like 'load-1-%'").await;
    assert!((gains..=120).contains(&people), "{people} {gains}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lookups_and_files_stay_right_while_insurers_register() {
    let world = World::start().await;
    let parts = format!(
        "[[mix]]\nscenario = \"by_card_number\"\nweight = 8\n[[mix]]\nscenario = \"by_card\"\nweight = 8\n\
         [[mix]]\nscenario = \"bulk\"\npeople = 10\nfirst_poll_seconds = 0.1\npoll_seconds = 0.1\nweight = 1\n{ENTRIES}"
    );
    let run = load(&world, &mix("seconds = 3\narrivals = \"poisson\"\nrate = 60", &parts, "")).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("wrong")), (run.count("due"), 0), "{}", run.table);
    let parts: Vec<_> =
        run.results["parts"].as_array().unwrap().iter().map(|part| part["figures"]["answered"].as_u64()).collect();
    assert!(parts.len() == 4 && parts.iter().all(|answered| *answered > Some(0)), "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_entry_is_a_failure_with_its_code() {
    let world = World::start().await;
    // Somebody has registered these people before, with other content under the same ids.
    let file = mix(STAGE, &ENTRIES.replace("losses = 0.4", "losses = 0"), "");
    let run = load(&world, &file).finish().await;
    assert_eq!((run.code, run.count("answered")), (Some(0), 40), "{}\n{}", run.table, run.errors);
    world.database.execute("update notice set content = replace(content, '新人', '別人') where outcome = 1").await;
    let run = load(&world, &file).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("failed")), (Some(1), 0, 40), "{}\n{}", run.table, run.errors);
    let failures = run.results["measured"]["failures"].as_object().unwrap();
    assert!(failures.keys().all(|key| key.starts_with("entry_refused_SHK")), "{failures:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_listener_that_demands_a_token_gets_it_from_the_environment() {
    let world = World::with(|config| config.operator_token = Some("long enough to be a secret token".to_owned())).await;
    let run = load(&world, &mix(STAGE, ENTRIES, "")).finish().await;
    assert_eq!((run.code, run.count("failed")), (Some(1), 40), "{}\n{}", run.table, run.errors);
    let failures = run.results["measured"]["failures"].as_object().unwrap();
    assert!(failures.keys().all(|key| key.starts_with("http_401")), "{failures:?}");
    let mut load = load(&world, &mix(STAGE, ENTRIES, ""));
    load.command.env("SHIKAKU_OPERATOR_TOKEN", "long enough to be a secret token");
    let run = load.finish().await;
    assert_eq!((run.code, run.count("answered")), (Some(0), 40), "{}\n{}", run.table, run.errors);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_half_way_ends_the_run() {
    let world = World::start().await;
    let file = mix("seconds = 60\narrivals = \"constant\"\nrate = 20", ENTRIES, "[bounds]\npatience_seconds = 1\n");
    let load = load(&world, &file).start();
    while world.database.count("select count(*) from notice where notice_id like 'load-%'").await < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    world.stop().await;
    let run = load.finish().await;
    assert_eq!((run.code, &run.results["end"]), (Some(3), &"silent".into()), "{}\n{}", run.table, run.errors);
    run.assert_accounted();
}

#[test]
fn a_plan_with_registrations_names_the_operator_listener() {
    let file = mix(STAGE, ENTRIES, "");
    for (language, words) in
        [("en", "name it as `operator` in `[target]`"), ("ja", "`[target]`の`operator`か--operatorで指定してください")]
    {
        let output = command().arg("run").arg(&file).args(["--lang", language]).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(words), "{errors}");
    }
}

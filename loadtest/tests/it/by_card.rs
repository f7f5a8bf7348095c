//! Questions by card: real signatures of fixture cards and of cards of files, made ahead; and what becomes of them if the server gives
//! no challenges.

use std::fs;

use shikaku::pki::PkiFiles;

use crate::support::run::{command, mix};
use crate::support::world::shared_pki;
use crate::support::{Load, World, copied, population};

const JSON_AND_XML: &str = "[[mix]]\nscenario = \"by_card\"\nformat = \"json\"\nweight = 1\n\
                            [[mix]]\nscenario = \"by_card\"\nformat = \"xml\"\nweight = 1\n";

#[tokio::test(flavor = "multi_thread")]
async fn cards_of_fixtures_are_answered_as_expected_in_both_formats() {
    let world = World::start().await;
    let file = mix("seconds = 3\narrivals = \"constant\"\nrate = 50", JSON_AND_XML, "");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (150, 150, 0), "{}", run.table);
    // Every question is in the log as one by card, besides the first question of the institution, which is by number.
    assert_eq!(world.database.count("select count(*) from access_log where path = 2").await, 150);
    // Cards that are good, revoked, expired, of phones and of P-384: thirty of them, of which each is shown about five times.
    assert!(world.database.count("select count(distinct key_hash) from access_log where path = 2").await > 15);
    // Two terminals with two challenges each were filled before the run, and each use takes another one.
    let challenges = run.results["cards"]["challenges"].as_u64().unwrap();
    assert!((150..=154).contains(&challenges), "{challenges}");
    assert_eq!(run.results["cards"]["failed"], 0);
    assert!(run.table.contains("challenges taken"), "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_of_files_are_made_with_their_registered_numbers() {
    let world = World::start().await;
    let files = population::loaded(&world, 1500).await;
    let people = "[people]\ndirectory = \"fixtures\"\nhot = 5000";
    let file = mix("seconds = 4\narrivals = \"constant\"\nrate = 50", JSON_AND_XML, people);
    let run = Load::of(&file, world.address()).arguments(&["--people", files.to_str().unwrap()]).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (200, 200, 0), "{}", run.table);
    // Named situations among them: cards that are revoked, superseded, expired, unknown to J-LIS, or of protected people.
    let outcomes = "select count(distinct outcome) from access_log where path = 2";
    assert!(world.database.count(outcomes).await > 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_to_a_card_is_found() {
    let world = World::start().await;
    let people = copied("fixtures");
    let cards = people.join("cards.toml");
    let text = fs::read_to_string(&cards).unwrap();
    // What is expected of one card is put wrong: its holder's post number, and that another card was lost.
    let spoiled = text.replacen("PostNumber = \"100-0001\"", "PostNumber = \"100-0002\"", 1);
    let spoiled = spoiled.replacen("result = \"SHK6101\"", "result = \"SHK6103\"", 1);
    assert_ne!(text, spoiled);
    fs::write(&cards, spoiled).unwrap();
    let file = mix("seconds = 4\narrivals = \"constant\"\nrate = 50", JSON_AND_XML, "");
    let run = Load::of(&file, world.address()).arguments(&["--people", people.to_str().unwrap()]).finish().await;
    assert_eq!((run.code, run.missed()), (Some(1), vec!["wrong_answers"]), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("failed"), run.count("answered")), (0, 200));
    let told: Vec<(&str, &str)> = run.results["wrong_answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            assert_eq!(answer["differences"].as_array().unwrap().len(), 1, "{answer}");
            (answer["person"].as_str().unwrap(), answer["differences"][0]["element"].as_str().unwrap())
        })
        .collect();
    assert!(told.contains(&("kyokai-insured-tokyo", "PostNumber")), "{told:?}");
    assert!(told.contains(&("kyokai-a04-osaka", "ProcessingResultCode")), "{told:?}");
    world.stop().await;
}

/// One connection that keeps one challenge ready is asked faster than it can take challenges and cards can sign.
#[tokio::test(flavor = "multi_thread")]
async fn questions_that_find_no_signed_challenge_are_told() {
    let world = World::start().await;
    let one = "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 1\n\
               [thresholds]\nrate_achieved = 0.01\nsender_late_p99_ms = 1000\n";
    let ahead = "[[mix]]\nscenario = \"by_card\"\nahead = 1\nweight = 1\n";
    // Thirty are due at once, as fast as the clock of the plan goes.
    let file = mix("seconds = 0.03\narrivals = \"constant\"\nrate = 1000", ahead, one);
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("wrong")), (Some(0), 30, 0), "{}\n{}", run.table, run.errors);
    let unready = run.results["cards"]["unready"].as_u64().unwrap();
    assert!((1..30).contains(&unready), "{unready}\n{}", run.table);
    // Signing is the sender's lateness, and no part of the time from the sending.
    assert!(run.ms("sender_late_ms", "max") > 0.2, "{}", run.table);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gives_no_challenge_is_a_failure_of_the_question() {
    let world = World::start().await;
    world.database.execute("drop table card_challenge cascade").await;
    let file = mix("seconds = 1\narrivals = \"constant\"\nrate = 10", JSON_AND_XML, "");
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!((run.code, run.count("answered"), run.count("failed")), (Some(1), 0, 10), "{}\n{}", run.table, run.errors);
    let failures = run.results["measured"]["failures"].as_object().unwrap();
    assert!(failures.keys().all(|key| key.starts_with("http_50")), "{failures:?}");
    run.assert_accounted();
    world.stop().await;
}

#[test]
fn a_pki_without_the_ca_of_generated_people_is_told() {
    let pki = copied(shared_pki().root().to_str().unwrap());
    fs::remove_file(PkiFiles::at(&pki).people_root()).unwrap();
    let files = population::files(100);
    let file = mix("seconds = 1\narrivals = \"constant\"\nrate = 10", JSON_AND_XML, "");
    for (language, words) in [("en", "no cards of generated people can be made"), ("ja", "生成した人物のカードを作れません")]
    {
        let output = command()
            .arg("run")
            .arg(&file)
            .args(["--lang", language, "--pki"])
            .arg(&pki)
            .arg("--people")
            .arg(&files)
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{errors}");
        assert!(errors.contains("people.pem") && errors.contains(words), "{errors}");
    }
}

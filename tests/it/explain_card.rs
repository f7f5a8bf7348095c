//! The explanation of an answer by card.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shikaku::domain::CardState;
use shikaku::fixtures::FixtureCard;
use shikaku::wire::code;

use crate::support::{World, fixtures, process, scratch};

async fn explain(world: &World, body: &Value) -> (u16, Value) {
    let address = world.app.operator_addr().to_string();
    let headers = [("content-type", "application/json")];
    let (status, text, _) = process::http(&address, "POST", "/api/explain", &headers, &body.to_string()).await;
    (status, serde_json::from_str(&text).unwrap())
}

fn question(world: &World, card: &FixtureCard) -> Value {
    let certificate = std::fs::read_to_string(world.pki.card(&card.name)).unwrap();
    let consents: Vec<&str> = card.ask.consents.iter().map(code::consent_word).collect();
    json!({ "certificate": certificate, "check_on": card.ask.check_on, "consents": consents })
}

/// Returns the rule that must explain an unusable card.
fn rule_of(result: &str, card: &FixtureCard) -> &'static str {
    match result {
        "SHK6101" => {
            assert!(matches!(card.state, Some(CardState::Revoked(_))));
            "card-revoked"
        }
        "SHK6102" => "card-superseded",
        "SHK6103" => "card-expired",
        "SHK6104" => "card-not-yet-valid",
        "SHK6105" => "card-unknown",
        "SHK6106" => "card-blocked",
        "SHK6107" => "card-state-stale",
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_element_of_every_record_has_a_reason() {
    let world = World::start().await;
    let mut wrong = Vec::new();
    for card in &fixtures().cards {
        let (status, explanation) = explain(&world, &question(&world, card)).await;
        assert_eq!(status, 200, "{explanation}");
        assert_eq!(explanation["validity"].as_str(), card.expect.validity.as_deref(), "{}", card.name);
        let reasons = explanation["reasons"].as_array().unwrap();
        if card.expect.validity.is_none() {
            let rules: Vec<&str> = reasons.iter().map(|reason| reason["rule"].as_str().unwrap()).collect();
            assert_eq!(rules, [rule_of(card.expect.result.as_deref().unwrap(), card)], "{}", card.name);
            continue;
        }
        // Every record has its own reasons, found by the insurer.
        for record in &card.expect.records {
            let insurer = record["InsurerNumber"].trim();
            let explained: BTreeSet<&str> = reasons
                .iter()
                .filter(|reason| reason["insurer"] == json!(insurer))
                .flat_map(|reason| reason["elements"].as_array().unwrap())
                .map(|element| element.as_str().unwrap())
                .collect();
            let elements = record.keys().map(|element| element.split('.').next().unwrap());
            wrong.extend(
                elements.filter(|element| !explained.contains(element)).map(|element| format!("{}: {element}", card.name)),
            );
        }
        for reason in reasons {
            for language in ["english", "japanese"] {
                assert!(!reason[language].as_str().unwrap().is_empty());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The log records answers to terminals only, not what operators see.
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    world.stop().await;
}

fn rules<'a>(explanation: &'a Value, element: &str) -> Vec<&'a str> {
    let reasons = explanation["reasons"].as_array().unwrap().iter();
    let about = reasons.filter(|reason| reason["elements"].as_array().unwrap().contains(&json!(element)));
    about.map(|reason| reason["rule"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn consents_and_several_coverages_are_explained() {
    let world = World::start().await;
    let of = |name: &str| question(&world, fixtures().card(name).unwrap());
    let (_, with) = explain(&world, &of("kumiai-dialysis")).await;
    assert_eq!(rules(&with, "SpecificDiseasesCertificateList"), ["specific-disease-certificate"]);
    assert_eq!(rules(&with, "QualificationValidity"), ["card-in-force"]);
    let (_, without) = explain(&world, &of("nhi-haemophilia-android")).await;
    assert_eq!(rules(&without, "SpecificDiseasesCertificateList"), ["specific-disease-no-consent"]);
    let (_, none) = explain(&world, &of("kyokai-insured-tokyo")).await;
    assert_eq!(rules(&none, "SpecificDiseasesCertificateList"), ["specific-disease-certificate-missing"]);
    let (_, two) = explain(&world, &of("overlap-two-insurers")).await;
    assert_eq!(rules(&two, "QualificationValidity"), ["several-in-force", "several-in-force"]);
    let (_, lost) = explain(&world, &of("left-and-not-registered")).await;
    assert_eq!(rules(&lost, "QualificationValidity"), ["card-not-in-force"]);
    let (_, unregistered) = explain(&world, &of("registration-lag")).await;
    assert_eq!(rules(&unregistered, "QualificationValidity"), ["not-registered"]);
    world.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_question_is_named() {
    let world = World::start().await;
    let right = question(&world, fixtures().card("kumiai-dialysis").unwrap());
    for (field, value, words) in [
        ("certificate", json!("MII"), "certificate: not a certificate in PEM"),
        ("check_on", json!("2026-02-30"), "check_on: "),
        ("consents", json!(["everything"]), "consents: one is none of limit, specific_disease"),
        ("serial", json!(1), "serial"),
    ] {
        let mut wrong = right.clone();
        wrong[field] = value;
        let (status, problem) = explain(&world, &wrong).await;
        assert_eq!((status, &problem["code"]), (400, &json!("SHK4003")));
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_prints_it_in_both_languages() {
    let world = World::start().await;
    let data = scratch("explain-card");
    std::os::unix::fs::symlink(world.pki.root(), data.join("pki")).unwrap();
    for (language, words) in [
        ("ja", ["資格確認日に有効な特定疾病療養受療証", "カードリーダーでの本人の選択のとおり"]),
        ("en", ["shown by card and with the patient's consent", "as the patient decided at the reader"]),
    ] {
        let output = process::command()
            .args(["ask", "card", "--person", "kumiai-dialysis", "--explain", "--lang", language])
            .args(["--terminal-addr", &world.app.terminal_addr().to_string()])
            .args(["--operator-addr", &world.app.operator_addr().to_string(), "--data-dir"])
            .arg(&data)
            .output()
            .unwrap();
        let (out, err) = process::texts(&output);
        assert!(output.status.success(), "{err}");
        for word in words {
            assert!(out.contains(word), "{word}\n{out}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn amounts_of_a_dependant_who_loses_the_insured_at_75_are_half() {
    let world = World::start().await;
    // The wife's coverage ends with the husband's, who turns 75 on that day.
    let lost = "update coverage set lost_on = date '2026-10-15', loss_reason = 3
                 where person_id = (select id from person where fixture_id = 'family-wife-kyokai')";
    world.database.execute(lost).await;
    let check_on = |mut question: Value| {
        question["check_on"] = json!("2026-10-10");
        question
    };
    let card = fixtures().cards.iter().find(|card| card.person == "family-wife-kyokai").unwrap();
    let questions =
        [check_on(json!({"person": "family-wife-kyokai", "limit_consent": true})), check_on(question(&world, card))];
    let amounts = async |question: &Value| {
        let (status, explanation) = explain(&world, question).await;
        assert_eq!(status, 200, "{explanation}");
        let limit =
            explanation["reasons"].as_array().unwrap().iter().find(|one| one["rule"] == "limit-certificate").unwrap();
        let birthday = limit["dates"].as_array().unwrap().iter().any(|one| one["english"] == "75th birthday of the insured");
        let amounts = &limit["amounts"];
        assert_eq!((&limit["meal"]["yen"], &limit["meal"]["since"]), (&json!(550), &json!("2026-06")));
        (birthday, amounts["household_yen"].clone(), amounts["halved_since"].clone())
    };
    let whole = (false, json!(85_800), Value::Null);
    for question in &questions {
        assert_eq!(amounts(question).await, whole, "nobody is known as the insured");
    }
    let insured = "update coverage
                      set birth_on = date '1951-10-15', acquired_on = date '2000-04-01', lost_on = date '2026-10-15', loss_reason = 3
                        , search_key = ( select search_key
                                           from coverage
                                          where person_id = (select id from person where fixture_id = 'family-wife-kyokai') )
                    where person_id = (select id from person where fixture_id = 'kyokai-insured-tokyo')";
    world.database.execute(insured).await;
    for question in &questions {
        assert_eq!(amounts(question).await, (true, json!(42_900), json!("2009-01")));
    }
    // An insured person who turns 75 on another day, or whose coverage ended before, is not the reason.
    for other in [
        "update coverage set birth_on = date '1951-10-16' where birth_on = date '1951-10-15'",
        "update coverage set birth_on = date '1951-10-15', lost_on = date '2026-10-14' where birth_on = date '1951-10-16'",
    ] {
        world.database.execute(other).await;
        for question in &questions {
            assert_eq!(amounts(question).await, whole, "{other}");
        }
    }
    world.stop().await;
}

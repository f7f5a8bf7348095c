//! The explanation of an answer: `POST /api/explain` for every fixture person, and `--explain`.

use std::collections::HashSet;

use serde_json::{Value, json};
use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::{World, ask_of, fixtures, message, process, scratch};

const INSTITUTION: &str = "1310012344";

async fn explain(world: &World, content_type: &str, body: &str) -> (u16, Value) {
    let address = world.app.operator_addr().to_string();
    let (status, text, _) = process::http(&address, "POST", "/api/explain", &[("content-type", content_type)], body).await;
    (status, serde_json::from_str(&text).unwrap())
}

async fn explain_json(world: &World, question: &Value) -> (u16, Value) {
    explain(world, "application/json", &question.to_string()).await
}

fn rule_of<'a>(explanation: &'a Value, element: &str) -> Option<&'a str> {
    let reasons = explanation["reasons"].as_array().unwrap();
    reasons.iter().find(|reason| reason["elements"].as_array().unwrap().contains(&json!(element)))?["rule"].as_str()
}

#[tokio::test]
async fn every_element_of_every_answer_has_a_reason() {
    let world = World::start().await;
    for person in &fixtures().people {
        let id = &person.person.fixture_id;
        let body = String::from_utf8(message(&person.ask, INSTITUTION, Format::Json, AnswerCharset::Utf8)).unwrap();
        let (status, explanation) = explain(&world, "application/json", &body).await;
        assert_eq!((status, explanation["validity"].as_str()), (200, Some(&*person.expect.validity)), "{id}");
        let reasons = explanation["reasons"].as_array().unwrap();
        let explained: HashSet<&str> =
            reasons.iter().flat_map(|one| one["elements"].as_array().unwrap()).map(|one| one.as_str().unwrap()).collect();
        for element in person.expect.record.keys() {
            let outer = element.split('.').next().unwrap();
            assert!(explained.contains(outer), "{id}: {outer} has no reason");
        }
        for reason in reasons {
            assert!(["rule", "source", "english", "japanese"].iter().all(|key| !reason[key].as_str().unwrap().is_empty()));
            assert_eq!(reason["record"].is_i64(), !person.expect.record.is_empty(), "{id}");
            let insurer = person.expect.record.get("InsurerNumber").map(|number| json!(number.trim()));
            assert_eq!(reason["insurer"], insurer.unwrap_or_default(), "{id}");
        }
        // Only the people of contradictions.toml contradict the law.
        let contradicts = !explanation["findings"].as_array().unwrap().is_empty();
        assert_eq!(contradicts, id.starts_with("finding-"), "{id}: {explanation}");
    }
    world.stop().await;
}

#[tokio::test]
async fn rules_depend_on_age_scheme_and_date() {
    let world = World::start().await;
    let mut wrong = Vec::new();
    for person in &fixtures().people {
        let record = &person.expect.record;
        let body = String::from_utf8(message(&person.ask, INSTITUTION, Format::Json, AnswerCharset::Utf8)).unwrap();
        let (_, explanation) = explain(&world, "application/json", &body).await;
        let mut check = |element: &str, shown: &str, missing: &[&str]| {
            let rule = rule_of(&explanation, element);
            let right = match record.keys().any(|key| key.split('.').next() == Some(element)) {
                true => rule == Some(shown),
                false if missing.is_empty() => rule.is_none(),
                false => rule.is_none_or(|rule| missing.contains(&rule)),
            };
            if !right {
                wrong.push(format!("{}: {element}: {rule:?}", person.person.fixture_id));
            }
        };
        check(
            "InsuredPartialContributionRatio",
            "late-elderly-ratio",
            &["late-elderly-ratio-missing", "working-age-ratio", "special-expense", "late-elderly-at-75"],
        );
        check("ElderlyRecipientCertificateInfo", "elderly-ratio", &["elderly-certificate-missing"]);
        check("PreschoolClassification", "preschool", &[]);
        check("DisqualificationDate", "lost", &[]);
        let protection = person.person.protection;
        let hidden = protection.address_withheld || protection.self_information_blocked;
        let address = rule_of(&explanation, "Address");
        let expected = match (record.is_empty(), hidden) {
            (true, _) => None,
            (false, true) => Some("address-withheld"),
            (false, false) if ["Address", "PostNumber"].iter().all(|key| !record.contains_key(*key)) => {
                Some("address-not-registered")
            }
            (false, false) => Some("as-registered"),
        };
        if address != expected {
            wrong.push(format!("{}: address: {address:?}", person.person.fixture_id));
        }
        let unshown = ["limit-certificate-missing", "limit-no-consent", "not-shown-without-coverage"];
        let limit = rule_of(&explanation, "LimitApplicationCertificateRelatedInfo");
        let kind = record.get("LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateClassification");
        let right = match kind.map(String::as_str) {
            Some("01") => limit == Some("limit-certificate"),
            Some("02") => limit == Some("limit-and-meal-certificate"),
            Some(_) => limit == Some("meal-certificate"),
            None if record.is_empty() => limit.is_none(),
            None => limit.is_some_and(|rule| unshown.contains(&rule)),
        };
        if !right {
            wrong.push(format!("{}: limit: {limit:?}", person.person.fixture_id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    world.stop().await;
}

#[tokio::test]
async fn a_ratio_rests_on_the_rule_of_its_date() {
    let world = World::start().await;
    let question = |day: &str| json!({"person": "elderly-2wari-tokyo", "check_on": day});
    let (status, explanation) = explain_json(&world, &question("2026-11-22")).await;
    assert_eq!(status, 200);
    let reasons = explanation["reasons"].as_array().unwrap();
    let of =
        |element: &str| reasons.iter().find(|one| one["elements"].as_array().unwrap().contains(&json!(element))).unwrap();
    let ratio = of("InsuredPartialContributionRatio");
    assert_eq!((&ratio["effective_on"], &ratio["insurer"]), (&json!("2022-10-01"), &json!("39131016")));
    let dates: Vec<(&str, &str)> = ratio["dates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["english"].as_str().unwrap(), one["date"].as_str().unwrap()))
        .collect();
    assert_eq!(dates, [("check date", "2026-11-22"), ("valid from", "2026-08-01"), ("valid through", "2027-07-31")]);

    let limit = of("LimitApplicationCertificateRelatedInfo");
    assert_eq!(limit["consent"], json!(true));
    let amounts = &limit["amounts"];
    assert_eq!((&amounts["since"], &amounts["category"]), (&json!("2026-08"), &json!("一般Ⅱ")));
    assert_eq!((&amounts["household_yen"], &amounts["outpatient_yen"]), (&json!(61_500), &json!(22_000)));

    // Before 2022-10 the rule in force had no 2割.
    let (_, explanation) =
        explain_json(&world, &json!({"person": "finding-2wari-before-2022-10", "check_on": "2022-03-01"})).await;
    let reasons = explanation["reasons"].as_array().unwrap();
    let ratio = reasons.iter().find(|one| one["rule"] == "late-elderly-ratio").unwrap();
    assert_eq!(ratio["effective_on"], json!("2008-04-01"));
    let finding = &explanation["findings"][0];
    assert_eq!((&finding["from"], &finding["through"]), (&json!("2021-08-01"), &json!("2022-07-31")));
    assert_eq!((&finding["effective_on"], &finding["insurer"]), (&json!("2008-04-01"), &json!("39131016")));
    assert!(finding["record"].is_i64() && finding["english"].as_str().unwrap().contains("until 2022-09-30"), "{finding}");
    world.stop().await;
}

#[tokio::test]
async fn questions_come_by_person_or_as_official_messages() {
    let world = World::start().await;
    let official =
        |format| String::from_utf8(message(&ask_of("elderly-turned-75"), INSTITUTION, format, AnswerCharset::Utf8)).unwrap();
    let (_, by_json) = explain(&world, "application/json", &official(Format::Json)).await;
    let (status, by_xml) = explain(&world, "application/xml", &official(Format::Xml)).await;
    assert_eq!((status, &by_xml), (200, &by_json));

    // The question is about the coverage in force, or about the one that is named.
    let question = |more: Value| {
        let mut question = json!({"person": "elderly-turned-75", "check_on": "2026-11-22"});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        question
    };
    for (more, validity) in [(json!({}), "1"), (json!({"coverage": 2}), "1"), (json!({"coverage": 1}), "3")] {
        let (status, explanation) = explain_json(&world, &question(more.clone())).await;
        assert_eq!((status, explanation["validity"].as_str()), (200, Some(validity)), "{more}");
    }
    let (_, silent) = explain_json(&world, &question(json!({"limit_consent": false}))).await;
    assert_eq!(rule_of(&silent, "LimitApplicationCertificateRelatedInfo"), Some("limit-no-consent"));
    let unregistered =
        &fixtures().people.iter().find(|person| person.person.coverages.is_empty()).unwrap().person.fixture_id;
    let (status, nobody) = explain_json(&world, &json!({"person": unregistered, "check_on": "2026-11-22"})).await;
    assert_eq!((status, &nobody["validity"]), (200, &json!("4")));
    assert_eq!(rule_of(&nobody, "QualificationValidity"), Some("not-registered"));

    for (body, status, code) in [
        (question(json!({"coverage": 3})), 400, "SHK4003"),
        (question(json!({"coverage": 0})), 400, "SHK4003"),
        (question(json!({"check_on": "2026-02-30"})), 400, "SHK4003"),
        (question(json!({"check_on": "1899-12-31"})), 400, "SHK4003"),
        (question(json!({"check_on": "3000-01-01"})), 400, "SHK4003"),
        (question(json!({"colour": "red"})), 400, "SHK4003"),
        (question(json!({"person": "nobody-there"})), 404, "SHK4002"),
        (json!([]), 400, "SHK4003"),
        (json!({"XmlMsg": {"MessageHeader": {}, "MessageBody": {}}}), 400, "SHK1008"),
    ] {
        let (found, problem) = explain_json(&world, &body).await;
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{body}");
    }
    for (more, detail) in [
        (json!({"check_on": "2026-02-30"}), "check_on: not a date of the form YYYY-MM-DD that exists"),
        (json!({"check_on": "1899-12-31"}), "check_on: must lie between 1900-01-01 and 2999-12-31"),
        (json!({"person": "nobody-there"}), "person: nobody has this id"),
    ] {
        assert_eq!(explain_json(&world, &question(more)).await.1["detail"], json!(detail));
    }
    let (status, problem) = explain(&world, "text/plain", "x").await;
    assert_eq!((status, &problem["code"]), (415, &json!("SHK2002")));
    let (status, problem) = explain(&world, "application/xml", "<XmlMsg>").await;
    assert_eq!((status, &problem["code"]), (400, &json!("SHK1002")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_tells_reasons_and_contradictions_in_both_languages() {
    let world = World::start().await;
    let data = scratch("explain");
    std::os::unix::fs::symlink(world.pki.root(), data.join("pki")).unwrap();
    for (language, words) in [
        (
            "ja",
            [
                "一部負担金割合",
                "資格確認日 2026-11-22",
                "同意: あり",
                "指摘: 適用区分 一般Ⅱ",
                "世帯61,500円",
                "2022-10-01から",
            ],
        ),
        (
            "en",
            [
                "Copay ratio",
                "check date 2026-11-22",
                "consent: given",
                "does not fit the rule",
                "household 61,500 yen",
                "since 2022-10-01",
            ],
        ),
    ] {
        let output = process::command()
            .args(["ask", "card-number", "--person", "finding-category-against-ratio", "--explain", "--lang", language])
            .args(["--terminal-addr", &world.app.terminal_addr().to_string()])
            .args(["--operator-addr", &world.app.operator_addr().to_string()])
            .arg("--data-dir")
            .arg(&data)
            .output()
            .unwrap();
        let (out, err) = process::texts(&output);
        assert!(output.status.success(), "{err}");
        for word in words {
            assert!(out.contains(word), "{word}:\n{out}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn other_registrations_that_bear_on_the_validity_are_named() {
    let world = World::start().await;
    others_are_named_once(&world).await;
    // If others may exist, the server looks for them; nothing else changes.
    world.database.execute("update coverage set sole = false").await;
    others_are_named_once(&world).await;
    world.stop().await;
}

async fn others_are_named_once(world: &World) {
    for (person, words, count) in [
        ("overlap-two-insurers", "also valid", 1),
        ("overlap-newer-card", "also valid", 1),
        ("job-change-old-card", "newer record", 1),
        ("twins-without-branch", "matching record", 2),
    ] {
        let body = String::from_utf8(message(&ask_of(person), INSTITUTION, Format::Json, AnswerCharset::Utf8)).unwrap();
        let (_, explanation) = explain(world, "application/json", &body).await;
        let others = explanation["reasons"][0]["others"].as_array().unwrap();
        assert_eq!(others.len(), count, "{person}: {explanation}");
        assert!(others.iter().all(|one| one["record"].is_i64() && one["english"] == words), "{person}: {explanation}");
    }
}

#[tokio::test]
async fn the_list_of_registrations_tells_contradictions() {
    let world = World::start().await;
    for person in &fixtures().people {
        let id = &person.person.fixture_id;
        let (_, text) = world.get(&format!("/api/people/{id}")).await;
        let view: Value = serde_json::from_str(&text).unwrap();
        let findings: usize =
            view["coverages"].as_array().unwrap().iter().map(|one| one["findings"].as_array().unwrap().len()).sum();
        assert_eq!(findings, usize::from(id.starts_with("finding-")), "{text}");
    }
    world.stop().await;
}

#[tokio::test]
async fn medical_aid_is_explained_as_the_institution_sees_it() {
    let world = World::start().await;
    let rules = async |question: Value| {
        let (status, explanation) = explain_json(&world, &question).await;
        assert_eq!(status, 200);
        let rule = |element| rule_of(&explanation, element).map(str::to_owned);
        (rule("QualificationValidity"), rule("PublicExpenseResultList"))
    };
    let outcome = |validity: &str, ticket: &str| (Some(validity.to_owned()), Some(ticket.to_owned()));
    let of = |institution: Value| json!({"person": "welfare-ticket", "check_on": "2026-11-22", "institution": institution});
    assert_eq!(rules(of(json!(INSTITUTION))).await, outcome("in-force", "ticket"));
    assert_eq!(rules(of(json!("1310023457"))).await, outcome("no-ticket", "ticket-missing"));
    assert_eq!(rules(of(Value::Null)).await, outcome("no-ticket", "ticket-missing"));
    // The ticket is withheld, because the aid has ended.
    let ended = json!({"person": "welfare-ended", "check_on": "2026-11-22", "coverage": 1, "institution": INSTITUTION});
    assert_eq!(rules(ended).await, outcome("newer-exists", "not-shown-without-coverage"));
    // Medical aid beside insurance is no overlap that insurers must settle.
    let both = json!({"person": "welfare-and-insurance", "check_on": "2026-11-22", "coverage": 1});
    assert_eq!(rules(both).await, (Some("in-force".to_owned()), None));
    let (status, _) = explain_json(&world, &of(json!("1310012346"))).await;
    assert_eq!(status, 400);
    world.stop().await;
}

#[tokio::test]
async fn an_insured_who_turns_75_and_the_dependant_have_half_amounts_in_both_schemes() {
    let world = World::start().await;
    let amounts = async |person: &str, coverage: u64, day: &str| {
        let question = json!({"person": person, "coverage": coverage, "check_on": day});
        let (status, explanation) = explain_json(&world, &question).await;
        assert_eq!((status, &explanation["validity"]), (200, &json!("1")), "{question}");
        let limit =
            explanation["reasons"].as_array().unwrap().iter().find(|one| one["rule"] == "limit-certificate").unwrap();
        let is_birthday = |one: &&Value| one["english"].as_str().unwrap().contains("birthday");
        let birthday = limit["dates"].as_array().unwrap().iter().find(is_birthday);
        let birthday = birthday.map(|one| format!("{} {}", one["english"].as_str().unwrap(), one["date"].as_str().unwrap()));
        let yen = |name: &str| limit["amounts"][name].as_u64();
        let halved = limit["amounts"]["halved"].as_bool().unwrap();
        (halved, birthday, yen("household_yen"), yen("one_per_cent_above_yen"), yen("fourth_month_yen"))
    };
    let half = |of: &str, base, start, fourth| (true, Some(format!("{of} 2026-11-10")), Some(base), start, Some(fourth));
    let whole = |base, start, fourth| (false, None, Some(base), start, Some(fourth));
    let (own, of_insured) = ("75th birthday", "75th birthday of the insured");
    // 現役並みⅠ and ウ: 85,800 and 1 % above 286,000, from the fourth month on 44,400. エ: 61,500 and 44,400.
    for (person, coverage, day, expected) in [
        ("family-insured-turned-75", 1, "2026-10-31", whole(85_800, Some(286_000), 44_400)),
        ("family-insured-turned-75", 1, "2026-11-01", half(own, 42_900, Some(143_000), 22_200)),
        ("family-insured-turned-75", 2, "2026-11-10", half(own, 42_900, Some(143_000), 22_200)),
        ("family-insured-turned-75", 2, "2026-12-01", whole(85_800, Some(286_000), 44_400)),
        ("family-lost-insured", 1, "2026-10-31", whole(85_800, Some(286_000), 44_400)),
        ("family-lost-insured", 1, "2026-11-09", half(of_insured, 42_900, Some(143_000), 22_200)),
        ("family-lost-insured", 2, "2026-11-30", half(of_insured, 30_750, None, 22_200)),
        ("family-lost-insured", 2, "2026-12-01", whole(61_500, None, 44_400)),
    ] {
        assert_eq!(amounts(person, coverage, day).await, expected, "{person} {coverage} {day}");
    }
    world.stop().await;
}

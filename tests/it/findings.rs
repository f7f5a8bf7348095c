//! Registrations that contradict the law: each kind by its fixture person, over the operator API and on the command line.

use serde_json::{Value, json};

use crate::support::process::{self, shikaku, texts};
use crate::support::{World, fixtures, root};

/// Every fixture person that contradicts the law, with the rule, and whether the finding is soft.
const PEOPLE: [(&str, &str, bool); 19] = [
    ("finding-2wari-before-2022-10", "late-elderly-ratio", false),
    ("finding-category-of-another-age", "limit-category", false),
    ("finding-category-against-ratio", "category-follows-ratio", false),
    ("finding-not-lost-at-75", "late-elderly-at-75", false),
    ("finding-elderly-certificate-too-early", "elderly-period", false),
    ("finding-nhi-beside-welfare", "national-health-beside-aid", false),
    ("finding-late-elderly-beside-welfare", "late-elderly-beside-aid", false),
    ("finding-nhi-beside-late-elderly", "national-health-beside-late-elderly", false),
    ("finding-nhi-beside-employees", "national-health-beside-employees", false),
    ("finding-nhi-lost-on-the-day", "national-health-loss-date", true),
    ("finding-special-expense-child", "special-expense-age", false),
    ("finding-special-expense-with-limit", "special-expense-limit", false),
    ("finding-short-term-after-2024-12", "short-term-ended", false),
    ("finding-retired-after-2020", "retired-ended", false),
    ("finding-self-defence-family", "self-defence-members", false),
    ("finding-dialysis-20000-at-70", "disease-under-70-only", false),
    ("finding-dialysis-20000-in-u", "disease-upper-bands-only", false),
    ("finding-ratio-over-two-years", "late-elderly-ratio-year", true),
    ("finding-ratio-changed-in-mid-month", "late-elderly-ratio-month", true),
];

/// Returns rule and softness of every finding.
fn told(findings: &Value) -> Vec<(String, bool)> {
    let told = |one: &Value| (one["rule"].as_str().unwrap().to_owned(), one["soft"].as_bool().unwrap());
    findings.as_array().unwrap().iter().map(told).collect()
}

async fn explain(world: &World, question: &Value) -> Value {
    let address = world.app.operator_addr().to_string();
    let headers = [("content-type", "application/json")];
    let (status, text, _) = process::http(&address, "POST", "/api/explain", &headers, &question.to_string()).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn every_kind_is_told_by_its_rule_and_soft_ones_as_soft() {
    let world = World::start().await;
    let known: Vec<&str> = PEOPLE.iter().map(|(id, ..)| *id).collect();
    let people = fixtures().people.iter().map(|person| &*person.person.fixture_id);
    assert_eq!(people.filter(|id| id.starts_with("finding-")).collect::<Vec<_>>(), known);
    for (id, rule, soft) in PEOPLE {
        let expected = [(rule.to_owned(), soft)];
        let (_, text) = world.get(&format!("/api/people/{id}")).await;
        let view: Value = serde_json::from_str(&text).unwrap();
        let of_coverages = view["coverages"].as_array().unwrap().iter().flat_map(|one| told(&one["findings"]));
        assert_eq!(of_coverages.collect::<Vec<_>>(), expected, "{id}");
        let check_on = fixtures().person(id).unwrap().ask.check_on;
        let question = json!({"person": id, "coverage": 1, "check_on": check_on.to_string()});
        assert_eq!(told(&explain(&world, &question).await["findings"]), expected, "{id}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_stands_beside_it_counts_on_the_day_that_is_asked_for() {
    let world = World::start().await;
    let findings = async |person: &str, coverage: u8, check_on: &str| {
        let question = json!({"person": person, "coverage": coverage, "check_on": check_on});
        explain(&world, &question).await["findings"].clone()
    };
    // Public assistance begins on 5 October and ends 国保 on that day. Employees' insurance begins on 1 September and ends it
    // on the next day.
    for (person, check_on, count) in [
        ("finding-nhi-beside-welfare", "2026-10-04", 0),
        ("finding-nhi-beside-welfare", "2026-10-05", 1),
        ("finding-nhi-beside-employees", "2026-09-01", 0),
        ("finding-nhi-beside-employees", "2026-09-02", 1),
    ] {
        assert_eq!(told(&findings(person, 1, check_on).await).len(), count, "{person} {check_on}");
    }
    // The right coverage has no finding.
    assert_eq!(findings("finding-nhi-beside-welfare", 2, "2026-11-22").await, json!([]));
    let finding = &findings("finding-nhi-beside-welfare", 1, "2026-11-22").await[0];
    assert_eq!(finding["registered_japanese"], json!("市町村国保の資格と医療扶助の資格"));
    assert_eq!(
        (&finding["from"], &finding["through"], &finding["open"]),
        (&json!("2026-10-05"), &json!("2026-11-22"), &json!(true))
    );

    // By card both coverages are shown; the finding is about the one that had to end.
    let certificate = std::fs::read_to_string(world.pki.card("finding-nhi-beside-welfare")).unwrap();
    let by_card = explain(&world, &json!({"certificate": certificate, "check_on": "2026-11-22", "consents": []})).await;
    assert_eq!(told(&by_card["findings"]), [("national-health-beside-aid".to_owned(), false)]);
    assert_eq!(by_card["findings"][0]["insurer"], json!("138057"));
    world.stop().await;
}

#[test]
fn the_check_of_files_words_soft_findings_as_soft() {
    let directory = root().join("fixtures");
    for (language, firm, soft) in [
        (
            "en",
            ["beside-employees, coverage 1 (138016): finding: ", " does not fit the rule\n"],
            ["lost-on-the-day, coverage 1 (138057): soft finding: ", " may not fit the rule\n"],
        ),
        (
            "ja",
            ["beside-employees、1番目の資格（138016）: 指摘: ", "は規則に合わない\n"],
            ["lost-on-the-day、1番目の資格（138057）: 要確認: ", "は規則に合わない可能性がある\n"],
        ),
    ] {
        let directory = directory.to_str().unwrap();
        let output = shikaku(&["fixtures", "check", "--dir", directory, "--on", "2026-11-22", "--lang", language]);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{err}");
        for [begins, ends] in [firm, soft] {
            assert!(out.split_inclusive('\n').any(|line| line.contains(begins) && line.ends_with(ends)), "{begins}: {out}");
        }
        let summary = if language == "ja" { "。指摘19件\n" } else { "; 19 findings\n" };
        assert!(out.ends_with(summary), "{out}");
    }
}

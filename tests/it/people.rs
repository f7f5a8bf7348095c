//! Every fixture person gets exactly the hand-written answer: by `shikaku ask card-number`, over mutual TLS, from
//! PostgreSQL, in XML and in JSON.

use std::collections::BTreeMap;
use std::process::Output;

use shikaku::fixtures::FixturePerson;
use shikaku::wire::{Element, Format};

use crate::support::{World, fixtures, parse, process, text_of};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_the_expected_answer_in_xml() {
    everybody(Format::Xml).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_the_expected_answer_in_json() {
    everybody(Format::Json).await;
}

async fn everybody(format: Format) {
    let world = World::start().await;
    let mut wrong = Vec::new();
    for person in &fixtures().people {
        let output = ask(&world, &person.person.fixture_id, format);
        let (out, err) = process::texts(&output);
        if !output.status.success() {
            wrong.push(format!("{}: {err}", person.person.fixture_id));
            continue;
        }
        let answer = parse(format, out.as_bytes());
        wrong.extend(differences(person, &answer).into_iter().map(|line| format!("{}: {line}", person.person.fixture_id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let asked = i64::try_from(fixtures().people.len()).unwrap();
    assert_eq!(world.database.count("select count(*) from access_log where outcome between 1 and 6").await, asked);
    world.stop().await;
}

fn ask(world: &World, person: &str, format: Format) -> Output {
    let data =
        world.pki.root().parent().unwrap().join(format!("data-{}-{}", std::process::id(), world.app.terminal_addr().port()));
    if !data.exists() {
        std::fs::create_dir_all(&data).unwrap();
        std::os::unix::fs::symlink(world.pki.root(), data.join("pki")).unwrap();
    }
    let format = if format == Format::Xml { "xml" } else { "json" };
    process::command()
        .args(["ask", "card-number", "--person", person, "--format", format])
        .args(["--terminal-addr", &world.app.terminal_addr().to_string()])
        .arg("--data-dir")
        .arg(data)
        .output()
        .unwrap()
}

/// Returns every difference between the hand-written expectation and the answer.
fn differences(person: &FixturePerson, answer: &Element) -> Vec<String> {
    let mut lines = Vec::new();
    let mut check = |what: &str, expected: Option<&str>, found: Option<&str>| {
        if expected != found {
            lines.push(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    };
    let text = |name: &str| text_of(answer, name);
    check("SegmentOfResult", Some("1"), text("SegmentOfResult").as_deref());
    check("ReferenceClassification", Some("2"), text("ReferenceClassification").as_deref());
    check("ProcessingResultStatus", Some("1"), text("ProcessingResultStatus").as_deref());
    check("QualificationValidity", Some(&person.expect.validity), text("QualificationValidity").as_deref());

    let mut found = record(answer);
    let consent_time = found.remove("LimitApplicationCertificateRelatedConsTime");
    let expected_time = (!person.expect.record.is_empty() && person.ask.limit_consent)
        .then(|| text("ProcessExecutionTime").unwrap_or_default());
    check("ConsTime", expected_time.as_deref(), consent_time.as_deref());
    for element in person.expect.record.keys().chain(found.keys()) {
        check(element, person.expect.record.get(element).map(String::as_str), found.get(element).map(String::as_str));
    }
    lines.sort();
    lines.dedup();
    lines
}

/// Returns the elements of the record; an inner element as `Outer.Inner`. Without a record it returns nothing.
fn record(answer: &Element) -> BTreeMap<String, String> {
    let mut elements = BTreeMap::new();
    let Some(record) = find(answer, "ResultOfQualificationConfirmation") else { return elements };
    for child in &record.children {
        if child.children.is_empty() {
            elements.insert(child.name.to_string(), child.text.to_string());
        }
        for inner in &child.children {
            let leaves = if inner.children.is_empty() { std::slice::from_ref(inner) } else { &inner.children };
            for leaf in leaves {
                let known = elements.insert(format!("{}.{}", child.name, leaf.name), leaf.text.to_string());
                assert_eq!(known, None, "only one entry of a list is expected");
            }
        }
    }
    elements
}

fn find<'a>(element: &'a Element<'_>, name: &str) -> Option<&'a Element<'a>> {
    if element.name == name {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, name))
}

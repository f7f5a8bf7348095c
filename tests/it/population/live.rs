//! A population that lives on: its registrations are the same from one seed, and the real feed takes them all.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value;
use shikaku::clock::Clock;
use shikaku::mass::MassDirectory;

use super::{live_cards, live_papers};
use crate::support::mass::load_command;
use crate::support::process::{command, shikaku, texts};
use crate::support::world::Wishes;
use crate::support::{World, scratch};

fn run(arguments: &[&str]) -> String {
    let output = shikaku(&[&["population"], arguments].concat());
    let (standard, error) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments:?} {error}");
    standard
}

fn town(root: &Path, people: &str) -> PathBuf {
    let town = root.join("town");
    run(&["generate", "--people", people, "--seed", "3", "--as-of", "R8.7.31", "--out", town.to_str().unwrap()]);
    town
}

fn live(town: &Path, until: &str, more: &[&str], out: &Path) -> Vec<(String, String)> {
    let (town, to) = (town.to_str().unwrap(), out.to_str().unwrap());
    run(&[&["live", "--dir", town, "--until", until, "--out", to], more].concat());
    let entries = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| (path.file_name().unwrap().display().to_string(), fs::read_to_string(&path).unwrap());
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn one_seed_makes_the_same_events_and_a_later_end_only_adds_to_them() {
    let root = scratch("live-seeds");
    let town = town(&root, "1500");
    let year = live(&town, "2027-07-31", &[], &root.join("year"));
    assert_eq!(year, live(&town, "令和9年7月31日", &[], &root.join("again")));
    assert_ne!(year, live(&town, "2027-07-31", &["--seed", "2"], &root.join("other")));
    let all: String = year.iter().map(|(_, text)| text.as_str()).collect();
    for until in ["2026-12-15", "2027-07-20"] {
        let part: String = live(&town, until, &[], &root.join(until)).into_iter().map(|(_, text)| text).collect();
        assert!(!part.is_empty() && part.len() < all.len() && all.starts_with(&part), "{until}");
    }
    let mut last = String::new();
    for line in all.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let at = entry["registered_at"].as_str().unwrap().to_owned();
        assert!(last <= at && at.as_str() > "2026-08-01" && at.as_str() < "2027-08-01", "{last} {at}");
        last = at;
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let root = scratch("live-refused");
    let town = town(&root, "20");
    let (town, out) = (town.to_str().unwrap(), root.join("out"));
    for (until, code, reason) in [
        ("2026-07-31", 2, "people live on after 2026-07-31"),
        ("2027-08-01", 2, "until 2027-07-31 at the latest"),
        ("S64.1.8", 2, "S64.1.8 lies outside of its era; write H1.1.8 or 1989-01-08"),
    ] {
        let output = shikaku(&["population", "live", "--dir", town, "--until", until, "--out", out.to_str().unwrap()]);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    assert!(!out.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_takes_a_year_of_two_thousand_people() {
    let root = scratch("live-feed");
    let town = town(&root, "2000");
    let out = root.join("year");
    let files = live(&town, "2027-07-31", &[], &out);
    // The clock of the server goes with the files, because coverages without a loss are judged until its day.
    let now = Arc::new(Mutex::new("2026-07-31T12:00:00Z".parse::<Timestamp>().unwrap()));
    let clock = Clock::told_by({
        let now = Arc::clone(&now);
        move || *now.lock().unwrap()
    });
    let world = World::with(Wishes { clock: Some(clock), ..Wishes::default() }).await;
    let directory = MassDirectory::open(&town, jiff::civil::date(2026, 7, 31)).unwrap();
    let people: Vec<_> = directory.people().map(Result::unwrap).collect();
    let loaded_at = "2026-07-31T12:00:00Z".parse().unwrap();
    world.database.store().await.load(directory.insurers(), &[], people.clone(), loaded_at, false).await.unwrap();
    let operator = world.app.operator_addr().to_string();
    let mut applied = 0;
    for (name, text) in &files {
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        *now.lock().unwrap() = last["registered_at"].as_str().unwrap().parse().unwrap();
        let mut apply = command();
        apply.args(["registrations", "apply"]).arg(out.join(name)).args(["--operator-addr", &operator, "--lang", "en"]);
        let output = tokio::task::spawn_blocking(move || apply.output().unwrap()).await.unwrap();
        let (standard, error) = texts(&output);
        let lines = text.lines().count();
        let whole = format!("applied: {lines}, already applied: 0, refused: 0, no entries: 0; ");
        assert!(standard.starts_with(&whole) && output.status.code() == Some(0), "{name}: {standard}{error}");
        // An insurer registers late that somebody turned 75; nothing else contradicts the law.
        for line in error.lines() {
            assert!(line.contains("finding: ") && line.contains("late-elderly-at-75"), "{name}: {line}");
        }
        applied += lines;
    }
    assert!(applied > 2_000, "{applied}");
    let entries: Vec<Value> =
        files.iter().flat_map(|(_, text)| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    events_are_there(&entries);
    live_cards::the_newest_certificate_answers(&world, &people, &entries).await;
    live_papers::ratios_and_certificates_are_registered_as_such(&world, &people, &entries).await;
    a_changer_of_jobs_is_without_a_coverage_until_the_gain_is_registered(&world, &entries).await;
    world.stop().await;
}

/// The server's clock is the system's, as that of a demo: what was loaded as of a day in the past lives on from there.
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_takes_a_month_after_the_instant_at_which_people_are_loaded() {
    let root = scratch("live-loaded");
    let town = town(&root, "1000");
    let out = root.join("months");
    let files = live(&town, "2026-09-15", &[], &out);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["2026-08.jsonl", "2026-09.jsonl"]);
    let world = World::with(Wishes { clock: Some(Clock::system()), ..Wishes::default() }).await;
    let load = load_command(&world.database, &town, &["--registered-at", "2026-07-31T00:00:00+09:00"]).output().unwrap();
    assert_eq!(load.status.code(), Some(0), "{:?}", texts(&load));
    let operator = world.app.operator_addr().to_string();
    for (name, text) in &files {
        let (code, said) = apply(&out.join(name), &operator).await;
        let lines = text.lines().count();
        assert!(lines > 5, "{name} {lines}");
        let whole = format!("applied: {lines}, already applied: 0, refused: 0, no entries: 0; ");
        assert!(code == Some(0) && said.contains(&whole), "{name}: {said}");
    }
    // Loaded as of the present, the same people take none of it.
    let late = World::with(Wishes { clock: Some(Clock::system()), ..Wishes::default() }).await;
    let load = load_command(&late.database, &town, &[]).output().unwrap();
    assert_eq!(load.status.code(), Some(0), "{:?}", texts(&load));
    let (code, said) = apply(&out.join("2026-08.jsonl"), &late.app.operator_addr().to_string()).await;
    assert!(code == Some(4) && said.contains("registered_at: the registry changed this person at 2"), "{said}");
    late.stop().await;
    world.stop().await;
}

/// Applies a file; returns exit code and both outputs.
async fn apply(file: &Path, operator: &str) -> (Option<i32>, String) {
    let mut apply = command();
    apply.args(["registrations", "apply"]).arg(file).args(["--operator-addr", operator, "--lang", "en"]);
    let output = tokio::task::spawn_blocking(move || apply.output().unwrap()).await.unwrap();
    let (standard, error) = texts(&output);
    (output.status.code(), standard + &error)
}

fn events_are_there(entries: &[Value]) {
    let mut kinds: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let reason = entry["loss"]["reason"].as_str().unwrap_or_default();
        // Eight digits: 39 of six is 高知県.
        let insurer = entry["insurer"].as_str().unwrap();
        let scheme = if insurer.starts_with("39") && insurer.len() == 8 { "late" } else { "" };
        *kinds.entry(format!("{}{reason}{scheme}", entry["kind"].as_str().unwrap())).or_default() += 1;
    }
    // Of 2,000 people about 25 die in a year, as many turn 75, and everybody in 後期高齢者医療 gets a ratio in August.
    for (kind, least) in [
        ("deathlate", 5),
        ("gainlate", 8),
        // To another prefecture, and so into another union.
        ("loss99late", 1),
        ("ratiolate", 200),
        ("certificatelate", 200),
        ("certificate", 800),
        ("certificate_withdrawal", 15),
        ("card_link", 150),
        ("gain", 60),
        ("loss99", 30),
        ("loss03", 8),
    ] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= least), "{kind} {kinds:?}");
    }
}

/// Asks for the validity of a person's answer about a day, as it was at an instant.
async fn validity(world: &World, person: &str, check_on: &str, registered_by: &str) -> String {
    let body = serde_json::json!({ "person": person, "check_on": check_on, "registered_by": registered_by }).to_string();
    let operator = world.app.operator_addr().to_string();
    let headers = [("Content-Type", "application/json")];
    let (status, text, _) = crate::support::process::http(&operator, "POST", "/api/explain", &headers, &body).await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    answer["validity"].as_str().or_else(|| answer["validity"]["code"].as_str()).unwrap_or(&text).to_owned()
}

async fn a_changer_of_jobs_is_without_a_coverage_until_the_gain_is_registered(world: &World, entries: &[Value]) {
    let mut seen = 0;
    for loss in entries.iter().filter(|entry| entry["loss"]["reason"] == "99") {
        let person = loss["of"]["person"].as_str().unwrap();
        let on = loss["loss"]["on"].as_str().unwrap();
        let gains = |entry: &&Value| entry["kind"] == "gain" && entry["person"] == person && entry["acquired_on"] == on;
        let Some(gain) = entries.iter().find(gains) else { continue };
        let (lost_at, gained_at) = (loss["registered_at"].as_str().unwrap(), gain["registered_at"].as_str().unwrap());
        if lost_at[..10] == gained_at[..10] {
            continue;
        }
        assert!(lost_at < gained_at, "{loss} {gain}");
        assert_eq!(validity(world, person, on, lost_at).await, "2", "{loss}");
        assert!(["1", "3"].contains(&&*validity(world, person, on, gained_at).await), "{gain}");
        seen += 1;
        if seen == 15 {
            return;
        }
    }
    assert!(seen > 5, "{seen}");
}

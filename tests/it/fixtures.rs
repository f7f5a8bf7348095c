//! `shikaku fixtures load` loads all or nothing, with the same result however often it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use jiff::civil::date;
use shikaku::domain::{Coverage, Relationship, Scheme};

use crate::support::database::TestDatabase;
use crate::support::mass::files;
use crate::support::process::{self, Program, shikaku, texts};
use crate::support::{fixtures, fixtures_to_spoil, root, scratch};

#[tokio::test]
async fn loading_is_idempotent_and_keeps_surrogate_ids() {
    let database = TestDatabase::new().await;
    let load = |arguments: &[&str]| {
        let url = database.url();
        let mut all = vec!["fixtures", "load", "--database-url", &url];
        all.extend(arguments);
        let output = shikaku(&all);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{err}");
        out
    };
    let ids = "select coalesce(sum(id), 0)::bigint from person";
    let before = database.count(ids).await;
    let coverages = database.count("select count(*) from coverage").await;
    assert!(load(&[]).contains(&format!("{} people with {coverages} coverages", fixtures().people.len())));
    load(&[]);
    assert_eq!(database.count(ids).await, before);
    assert_eq!(database.count("select count(*) from coverage").await, coverages);

    // --reset removes what the files lack, and nothing else.
    let stray = "insert into person (fixture_id, address_withheld, self_information_blocked) values ('stray', false, false)";
    sqlx::query(stray).execute(&mut database.connect().await).await.unwrap();
    load(&[]);
    assert_eq!(database.count("select count(*) from person where fixture_id = 'stray'").await, 1);
    load(&["--reset"]);
    assert_eq!(database.count("select count(*) from person where fixture_id = 'stray'").await, 0);
    assert_eq!(database.count(ids).await, before);
    assert_eq!(database.count("select count(*) from coverage").await, coverages);
    database.drop().await;
}

#[tokio::test]
async fn what_is_loaded_is_registered_from_the_instant_that_is_named() {
    let database = TestDatabase::empty().await;
    database.store().await.migrate().await.unwrap();
    let url = database.url();
    let load = |at: &str, more: &[&str]| {
        let output = shikaku(&[&["fixtures", "load", "--database-url", &url, "--registered-at", at], more].concat());
        (output.status.code(), texts(&output).1)
    };
    let people = "select count(*) from person";
    for (at, reason) in [
        ("2999-01-01T00:00:00+09:00", "lies after the present, 2"),
        ("2026-07-31", "not an instant of the form 2026-11-22T09:30:15+09:00"),
    ] {
        let (code, err) = load(at, &[]);
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(reason), "{err}");
    }
    assert_eq!(database.count(people).await, 0);
    assert_eq!(load("2026-07-31T00:00:00+09:00", &[]).0, Some(0));
    let everybody = i64::try_from(fixtures().people.len()).unwrap();
    let of_july = "select count(*) from person where recorded_at = '2026-07-30T15:00:00Z'";
    let other_coverages = "select count(*) from coverage where recorded_at <> '2026-07-30T15:00:00Z'";
    assert_eq!((database.count(people).await, database.count(of_july).await), (everybody, everybody));
    assert_eq!(database.count(other_coverages).await, 0);
    // An earlier load changes nothing of when people were registered: what it corrects counts from the last change on.
    database.execute("update coverage set kana = null where insurer_number = '39272018'").await;
    assert_eq!(load("2026-07-01T00:00:00+09:00", &[]).0, Some(0));
    let without_kana = "select count(*) from coverage where kana is null and insurer_number = '39272018'";
    assert_eq!((database.count(without_kana).await, database.count(other_coverages).await), (0, 0));
    // Files of the mass format too, beside them.
    let town = files(50, 1);
    assert_eq!(load("2026-07-31T01:00:00+09:00", &["--dir", town.to_str().unwrap()]).0, Some(0));
    let an_hour_later = "select count(*) from person where recorded_at = '2026-07-30T16:00:00Z'";
    assert_eq!((database.count(of_july).await, database.count(an_hour_later).await), (everybody, 50));
    database.drop().await;
}

#[tokio::test]
async fn every_setting_of_an_institution_becomes_that_of_the_files() {
    let database = TestDatabase::new().await;
    let mut connection = database.connect().await;
    let rows = "select string_agg(institution::text, ' ' order by code) from institution";
    let before: String = sqlx::query_scalar(rows).fetch_one(&mut connection).await.unwrap();
    let other = "update institution
            set name = name || 'x', charset = 1 - charset, result_lists = 1 - result_lists, disease_list = 1 - disease_list
              , visual_check = not visual_check, active_from = active_from - 1, active_through = '2099-12-31'";
    sqlx::query(other).execute(&mut connection).await.unwrap();
    let output = shikaku(&["fixtures", "load", "--database-url", &database.url()]);
    assert!(output.status.success(), "{}", texts(&output).1);
    let after: String = sqlx::query_scalar(rows).fetch_one(&mut connection).await.unwrap();
    assert_eq!(after, before);
    drop(connection);
    database.drop().await;
}

#[tokio::test]
async fn a_bad_file_loads_nothing() {
    let database = TestDatabase::empty().await;
    database.store().await.migrate().await.unwrap();
    let directory = fixtures_to_spoil();
    let file = directory.join("people/employees.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("relationship = \"insured\"", "relationship = \"insurde\"", 1)).unwrap();
    let url = database.url();
    let arguments = ["fixtures", "load", "--reset", "--database-url", &url, "--dir", directory.to_str().unwrap()];
    assert_eq!(shikaku(&arguments).status.code(), Some(4));
    for table in ["select count(*) from person", "select count(*) from insurer", "select count(*) from institution"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    database.drop().await;
}

#[tokio::test]
async fn a_load_that_fails_half_way_changes_nothing() {
    let database = TestDatabase::new().await;
    let people = database.count("select count(*) from person").await;
    // The database refuses a row that the load must correct.
    database.execute("update coverage set kana = null where insurer_number = '39272018'").await;
    database.execute("alter table coverage add constraint only_before check (insurer_number <> '39272018') not valid").await;
    let url = database.url();
    let output = shikaku(&["fixtures", "load", "--reset", "--database-url", &url]);
    assert_eq!(output.status.code(), Some(3), "{:?}", texts(&output));
    assert_eq!(database.count("select count(*) from person").await, people);
    database.drop().await;
}

/// Starts a demo on a data directory.
fn demo(data: &Path) -> Program {
    let mut command = process::command();
    command.args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]).arg(data);
    Program::start(command)
}

/// Loads the fixtures of `directory` into the demo of a data directory; returns exit code, standard output and standard
/// error.
fn load_into_demo(data: &Path, directory: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = process::command();
    command.args(["fixtures", "load", "--data-dir"]).arg(data).arg("--dir").arg(directory).args(more);
    let output = command.output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

async fn people_of(server: &Program) -> String {
    process::http(&server.operator_addr, "GET", "/api/people", &[], "").await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_finds_the_running_demo() {
    // A path too long for a socket, below a directory that only this account can enter, perhaps not the account of the
    // database.
    let closed = scratch("load-closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let data = closed.join("a-long-name-of-a-directory-".repeat(3));
    let mut server = demo(&data);
    let own = fixtures_to_spoil();
    let file = own.join("people/families.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("id = \"newborn\"", "id = \"newborn-of-ours\"")).unwrap();

    let (code, out, err) = load_into_demo(&data, &own, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains(&format!("and {} cards", fixtures().cards.len())), "the cards are those of the demo: {out}");
    let people = people_of(&server).await;
    assert!(people.contains("\"newborn-of-ours\"") && people.contains("\"newborn\""), "both are there without --reset");
    let (code, _, err) = load_into_demo(&data, &root().join("fixtures"), &["--reset"]);
    assert_eq!(code, Some(0), "{err}");
    let people = people_of(&server).await;
    assert!(!people.contains("\"newborn-of-ours\"") && people.contains("\"newborn\""), "what the files lack is gone");

    // A named database takes precedence over a running demo.
    let database = TestDatabase::new().await;
    let (code, _, err) = load_into_demo(&data, &own, &["--database-url", &database.url()]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(database.count("select count(*) from person where fixture_id = 'newborn-of-ours'").await, 1);
    assert!(!people_of(&server).await.contains("\"newborn-of-ours\""));
    database.drop().await;

    server.signal("TERM");
    assert!(server.wait().success());
    assert_no_demo(&data);
}

fn assert_no_demo(data: &Path) {
    let (code, out, err) = load_into_demo(data, &root().join("fixtures"), &[]);
    assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
    for part in [&format!("no demo is running on {}", data.display()), "./demo", "--data-dir", "--database-url"] {
        assert!(err.contains(part), "{part} is missing: {err}");
    }
}

#[test]
fn without_a_demo_loading_says_what_to_do() {
    let data = scratch("load-without");
    assert_no_demo(&data.join("never-made"));
    assert_no_demo(&data);
    // A killed server may leave its socket behind.
    let socket = data.join("postgres/socket");
    fs::create_dir_all(&socket).unwrap();
    drop(UnixListener::bind(socket.join(".s.PGSQL.5432")).unwrap());
    assert_no_demo(&data);
}

#[tokio::test]
async fn a_schema_that_is_behind_is_told_before_anything_is_loaded() {
    let database = TestDatabase::empty().await;
    let output = shikaku(&["fixtures", "load", "--database-url", &database.url()]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(3), ""), "{err}");
    assert!(err.contains("shikaku migrate"), "{err}");
    database.drop().await;
}

/// Both known real messages are about 本人, without InsuredName and with the dates of the card (wire.md 9.4).
#[test]
fn records_look_like_those_of_real_people() {
    let coverages: Vec<&Coverage> = fixtures().people.iter().flat_map(|person| &person.person.coverages).collect();
    let insured = coverages.iter().filter(|one| one.relationship == Some(Relationship::Insured));
    let (with, without): (Vec<&Coverage>, Vec<&Coverage>) =
        insured.copied().partition(|one| one.identity.insured_name.is_some());
    assert!(without.len() >= with.len() && with.len() >= 10, "{} with and {} without", with.len(), without.len());

    // No card was issued after 2024-12-01, and none could be used after 2025-12-01. 資格確認書 replaced them.
    let (no_more_cards, last_use) = (date(2024, 12, 2), date(2025, 12, 1));
    for coverage in coverages.iter().filter(|one| one.key.insurer.scheme() != Scheme::MedicalAid) {
        let (number, card) = (coverage.key.number.as_str(), coverage.card);
        let Some(issued_on) = card.issued_on else {
            assert!(coverage.acquired_on >= no_more_cards, "{number} had a card before 2024-12");
            continue;
        };
        let valid_from = card.valid_from.unwrap();
        assert!(valid_from >= coverage.acquired_on, "{number}");
        if let Some(through) = card.valid_through {
            assert!(valid_from <= through && issued_on <= through, "{number}");
            assert!(issued_on >= no_more_cards || through <= last_use, "{number}");
        }
        assert!(coverage.loss.is_none_or(|loss| valid_from < loss.on), "{number}");
    }
}

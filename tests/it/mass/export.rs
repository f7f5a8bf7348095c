//! What is loaded is exported, what is exported loads again to the same, and a load is all or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::town::{spoilt, write};
use super::{generate, hashes};
use crate::support::database::TestDatabase;
use crate::support::process::{shikaku, texts};
use crate::support::scratch;

/// Makes a database with a schema and nothing else.
async fn empty() -> TestDatabase {
    let database = TestDatabase::empty().await;
    database.store().await.migrate().await.unwrap();
    database
}

fn run(command: &str, arguments: &[&str], database: &TestDatabase) -> (Option<i32>, String, String) {
    let url = database.url();
    let output = shikaku(&[&["fixtures", command, "--database-url", &url], arguments].concat());
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

fn load(directory: &Path, more: &[&str], database: &TestDatabase) -> (Option<i32>, String, String) {
    run("load", &[&["--dir", directory.to_str().unwrap()], more].concat(), database)
}

/// Exports a database into a new directory.
fn export(database: &TestDatabase, more: &[&str]) -> PathBuf {
    let out = scratch("mass-export").join("out");
    let (code, standard, err) = run("export", &[&["--out", out.to_str().unwrap()], more].concat(), database);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        standard.starts_with("exported: ") && standard.ends_with(&format!("cards to {}\n", out.display())),
        "{standard}"
    );
    out
}

/// Loads a directory into an empty database, exports it, and returns what was exported.
async fn loaded_and_exported(directory: &Path) -> PathBuf {
    let database = empty().await;
    let (code, _, err) = load(directory, &[], &database);
    assert_eq!(code, Some(0), "{err}");
    let out = export(&database, &[]);
    database.drop().await;
    out
}

fn read(directory: &Path, file: &str) -> String {
    fs::read_to_string(directory.join(file)).unwrap()
}

/// Returns the lines of a file in order, without those that hold `without`.
fn sorted(directory: &Path, file: &str, without: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        read(directory, file).lines().filter(|line| !line.contains(without)).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn generated_people_come_out_as_they_went_in() {
    let made = scratch("mass-made").join("town");
    generate(&made, &["--people", "2000", "--seed", "9"]);
    let first = loaded_and_exported(&made).await;
    for file in ["people.csv", "coverages.csv", "ratios.csv", "certificates.csv", "tickets.csv"] {
        assert!(read(&made, file).lines().count() > 1, "{file}");
        assert!(read(&made, file) == read(&first, file), "{file}");
    }
    assert_eq!(sorted(&made, "insurers.csv", "\n"), sorted(&first, "insurers.csv", "\n"));
    // The database does not hold certificates that J-LIS does not know.
    assert_eq!(sorted(&made, "cards.csv", ",unknown,"), sorted(&first, "cards.csv", "\n"));
    assert_eq!(read(&first, "institutions.csv").lines().count(), 1);
    assert!(!first.join("situations.csv").exists());
    assert!(read(&first, "population.toml").contains("\nformat = 1\npeople = 2000\n\n[rows]\n"));
    let second = loaded_and_exported(&first).await;
    assert_eq!(hashes(&first), hashes(&second));
}

#[tokio::test]
async fn hand_written_people_come_out_and_load_to_the_same() {
    let database = TestDatabase::new().await;
    let first = export(&database, &[]);
    let people = database.count("select count(*) from person").await;
    assert_eq!(read(&first, "people.csv").lines().count() as i64, people + 1);
    assert_eq!(
        read(&first, "institutions.csv").lines().count() as i64,
        database.count("select count(*) from institution").await + 1
    );
    let known = database.count("select count(*) from card_certificate").await;
    assert_eq!(read(&first, "cards.csv").lines().count() as i64, known + 1);
    let second = loaded_and_exported(&first).await;
    assert_eq!(hashes(&first), hashes(&second));
    // The order of people is that of the database, so a load over itself changes nothing.
    let history = "select count(*) from coverage_history";
    let before = database.count(history).await;
    let (code, _, err) = load(&first, &["--reset"], &database);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(database.count(history).await, before);
    assert_eq!(hashes(&export(&database, &[])), hashes(&first));
    database.drop().await;
}

#[cfg(feature = "zstd")]
#[tokio::test]
async fn an_export_can_be_compressed() {
    let database = TestDatabase::new().await;
    let (plain, packed) = (export(&database, &[]), export(&database, &["--compress"]));
    for file in ["people.csv", "coverages.csv", "institutions.csv"] {
        let bytes = zstd::decode_all(fs::File::open(packed.join(format!("{file}.zst"))).unwrap()).unwrap();
        assert!(bytes == fs::read(plain.join(file)).unwrap(), "{file}");
    }
    let other = empty().await;
    let (code, _, err) = load(&packed, &[], &other);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(hashes(&export(&other, &[])), hashes(&plain));
    other.drop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_fault_anywhere_loads_nothing() {
    let database = TestDatabase::new().await;
    let before = hashes(&export(&database, &[]));
    for (file, from, to) in [
        ("people.csv", "2026-05-01", "2026-05-41"),
        ("people.csv", "carl,,1,0,2026-05-01\n", ""),
        ("cards.csv", "ben,aa01,1004", "ben,aa01,1002"),
        ("insurers.csv", "39131016", "39131017"),
        ("tickets.csv", "infection", "infections"),
    ] {
        let directory = spoilt(file, from, to);
        let (code, out, err) = load(&directory, &["--reset"], &database);
        assert_eq!((code, out.as_str()), (Some(4), ""), "{err}");
        assert!(err.contains("; nothing was loaded"), "{err}");
    }
    assert_eq!(hashes(&export(&database, &[])), before);
    database.drop().await;
}

#[tokio::test]
async fn institutions_stay_unless_there_is_a_file_of_them() {
    let database = TestDatabase::new().await;
    let institutions = "select count(*) from institution";
    let before = database.count(institutions).await;
    assert!(before > 2);
    let without = write();
    fs::remove_file(without.join("institutions.csv")).unwrap();
    let (code, out, err) = load(&without, &["--reset"], &database);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(out, "loaded: 3 insurers, 0 institutions, 3 people with 4 coverages and 4 cards\n");
    assert_eq!(database.count("select count(*) from person").await, 3);
    assert_eq!(database.count(institutions).await, before);
    let (code, _, err) = load(&write(), &["--reset"], &database);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(database.count(institutions).await, 2);
    database.drop().await;
}

#[tokio::test]
async fn what_would_not_load_again_is_not_exported() {
    let database = TestDatabase::new().await;
    let refused = |code: i32, words: &str| {
        let root = scratch("mass-export-refused");
        let (found, _, err) = run("export", &["--out", root.join("out").to_str().unwrap()], &database);
        assert!(found == Some(code) && err.contains(words), "{words}: {found:?} {err}");
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0, "{words}");
    };
    // An id of a person is a stable id.
    database.execute("update person set fixture_id = 'Not An Id' where fixture_id = 'newborn'").await;
    refused(4, "`person`: an id has 1 to 60 lower-case letters, digits and hyphens");
    database.execute("update person set fixture_id = null where fixture_id = 'Not An Id'").await;
    refused(4, "table person, column fixture_id");
    database.execute("update person set fixture_id = 'newborn' where fixture_id is null").await;
    database.execute("update coverage set card_valid_through = '2999-12-31' where insurer_number = '39272018'").await;
    refused(4, "`card_valid_through`: must lie between 1868-01-01 and ");
    database.drop().await;
}

#[tokio::test]
async fn an_export_does_not_overwrite() {
    let database = TestDatabase::new().await;
    let out = export(&database, &[]);
    let (code, _, err) = run("export", &["--out", out.to_str().unwrap()], &database);
    assert!(code == Some(3) && err.contains("is there already and is not an empty directory"), "{err}");
    database.drop().await;
}

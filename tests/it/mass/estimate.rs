//! What a load will take is told before it begins, and one that the disk would not hold is refused.

use std::path::Path;

use super::town::{spoilt, write};
use crate::support::database::TestDatabase;
use crate::support::mass::load_command;
use crate::support::process::texts;

/// Loads a directory; returns exit code and standard error.
fn load(database: &TestDatabase, directory: &Path, extra: &[&str]) -> (Option<i32>, String) {
    let output = load_command(database, directory, extra).output().unwrap();
    (output.status.code(), texts(&output).1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_the_disk_would_not_hold_is_refused_before_it_begins() {
    let database = TestDatabase::new().await;
    let people = "select count(*) from person";
    let before = database.count(people).await;
    // A thousand billion people take more than any disk has.
    let vast = spoilt("population.toml", "people = 3", "people = 1000000000000");
    let (code, err) = load(&database, &vast, &[]);
    assert_eq!(code, Some(3), "{err}");
    let lines: Vec<&str> = err.lines().collect();
    assert!(lines[0].starts_with("estimate: ") && lines[0].contains(" are free)"), "{err}");
    assert!(lines[1].contains("on the disk of the database, which has") && lines[1].contains("nothing was loaded"), "{err}");
    assert_eq!(lines.len(), 2, "{err}");
    // Unchecked, it is read, and has the fault of the wrong number.
    let (code, err) = load(&database, &vast, &["--skip-disk-check"]);
    assert_eq!(code, Some(4), "{err}");
    assert!(err.contains("`people` is 1000000000000, but people.csv has 3 rows"), "{err}");
    assert_eq!(database.count(people).await, before);
    // In Japanese too.
    let output = load_command(&database, &vast, &[]).env("LANG", "ja_JP.UTF-8").output().unwrap();
    let err = texts(&output).1;
    assert!(err.contains("見積もり: ディスク") && err.contains("空きは") && err.contains("何も読み込んでいません"), "{err}");
    // A small load says nothing of it.
    let (code, err) = load(&database, &write(), &[]);
    assert_eq!((code, err.contains("estimate")), (Some(0), false), "{err}");
    assert_eq!(database.count(people).await, before + 3);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_see_the_directory_is_not_refused_for_it() {
    let database = TestDatabase::new().await;
    database.execute("create role mass_estimate_reader").await;
    let options = database.options().options([("role", "mass_estimate_reader")]);
    let store = shikaku::store::Store::connect(options, 1).await.unwrap();
    let place = store.load_place().await.unwrap();
    assert_eq!(place.directory, None);
    // The tables that are there count: as much as PostgreSQL says.
    let bytes = "select sum(pg_total_relation_size(name::regclass))::bigint from unnest('{person,coverage,card_certificate}'::text[]) as name";
    assert_eq!(i64::try_from(place.bytes).unwrap(), database.count(bytes).await);
    assert!(
        database
            .store()
            .await
            .load_place()
            .await
            .unwrap()
            .directory
            .is_some_and(|directory| directory.join("PG_VERSION").exists())
    );
    store.pool().close().await;
    database.execute("drop role mass_estimate_reader").await;
    database.drop().await;
}

//! One seed makes the same bytes with any number of threads, and the people of a smaller population are the first of a larger one.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use shikaku::mass::Kind;
use shikaku::population::{GenerateError, Order, generate};

use super::{PEOPLE, order};
use crate::support::scratch;

fn made(order: &Order, out: &Path) {
    let mut last = 0;
    generate(order, out, &AtomicBool::new(false), |people| last = people).unwrap();
    assert_eq!(last, order.people);
}

/// Returns SHA-256 of every file of a directory, with its name.
fn hashes(directory: &Path) -> Vec<(String, String)> {
    let mut hashes: Vec<(String, String)> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let hash = digest(&SHA256, &fs::read(&path).unwrap());
            (path.file_name().unwrap().display().to_string(), HEXLOWER.encode(hash.as_ref()))
        })
        .collect();
    hashes.sort();
    hashes
}

#[test]
fn one_seed_makes_one_hash_with_any_number_of_threads() {
    let root = scratch("population-threads");
    let mut all = Vec::new();
    for (run, threads) in [1, 1, 2, 5].into_iter().enumerate() {
        let order = Order { threads: NonZero::new(threads).unwrap(), ..order(7, PEOPLE as u64) };
        let out = root.join(format!("run-{run}"));
        made(&order, &out);
        all.push(hashes(&out));
    }
    assert_eq!(all[0].len(), Kind::GENERATED.len() + 1);
    assert!(all.iter().all(|hashes| *hashes == all[0]), "{all:#?}");
    let other = root.join("other-seed");
    made(&order(8, PEOPLE as u64), &other);
    assert_ne!(hashes(&other), all[0]);
}

#[test]
fn a_smaller_population_is_the_beginning_of_a_larger_one() {
    let root = scratch("population-prefix");
    let (small, large) = (root.join("small"), root.join("large"));
    made(&order(3, 1_000), &small);
    made(&order(3, 5_000), &large);
    for kind in Kind::GENERATED {
        let [small, large] = [&small, &large].map(|directory| fs::read(directory.join(kind.file())).unwrap());
        assert!(large.starts_with(&small), "{}", kind.file());
    }
    let people = fs::read_to_string(small.join("people.csv")).unwrap();
    assert_eq!(people.lines().count(), 1_001);
    let described = fs::read_to_string(small.join("population.toml")).unwrap();
    assert!(described.contains("\nseed = 3\npeople = 1000\nas_of = 2026-12-01\n"), "{described}");
}

#[test]
fn every_row_has_the_columns_of_its_file() {
    let out = scratch("population-rows").join("town");
    made(&order(5, 3_000), &out);
    for kind in Kind::GENERATED {
        let mut reader = csv::Reader::from_path(out.join(kind.file())).unwrap();
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), kind.columns(), "{}", kind.file());
        // The reader refuses a row with another number of fields.
        let rows = reader.records().inspect(|row| assert!(row.is_ok(), "{}: {row:?}", kind.file())).count();
        assert!(rows > 0, "{}", kind.file());
    }
}

#[test]
fn a_stop_leaves_nothing_behind() {
    let root = scratch("population-stop");
    let out = root.join("town");
    let stop = AtomicBool::new(false);
    let stopped = generate(&order(1, 100_000), &out, &stop, |_| stop.store(true, std::sync::atomic::Ordering::Relaxed));
    assert!(matches!(stopped, Err(GenerateError::Stopped)), "{stopped:?}");
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_made_is_refused() {
    let out = scratch("population-refused").join("town");
    let refused = |order: Order| generate(&order, &out, &AtomicBool::new(false), |_| ()).unwrap_err().to_string();
    let early = Order { as_of: jiff::civil::date(2025, 7, 31), ..order(1, 10) };
    assert!(refused(early).contains("2025-08-01 through 2027-07-31"));
    assert!(refused(order(1, 0)).contains("1 to 130000000 people"));
    assert!(!out.exists());
}

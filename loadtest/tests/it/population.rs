//! Synthetic people of the mass format, out of files: those of named situations and others, each with its right answer.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use jiff::civil::date;
use shikaku::mass::{MassDirectory, Packing};
use shikaku::population::{Order, Profile, generate_packed};

use crate::support::run::plan;
use crate::support::world::fixed_now;
use crate::support::{Load, World, scratch};

/// Makes the files of three thousand people, of whom one in ten is a named situation.
fn files() -> PathBuf {
    let standard = Profile::standard_text();
    let usual = "[situation]\nyes = 21\nno = 9979\n";
    assert!(standard.contains(usual));
    let profile = Profile::read(&standard.replace(usual, "[situation]\nyes = 1\nno = 9\n")).unwrap();
    let order = Order { people: 3000, seed: 5, as_of: date(2026, 12, 1), profile, threads: NonZero::<usize>::MIN };
    let out = scratch("population").join("files");
    generate_packed(&order, &out, Packing::Plain, &AtomicBool::new(false), |_| {}).unwrap();
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_files_get_the_answers_that_are_expected_of_them() {
    let world = World::start().await;
    let files = files();
    let mass = MassDirectory::open(&files, date(2026, 12, 1)).unwrap();
    let people: Vec<_> = mass.people().map(|person| person.unwrap()).collect();
    let store = world.database.store().await;
    store.load(mass.insurers(), &[], people.into_iter(), fixed_now(), false).await.unwrap();
    let plan = plan(
        "seconds = 8\narrivals = \"constant\"\nrate = 250",
        "[people]\ndirectory = \"fixtures\"\nhot = 5000\nchoice = \"zipf\"\nexponent = 0.1",
    );
    let run = Load::of(&plan, world.address()).arguments(&["--people", files.to_str().unwrap()]).finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (2000, 2000, 0), "{}", run.table);
    // More than half of the people have one coverage in force and no other.
    assert!(run.results["people"].as_u64() > Some(1500), "{}", run.table);
    world.stop().await;
}

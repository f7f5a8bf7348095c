//! Synthetic people of the mass format, in files and in the database of a test.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use jiff::civil::date;
use shikaku::mass::{MassDirectory, Packing};
use shikaku::population::{Order, Profile, generate_packed};

use super::world::fixed_now;
use super::{World, scratch};

/// Makes the files of some people, of whom one in ten is a named situation.
pub fn files(people: u64) -> PathBuf {
    let standard = Profile::standard_text();
    let usual = "[situation]\nyes = 21\nno = 9979\n";
    assert!(standard.contains(usual));
    let profile = Profile::read(&standard.replace(usual, "[situation]\nyes = 1\nno = 9\n")).unwrap();
    let order = Order { people, seed: 5, as_of: date(2026, 12, 1), profile, threads: NonZero::<usize>::MIN };
    let out = scratch("population").join("files");
    generate_packed(&order, &out, Packing::Plain, &AtomicBool::new(false), |_| {}).unwrap();
    out
}

/// Makes the files of some people, and loads them.
pub async fn loaded(world: &World, people: u64) -> PathBuf {
    let files = files(people);
    let mass = MassDirectory::open(&files, date(2026, 12, 1)).unwrap();
    let people: Vec<_> = mass.people().map(|person| person.unwrap()).collect();
    let store = world.database.store().await;
    store.load(mass.insurers(), &[], people, fixed_now(), false).await.unwrap();
    files
}

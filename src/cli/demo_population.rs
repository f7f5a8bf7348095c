//! Synthetic people of `shikaku demo --population`: made in memory and loaded at once, without files.

use std::num::NonZero;

use jiff::Timestamp;

use crate::language::Language;
use crate::population::{DEFAULT_AS_OF, Order, Profile, households, insurers};
use crate::store::Store;
use crate::store::registry::LoadSize;

use super::exit::Exit;
use super::fixtures::mass_load::{How, NewRegistry, load_people};

/// The seed of the people: those of `population generate` without `--seed`.
const SEED: u64 = 1;

/// Loads so many people beside the `others`, registered from `at` on. Does nothing if as many are there, as after the start before.
pub(super) async fn load(store: &Store, people: u64, others: usize, at: Timestamp, language: Language) -> Result<(), Exit> {
    if store.people_are_at_least(people + others as u64).await? {
        return Ok(());
    }
    let order = Order {
        people,
        seed: SEED,
        as_of: DEFAULT_AS_OF,
        profile: Profile::standard().clone(),
        threads: NonZero::<usize>::MIN,
    };
    let wanted = usize::try_from(people).unwrap_or(usize::MAX);
    let made = households(&order).flatten().take(wanted).map(|(person, _)| Ok(person));
    let how = How { reset: false, check_disk: true };
    let new = NewRegistry { insurers: insurers(), institutions: None, at, how };
    let loaded = load_people(store, new, LoadSize::of_people(people), made, language).await?;
    let counts = loaded.map_err(|_| Exit::environment(("generated people have faults", "生成した人々に誤りがあります")))?;
    let (people, coverages) = (counts.people, counts.coverages);
    match language {
        Language::Ja => eprintln!("架空の人物{people}人（資格{coverages}）を作って読み込みました"),
        Language::En => eprintln!("{people} synthetic people with {coverages} coverages are made and loaded"),
    }
    Ok(())
}

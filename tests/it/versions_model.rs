//! Random loads of a few people, compared with the content of the registry after each load.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use shikaku::domain::Coverage;
use shikaku::store::registry::NewPerson;

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load, person, rename, said_at};

/// A person in a load: for each coverage of the pool, if registered, which of two names; and the two flags.
type Chosen = (Vec<Option<bool>>, bool, bool);

/// A load: minutes since the previous one, and the people, if they are in it.
type Load = (u8, Vec<Option<Chosen>>);

/// Returns the coverages to choose from, among them two of one insurer and one day.
fn pool() -> Vec<Coverage> {
    let two = person("overlap-two-insurers").coverages;
    let mut twice = two[0].clone();
    twice.limits.clear();
    twice.identity.other_name = Some(twice.identity.name.clone());
    let mut later = two[1].clone();
    later.acquired_on = later.acquired_on.tomorrow().unwrap();
    vec![two[0].clone(), two[1].clone(), twice, later, person("elderly-2wari-tokyo").coverages[0].clone()]
}

fn people(chosen: &[Option<Chosen>]) -> Vec<NewPerson> {
    let each = chosen.iter().enumerate().filter_map(|(number, one)| {
        let (names, address_withheld, self_information_blocked) = one.as_ref()?;
        let mut one = NewPerson { fixture_id: format!("model-{number}"), ..person("overlap-two-insurers") };
        one.protection.address_withheld = *address_withheld;
        one.protection.self_information_blocked = *self_information_blocked;
        let held = pool().into_iter().zip(names).filter_map(|(coverage, name)| Some((coverage, (*name)?)));
        let (coverages, names): (Vec<Coverage>, Vec<bool>) = held.unzip();
        one.coverages = coverages;
        for (place, other) in names.into_iter().enumerate() {
            if other {
                rename(&mut one, place, "模型　次");
            }
        }
        Some(one)
    });
    each.collect()
}

/// Checks that the registry holds these people as they were loaded.
async fn held(store: &shikaku::store::Store, people: &[NewPerson]) {
    for wanted in people {
        let found = store.person(&wanted.fixture_id).await.unwrap().expect("who was loaded is there");
        let mut coverages: Vec<&Coverage> = wanted.coverages.iter().collect();
        coverages.sort_by_key(|coverage| coverage.acquired_on);
        match found.facts {
            None => assert!(coverages.is_empty()),
            Some(facts) => {
                assert_eq!(facts.protection, wanted.protection);
                let mut registered: Vec<String> = facts
                    .registrations
                    .iter()
                    .map(|one| format!("{:?} {}", one.coverage, one.coverage.identity.name.as_str()))
                    .collect();
                let mut wanted: Vec<String> =
                    coverages.iter().map(|one| format!("{one:?} {}", one.identity.name.as_str())).collect();
                registered.sort();
                wanted.sort();
                assert_eq!(registered, wanted);
            }
        }
    }
}

async fn check(loads: Vec<Load>) {
    let database = TestDatabase::empty().await;
    let store = database.store().await;
    store.migrate().await.unwrap();
    let mut at = later(0);
    let mut seen: BTreeMap<Timestamp, Vec<(i64, String)>> = BTreeMap::new();
    for (minutes, chosen) in loads {
        at += SignedDuration::from_mins(minutes.into());
        let people = people(&chosen);
        load(&store, people.clone(), at, true).await;
        held(&store, &people).await;
        let said = said_at(&database, at).await;
        assert_eq!(i64::try_from(said.len()).unwrap(), database.count("select count(*) from coverage").await);
        let alone = "select count(*) from coverage
                      where sole <> (select count(*) = 1 from coverage as other where other.person_id = coverage.person_id)";
        assert_eq!(database.count(alone).await, 0);
        seen.insert(at, said);
    }
    // Later loads do not change what the registry says of an instant, or of the time between it and the next.
    for (instant, said) in &seen {
        assert_eq!(&said_at(&database, *instant).await, said);
        assert_eq!(&said_at(&database, *instant + SignedDuration::from_secs(59)).await, said);
    }
    store.pool().close().await;
    database.drop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn at_every_instant_the_registry_says_what_it_said_then(
        loads in prop::collection::vec(
            (0..3_u8, prop::collection::vec(
                prop::option::weighted(0.8, (prop::collection::vec(prop::option::weighted(0.6, any::<bool>()), 5), any::<bool>(), any::<bool>())),
                3,
            )),
            1..10,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(loads));
    }
}

//! Loads that run at the same time as other loads and lookups.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use shikaku::domain::{CardFacts, CardQuery, InstitutionCode, PersonFacts};
use shikaku::pki::IssuedCard;
use shikaku::store::by_card;
use shikaku::store::by_certificate::{self, PresentedCard};
use shikaku::store::registry::NewPerson;

use crate::support::TEST_CLINIC;
use crate::support::database::TestDatabase;
use crate::support::registry::{later, load, load_mass, person, rename, rows, said_at, try_load};
use crate::support::world::{fixed_now, shared_pki};

const TWO: &str = "overlap-two-insurers";

/// Makes a person for each id from a fixture person, each with a card number of their own.
fn people(ids: std::ops::Range<u32>) -> impl Iterator<Item = NewPerson> + Send {
    ids.map(|id| {
        let mut one = NewPerson { fixture_id: format!("many-{id}"), ..person("kyokai-insured-tokyo") };
        one.coverages[0].key.number = shikaku::domain::CardNumber::parse(&format!("9{id:07}")).unwrap();
        one
    })
}

#[tokio::test]
async fn a_load_of_many_that_fails_at_the_last_leaves_everything_as_it_was() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    load(&store, people(0..1500), later(1), false).await;
    let (before, said) = (rows(&database).await, said_at(&database, later(1)).await);
    // The database refuses the last person, after thousands were added, corrected and ended.
    database.execute("alter table coverage add constraint no_such check (number <> '91234567') not valid").await;
    for reset in [false, true] {
        let corrected = people(500..2500).map(|mut one| {
            rename(&mut one, 0, "多数　次");
            one
        });
        let mut last = person(TWO);
        last.coverages[0].key.number = shikaku::domain::CardNumber::parse("91234567").unwrap();
        let error = try_load(&store, corrected.chain([last]), later(2), reset).await.unwrap_err();
        assert!(error.to_string().contains("no_such"), "{error}");
        assert_eq!(rows(&database).await, before);
        assert_eq!(said_at(&database, later(2)).await, said);
    }
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn people_are_loaded_in_pieces_and_the_last_entry_of_a_person_counts() {
    let database = TestDatabase::empty().await;
    let store = database.store().await;
    store.migrate().await.unwrap();
    let renamed = |id: u32| {
        people(id..id + 1).map(|mut one| {
            rename(&mut one, 0, "二度　目");
            one
        })
    };
    let given = people(0..2100).chain(renamed(2099)).chain(people(2100..2300)).chain(renamed(3));
    let loaded = load(&store, given, later(1), true).await;
    assert_eq!((loaded.people, loaded.coverages), (2302, 2302));
    assert_eq!(database.count("select count(*) from coverage where sole").await, 2300);
    let twice = "select count(*) from coverage join person on person.id = person_id
                  where name = '二度　目' and fixture_id in ('many-3', 'many-2099')";
    assert_eq!(database.count(twice).await, 2);
    assert_eq!(database.count("select count(*) from coverage_history").await, 0, "at one instant");
    store.pool().close().await;
    database.drop().await;
}

/// Waits until this many loads of the database have their turn, and this many wait for it.
async fn until_turns(database: &TestDatabase, wanted: (i64, i64)) {
    let locks = "select count(*) filter (where granted), count(*) filter (where not granted)
                   from pg_locks
                  where locktype = 'advisory'
                    and database = (select oid from pg_database where datname = current_database())";
    let mut connection = database.connect().await;
    for _ in 0..1000 {
        let found: (i64, i64) = sqlx::query_as(locks).fetch_one(&mut connection).await.unwrap();
        if found == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{wanted:?} was never seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loads_at_once_are_done_one_after_the_other() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let before = said_at(&database, fixed_now()).await;
    let named = |name: &str| {
        let mut person = person(TWO);
        rename(&mut person, 0, name);
        person
    };
    // The first load stops in the middle and waits for the channel.
    let (go_on, told) = mpsc::channel::<()>();
    let first = named("先　着");
    let slow = people(0..1200).inspect(move |one| {
        if one.fixture_id == "many-1100" {
            // Another thread takes over the tasks of this one meanwhile, the second load among them.
            tokio::task::block_in_place(|| told.recv_timeout(Duration::from_secs(20))).unwrap();
        }
    });
    let first = tokio::spawn({
        let store = store.clone();
        async move { load(&store, [first].into_iter().chain(slow), later(2), false).await }
    });
    until_turns(&database, (1, 0)).await;
    let second = tokio::spawn({
        let (store, person) = (store.clone(), named("後　着"));
        async move { load(&store, [person], later(1), false).await }
    });
    until_turns(&database, (1, 1)).await;
    assert_eq!(said_at(&database, later(2)).await, before, "nothing of either is seen");
    assert!(!second.is_finished());
    go_on.send(()).unwrap();
    assert_eq!(first.await.unwrap().people, 1201);
    assert_eq!(second.await.unwrap().people, 1);
    let name = "select count(*) from coverage join person on person.id = person_id
                 where fixture_id = 'overlap-two-insurers' and name = '後　着'";
    assert_eq!(database.count(name).await, 1, "the second load is there in the end");
    assert_eq!(
        said_at(&database, later(1)).await,
        before,
        "and counts from the time of the first, though its own was earlier"
    );
    store.pool().close().await;
    database.drop().await;
}

/// Returns the names and the flag that tell one load from the other.
fn shows(facts: &PersonFacts) -> (Vec<&str>, bool) {
    let names = facts.registrations.iter().map(|one| one.coverage.identity.name.as_str()).collect();
    (names, facts.protection.address_withheld)
}

#[tokio::test(flavor = "multi_thread")]
async fn lookups_during_loads_see_the_old_or_the_new_whole() {
    lookups_during_loads(60, false).await;
}

/// Prepared statements go on when other tables take the place of those that they were prepared for.
#[tokio::test(flavor = "multi_thread")]
async fn lookups_during_swaps_of_tables_see_the_old_or_the_new_whole() {
    lookups_during_loads(12, true).await;
}

/// Looks up during at least so many loads, by a swap of tables if `mass`.
async fn lookups_during_loads(rounds: i64, mass: bool) {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let old = person(TWO);
    let mut new = old.clone();
    rename(&mut new, 0, "新　名");
    rename(&mut new, 1, "新　名");
    new.protection.address_withheld = true;
    // The newer state has one coverage more.
    let mut third = new.coverages[1].clone();
    third.acquired_on = jiff::civil::date(2026, 4, 1);
    new.coverages.push(third);

    let institution = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let coverage = &old.coverages[0];
    let query = CardQuery {
        key: coverage.key.clone(),
        birth_on: coverage.identity.birth_on,
        check_on: jiff::civil::date(2026, 11, 22),
        limit_consent: true,
    };
    let card = IssuedCard::find(shared_pki(), TWO).unwrap().unwrap().id;
    let shown = PresentedCard { card, institution: Some(institution), at: fixed_now() };
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let looking_up = tokio::spawn({
        let (store, stop, seen) = (store.clone(), stop.clone(), seen.clone());
        async move {
            let mut connection = store.dedicated().await.unwrap();
            while !stop.load(Ordering::Relaxed) {
                let by_card =
                    by_card::facts(&mut connection, &[(Some(institution), query.clone())]).await.unwrap().remove(0).unwrap();
                let shown =
                    by_certificate::facts(&mut connection, std::slice::from_ref(&shown)).await.unwrap().remove(0).unwrap();
                let Some(CardFacts::Holder(by_certificate)) = shown else { panic!("the certificate is in use") };
                assert_eq!(by_card.len(), 1);
                for facts in [&by_card[0], &by_certificate] {
                    match shows(facts) {
                        (names, false) if names == ["架空　明美", "架空　明美"] => {
                            seen[0].fetch_add(1, Ordering::Relaxed)
                        }
                        (names, true) if names == ["新　名", "新　名", "新　名"] => {
                            seen[1].fetch_add(1, Ordering::Relaxed)
                        }
                        half => panic!("half of it: {half:?}"),
                    };
                }
            }
        }
    });
    // Loads go on until lookups have seen both states often, however fast the loads are.
    let enough = || seen.iter().all(|one| one.load(Ordering::Relaxed) > 50) || looking_up.is_finished();
    let mut round = 0;
    while round < rounds || !enough() {
        assert!(round < 20_000, "lookups do not get on beside loads: {seen:?}");
        let person = if round % 2 == 0 { new.clone() } else { old.clone() };
        if mass {
            load_mass(&store, [person], later(round), false).await.unwrap().unwrap();
        } else {
            load(&store, [person], later(round), false).await;
        }
        round += 1;
    }
    stop.store(true, Ordering::Relaxed);
    looking_up.await.unwrap();
    store.pool().close().await;
    database.drop().await;
}

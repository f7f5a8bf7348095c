//! Random loads with certificates: those of the mass format lead to the same registry as the others. There is one difference: of a
//! certificate that passes to a new person in the state that it had, another load keeps the instant of that state, and a load of the mass
//! format takes that of the files. So instants are compared where certificates stay with their people.

use proptest::prelude::*;
use shikaku::domain::{CardId, CardKind, CardNumber, CardState, CertificateSerial, RevocationReason};
use shikaku::store::jlis::CardRecord;
use shikaku::store::registry::{NewCard, NewPerson};

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load_mass, person, rename, try_load};

/// A certificate in a load: the person who has it; whether it is that of a phone; its state, or None if J-LIS does not know it; and the
/// minute of that state.
type Card = (usize, bool, Option<u8>, i8);

/// A load: whether it is one with `--reset`; for each person, if given, whether one coverage or two and under which of two names; and for
/// each certificate of a pool, if given, what of it.
type Load = (bool, Vec<Option<(bool, bool)>>, Vec<Option<Card>>);

fn card(serial: usize, (_, phone, state, minute): Card) -> NewCard {
    let serial = u8::try_from(serial).unwrap() + 1;
    let id = |serial: u8| CardId { issuer: vec![7; 20], serial: CertificateSerial::new(&[serial]).unwrap() };
    let record = state.map(|state| CardRecord {
        id: id(serial),
        kind: if phone { CardKind::Android } else { CardKind::Card },
        state: match state {
            0 => CardState::Good,
            1 => CardState::Revoked(RevocationReason::Lost),
            _ => CardState::Superseded,
        },
        superseded_by: (state == 3).then(|| id(99)),
        changed_at: later(i64::from(minute)),
        as_of: (minute % 2 == 0).then(|| later(i64::from(minute) + 1)),
        valid_from: later(-1000),
        valid_through: later(1_000_000),
    });
    NewCard { id: id(serial), record }
}

fn people(stay: bool, (_, chosen, cards): &Load) -> Vec<NewPerson> {
    let each = chosen.iter().enumerate().filter_map(|(number, chosen)| {
        let (both, other) = (*chosen)?;
        let mut one = NewPerson { fixture_id: format!("model-{number}"), ..person("overlap-two-insurers") };
        one.coverages.truncate(if both { 2 } else { 1 });
        for coverage in &mut one.coverages {
            coverage.key.number = CardNumber::parse(&format!("88{number}")).unwrap();
        }
        if other {
            rename(&mut one, 0, "模型　次");
        }
        let held = cards.iter().enumerate().filter_map(|(serial, card)| Some((serial, (*card)?)));
        let holder = |serial: usize, of: Card| if stay { serial % 3 } else { of.0 };
        one.cards =
            held.filter(|(serial, of)| holder(*serial, *of) == number).map(|(serial, of)| card(serial, of)).collect();
        Some(one)
    });
    each.collect()
}

/// Returns every column of every row of the registry and of its history, with or without the instants of the states of certificates;
/// people are named by their stable ids.
async fn everything(database: &TestDatabase, instants: bool) -> Vec<String> {
    let rows = "
        with known as (
            select id, fixture_id from person union select person_id, fixture_id from person_history
        )
        select 'person ' || (to_jsonb(person) - 'id')::text from person
         union all
        select fixture_id || ' has ' || (to_jsonb(coverage) - 'id' - 'person_id')::text
          from coverage join person on person.id = person_id
         union all
        select fixture_id || ' holds ' || (to_jsonb(card_certificate) - 'person_id' - case when $1 then '' else 'changed_at' end)::text
          from card_certificate join person on person.id = person_id
         union all
        select 'was ' || (to_jsonb(person_history) - 'person_id')::text from person_history
         union all
        select fixture_id || ' had ' || (to_jsonb(coverage_history) - 'coverage_id' - 'person_id')::text
          from coverage_history left join known on known.id = person_id
         union all
        select 'insurer ' || number from insurer
         order by 1";
    sqlx::query_scalar(rows).bind(instants).fetch_all(&mut database.connect().await).await.unwrap()
}

/// Returns the ids by which the rows of the registry are known, with what they are.
async fn ids(database: &TestDatabase) -> Vec<(i64, String)> {
    let ids = "select id, fixture_id from person
                union all
               select coverage.id, concat_ws(' ', fixture_id, insurer_number, acquired_on)
                 from coverage join person on person.id = person_id
                order by 1, 2";
    sqlx::query_as(ids).fetch_all(&mut database.connect().await).await.unwrap()
}

async fn check(stay: bool, loads: Vec<Load>) {
    let (usual, mass) = (TestDatabase::empty().await, TestDatabase::empty().await);
    let stores = [usual.store().await, mass.store().await];
    for store in &stores {
        store.migrate().await.unwrap();
    }
    for (place, load) in loads.iter().enumerate() {
        let (people, at) = (people(stay, load), later(i64::try_from(place).unwrap() * 10));
        let before = (ids(&mass).await, everything(&mass, stay).await);
        let first = try_load(&stores[0], people.clone(), at, load.0).await;
        let second = load_mass(&stores[1], people, at, load.0).await;
        assert_eq!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
        let after = ids(&mass).await;
        if second.is_err() {
            assert_eq!((after.clone(), everything(&mass, stay).await), before);
        }
        let (wanted, found) = (everything(&usual, stay).await, everything(&mass, stay).await);
        assert_eq!(wanted.iter().find(|row| !found.contains(row)), None);
        assert_eq!(found.iter().find(|row| !wanted.contains(row)), None);
        assert_eq!(wanted.len(), found.len());
        // Whoever was there before and is there now has the same id.
        for (id, what) in &after {
            assert!(before.0.iter().all(|(other, same)| same != what || other == id), "{what} got another id");
        }
    }
    for (store, database) in stores.into_iter().zip([usual, mass]) {
        store.pool().close().await;
        database.drop().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn both_ways_of_loading_lead_to_the_same_registry(
        stay: bool,
        loads in prop::collection::vec(
            (
                prop::bool::weighted(0.3),
                prop::collection::vec(prop::option::weighted(0.7, (any::<bool>(), any::<bool>())), 3),
                prop::collection::vec(
                    prop::option::weighted(0.6, (0..3_usize, any::<bool>(), prop::option::weighted(0.85, 0..4_u8), -3..3_i8)),
                    5,
                ),
            ),
            1..7,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(stay, loads));
    }
}

//! Versions of coverages and people after loads.

use jiff::civil::date;
use shikaku::domain::{CardId, CardKind, CardState, CertificateSerial, RevocationReason};
use shikaku::store::jlis::CardRecord;
use shikaku::store::registry::{NewCard, NewPerson};

use crate::support::database::TestDatabase;
use crate::support::fixtures;
use crate::support::registry::{coverage_ids, later, load, person, rename, rows, said_at};
use crate::support::world::{fixed_now, shared_pki};

const TWO: &str = "overlap-two-insurers";

/// Counts earlier versions of coverages.
const REPLACED: &str = "select count(*) from coverage_history";

#[tokio::test]
async fn an_unchanged_load_writes_nothing() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let before = rows(&database).await;
    assert!(before.len() > 300, "{}", before.len());
    fixtures().load(&store, shared_pki(), fixed_now(), false).await.unwrap();
    assert_eq!(rows(&database).await, before);
    fixtures().load(&store, shared_pki(), fixed_now(), true).await.unwrap();
    assert_eq!(rows(&database).await, before);

    // Later, only the lists of J-LIS are newer; the states in them are as old as they were.
    let changed_at = "select count(*) from card_certificate where changed_at = '2026-11-22T00:30:15Z'";
    let cards = database.count("select count(*) from card_certificate").await;
    assert_eq!(database.count(changed_at).await, cards);
    fixtures().load(&store, shared_pki(), later(60), true).await.unwrap();
    let listed = "select count(*) from card_certificate where as_of is not null";
    let after = rows(&database).await;
    let written = after.iter().filter(|row| !before.contains(row)).count();
    assert_eq!(i64::try_from(written).unwrap(), database.count(listed).await, "{after:?}");
    assert!(after.iter().filter(|row| !before.contains(row)).all(|row| row.starts_with("card ")));
    assert_eq!(database.count(changed_at).await, cards);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_correction_replaces_one_row_and_keeps_its_id_and_what_it_said() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (before, said_first) = (rows(&database).await, said_at(&database, fixed_now()).await);
    let ids = coverage_ids(&database, TWO).await;
    let mut corrected = person(TWO);
    rename(&mut corrected, 1, "架空　明子");
    corrected.coverages[1].limits.clear();
    load(&store, [corrected.clone()], later(1), false).await;

    assert_eq!(coverage_ids(&database, TWO).await, ids);
    let after = rows(&database).await;
    let (gone, new): (Vec<_>, Vec<_>) = (
        before.iter().filter(|row| !after.contains(row)).collect(),
        after.iter().filter(|row| !before.contains(row)).collect(),
    );
    let second = format!("coverage {} ", ids[1]);
    assert!(gone.len() == 1 && gone[0].starts_with(&second), "{gone:?}");
    assert!(new.len() == 2 && new[0].starts_with(&second) && new[1].starts_with("coverage before"), "{new:?}");
    let name = "select name = '架空　明子' from coverage where id = $1";
    assert!(sqlx::query_scalar::<_, bool>(name).bind(ids[1]).fetch_one(&mut database.connect().await).await.unwrap());

    // Up to the correction the registry says the first, from its instant on the second.
    assert_eq!(said_at(&database, later(1) - jiff::SignedDuration::from_micros(1)).await, said_first);
    let said_second = said_at(&database, later(1)).await;
    let differ: Vec<i64> = said_first.iter().zip(&said_second).filter(|(a, b)| a != b).map(|(a, _)| a.0).collect();
    assert_eq!(differ, [ids[1]]);
    // After the correction is taken back, the registry says the first again, and keeps all three versions.
    load(&store, [person(TWO)], later(2), false).await;
    assert_eq!(said_at(&database, later(2)).await, said_first);
    assert_eq!(said_at(&database, later(1)).await, said_second);
    assert_eq!(database.count(REPLACED).await, 2);
    // Before the first load the registry was empty.
    assert_eq!(said_at(&database, later(-1)).await, []);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_coverage_that_its_person_no_longer_has_ends() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let sole = "select count(*) from coverage join person on person.id = person_id where fixture_id = 'overlap-two-insurers' and sole";
    let ids = coverage_ids(&database, TWO).await;
    let said_first = said_at(&database, fixed_now()).await;
    let mut left = person(TWO);
    left.coverages.remove(0);
    load(&store, [left], later(1), false).await;
    assert_eq!(coverage_ids(&database, TWO).await, ids[1..]);
    assert_eq!(database.count(sole).await, 1, "the other is now the only one, which makes no version");
    assert_eq!(database.count(REPLACED).await, 1);
    assert_eq!(said_at(&database, fixed_now()).await, said_first);
    assert_eq!(said_at(&database, later(1)).await.len(), said_first.len() - 1);

    // Registered again, it gets a new id.
    load(&store, [person(TWO)], later(2), false).await;
    let again = coverage_ids(&database, TWO).await;
    assert!(again.len() == 2 && again[0] == ids[1] && again[1] > ids[1], "{again:?}");
    assert_eq!(database.count(sole).await, 0);
    assert_eq!(said_at(&database, later(1)).await.len(), said_first.len() - 1);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_registration_is_known_again_by_insurer_and_first_day() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let ids = coverage_ids(&database, TWO).await;
    // Neither the number nor the order in the files matters.
    let mut turned = person(TWO);
    turned.coverages.reverse();
    let other = person("kyokai-insured-tokyo").coverages[0].key.number.clone();
    turned.coverages[0].key.number = other;
    load(&store, [turned.clone()], later(1), false).await;
    assert_eq!(coverage_ids(&database, TWO).await, ids);
    assert_eq!(database.count(REPLACED).await, 1);
    // Another first day makes another registration.
    turned.coverages[1].acquired_on = date(2014, 4, 2);
    load(&store, [turned.clone()], later(2), false).await;
    let after = coverage_ids(&database, TWO).await;
    assert!(after.len() == 2 && after[0] == ids[1] && after[1] > ids[1], "{after:?}");
    // Of two with one insurer and one day, the first stays the first.
    turned.coverages.push(turned.coverages[1].clone());
    rename(&mut turned, 2, "架空　次");
    load(&store, [turned.clone()], later(3), false).await;
    let three = coverage_ids(&database, TWO).await;
    assert!(three.len() == 3 && three[..2] == after, "{three:?}");
    let replaced = database.count(REPLACED).await;
    load(&store, [turned.clone()], later(4), false).await;
    assert_eq!((coverage_ids(&database, TWO).await, database.count(REPLACED).await), (three, replaced));
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn versions_of_coverages_have_the_flags_of_their_person() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let said_first = said_at(&database, fixed_now()).await;
    let mut protected = person(TWO);
    protected.protection.address_withheld = true;
    protected.about = "住所を伏せる".to_owned();
    load(&store, [protected.clone()], later(1), false).await;
    let withheld = "select count(*) from coverage join person on person.id = person_id
                     where fixture_id = 'overlap-two-insurers' and coverage.address_withheld and person.address_withheld";
    assert_eq!((database.count(withheld).await, database.count(REPLACED).await), (2, 2));
    assert_eq!(said_at(&database, fixed_now()).await, said_first);
    assert!(said_at(&database, later(1)).await != said_first);
    let kept = "select count(*) from person_history
                 where fixture_id = 'overlap-two-insurers' and not address_withheld and about <> '住所を伏せる'
                   and recorded_at = '2026-11-22T00:30:15Z' and replaced_at = '2026-11-22T00:31:15Z'";
    assert_eq!(database.count(kept).await, 1);
    // A change that no answer shows makes a version of the person only.
    protected.about = "別の一行".to_owned();
    protected.died_on = Some(date(2026, 11, 21));
    load(&store, [protected], later(2), false).await;
    assert_eq!(database.count(REPLACED).await, 2);
    assert_eq!(database.count("select count(*) from person_history where died_on is null").await, 2);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn people_who_are_not_in_the_files_end_and_the_others_stay() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let said_first = said_at(&database, fixed_now()).await;
    let people = "select count(*) from person";
    let all = database.count(people).await;
    let ids = coverage_ids(&database, TWO).await;
    // Without --reset, other people are left alone.
    load(&store, [person(TWO)], later(1), false).await;
    assert_eq!((database.count(people).await, database.count(REPLACED).await), (all, 0));
    let cards = "select count(*) from card_certificate";
    assert!(database.count(cards).await > 20);

    load(&store, [person(TWO), person("kyokai-insured-tokyo")], later(2), true).await;
    assert_eq!(database.count(people).await, 2);
    assert_eq!(coverage_ids(&database, TWO).await, ids);
    assert_eq!(
        database.count("select count(*) from person_history where replaced_at = '2026-11-22T00:32:15Z'").await,
        all - 2
    );
    assert_eq!(said_at(&database, later(1)).await, said_first);
    assert_eq!(said_at(&database, later(2)).await.len(), 3);
    assert_eq!(database.count(cards).await, 0, "these people were loaded without cards, and the others are gone");
    // People who come back get new ids.
    let newest = database.count("select max(person_id) from person_history").await;
    fixtures().load(&store, shared_pki(), later(3), true).await.unwrap();
    assert_eq!(database.count(people).await, all);
    assert_eq!(coverage_ids(&database, TWO).await, ids);
    let new = database.count("select count(*) from person where recorded_at = '2026-11-22T00:33:15Z'").await;
    assert_eq!(
        (new, database.count("select min(id) from person where recorded_at > '2026-11-22T00:33:00Z'").await > newest),
        (all - 2, true)
    );
    store.pool().close().await;
    database.drop().await;
}

fn new_card(serial: u8, state: Option<CardState>, minutes: i64) -> NewCard {
    let id = CardId { issuer: vec![7; 20], serial: CertificateSerial::new(&[serial]).unwrap() };
    let record = state.map(|state| CardRecord {
        id: id.clone(),
        kind: CardKind::Card,
        state,
        superseded_by: None,
        changed_at: later(minutes),
        as_of: None,
        valid_from: fixed_now(),
        valid_through: later(1_000_000),
    });
    NewCard { id, record }
}

/// Returns the test's certificates: serial number, person, state, and the minutes from the first load to that state.
async fn cards(database: &TestDatabase) -> Vec<String> {
    let cards = "select concat_ws(' ', get_byte(serial, 0), fixture_id, state, revocation_reason
                      , extract(epoch from changed_at - '2026-11-22T00:30:15Z')::integer / 60)
                   from card_certificate join person on person.id = person_id
                  where issuer_key_id = decode(repeat('07', 20), 'hex')
                  order by serial";
    sqlx::query_scalar(cards).fetch_all(&mut database.connect().await).await.unwrap()
}

#[tokio::test]
async fn certificates_become_what_the_files_say_and_one_of_a_kind_is_in_use() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let of = |id: &str, cards: &[NewCard]| NewPerson { cards: cards.to_vec(), ..person(id) };
    let (good, lost) = (Some(CardState::Good), Some(CardState::Revoked(RevocationReason::Lost)));
    const ONE: &str = "twin-elder";
    const OTHER: &str = "twin-younger";
    load(&store, [of(ONE, &[new_card(1, good, 1)]), of(OTHER, &[new_card(2, good, 1)])], later(1), false).await;
    assert_eq!(cards(&database).await, ["1 twin-elder 1 1", "2 twin-younger 1 1"]);
    // A new one replaces one that the load leaves out; the other person's stays.
    load(&store, [of(ONE, &[new_card(3, good, 2)])], later(2), false).await;
    assert_eq!(cards(&database).await, ["1 twin-elder 3 2", "2 twin-younger 1 1", "3 twin-elder 1 2"]);
    // Both change places in one load, in whatever order; of an entry that is given twice, the last counts.
    let both = [new_card(3, lost, 3), new_card(1, Some(CardState::Superseded), 3), new_card(1, good, 3)];
    load(&store, [of(ONE, &both)], later(3), false).await;
    assert_eq!(cards(&database).await, ["1 twin-elder 1 3", "2 twin-younger 1 1", "3 twin-elder 2 6 3"]);
    // A state that is given again is as old as it was. A card without a record is unknown to J-LIS.
    load(&store, [of(ONE, &[new_card(1, good, 4), new_card(3, None, 4)])], later(4), false).await;
    assert_eq!(cards(&database).await, ["1 twin-elder 1 3", "2 twin-younger 1 1"]);
    // A certificate moves to another person and replaces theirs.
    load(&store, [of(ONE, &[]), of(OTHER, &[new_card(1, good, 5)])], later(5), false).await;
    assert_eq!(cards(&database).await, ["1 twin-younger 1 3", "2 twin-younger 3 5"]);
    // With --reset, certificates that the load leaves out are removed.
    load(&store, [of(ONE, &[new_card(4, good, 6)]), of(OTHER, &[new_card(1, good, 6)])], later(6), true).await;
    assert_eq!(cards(&database).await, ["1 twin-younger 1 3", "4 twin-elder 1 6"]);
    store.pool().close().await;
    database.drop().await;
}

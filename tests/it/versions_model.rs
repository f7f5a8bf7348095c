//! Random loads of a few people by clocks that go ahead and back, and what they change of what the registry says at
//! every instant.

use std::collections::BTreeMap;

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use proptest::prelude::*;
use shikaku::domain::{Coverage, Protection};
use shikaku::store::registry::NewPerson;

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load, load_mass, person, rename};

/// A person in a load: for each coverage of the pool, if registered, under which of two names; and the two flags.
type Chosen = (Vec<Option<bool>>, bool, bool);

/// A load: minutes since the one before, fewer than none after a clock was set back; whether it is one with `--reset`; whether it is one
/// of the mass format; and the people, as far as they are in it.
type Load = (i8, bool, bool, Vec<Option<Chosen>>);

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

/// Lines of what the registry says of a person: one for the person, "id flags", and one for each coverage, "id flags coverage"; in order.
/// None while the person is not in it.
type Said = Vec<String>;

/// What the registry says of each person at every minute from the first to the last one.
type Minutes = BTreeMap<String, Vec<Said>>;

/// No load comes this many minutes before or after the first instant.
const LAST: i64 = 30;

fn flags(protection: Protection) -> String {
    format!("{} {}", protection.address_withheld, protection.self_information_blocked)
}

fn lines(person: &NewPerson) -> Said {
    let of_person = format!("{} {}", person.fixture_id, flags(person.protection));
    let coverages = person.coverages.iter().map(|coverage| {
        let (key, identity) = (&coverage.key, &coverage.identity);
        let other = identity.other_name.as_ref().map_or("-", |name| name.as_str());
        let limits = coverage.limits.len();
        format!("{of_person} {} {} {} {other} {limits}", key.insurer.as_str(), coverage.acquired_on, identity.name.as_str())
    });
    let mut lines: Said = coverages.chain([of_person.clone()]).collect();
    lines.sort();
    lines
}

async fn said(database: &TestDatabase) -> Minutes {
    let said = "
        with people as (
            select id, fixture_id, address_withheld, self_information_blocked, recorded_at, 'infinity' as replaced_at from person
             union all
            select person_id, fixture_id, address_withheld, self_information_blocked, recorded_at, replaced_at
              from person_history
        ), coverages as (
            select person_id, address_withheld, self_information_blocked, insurer_number, acquired_on, name, other_name
                 , limit_certificates, recorded_at, 'infinity' as replaced_at
              from coverage
             union all
            select person_id, address_withheld, self_information_blocked, insurer_number, acquired_on, name, other_name
                 , limit_certificates, recorded_at, replaced_at
              from coverage_history
        ), said as (
            select fixture_id, recorded_at, replaced_at
                 , format('%s %s %s', fixture_id, address_withheld::text, self_information_blocked::text) as line
              from people
             union all
            select holder.fixture_id, recorded_at, replaced_at
                 , format( '%s %s %s %s %s %s %s %s', holder.fixture_id, address_withheld::text, self_information_blocked::text
                         , insurer_number, acquired_on, name, coalesce(other_name, '-')
                         , coalesce(cardinality(limit_certificates), 0))
              from coverages
             cross join lateral (select min(fixture_id) as fixture_id from people where id = person_id) as holder
        )
        select minute, fixture_id, line
          from generate_series(-$2::bigint, $2) as minute
          join said on recorded_at <= $1 + make_interval(mins => minute::integer)
                   and $1 + make_interval(mins => minute::integer) < replaced_at
         order by minute, fixture_id, line collate \"C\"";
    let first: SqlTimestamp = later(0).to_sqlx();
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as(said).bind(first).bind(LAST).fetch_all(&mut database.connect().await).await.unwrap();
    let mut minutes = Minutes::new();
    for (minute, person, line) in rows {
        let said = minutes.entry(person).or_insert_with(|| vec![Said::new(); usize::try_from(2 * LAST + 1).unwrap()]);
        said[usize::try_from(minute + LAST).unwrap()].push(line);
    }
    minutes
}

/// Checks what a load at the minute `at` changed of what is said of one person, who is now said to be `new`: nothing if that was said
/// before; otherwise what is said from `at` on, or from the person's last change on if that was later, and nothing before. Returns that
/// minute, or `last` if nothing changed; `last` is the minute of the person's last change.
///
/// A change whose instant is that of the change before it leaves no trace of what was to hold in between, so that the registry cannot
/// know of it any more: then the last change that can be seen counts as well.
fn changed(before: &[Said], after: &[Said], new: &Said, at: usize, last: usize) -> usize {
    if before.last() == Some(new) {
        assert_eq!(after, before);
        return last;
    }
    let seen = (1..before.len()).rev().find(|minute| before[*minute] != before[*minute - 1]).unwrap_or(0);
    let from = (0..before.len()).find(|minute| after[*minute] != before[*minute]).expect("a change is seen");
    assert!((at.max(seen)..=at.max(last)).contains(&from), "from {from}, and not {at}, {seen} or {last}");
    assert!(after[from..].iter().all(|said| said == new), "{after:?} after {from} is not {new:?}");
    from
}

async fn check(loads: Vec<Load>) {
    let database = TestDatabase::empty().await;
    let store = database.store().await;
    store.migrate().await.unwrap();
    let nothing = vec![Said::new(); usize::try_from(2 * LAST + 1).unwrap()];
    let mut at = 0;
    let mut before = Minutes::new();
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (minutes, reset, mass, chosen) in loads {
        at += i64::from(minutes);
        let people = people(&chosen);
        if mass {
            load_mass(&store, people.clone(), later(at), reset).await.unwrap().unwrap();
        } else {
            load(&store, people.clone(), later(at), reset).await;
        }
        held(&store, &people).await;
        let alone = "select count(*) from coverage
                      where sole <> (select count(*) = 1 from coverage as other where other.person_id = coverage.person_id)";
        assert_eq!(database.count(alone).await, 0);
        let after = said(&database).await;
        for number in 0..chosen.len() {
            let id = format!("model-{number}");
            let (before, after) = (before.get(&id).unwrap_or(&nothing), after.get(&id).unwrap_or(&nothing));
            let given = people.iter().find(|person| person.fixture_id == id).map(lines);
            let new = given.unwrap_or_else(|| if reset { Said::new() } else { before.last().unwrap().clone() });
            let last = last.entry(id).or_default();
            *last = changed(before, after, &new, usize::try_from(at + LAST).unwrap(), *last);
        }
        before = after;
    }
    store.pool().close().await;
    database.drop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_load_changes_what_is_said_from_its_time_on_and_nothing_before(
        loads in prop::collection::vec(
            (-3..4_i8, any::<bool>(), any::<bool>(), prop::collection::vec(
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

//! Loads by way of COPY and a swap of tables: the same registry as other loads, seen at once, and nothing lost on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use shikaku::domain::{CardFacts, CardNumber, CardQuery, InstitutionCode};
use shikaku::pki::IssuedCard;
use shikaku::population::{Order, Profile, households};
use shikaku::store::by_card;
use shikaku::store::by_certificate::{self, PresentedCard};
use shikaku::store::registry::{Batch, NewPerson};

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load_mass, person, rename, said_at};
use crate::support::world::{fixed_now, shared_pki};
use crate::support::{TEST_CLINIC, fixtures};

const TWO: &str = "overlap-two-insurers";

/// Makes people, with whole households, of a seed.
fn made(people: usize, seed: u64) -> Vec<NewPerson> {
    let order = Order {
        people: people as u64,
        seed,
        as_of: jiff::civil::date(2026, 12, 1),
        profile: Profile::standard().clone(),
        threads: std::num::NonZero::<usize>::MIN,
    };
    households(&order).flatten().map(|(person, _)| person).take(people).collect()
}

/// Returns the insurers of people.
fn insurers(people: &[NewPerson]) -> Vec<shikaku::domain::Insurer> {
    let numbers: std::collections::BTreeSet<_> =
        people.iter().flat_map(|person| &person.coverages).map(|coverage| coverage.key.insurer).collect();
    numbers.into_iter().map(|number| shikaku::domain::Insurer { number, name: "試験".to_owned() }).collect()
}

/// Returns every column of every row, but for ids.
async fn everything(database: &TestDatabase) -> Vec<String> {
    let rows = "
        select 'person ' || (to_jsonb(person) - 'id')::text from person
         union all
        select fixture_id || ' has ' || (to_jsonb(coverage) - 'id' - 'person_id')::text
          from coverage join person on person.id = person_id
         union all
        select fixture_id || ' holds ' || (to_jsonb(card_certificate) - 'person_id')::text
          from card_certificate join person on person.id = person_id
         order by 1";
    sqlx::query_scalar(rows).fetch_all(&mut database.connect().await).await.unwrap()
}

#[tokio::test]
async fn generated_people_are_stored_as_other_loads_store_them() {
    let people = made(3_000, 7);
    let insurers = insurers(&people);
    let mut found = Vec::new();
    for mass in [false, true] {
        let database = TestDatabase::empty().await;
        let store = database.store().await;
        store.migrate().await.unwrap();
        if mass {
            let (send, receive) = tokio::sync::mpsc::channel(8);
            for batch in people.chunks(500) {
                send.try_send(Batch::People(batch.to_vec())).unwrap();
            }
            send.try_send(Batch::End).unwrap();
            let counts = store.load_mass(&insurers, None, receive, later(1), false, &|_| ()).await.unwrap().unwrap();
            assert_eq!((counts.people, counts.coverages), (3_000, people.iter().map(|one| one.coverages.len()).sum()));
        } else {
            store.load(&insurers, &[], people.clone(), later(1), false).await.unwrap();
        }
        let tables = everything(&database).await;
        assert!(tables.len() > 9_000 && tables.iter().any(|row| row.contains("\"medical_tickets\": [")), "{}", tables.len());
        found.push(tables);
        store.pool().close().await;
        database.drop().await;
    }
    assert_eq!(found[0], found[1]);
}

/// Returns the definition of everything that belongs to the tables of people: columns, constraints, indexes, rights, comments.
async fn definitions(database: &TestDatabase) -> Vec<String> {
    let all = "
        with live as (
            select oid, relname, relacl, relowner, reloptions, relnamespace::regnamespace::text as schema, relpersistence, relreplident
              from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        )
        select format('%s %s %s %s %s %s %s', relname, schema, relacl, relowner, reloptions, relpersistence, relreplident)
               || coalesce(obj_description(oid, 'pg_class'), '') from live
         union all
        select format('%s.%s %s %s %s %s %s %s %s %s', relname, attname, atttypid::regtype, attnotnull, attidentity, attstorage
                     , attcompression, pg_get_expr(adbin, adrelid), attacl, attstattarget) || coalesce(col_description(live.oid, attnum), '')
          from live join pg_attribute on attrelid = live.oid and attnum > 0 and not attisdropped
          left join pg_attrdef on adrelid = attrelid and adnum = attnum
         union all
        select format('%s: %s %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid), convalidated)
               || coalesce(obj_description(pg_constraint.oid, 'pg_constraint'), '')
          from live join pg_constraint on conrelid = live.oid
         union all
        select format('%s: %s %s', relname, pg_get_indexdef(indexrelid), indisvalid) || coalesce(obj_description(indexrelid, 'pg_class'), '')
          from live join pg_index on indrelid = live.oid
         union all
        select format('%s: %s', relname, pg_get_triggerdef(pg_trigger.oid)) from live join pg_trigger on tgrelid = live.oid and not tgisinternal
         union all
        select format('%s: %s %s', relname, pg_get_serial_sequence(relname, 'id')
                     , (select relacl from pg_class where oid = pg_get_serial_sequence(live.relname, 'id')::regclass)) from live
         where exists (select from pg_attribute where attrelid = live.oid and attname = 'id')
         order by 1";
    sqlx::query_scalar(all).fetch_all(&mut database.connect().await).await.unwrap()
}

#[tokio::test]
async fn the_tables_are_defined_as_before() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    database.execute("create role mass_load_reader").await;
    database.execute("grant select on coverage, person to mass_load_reader").await;
    database.execute("grant select (serial) on card_certificate to public").await;
    database.execute("grant update (name) on coverage to mass_load_reader with grant option").await;
    database.execute("grant usage on sequence person_id_seq to mass_load_reader").await;
    database.execute("alter table coverage alter column name set statistics 500").await;
    database.execute("alter table coverage set (fillfactor = 90, autovacuum_enabled = false)").await;
    database.execute("comment on index coverage_search_key_idx is 'an operator''s note'").await;
    let before = definitions(&database).await;
    load_mass(&store, [person(TWO)], later(1), false).await.unwrap().unwrap();
    let after = definitions(&database).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    assert_eq!(before.len(), after.len());
    assert_eq!(database.count("select count(*) from pg_namespace where nspname like 'shikaku%'").await, 0);
    store.pool().close().await;
    database.execute("drop owned by mass_load_reader").await;
    database.execute("drop role mass_load_reader").await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prepared_lookups_go_on_and_see_the_old_or_the_new_whole() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let old = person(TWO);
    let mut new = old.clone();
    rename(&mut new, 0, "新　名");
    rename(&mut new, 1, "新　名");
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
                    let names: Vec<&str> =
                        facts.registrations.iter().map(|one| one.coverage.identity.name.as_str()).collect();
                    let place = usize::from(names == ["新　名", "新　名"]);
                    assert!(place == 1 || names == ["架空　明美", "架空　明美"], "half of it: {names:?}");
                    seen[place].fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    let ids = "select array_agg(coverage.id order by coverage.id) from coverage join person on person.id = person_id
                where fixture_id = 'overlap-two-insurers'";
    let before: Vec<i64> = sqlx::query_scalar(ids).fetch_one(&mut database.connect().await).await.unwrap();
    let enough = || seen.iter().all(|one| one.load(Ordering::Relaxed) > 50) || looking_up.is_finished();
    let mut round = 0;
    while round < 12 || !enough() {
        assert!(round < 500, "lookups do not get on beside loads: {seen:?}");
        let person = if round % 2 == 0 { new.clone() } else { old.clone() };
        load_mass(&store, [person], later(round), false).await.unwrap().unwrap();
        round += 1;
    }
    stop.store(true, Ordering::Relaxed);
    looking_up.await.unwrap();
    let after: Vec<i64> = sqlx::query_scalar(ids).fetch_one(&mut database.connect().await).await.unwrap();
    assert_eq!(after, before, "coverages keep their ids");
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn what_a_killed_load_left_is_removed_by_the_next() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    database.execute("create schema shikaku_load").await;
    database.execute("create table shikaku_load.person (like person including all)").await;
    let told = std::sync::Mutex::new(Vec::new());
    let (send, receive) = tokio::sync::mpsc::channel(2);
    send.try_send(Batch::People(vec![person(TWO)])).unwrap();
    send.try_send(Batch::End).unwrap();
    let tell = |progress| told.lock().unwrap().push(progress);
    store.load_mass(&fixtures().insurers, None, receive, later(1), false, &tell).await.unwrap().unwrap();
    assert_eq!(told.lock().unwrap()[0], shikaku::store::registry::Progress::Leftovers);
    assert_eq!(database.count("select count(*) from pg_namespace where nspname = 'shikaku_load'").await, 0);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_load_that_ends_early_or_fails_changes_nothing() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let before = said_at(&database, later(2)).await;
    let people = made(1_500, 3);
    // The reader found a fault, and does not say that nobody else comes.
    let (send, receive) = tokio::sync::mpsc::channel(2);
    send.try_send(Batch::People(people[..800].to_vec())).unwrap();
    drop(send);
    assert_eq!(store.load_mass(&insurers(&people), None, receive, later(1), true, &|_| ()).await.unwrap(), None);
    // Two people have one certificate, which the key of the new table refuses after everybody was copied.
    let mut twice: Vec<NewPerson> = people.iter().filter(|person| !person.cards.is_empty()).take(2).cloned().collect();
    let card = twice[0].cards[0].clone();
    twice[1].cards = vec![card];
    let given: Vec<NewPerson> = [person(TWO)].into_iter().chain(twice).collect();
    let (send, receive) = tokio::sync::mpsc::channel(3);
    send.try_send(Batch::People(given.clone())).unwrap();
    send.try_send(Batch::End).unwrap();
    let all: Vec<_> = fixtures().insurers.iter().cloned().chain(insurers(&people)).collect();
    let mut distinct = std::collections::HashSet::new();
    let all: Vec<_> = all.into_iter().filter(|insurer| distinct.insert(insurer.number)).collect();
    let error = store.load_mass(&all, None, receive, later(1), false, &|_| ()).await.unwrap_err();
    assert!(error.to_string().contains("card_certificate_pkey"), "{error}");
    assert_eq!(said_at(&database, later(2)).await, before);
    assert_eq!(database.count("select count(*) from pg_namespace where nspname = 'shikaku_load'").await, 0);
    // Other loads and entries can go on, and ids are those after the last.
    let mut one = person("kyokai-insured-tokyo");
    one.fixture_id = "after".to_owned();
    one.coverages[0].key.number = CardNumber::parse("99999999").unwrap();
    load_mass(&store, [one], later(3), false).await.unwrap().unwrap();
    assert_eq!(
        database.count("select count(*) from person where fixture_id = 'after' and id = (select max(id) from person)").await,
        1
    );
    store.pool().close().await;
    database.drop().await;
}

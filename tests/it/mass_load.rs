//! Loads by way of COPY and a swap of tables: the same registry as other loads, seen at once, and nothing lost on the way.

use shikaku::domain::CardNumber;
use shikaku::population::insurers;
use shikaku::store::Store;
use shikaku::store::registry::{Batch, NewPerson};
use sqlx::{AssertSqlSafe, Executor};

use crate::support::database::TestDatabase;
use crate::support::fixtures;
use crate::support::mass::made;
use crate::support::registry::{later, load, load_mass, person, rename, said_at};

const TWO: &str = "overlap-two-insurers";

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
            let counts = store.load_mass(insurers(), None, receive, later(1), false, &|_| ()).await.unwrap().unwrap();
            assert_eq!((counts.people, counts.coverages), (3_000, people.iter().map(|one| one.coverages.len()).sum()));
        } else {
            store.load(insurers(), &[], people.clone(), later(1), false).await.unwrap();
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
    assert_eq!(store.load_mass(insurers(), None, receive, later(1), true, &|_| ()).await.unwrap(), None);
    // Two people have one certificate, which the key of the new table refuses after everybody was copied.
    let mut twice: Vec<NewPerson> = people.iter().filter(|person| !person.cards.is_empty()).take(2).cloned().collect();
    let card = twice[0].cards[0].clone();
    twice[1].cards = vec![card];
    let given: Vec<NewPerson> = [person(TWO)].into_iter().chain(twice).collect();
    let (send, receive) = tokio::sync::mpsc::channel(3);
    send.try_send(Batch::People(given.clone())).unwrap();
    send.try_send(Batch::End).unwrap();
    let all: Vec<_> = fixtures().insurers.iter().cloned().chain(insurers().iter().cloned()).collect();
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

#[tokio::test]
async fn a_role_that_could_not_finish_is_refused_at_the_start() {
    let database = TestDatabase::new().await;
    let before = said_at(&database, later(2)).await;
    database.execute("create role mass_load_writer").await;
    let store = Store::connect(database.options().options([("role", "mass_load_writer")]), 2).await.unwrap();
    database.execute("grant all on all tables in schema public to mass_load_writer").await;
    // It may do everything but own the tables, then everything but make a schema.
    let name: String =
        sqlx::query_scalar("select current_database()").fetch_one(&mut database.connect().await).await.unwrap();
    let grant = |word: &str, to: &str| AssertSqlSafe(format!("{word} create on database {name} {to} mass_load_writer"));
    database.connect().await.execute(grant("grant", "to")).await.unwrap();
    let refusal = "the role mass_load_writer cannot load these files: it needs CREATE on the database";
    for owns in [false, true] {
        if owns {
            database.connect().await.execute(grant("revoke", "from")).await.unwrap();
            for table in ["person", "coverage", "card_certificate"] {
                let own = format!("alter table {table} owner to mass_load_writer");
                database.connect().await.execute(AssertSqlSafe(own)).await.unwrap();
            }
        }
        let error = load_mass(&store, [person(TWO)], later(1), false).await.unwrap_err();
        assert!(error.to_string().starts_with(refusal), "{error}");
        assert_eq!(said_at(&database, later(2)).await, before);
    }
    // With both it loads.
    database.connect().await.execute(grant("grant", "to")).await.unwrap();
    database.execute("grant usage, select, update on all sequences in schema public to mass_load_writer").await;
    database.execute("grant create on schema public to mass_load_writer").await;
    load_mass(&store, [person(TWO)], later(1), false).await.unwrap().unwrap();
    store.pool().close().await;
    database.execute("drop owned by mass_load_writer").await;
    database.execute("drop role mass_load_writer").await;
    database.drop().await;
}

#[tokio::test]
async fn who_writes_during_a_load_waits_and_is_not_lost() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (send, receive) = tokio::sync::mpsc::channel(2);
    send.try_send(Batch::People(vec![person(TWO)])).unwrap();
    let (began, begun) = tokio::sync::oneshot::channel();
    let began = std::sync::Mutex::new(Some(began));
    let loading = {
        let store = store.clone();
        tokio::spawn(async move {
            // The load holds its locks when the first people are written.
            let tell = |_| {
                let began = began.lock().unwrap().take();
                began.into_iter().for_each(|began| began.send(()).unwrap());
            };
            store.load_mass(&fixtures().insurers, None, receive, later(1), false, &tell).await
        })
    };
    begun.await.unwrap();
    // Another load, and a statement of somebody else.
    let other = tokio::spawn({
        let store = store.clone();
        async move { load(&store, [renamed()], later(2), false).await }
    });
    let mut row = database.connect().await;
    let written = tokio::spawn(async move {
        row.execute("update person set address_withheld = true where fixture_id = 'overlap-two-insurers'").await
    });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!other.is_finished() && !written.is_finished(), "written during the load");
    send.send(Batch::End).await.unwrap();
    loading.await.unwrap().unwrap().unwrap();
    other.await.unwrap();
    // A statement that waited for the old table fails and says so, or finds the new one; it never writes to the old one.
    let written = i64::from(written.await.unwrap().is_ok());
    assert_eq!(
        database.count("select count(*) from person where fixture_id = 'overlap-two-insurers' and address_withheld").await,
        written
    );
    let name = "select count(*) from coverage where name = '改名　後'";
    assert_eq!(database.count(name).await, 1);
    store.pool().close().await;
    database.drop().await;
}

/// Returns a person under another name.
fn renamed() -> NewPerson {
    let mut one = person("kyokai-insured-tokyo");
    rename(&mut one, 0, "改名　後");
    one
}

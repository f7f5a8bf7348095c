//! The plans of the two lookups: one probe of an index each, however large the registry and its history are.

use serde_json::Value;
use shikaku::domain::{CardFacts, CardId, CardKind, CardNumber, CardQuery, CardState, CertificateSerial, InstitutionCode};
use shikaku::store::by_card;
use shikaku::store::by_certificate::{self, PresentedCard};
use shikaku::store::jlis::CardRecord;
use shikaku::store::registry::{NewCard, NewPerson};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load, person, rename};
use crate::support::world::fixed_now;
use crate::support::{TEST_CLINIC, root};

const PEOPLE: u32 = 20_000;

fn card_of(id: u32) -> CardId {
    let [a, b, c, d] = id.to_be_bytes();
    CardId { issuer: vec![7; 20], serial: CertificateSerial::new(&[1, a, b, c, d]).unwrap() }
}

fn number_of(id: u32) -> CardNumber {
    CardNumber::parse(&format!("9{id:07}")).unwrap()
}

/// Makes people with one coverage and one card each.
fn people(name: &'static str) -> impl Iterator<Item = NewPerson> + Send {
    (0..PEOPLE).map(move |id| {
        let mut one = NewPerson { fixture_id: format!("many-{id}"), ..person("kyokai-insured-tokyo") };
        one.coverages[0].key.number = number_of(id);
        rename(&mut one, 0, name);
        let record = CardRecord {
            id: card_of(id),
            kind: CardKind::Card,
            state: CardState::Good,
            superseded_by: None,
            changed_at: fixed_now(),
            as_of: None,
            valid_from: fixed_now(),
            valid_through: later(1_000_000),
        };
        one.cards.push(NewCard { id: card_of(id), record: Some(record) });
        one
    })
}

/// Finds the statement in `.sqlx/` that contains this line.
fn statement(line: &str) -> String {
    let files = std::fs::read_dir(root().join(".sqlx")).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let queries = texts.map(|text| serde_json::from_str::<Value>(&text).unwrap()["query"].as_str().unwrap().to_owned());
    let found: Vec<String> = queries.filter(|query| query.contains(line)).collect();
    assert_eq!(found.len(), 1, "{line}");
    found.into_iter().next().unwrap()
}

/// Lists the nodes of a statement's plan that read a table, as "kind, table, index".
async fn scans(connection: &mut PgConnection, line: &str, arguments: &str) -> Vec<String> {
    connection.execute(AssertSqlSafe(format!("prepare lookup as {}", statement(line)))).await.unwrap();
    let explain = format!("explain (format json) execute lookup ({arguments})");
    let plan: Value = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.unwrap();
    connection.execute("deallocate lookup").await.unwrap();
    let mut scans = Vec::new();
    let mut nodes = vec![&plan[0]["Plan"]];
    while let Some(node) = nodes.pop() {
        if let Some(table) = node["Relation Name"].as_str() {
            let index = node["Index Name"].as_str().unwrap_or("no index");
            scans.push(format!("{}, {table}, {index}", node["Node Type"].as_str().unwrap()));
        }
        nodes.extend(node["Plans"].as_array().into_iter().flatten());
    }
    scans.sort();
    scans
}

/// Counts the scans of each table of a lookup and the probes of its indexes, in this transaction so far.
async fn probes(connection: &mut PgConnection) -> Vec<(String, i64, i64)> {
    let counts = "select relname::text, seq_scan, coalesce(idx_scan, 0)
                    from pg_stat_xact_user_tables
                   where relname in ('card_certificate', 'coverage', 'person')
                   order by 1";
    sqlx::query_as(counts).fetch_all(connection).await.unwrap()
}

fn since(before: &[(String, i64, i64)], after: Vec<(String, i64, i64)>) -> Vec<(String, i64, i64)> {
    let differences = after.into_iter().zip(before).map(|((table, gone_through, asked), before)| {
        assert_eq!(table, before.0);
        (table, gone_through - before.1, asked - before.2)
    });
    differences.filter(|(_, gone_through, asked)| gone_through + asked > 0).collect()
}

#[tokio::test]
async fn an_answer_takes_one_probe_of_the_index_of_its_path() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    // Every person has two earlier versions, so that the history is larger than the table of current ones.
    for (minutes, name) in [(1, "大量　一"), (2, "大量　二"), (3, "大量　三")] {
        load(&store, people(name), later(minutes), false).await;
    }
    assert_eq!(database.count("select count(*) from coverage_history").await, 2 * i64::from(PEOPLE));
    database.execute("vacuum analyze").await;

    // The program's connections plan in the first mode.
    for mode in ["force_generic_plan", "force_custom_plan"] {
        let mut connection = database.connect().await;
        connection.execute(AssertSqlSafe(format!("set plan_cache_mode = {mode}"))).await.unwrap();
        let by_card = scans(
            &mut connection,
            "join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on",
            "array[1, 2], array['06132013', '1'], array[date '1980-01-01', '1990-01-01'], array[null, '1310012344']",
        )
        .await;
        let coverage =
            |scans: &[String]| scans.iter().filter(|scan| !scan.contains("reference_number")).cloned().collect::<Vec<_>>();
        assert_eq!(coverage(&by_card), ["Index Scan, coverage, coverage_search_key_idx"], "{mode}: {by_card:?}");
        let by_certificate = scans(
            &mut connection,
            "and not coverage.self_information_blocked",
            "array['\\x07', '\\x08']::bytea[], array['\\x01', '\\x02']::bytea[], array[now(), now()], array[null, '1310012344']",
        )
        .await;
        assert_eq!(
            coverage(&by_certificate),
            ["Index Scan, card_certificate, card_certificate_pkey", "Index Scan, coverage, coverage_person_id_idx"],
            "{mode}"
        );
    }

    // The statements take as many probes as there are questions.
    let mut connection = store.dedicated().await.unwrap();
    let institution = Some(InstitutionCode::parse(TEST_CLINIC).unwrap());
    let coverage = person("kyokai-insured-tokyo").coverages.remove(0);
    let asked = [3, 700, 19_999].map(|id| {
        let mut key = coverage.key.clone();
        key.number = number_of(id);
        (
            institution,
            CardQuery { key, birth_on: coverage.identity.birth_on, check_on: coverage.acquired_on, limit_consent: true },
        )
    });
    let cards = [5, 900, 12_345].map(|id| PresentedCard { card: card_of(id), institution, at: fixed_now() });
    let mut probed = Default::default();
    // The first run also plans, which probes indexes too.
    for _ in 0..2 {
        connection.execute("begin").await.unwrap();
        let before = probes(&mut connection).await;
        let found = by_card::facts(&mut connection, &asked).await.unwrap();
        assert!(found.iter().all(|people| people.as_ref().is_ok_and(|people| people.len() == 1)));
        let between = probes(&mut connection).await;
        let found = by_certificate::facts(&mut connection, &cards).await.unwrap();
        assert!(found.iter().all(|facts| matches!(facts, Ok(Some(CardFacts::Holder(_))))));
        probed = (since(&before, between.clone()), since(&between, probes(&mut connection).await));
        connection.execute("commit").await.unwrap();
    }
    let coverage = ("coverage".to_owned(), 0, 3);
    assert_eq!(probed, (vec![coverage.clone()], vec![("card_certificate".to_owned(), 0, 3), coverage]));
    drop(connection);
    store.pool().close().await;
    database.drop().await;
}

//! Every column of coverages and people is compared, written and kept by loads.

use jiff::civil::date;
use serde_json::{Map, Value};
use shikaku::domain::{BirthDate, BranchNumber, LimitCategory, LimitCertificate, LimitKind};
use shikaku::domain::{
    CardClass, CardDates, CardNumber, CardSymbol, CopayRatio, DatedRatio, ElderlyCertificate, Identity, Loss, LossReason,
    Period, PersonalText, PostNumber, Protection, Relationship, Sex, SpecificDisease, SpecificDiseaseCertificate, Yen,
};
use shikaku::store::registry::NewPerson;
use sqlx::AssertSqlSafe;

use crate::support::database::TestDatabase;
use crate::support::registry::{later, load, person};

/// Makes a person whose columns are all filled, and differ from those of the other one, except insurer and 資格取得日.
fn full(id: &str, other: bool) -> NewPerson {
    let either = |one: &str, two: &str| PersonalText::parse(if other { two } else { one }).unwrap();
    let day = |day: i8| date(if other { 2025 } else { 2024 }, 5, day);
    let period = |from: i8| Period::new(day(from), day(from + 10)).unwrap();
    let mut one = NewPerson { fixture_id: id.to_owned(), ..person("overlap-two-insurers") };
    one.about = if other { "二" } else { "一" }.to_owned();
    one.died_on = Some(day(28));
    one.protection = Protection { address_withheld: other, self_information_blocked: other };
    one.coverages.truncate(1);
    let coverage = &mut one.coverages[0];
    coverage.key.symbol = Some(CardSymbol::parse(if other { "B2" } else { "A1" }).unwrap());
    coverage.key.number = CardNumber::parse(if other { "7654321" } else { "1234567" }).unwrap();
    coverage.key.branch = Some(BranchNumber::parse(if other { "02" } else { "01" }).unwrap());
    coverage.relationship = Some(if other { Relationship::Dependant } else { Relationship::Insured });
    coverage.card_class = if other { CardClass::ShortTerm } else { CardClass::General };
    coverage.identity = Identity {
        name: either("架空　一", "架空　二"),
        kana: Some(either("ｶｸｳ ｲﾁ", "ｶｸｳ ﾆ")),
        other_name: Some(either("通称　一", "通称　二")),
        other_kana: Some(either("ﾂｳｼｮｳ ｲﾁ", "ﾂｳｼｮｳ ﾆ")),
        insured_name: Some(either("世帯　一", "世帯　二")),
        sex: if other { Sex::Female } else { Sex::Male },
        sex_on_back: Some(if other { Sex::Unset } else { Sex::Female }),
        birth_on: BirthDate::new(date(1950, 3, if other { 2 } else { 1 })).unwrap(),
        post_number: Some(PostNumber::parse(if other { "100-0002" } else { "100-0001" }).unwrap()),
        address: Some(either("東京都千代田区試験町１", "東京都千代田区試験町２")),
    };
    coverage.acquired_on = date(2015, 4, 1);
    coverage.loss = Some(Loss { on: day(20), reason: if other { LossReason::Other } else { LossReason::Death } });
    coverage.card = CardDates { issued_on: Some(day(1)), valid_from: Some(day(2)), valid_through: Some(day(3)) };
    let ratio = if other { CopayRatio::Two } else { CopayRatio::One };
    coverage.ratios = vec![DatedRatio { period: period(4), ratio }];
    coverage.elderly = vec![ElderlyCertificate { issued_on: Some(day(5)), period: period(5), ratio }];
    coverage.limits = vec![LimitCertificate {
        kind: LimitKind::Limit,
        category: LimitCategory::U,
        issued_on: Some(day(6)),
        period: period(6),
        long_stay_on: None,
    }];
    coverage.specific_diseases = vec![SpecificDiseaseCertificate {
        disease: SpecificDisease::Dialysis,
        issued_on: Some(day(7)),
        period: period(7),
        self_pay: Yen::try_from(10_000).unwrap(),
    }];
    coverage.tickets = person(if other { "welfare-other-clinic" } else { "welfare-ticket" }).coverages[0].tickets.clone();
    one
}

/// Returns rows of a table that are about a person as objects, without the named columns.
async fn rows(database: &TestDatabase, table: &str, id: &str, without: &[&str]) -> Vec<Map<String, Value>> {
    let of = if table.starts_with("person") { "" } else { "join person as holder on holder.id = held.person_id" };
    let column = if of.is_empty() { "held.fixture_id" } else { "holder.fixture_id" };
    let rows = format!("select to_jsonb(held) - $2::text[] from {table} as held {of} where {column} = $1");
    let rows: Vec<Value> = sqlx::query_scalar(AssertSqlSafe(rows))
        .bind(id)
        .bind(without)
        .fetch_all(&mut database.connect().await)
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| match row {
            Value::Object(row) => row,
            other => panic!("{other}"),
        })
        .collect()
}

#[tokio::test]
async fn a_correction_writes_every_column_and_keeps_every_one_before() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    const ID: &str = "corrected";
    load(&store, [full(ID, false)], later(1), false).await;
    let own = ["id", "person_id", "fixture_id"];
    let before = rows(&database, "coverage", ID, &["id", "sole", "ticket_keys"]).await;
    let person_before = rows(&database, "person", ID, &["id"]).await;
    load(&store, [full(ID, true), full("at-first", true)], later(2), false).await;

    for table in ["coverage", "person"] {
        let (corrected, at_first) = (rows(&database, table, ID, &own).await, rows(&database, table, "at-first", &own).await);
        assert!(!corrected.is_empty());
        assert_eq!(corrected, at_first, "what a correction wrote, and what the same person has who is new");
    }
    // The two differ in every column, so that none is left out above.
    let same = |before: &Map<String, Value>, now: &Map<String, Value>| -> Vec<String> {
        now.iter().filter(|(column, value)| before.get(*column) == Some(*value)).map(|(column, _)| column.clone()).collect()
    };
    let now = rows(&database, "coverage", ID, &["id", "sole", "ticket_keys"]).await;
    assert_eq!(same(&before[0], &now[0]), ["acquired_on", "insurer_number", "person_id"]);
    let person_now = rows(&database, "person", ID, &["id"]).await;
    assert_eq!(same(&person_before[0], &person_now[0]), ["fixture_id"]);
    // What was before is kept whole.
    assert_eq!(rows(&database, "coverage_history", ID, &["coverage_id", "replaced_at"]).await, before);
    assert_eq!(rows(&database, "person_history", ID, &["person_id", "replaced_at"]).await, person_before);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_difference_in_one_column_is_noticed() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    const ID: &str = "corrected";
    load(&store, [full(ID, false), full("other", true)], later(1), false).await;
    let mut minutes = 2;
    for (table, key) in [("coverage", "person_id"), ("person", "id")] {
        let own = ["id", "recorded_at"];
        let right = rows(&database, table, ID, &own).await;
        // Registrations are known by these, the flags beside coverages follow the person's, and tickets and their keys go together.
        let apart = [
            "person_id",
            "insurer_number",
            "acquired_on",
            "address_withheld",
            "self_information_blocked",
            "fixture_id",
            "sole",
        ];
        let columns: Vec<String> = right[0].keys().filter(|column| !apart.contains(&column.as_str())).cloned().collect();
        assert!(columns.len() > if table == "coverage" { 25 } else { 1 }, "{columns:?}");
        for column in columns {
            let spoil = format!(
                "update {table} set {column} = other.{column} from {table} as other
                  where {table}.{key} = (select id from person where fixture_id = $1)
                    and other.{key} = (select id from person where fixture_id = 'other')"
            );
            let spoilt = sqlx::query(AssertSqlSafe(spoil)).bind(ID).execute(&mut database.connect().await).await.unwrap();
            assert_eq!(spoilt.rows_affected(), 1);
            assert_ne!(rows(&database, table, ID, &own).await, right, "{column}");
            load(&store, [full(ID, false)], later(minutes), false).await;
            assert_eq!(rows(&database, table, ID, &own).await, right, "{column}");
            minutes += 1;
        }
    }
    store.pool().close().await;
    database.drop().await;
}

//! Measures loading people into a registry, over a PostgreSQL that waits for the disk: `cargo bench --bench registry`. Every
//! round starts with an empty database. It loads all people, loads them again unchanged, loads a corrected tenth, and removes
//! all.
//!
//! `PEOPLE=10000` and `ROUNDS=1` make it smaller. Also prints the bytes on disk per person after each step.

#[path = "server/figures.rs"]
mod figures;

use std::path::Path;
use std::time::{Duration, Instant};

use figures::{run, show};
use jiff::civil::date;
use jiff::{SignedDuration, Span, Timestamp};
use shikaku::domain::{
    BirthDate, BranchNumber, CardClass, CardDates, CardId, CardKey, CardKind, CardNumber, CardState, CardSymbol,
    CertificateSerial, Coverage, Identity, LimitCategory, LimitCertificate, LimitKind, Loss, LossReason, Period,
    PersonalText, PostNumber, Protection, Relationship, Sex,
};
use shikaku::fixtures::Fixtures;
use shikaku::postgres::{Binaries, Durability, PrivatePostgres};
use shikaku::store::Store;
use shikaku::store::jlis::CardRecord;
use shikaku::store::registry::{NewCard, NewPerson};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const PEOPLE: usize = 100_000;
const ROUNDS: usize = 3;

fn main() {
    run(benchmark());
}

fn number_of(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

fn text(text: String) -> PersonalText {
    PersonalText::new(text).unwrap()
}

/// Returns the time of the first load.
fn begun() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

/// Makes person number n of the fixtures' insurers. Every third has an earlier coverage, every twelfth a limit certificate, and
/// seven of ten a card. If `corrected`, the person has moved.
fn person(n: usize, fixtures: &Fixtures, corrected: bool) -> NewPerson {
    let insurer = |place: usize| fixtures.insurers[place % fixtures.insurers.len()].number;
    let key = |insurer| CardKey {
        insurer,
        symbol: Some(CardSymbol::parse(&format!("B{}", n / 10_000)).unwrap()),
        number: CardNumber::parse(&(1_000_000 + n).to_string()).unwrap(),
        branch: Some(BranchNumber::parse("00").unwrap()),
    };
    let days = i64::try_from(n % 21_915).unwrap();
    let birth_on = date(1950, 1, 1).checked_add(Span::new().days(days)).unwrap();
    let limit = LimitCertificate {
        kind: LimitKind::Limit,
        category: LimitCategory::U,
        issued_on: Some(date(2026, 7, 21)),
        period: Period::new(date(2026, 8, 1), date(2027, 7, 31)).unwrap(),
        long_stay_on: None,
    };
    let street = if corrected { "転居町" } else { "試験町" };
    let now = Coverage {
        key: key(insurer(n)),
        relationship: Some(Relationship::Insured),
        card_class: CardClass::General,
        identity: Identity {
            name: text(format!("負荷　{n}")),
            kana: Some(text(format!("ﾌｶ {n}"))),
            other_name: None,
            other_kana: None,
            insured_name: Some(text(format!("負荷　{n}"))),
            sex: if n.is_multiple_of(2) { Sex::Male } else { Sex::Female },
            sex_on_back: None,
            birth_on: BirthDate::new(birth_on).unwrap(),
            post_number: Some(PostNumber::parse("100-0001").unwrap()),
            address: Some(text(format!("東京都千代田区{street}{}－{}", n % 100, n % 30))),
        },
        acquired_on: date(2015, 4, 1),
        loss: None,
        card: CardDates { issued_on: Some(date(2024, 12, 2)), valid_from: Some(date(2024, 12, 2)), valid_through: None },
        ratios: Vec::new(),
        elderly: Vec::new(),
        limits: if n.is_multiple_of(12) { vec![limit] } else { Vec::new() },
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
    };
    let mut coverages = Vec::new();
    if n.is_multiple_of(3) {
        coverages.push(Coverage {
            key: key(insurer(n + 1)),
            acquired_on: date(2010, 4, 1),
            loss: Some(Loss { on: date(2015, 4, 1), reason: LossReason::OtherInsurance }),
            limits: Vec::new(),
            ..now.clone()
        });
    }
    coverages.push(now);
    let mut serial = [0; 16];
    serial[0] = 1;
    serial[8..].copy_from_slice(&n.to_be_bytes());
    let id = CardId { issuer: vec![7; 20], serial: CertificateSerial::new(&serial).unwrap() };
    let record = CardRecord {
        id: id.clone(),
        kind: CardKind::Card,
        state: CardState::Good,
        superseded_by: None,
        changed_at: begun(),
        as_of: None,
        valid_from: begun(),
        valid_through: begun() + SignedDuration::from_hours(24 * 365 * 5),
    };
    NewPerson {
        fixture_id: format!("load-{n}"),
        about: "負荷".to_owned(),
        protection: Protection::default(),
        died_on: None,
        coverages,
        cards: if n % 10 < 7 { vec![NewCard { id, record: Some(record) }] } else { Vec::new() },
    }
}

async fn benchmark() {
    let (people, rounds) = (number_of("PEOPLE", PEOPLE), number_of("ROUNDS", ROUNDS));
    let fixtures = Fixtures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap();
    let directory = tempfile::Builder::new().prefix("shikaku-bench-").tempdir().unwrap();
    let postgres = PrivatePostgres::start(&Binaries::find().unwrap(), &directory.path().join("postgres"), Durability::Kept)
        .await
        .unwrap();
    let mut admin = PgConnection::connect_with(&postgres.options("postgres")).await.unwrap();
    println!("{people} people, {rounds} rounds");
    let steps = ["everybody", "the same again", "a tenth, corrected", "nobody left"];
    let mut rates: [Vec<f64>; 4] = Default::default();
    let mut sizes: [Vec<f64>; 4] = Default::default();
    for round in 0..rounds {
        let database = format!("round_{round}");
        admin.execute(AssertSqlSafe(format!("create database {database}"))).await.unwrap();
        let store = Store::connect(postgres.options(&database), 1).await.unwrap();
        store.migrate().await.unwrap();
        for step in 0..steps.len() {
            let (given, all) = if step == 2 { (10, people / 10) } else { (1, people) };
            let given = (0..if step == 3 { 0 } else { people }).step_by(given).map(|n| person(n, &fixtures, step == 2));
            let at = begun() + SignedDuration::from_hours(i64::try_from(step).unwrap());
            let took = load(&store, &fixtures, given, at, step == 3).await;
            rates[step].push(all as f64 / took.as_secs_f64());
            sizes[step].push(size(&store).await / people as f64);
        }
        store.close().await;
        admin.execute(AssertSqlSafe(format!("drop database {database}"))).await.unwrap();
    }
    for ((step, rates), sizes) in steps.iter().zip(rates).zip(sizes) {
        show(&format!("{step}, people a second"), 0, rates);
        show(&format!("{step}, bytes on disk a person"), 0, sizes);
    }
    admin.close().await.unwrap();
}

async fn load(
    store: &Store,
    fixtures: &Fixtures,
    people: impl Iterator<Item = NewPerson> + Send,
    at: Timestamp,
    reset: bool,
) -> Duration {
    let begun = Instant::now();
    store.load(&fixtures.insurers, &[], people, at, reset).await.unwrap();
    begun.elapsed()
}

/// Returns the bytes of all tables and indexes of the registry, including free space.
async fn size(store: &Store) -> f64 {
    let tables = "select sum(pg_total_relation_size(oid))::float8 from pg_class
                   where relname in ('person', 'coverage', 'card_certificate', 'person_history', 'coverage_history')";
    sqlx::query_scalar(tables).fetch_one(store.pool()).await.unwrap()
}

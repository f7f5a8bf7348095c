//! Measures files with questions about 5,000 people each, from upload to fetched result: `cargo bench --bench bulk`. Messages go
//! over mutual TLS, and PostgreSQL waits for the disk. One million people are loaded; client, server and PostgreSQL share the
//! machine.
//!
//! `PEOPLE=100000` and `ROUNDS=3` make it smaller.

mod server;

use std::time::{Duration, Instant};

use axum::body::Bytes;
use jiff::civil::{Date, date};
use server::{Server, show};
use shikaku::config::Limits;
use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::store::Store;
use shikaku::terminal::{Connection, Terminal};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_fetch;
use shikaku::wire::message::bulk_register::people_file;
use shikaku::wire::message::by_card::NewRequest;

const PERSONS: usize = 5000;

/// The time before a client first polls, multiplied by the number of concurrent files: no file of this size is done earlier.
const FIRST: Duration = Duration::from_millis(45);

/// The pause between later polls.
const POLL: Duration = Duration::from_millis(5);

/// Loads person number n, from 0. All are employees of one insurer, with birth dates on consecutive days over 60 years. Every
/// fifth has a limit certificate, and every hundredth a second coverage.
const LOAD: [&str; 6] = [
    "insert into person (fixture_id, about, address_withheld, self_information_blocked)
     select null, null, false, false from generate_series(1, $1)",
    "insert into coverage
          ( person_id, acquired_on, birth_on, card_issued_on, card_valid_from, relationship, card_class, sex, search_key
          , insurer_number, symbol, number, branch, name, kana, insured_name, post_number, address, limit_certificates, sole )
     select least, date '2015-04-01', date '1950-01-01' + (n % 21915), date '2024-12-02', date '2024-12-02', 1, 1, 1 + n % 2
          , '06132013' || chr(31) || 'B' || n / 10000 || chr(31) || 1000000 + n, '06132013', 'B' || n / 10000, (1000000 + n)::text, '00'
          , '負荷　' || n, 'ﾌｶ ' || n, '負荷　' || n, '100-0001', '東京都千代田区試験町' || n % 100 || '－' || n % 30
          , case when n % 5 = 0 then array[row(1, 3, date '2026-07-21', date '2026-08-01', date '2027-07-31', null)::limit_certificate] end
          , true
       from (select id as least, (id - (select min(id) from person where fixture_id is null))::integer as n
               from person where fixture_id is null) as numbered",
    "insert into coverage
          ( person_id, acquired_on, lost_on, loss_reason, birth_on, relationship, card_class, sex, search_key, insurer_number, symbol
          , number, branch, name )
     select person_id, date '2010-04-01', date '2015-04-01', 3, birth_on, 1, 1, sex, '138057' || chr(31) || symbol || chr(31) || number
          , '138057', symbol, number, branch, name
       from coverage
      where insurer_number = '06132013' and person_id in (select id from person where fixture_id is null) and id % 100 = 0",
    "update coverage set sole = false
      where person_id in (select person_id from coverage where insurer_number = '138057' and lost_on = '2015-04-01')",
    // As in a database that was loaded some time ago.
    "vacuum analyze",
    "checkpoint",
];

fn main() {
    server::run(benchmark());
}

fn number_of(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

async fn benchmark() {
    let people = number_of("PEOPLE", 1_000_000);
    let rounds = number_of("ROUNDS", 9);
    let mut limits = Limits::default();
    // No daily limit, because every round asks about other people.
    limits.bulk.people_a_day = 0;
    let server = Server::start(limits, async |store| load(store, people).await).await;
    let utf8 = server.fixtures.institutions.iter().filter(|entry| entry.institution.form.charset == AnswerCharset::Utf8);
    let clients: Vec<Client> =
        utf8.map(|entry| entry.institution.code).take(2).map(|code| (code, server.terminal(&code))).collect();
    println!("{people} people, files of {PERSONS}, {rounds} rounds");
    let mut random = Random(7);
    let mut times = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=rounds {
        // Formats take turns at being first: the first is a little slower, because the disk is still busy with the previous
        // round.
        let (xml, json) = if round % 2 == 0 {
            let xml = both(&clients, Format::Xml, people, &mut random).await;
            (xml, both(&clients, Format::Json, people, &mut random).await)
        } else {
            let json = both(&clients, Format::Json, people, &mut random).await;
            (both(&clients, Format::Xml, people, &mut random).await, json)
        };
        let alone = one(&clients[0], Format::Xml, file(clients[0].0, people, Format::Xml, &mut random)).await;
        let alone_json = one(&clients[0], Format::Json, file(clients[0].0, people, Format::Json, &mut random)).await;
        // The first round warms up and is not counted.
        if round > 0 {
            for (all, time) in times.iter_mut().zip([xml, json, alone, alone_json]) {
                all.push(time);
            }
        }
    }
    server.app.stop().await;
    let [xml, json, alone, alone_json] = times;
    let a_second = |times: Vec<Duration>| times.into_iter().map(|time| 2.0 * PERSONS as f64 / time.as_secs_f64()).collect();
    show("two files at once in XML, persons a second", 0, a_second(xml));
    show("two files at once in JSON, persons a second", 0, a_second(json));
    let seconds = |times: Vec<Duration>| times.into_iter().map(|time| time.as_secs_f64()).collect();
    show("one file alone in XML, seconds", 3, seconds(alone));
    show("one file alone in JSON, seconds", 3, seconds(alone_json));
}

async fn load(store: &Store, people: usize) {
    let begun = Instant::now();
    let mut connection = store.dedicated().await.unwrap();
    sqlx::query("set statement_timeout = 0").execute(&mut connection).await.unwrap();
    sqlx::query(LOAD[0]).bind(i32::try_from(people).unwrap()).execute(&mut connection).await.unwrap();
    for statement in &LOAD[1..] {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    println!("loaded in {:.0} s", begun.elapsed().as_secs_f64());
}

struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Makes a file about people drawn at random.
fn file(institution: InstitutionCode, people: usize, format: Format, random: &mut Random) -> Vec<u8> {
    let first = date(1950, 1, 1);
    let drawn: Vec<(String, String, String, Date)> = (0..PERSONS)
        .map(|place| {
            let n = random.below(people);
            let birth_on = first.checked_add(jiff::Span::new().days(i64::try_from(n % 21915).unwrap())).unwrap();
            (format!("B{}", n / 10000), (1_000_000 + n).to_string(), format!("pt{place:06}"), birth_on)
        })
        .collect();
    let requests: Vec<NewRequest<'_>> = drawn
        .iter()
        .map(|(symbol, number, identifier, birth_on)| NewRequest {
            institution: institution.as_str(),
            file_identifier: Some("BENCH"),
            check_on: date(2026, 11, 22),
            insurer: "06132013",
            symbol: Some(symbol),
            number,
            branch: Some("00"),
            birth_on: *birth_on,
            limit_consent: true,
            identifier: Some(identifier),
        })
        .collect();
    people_file(&requests, format, AnswerCharset::Utf8)
}

type Client = (InstitutionCode, Terminal);

async fn both(clients: &[Client], format: Format, people: usize, random: &mut Random) -> Duration {
    let mut ready = Vec::new();
    for (institution, terminal) in clients {
        ready.push((terminal.connect().await.unwrap(), *institution, file(*institution, people, format, random)));
    }
    let begun = Instant::now();
    let files = u32::try_from(ready.len()).unwrap();
    let asking =
        ready.into_iter().map(|(connection, institution, file)| ask(connection, institution, format, file, FIRST * files));
    let tasks: Vec<_> = asking.map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    let elapsed = begun.elapsed();
    for result in results {
        check(format, &result);
    }
    elapsed
}

async fn one(client: &Client, format: Format, file: Vec<u8>) -> Duration {
    let connection = client.1.connect().await.unwrap();
    let begun = Instant::now();
    let result = ask(connection, client.0, format, file, FIRST).await;
    let elapsed = begun.elapsed();
    check(format, &result);
    elapsed
}

/// Checks that a result has every person.
fn check(format: Format, result: &[u8]) {
    let found = std::str::from_utf8(result).unwrap().matches("Birthdate").count();
    // It occurs twice in each unit, with two tags each in XML.
    assert_eq!(found, PERSONS * if format == Format::Xml { 4 } else { 2 });
}

/// Sends a file and fetches its result; polls for it first after the time `first`.
async fn ask(
    mut connection: Connection,
    institution: InstitutionCode,
    format: Format,
    file: Vec<u8>,
    first: Duration,
) -> Bytes {
    let reply = connection.ask("/oqs/OQSmuquc01", format, file).await.unwrap();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let digits = text.split("ReceptionNumber").nth(1).unwrap_or_else(|| panic!("{text}"));
    let number: String = digits.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    tokio::time::sleep(first).await;
    loop {
        let request = bulk_fetch::request(institution.as_str(), &number, format, AnswerCharset::Utf8);
        let result = connection.ask("/oqs/OQSmuquc02", format, request).await.unwrap().body;
        if result.len() > 1000 {
            return result;
        }
        tokio::time::sleep(POLL).await;
    }
}

//! Measures whether the time of an answer reveals why nobody was found, and so whether a card exists: `cargo bench --bench
//! misses`.
//!
//! One terminal asks one question after the other over mutual TLS: each kind once per round, in another order every round. Two
//! kinds differ only in an unknown number: the difference between them is the error of the measurement. `ROUNDS=2000` makes it
//! shorter.

mod server;

use std::time::Instant;

use server::{Server, show};
use shikaku::config::Limits;
use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Ask;
use shikaku::wire::Format;

const ROUNDS: usize = 10_000;

/// Rounds that warm up and are not counted.
const WARM_UP: usize = 500;

const INSTITUTION: &str = "1310012344";
const PERSON: &str = "kyokai-insured-tokyo";

fn main() {
    server::run(benchmark());
}

/// Makes the questions: a card with its holder's birth date, and variants with one fault each.
fn kinds(right: &Ask) -> [(&'static str, Ask); 6] {
    let number = |number: &str| Ask { number: number.to_owned(), ..right.clone() };
    [
        ("number that nobody has", number("9000001")),
        ("another one", number("9000002")),
        ("birth date of another day", Ask { birth_on: right.birth_on.tomorrow().unwrap(), ..right.clone() }),
        ("symbol that nobody has", Ask { symbol: Some("99999999".to_owned()), ..right.clone() }),
        ("insurer with nobody", Ask { insurer: "06139992".to_owned(), ..right.clone() }),
        ("somebody", right.clone()),
    ]
}

async fn benchmark() {
    let server = Server::start(Limits { misses: 0, ..Limits::default() }, async |_| {}).await;
    let kinds = kinds(&server.fixtures.person(PERSON).unwrap().ask);
    let questions = kinds.each_ref().map(|(_, ask)| ask.request(INSTITUTION).write(Format::Json, AnswerCharset::Utf8));
    let terminal = server.terminal(&server.fixtures.institutions[0].institution.code);
    let mut connection = terminal.connect().await.unwrap();
    let rounds = std::env::var("ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let mut took: [Vec<f64>; 6] = Default::default();
    for round in 0..WARM_UP + rounds {
        for step in 0..kinds.len() {
            // Alternates forwards and backwards, and starts each round with another kind.
            let kind = (round + step * [1, 5][round / kinds.len() % 2]) % kinds.len();
            let begun = Instant::now();
            let reply = connection.post("/oqs/OQSsiquc01", "application/json", &[], questions[kind].clone()).await.unwrap();
            let elapsed = begun.elapsed().as_secs_f64() * 1e6;
            let validity = if kinds[kind].0 == "somebody" { "1" } else { "4" };
            let text = String::from_utf8_lossy(&reply.body);
            assert!(text.contains(&format!(r#""QualificationValidity":"{validity}""#)), "{}: {text}", kinds[kind].0);
            if round >= WARM_UP {
                took[kind].push(elapsed);
            }
        }
    }
    server.app.stop().await;
    println!("{rounds} rounds");
    let base = part(&took[0], 0.5);
    for ((name, _), took) in kinds.iter().zip(took) {
        let [tenth, median, nine_tenths] = [0.1, 0.5, 0.9].map(|share| part(&took, share));
        println!("{name}: {:+.2} % of the first; 80 % within {tenth:.0} to {nine_tenths:.0}", (median / base - 1.0) * 100.0);
        show("    microseconds", 1, took);
    }
}

/// Returns the quantile `share` of the values.
fn part(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * share) as usize]
}

//! What insurers register: people who begin a job and are insured with 協会けんぽ, and the end of what was registered before.
//!
//! Everything about an entry follows from its number and the seed of the plan. A run that is repeated sends the same entries under the
//! same ids, so that the server says of them that they are applied already.

use jiff::civil::{Date, date};
use serde::Deserialize;
use serde_json::{Value, json};
use shikaku::domain::InsurerNumber;

use crate::answer::Difference;

/// A person whom an entry registers, by the number of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer(pub u64);

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 資格取得.
    Gain(Newcomer),
    /// 資格喪失.
    Loss(Newcomer),
}

/// 資格取得日 and 資格喪失日 of everybody: in the past, whenever a plan is run.
const GAINED_ON: Date = date(2026, 4, 1);
const LOST_ON: Date = date(2026, 11, 1);

/// Returns the path to which an insurer's entries are posted.
#[must_use]
pub fn path(insurer: InsurerNumber) -> String {
    format!("/api/insurers/{}/registrations", insurer.as_str())
}

/// Writes the entries of a request.
#[must_use]
pub fn body(seed: u64, changes: &[Change]) -> Vec<u8> {
    let entries: Vec<Value> = changes.iter().map(|change| entry(seed, *change)).collect();
    json!({ "entries": entries }).to_string().into_bytes()
}

fn entry(seed: u64, change: Change) -> Value {
    match change {
        Change::Gain(newcomer) => json!({
            "id": change.id(seed),
            "kind": "gain",
            "person": newcomer.person(seed),
            "acquired_on": GAINED_ON,
            "coverage": newcomer.coverage(seed),
        }),
        Change::Loss(newcomer) => {
            let (symbol, number) = newcomer.card(seed);
            json!({
                "id": change.id(seed),
                "kind": "loss",
                "of": { "symbol": symbol, "number": number, "branch": "00", "acquired_on": GAINED_ON },
                "loss": { "on": LOST_ON, "reason": "01" },
            })
        }
    }
}

impl Change {
    fn id(self, seed: u64) -> String {
        match self {
            Self::Gain(newcomer) => format!("{}-gain", newcomer.person(seed)),
            Self::Loss(newcomer) => format!("{}-loss", newcomer.person(seed)),
        }
    }
}

impl Newcomer {
    /// Returns the stable id.
    fn person(self, seed: u64) -> String {
        format!("load-{seed}-{}", self.0)
    }

    /// Returns 記号 and 番号, which differ for each number below 10 to the power 10, and for each of ten thousand seeds. No generated
    /// population has such 記号.
    fn card(self, seed: u64) -> (String, String) {
        let (high, low) = (self.0 / 10_000_000 % 1000, self.0 % 10_000_000);
        (format!("9{:04}{high:03}", seed % 10_000), format!("{low}"))
    }

    fn coverage(self, seed: u64) -> Value {
        let (symbol, number) = self.card(seed);
        let age = 20 + i16::try_from(self.0 % 40).expect("below 40");
        let birth_on = date(2026 - age, 1 + i8::try_from(self.0 % 12).expect("below 12"), 15);
        json!({
            "symbol": symbol,
            "number": number,
            "branch": "00",
            "relationship": "1",
            "name": "試験　新人",
            "kana": "ｼｹﾝ ｼﾝｼﾞﾝ",
            "sex": if self.0.is_multiple_of(2) { "1" } else { "2" },
            "birth_on": birth_on,
            "post_number": "100-0001",
            "address": "東京都千代田区試験町１－１－１",
        })
    }
}

#[derive(Deserialize)]
struct Registered {
    entries: Vec<EntryResult>,
}

#[derive(Deserialize)]
struct EntryResult {
    id: Option<String>,
    outcome: String,
    error: Option<EntryError>,
}

#[derive(Deserialize)]
struct EntryError {
    code: String,
}

/// What became of a request whose entries the server read.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Each entry is applied, now or before.
    Applied,
    /// An entry is refused, with this code.
    Refused(String),
    /// The answer is not about these entries.
    Wrong(Vec<Difference>),
}

/// Reads what became of the entries of a request.
#[must_use]
pub fn outcome(seed: u64, changes: &[Change], body: &str) -> Outcome {
    let Ok(registered) = serde_json::from_str::<Registered>(body) else {
        return Outcome::Wrong(vec![Difference::of("(body)", Some("what became of the entries"), None)]);
    };
    let (expected, found) = (changes.len().to_string(), registered.entries.len().to_string());
    if expected != found {
        return Outcome::Wrong(vec![Difference::of("(entries)", Some(&expected), Some(&found))]);
    }
    for (change, result) in changes.iter().zip(&registered.entries) {
        let id = change.id(seed);
        if result.id.as_ref() != Some(&id) {
            return Outcome::Wrong(vec![Difference::of("id", Some(&id), result.id.as_deref())]);
        }
        match result.outcome.as_str() {
            "applied" | "already_applied" => {}
            "refused" => {
                let code = result.error.as_ref().map(|error| error.code.clone());
                return Outcome::Refused(code.unwrap_or_default());
            }
            other => return Outcome::Wrong(vec![Difference::of("outcome", Some("applied"), Some(other))]),
        }
    }
    Outcome::Applied
}

/// Returns the code of a problem document, in which the operator listener tells why it refuses a request.
#[must_use]
pub fn problem_code(body: &str) -> Option<String> {
    let problem: Value = serde_json::from_str(body).ok()?;
    problem.get("code")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: [Change; 2] = [Change::Gain(Newcomer(10_000_041)), Change::Loss(Newcomer(7))];

    #[test]
    fn entries_follow_from_their_numbers_and_the_seed() {
        let value: Value = serde_json::from_slice(&body(3, &CHANGES)).unwrap();
        let [gain, loss] = [&value["entries"][0], &value["entries"][1]];
        assert_eq!((&gain["id"], &gain["person"]), (&json!("load-3-10000041-gain"), &json!("load-3-10000041")));
        assert_eq!((&gain["coverage"]["symbol"], &gain["coverage"]["number"]), (&json!("90003001"), &json!("41")));
        assert_eq!((&gain["acquired_on"], &gain["coverage"]["birth_on"]), (&json!("2026-04-01"), &json!("2005-10-15")));
        assert_eq!(
            (&loss["id"], &loss["of"]["number"], &loss["loss"]["on"]),
            (&json!("load-3-7-loss"), &json!("7"), &json!("2026-11-01"))
        );
        assert_eq!(body(3, &CHANGES), body(3, &CHANGES));
        assert_ne!(body(3, &CHANGES), body(4, &CHANGES));
    }

    #[test]
    fn what_became_of_entries_is_compared_with_what_was_sent() {
        let answer = |second: &str| {
            format!(
                r#"{{"file":1,"applied":1,"already_applied":1,"refused":0,"entries":[
                    {{"place":1,"id":"load-3-10000041-gain","outcome":"already_applied","error":null,"findings":[]}},{second}]}}"#
            )
        };
        let read = |second: &str| outcome(3, &CHANGES, &answer(second));
        assert_eq!(read(r#"{"place":2,"id":"load-3-7-loss","outcome":"applied"}"#), Outcome::Applied);
        let refused = r#"{"place":2,"id":"load-3-7-loss","outcome":"refused","error":{"code":"SHK4002","title":"x"}}"#;
        assert_eq!(read(refused), Outcome::Refused("SHK4002".to_owned()));
        let other = r#"{"place":2,"id":"load-3-8-loss","outcome":"applied"}"#;
        assert_eq!(read(other), Outcome::Wrong(vec![Difference::of("id", Some("load-3-7-loss"), Some("load-3-8-loss"))]));
        assert!(matches!(outcome(3, &CHANGES[..1], &answer("{\"outcome\":\"applied\"}")), Outcome::Wrong(_)));
        assert!(matches!(outcome(3, &CHANGES, "<html>"), Outcome::Wrong(_)));
    }
}

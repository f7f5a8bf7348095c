//! Ratios and certificates of a population that lives on are registered as such, and a terminal is told of the newest.

use jiff::civil::{Date, date};
use serde_json::Value;
use shikaku::domain::Scheme;
use shikaku::fixtures::Ask;
use shikaku::store::registry::NewPerson;
use shikaku::wire::Format;

use crate::support::{World, parse, text_of};

/// The day about which the tests ask: it lies within the year from August that the entries begin.
const DAY: Date = date(2027, 3, 1);

pub async fn ratios_and_certificates_are_registered_as_such(world: &World, people: &[NewPerson], entries: &[Value]) {
    for entry in entries.iter().filter(|entry| entry["kind"] == "correction") {
        let parts = entry["coverage"].as_object().unwrap();
        for part in ["ratio", "elderly", "limit", "specific_disease"] {
            assert!(!parts.contains_key(part), "{entry}");
        }
    }
    everybody_of_an_age_has_one(world).await;
    let mut told = 0;
    for person in people.iter().filter(|one| one.about.is_empty()) {
        let Some(coverage) = person.coverages.last().filter(|one| one.loss.is_none()) else { continue };
        let id = Value::from(person.fixture_id.as_str());
        let own: Vec<&Value> = entries.iter().filter(|entry| entry["person"] == id || entry["of"]["person"] == id).collect();
        let ended = own.iter().any(|entry| entry["kind"] == "death" || entry["kind"] == "loss");
        if coverage.key.insurer.scheme() != Scheme::LateElderly || ended {
            continue;
        }
        // Of two entries about one day the later one counts.
        let ratio =
            own.iter().rfind(|entry| contains(&entry["ratio"])).map(|entry| entry["ratio"]["wari"].as_i64().unwrap());
        let ratio = ratio.unwrap_or_else(|| panic!("{id} has no ratio on {DAY}"));
        let limit = own.iter().rfind(|entry| contains(&entry["certificate"]["limit"]) || ends_limit(&entry["returned"]));
        let category = limit.and_then(|entry| entry["certificate"]["limit"]["category"].as_str());
        let ask = Ask {
            insurer: coverage.key.insurer.as_str().to_owned(),
            symbol: None,
            number: coverage.key.number.as_str().to_owned(),
            branch: None,
            birth_on: coverage.identity.birth_on.date(),
            check_on: DAY,
            limit_consent: true,
        };
        let message = parse(Format::Json, &world.ask(&ask, Format::Json).await.body);
        let shown = text_of(&message, "InsuredPartialContributionRatio").unwrap_or_default();
        assert_eq!(shown, format!("0{ratio}0"), "{id}");
        let shown = text_of(&message, "LimitApplicationCertificateClassificationFlag");
        assert_eq!(shown.as_deref().filter(|text| !text.is_empty()), category, "{id}");
        told += 1;
        if told == 60 {
            return;
        }
    }
    panic!("only {told}");
}

fn day(value: &Value) -> Date {
    value.as_str().unwrap().parse().unwrap()
}

fn contains(dated: &Value) -> bool {
    dated["from"].is_string() && (day(&dated["from"])..=day(&dated["through"])).contains(&DAY)
}

/// Returns whether a certificate is returned that would be in force on the day: those of this year began in August.
fn ends_limit(returned: &Value) -> bool {
    returned["kind"] == "limit" && day(&returned["on"]) <= DAY && day(&returned["from"]) >= date(2026, 8, 1)
}

/// Everybody in 後期高齢者医療 has one ratio on the day, and everybody of 71 to 74 in another scheme one 高齢受給者証.
async fn everybody_of_an_age_has_one(world: &World) {
    const IN_FORCE: &str = "from coverage join person on person.id = person_id
        where fixture_id like 'h0%' and coalesce(about, '') = '' and acquired_on <= '2027-03-01'
          and coalesce(lost_on, '9999-12-31') > '2027-03-01'";
    for (of_whom, list, least) in [
        ("insurer_number like '39______'", "ratios", 200),
        ("insurer_number !~ '^(39|12).{6}$' and birth_on between '1952-05-01' and '1955-12-31'", "elderly_certificates", 40),
    ] {
        let all = format!("select count(*) {IN_FORCE} and {of_whom}");
        let with_one = format!(
            "{all} and (select count(*) from unnest({list}) as one where '2027-03-01' between one.valid_from and one.valid_through) = 1"
        );
        let [all, with_one] = [all, with_one].map(|sql| -> &'static str { Box::leak(sql.into_boxed_str()) });
        let (all, with_one) = (world.database.count(all).await, world.database.count(with_one).await);
        assert!(all >= least && all == with_one, "{list}: {with_one} of {all}");
    }
}

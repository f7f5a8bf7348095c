//! Cards of a population that lives on: an old certificate is refused, the one that replaced it is answered.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shikaku::decide::{CardAnswer, by_certificate as decide};
use shikaku::domain::{
    CardId, CardKind, CardState, CardUnusable, CertificateQuery, CertificateSerial, Consents, HolderVerification,
    InstitutionCode, TreatmentKind,
};
use shikaku::store::by_certificate::{self, PresentedCard};
use shikaku::store::registry::NewPerson;
use shikaku::wire::code;
use sqlx::Connection;

use crate::support::{TEST_CLINIC, World};

/// A certificate of somebody, and the one that took its place.
struct Link {
    id: CardId,
    successor: Option<CardId>,
}

fn id(name: &Value) -> CardId {
    let octets = |field: &str| data_encoding::HEXLOWER.decode(name[field].as_str().unwrap().as_bytes()).unwrap();
    CardId { issuer: octets("issuer"), serial: CertificateSerial::new(&octets("serial")).unwrap() }
}

/// Follows the entries by hand: the certificates of each person and medium, in order.
fn chains(people: &[NewPerson], entries: &[Value]) -> HashMap<(String, CardKind), Vec<Link>> {
    let mut chains: HashMap<(String, CardKind), Vec<Link>> = HashMap::new();
    for person in people {
        for record in person.cards.iter().filter_map(|card| card.record.as_ref()) {
            if record.state == CardState::Good {
                let links = chains.entry((person.fixture_id.clone(), record.kind)).or_default();
                links.push(Link { id: record.id.clone(), successor: None });
            }
        }
    }
    for entry in entries.iter().filter(|entry| entry["kind"] == "card_link") {
        let card = &entry["card"];
        let kind = code::parse_card_kind(card["medium"].as_str().unwrap()).unwrap();
        let links = chains.entry((entry["person"].as_str().unwrap().to_owned(), kind)).or_default();
        let named = card.get("supersedes").map(id);
        assert_eq!(named, links.last().map(|last| last.id.clone()), "the one in use is named: {entry}");
        if let Some(last) = links.last_mut() {
            last.successor = Some(id(card));
        }
        links.push(Link { id: id(card), successor: None });
    }
    chains
}

/// Returns the first and the last day of the certificate of an entry, in Tokyo; it lasts from midnight until the last second.
fn days(entry: &Value) -> (Date, Date) {
    let tokyo = TimeZone::fixed(jiff::tz::offset(9));
    let at = |field: &str| entry["card"][field].as_str().unwrap().parse::<Timestamp>().unwrap();
    let (from, after) = (at("valid_from"), at("valid_through") + SignedDuration::from_secs(1));
    let day = |at: Timestamp| at.to_zoned(tokyo.clone()).datetime();
    assert_eq!(day(from).time(), jiff::civil::time(0, 0, 0, 0), "{entry}");
    assert_eq!(day(after).time(), jiff::civil::time(0, 0, 0, 0), "{entry}");
    (day(from).date(), day(after).date().yesterday().unwrap())
}

/// 電子証明書 last until the fifth birthday after they are issued, and can be renewed in the three months before.
fn certificates_end_with_a_birthday(people: &[NewPerson], entries: &[Value]) {
    let births: HashMap<&str, Date> =
        people.iter().map(|one| (one.fixture_id.as_str(), one.coverages[0].identity.birth_on.date())).collect();
    let mut seen = 0;
    for entry in entries.iter().filter(|entry| entry["kind"] == "card_link") {
        let (from, through) = days(entry);
        let Some(birth) = births.get(entry["person"].as_str().unwrap()) else { continue };
        if (birth.month(), birth.day()) == (2, 29) {
            continue;
        }
        assert_eq!((through.month(), through.day()), (birth.month(), birth.day()), "{entry}");
        let years = through.year() - from.year();
        assert!(years == 5 && through <= from.checked_add(jiff::Span::new().years(5)).unwrap() || years == 4, "{entry}");
        let registered: Timestamp = entry["registered_at"].as_str().unwrap().parse().unwrap();
        assert!(registered.to_zoned(TimeZone::fixed(jiff::tz::offset(9))).date() >= from, "{entry}");
        seen += 1;
    }
    assert!(seen > 150, "{seen}");
}

/// Of those whose certificate ends in the period, nine of ten renew it, and the time is that before its end.
fn most_renew_in_time(people: &[NewPerson], entries: &[Value]) {
    let tokyo = TimeZone::fixed(jiff::tz::offset(9));
    let died = |person: &str| entries.iter().any(|entry| entry["kind"] == "death" && entry["person"] == person);
    let (mut ended, mut renewed) = (0, 0);
    for person in people.iter().filter(|one| one.about.is_empty() && one.died_on.is_none() && !died(&one.fixture_id)) {
        let records = || person.cards.iter().filter_map(|card| card.record.as_ref());
        let Some(card) = records().find(|one| one.kind == CardKind::Card && one.state == CardState::Good) else { continue };
        let ends = card.valid_through.to_zoned(tokyo.clone()).date();
        // Three months before the first of these days the period has begun.
        if ends < jiff::civil::date(2026, 11, 1) || ends > jiff::civil::date(2027, 7, 31) {
            continue;
        }
        ended += 1;
        let begin = ends.checked_sub(jiff::Span::new().months(3)).unwrap();
        let in_time = |entry: &&Value| {
            entry["kind"] == "card_link"
                && entry["person"] == person.fixture_id.as_str()
                && (begin..=ends).contains(&days(entry).0)
        };
        renewed += usize::from(entries.iter().any(|entry| in_time(&entry)));
    }
    assert!(ended > 50 && renewed * 100 >= ended * 80 && renewed < ended, "{renewed} of {ended}");
}

/// Looks up every certificate of the people to whom one was linked, in the database of the server.
pub async fn the_newest_certificate_answers(world: &World, people: &[NewPerson], entries: &[Value]) {
    certificates_end_with_a_birthday(people, entries);
    most_renew_in_time(people, entries);
    let blocked: Vec<&str> =
        people.iter().filter(|one| one.protection.self_information_blocked).map(|one| one.fixture_id.as_str()).collect();
    let chains = chains(people, entries);
    let linked = |person: &str| entries.iter().any(|entry| entry["kind"] == "card_link" && entry["person"] == person);
    let links: Vec<&Link> = chains
        .iter()
        .filter(|((person, _), _)| linked(person) && !blocked.contains(&person.as_str()))
        .flat_map(|(_, links)| links)
        .collect();
    let at: Timestamp = "2027-07-31T14:59:59Z".parse().unwrap();
    let institution = Some(InstitutionCode::parse(TEST_CLINIC).unwrap());
    let shown: Vec<PresentedCard> =
        links.iter().map(|link| PresentedCard { card: link.id.clone(), institution, at }).collect();
    let store = world.database.store().await;
    let mut connection = store.dedicated().await.unwrap();
    let facts = by_certificate::facts(&mut connection, &shown).await.unwrap();
    let query = CertificateQuery {
        holder: HolderVerification::Pin,
        treatment: TreatmentKind::Outpatient,
        consents: Consents::all(),
        check_on: jiff::civil::date(2027, 7, 31),
    };
    let (mut answered, mut refused) = (0, 0);
    for (link, facts) in links.iter().zip(facts) {
        let answer = decide(&query, institution, facts.unwrap().as_ref(), at);
        match (&link.successor, answer) {
            (None, CardAnswer::Answered { records, .. }) => {
                assert!(!records.is_empty());
                answered += 1;
            }
            (Some(_), CardAnswer::Unusable(CardUnusable::Superseded)) => refused += 1,
            (successor, answer) => panic!("replaced: {}, but {answer:?}", successor.is_some()),
        }
    }
    assert!(answered > 150 && refused > 100, "{answered} {refused}");
    connection.close().await.unwrap();
    store.pool().close().await;
}

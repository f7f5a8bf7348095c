//! Random entries of three insurers about two people, compared with a small model of the registry at every instant: what the registry
//! holds and answers, what explanations say, and what terminals are told in the end.

mod model;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use proptest::prelude::*;
use serde_json::{Value, json};
use shikaku::decide::{self, Answer};
use shikaku::domain::{
    AnswerCharset, BirthDate, CardKey, CardNumber, CardQuery, CardSymbol, InstitutionCode, InsurerNumber,
};
use shikaku::fixtures::Ask;
use shikaku::store::Store;
use shikaku::terminal::Connection;
use shikaku::wire::{Element, Format, code};

use crate::registrations::{post, register, world_with_clock};
use crate::support::card::{Reader, Shown as Presented, card};
use crate::support::registry::later;
use crate::support::{TEST_CLINIC, World, message, parse, text_of, texts_of};

use model::{ByCard, DAYS, FIRST_DAYS, INSURERS, Model, PEOPLE, Person, Place, Shown, day, nobody};
use steps::{CardName, File, OTHER_NAME, number, symbol};

/// The people of the fixtures whose certificates the model's people get, each with one.
const POOL: [&str; 4] = ["kyokai-insured-tokyo", "elderly-2wari-tokyo", "nhi-70s-general", "kumiai-dialysis"];

fn birth() -> BirthDate {
    BirthDate::new(jiff::civil::date(1953, 5, 5)).unwrap()
}

/// Every coverage of every person that an entry may register.
fn places() -> impl Iterator<Item = (usize, Place)> {
    (0..PEOPLE)
        .flat_map(|person| (0..INSURERS.len()).flat_map(move |insurer| [(person, (insurer, 0)), (person, (insurer, 1))]))
}

/// Takes the certificates away from the people who have them; returns their names.
async fn pool(world: &World) -> Vec<CardName> {
    let mut connection = world.database.connect().await;
    let taken = "
        delete from card_certificate using person
         where person.id = person_id and fixture_id = any($1)
     returning fixture_id, encode(issuer_key_id, 'hex'), encode(serial, 'hex')";
    let taken: Vec<(String, String, String)> =
        sqlx::query_as(taken).bind(POOL.map(str::to_owned).to_vec()).fetch_all(&mut connection).await.unwrap();
    let named = |wanted: &&str| taken.iter().find(|(person, ..)| person == wanted).cloned().unwrap();
    let names: Vec<CardName> = POOL.iter().map(named).map(|(_, issuer, serial)| (issuer, serial)).collect();
    assert_eq!(taken.len(), names.len());
    names
}

/// Returns what the registry says of a person at an instant, in the form of the model.
async fn said(world: &World, store: &Store, person: usize, at: Timestamp) -> Option<Person> {
    let id = format!("model-{person}");
    let row =
        "select died_on, address_withheld, self_information_blocked from person where fixture_id = $1 and recorded_at <= $2
                union all
               select died_on, address_withheld, self_information_blocked from person_history
                where fixture_id = $1 and recorded_at <= $2 and $2 < replaced_at";
    let instant: SqlTimestamp = at.to_sqlx();
    let mut connection = world.database.connect().await;
    let row: Option<(Option<SqlDate>, bool, bool)> =
        sqlx::query_as(row).bind(&id).bind(instant).fetch_optional(&mut connection).await.unwrap();
    let found = store.person_at(&id, at).await.unwrap();
    assert_eq!(row.is_some(), found.is_some(), "{id} as of {at}");
    let (died_on, address_withheld, blocked) = row?;
    let number_of = |date: jiff::civil::Date| i64::from((date - day(0)).get_days());
    let mut said =
        Person { died_on: died_on.map(|died| number_of(died.to_jiff())), address_withheld, blocked, ..Person::default() };
    let Some(facts) = found?.facts else { return Some(said) };
    let protection = facts.protection;
    assert_eq!((protection.address_withheld, protection.self_information_blocked), (address_withheld, blocked));
    for coverage in facts.registrations.into_iter().map(|one| one.coverage) {
        let insurer = INSURERS.iter().position(|known| *known == coverage.key.insurer.to_string()).unwrap();
        let first = FIRST_DAYS.iter().position(|first| day(*first) == coverage.acquired_on).unwrap();
        let mut held = model::Coverage {
            loss: coverage.loss.map(|loss| (number_of(loss.on), code::loss_reason(loss.reason).to_owned())),
            renamed: coverage.identity.name.as_str() == OTHER_NAME,
            ..model::Coverage::default()
        };
        for one in &coverage.ratios {
            for number in number_of(one.period.from())..=number_of(one.period.through()) {
                let twice = held.ratios.insert(number, code::ratio(one.ratio).to_owned());
                assert_eq!(twice, None, "two ratios on one day");
            }
        }
        let elderly = coverage.elderly.iter().map(|one| (one.period, code::ratio(one.ratio)));
        let limits = coverage.limits.iter().map(|one| (one.period, code::limit_category(one.category)));
        let numbered = |(period, value): (shikaku::domain::Period, &str)| {
            (number_of(period.from()), (number_of(period.through()), value.to_owned()))
        };
        for one in &coverage.tickets {
            let month = model::MONTHS.iter().position(|(_, first, _)| day(*first) == one.period.from()).unwrap();
            let issue = one.issue_number.as_ref().unwrap().as_str().parse().unwrap();
            let ticket = (month, one.institution.as_str() == TEST_CLINIC, issue);
            assert_eq!(held.tickets.insert(ticket, one.self_pay.unwrap().amount()), None);
        }
        held.elderly = elderly.map(numbered).collect();
        held.limits = limits.map(numbered).collect();
        assert_eq!((held.elderly.len(), held.limits.len()), (coverage.elderly.len(), coverage.limits.len()));
        assert_eq!(said.coverages.insert((insurer, first), held), None);
    }
    Some(said)
}

fn sorted(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

fn answered(answer: &Answer) -> Shown {
    let Some(record) = &answer.record else {
        return Shown { validity: code::validity(answer.validity).to_owned(), ..Shown::default() };
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Shown {
        validity: code::validity(answer.validity).to_owned(),
        renamed: record.coverage.identity.name.as_str() == OTHER_NAME,
        lost_on: record.loss.map(|loss| loss.on.strftime("%Y%m%d").to_string()).unwrap_or_default(),
        loss_reason: text(record.loss.map(|loss| code::loss_reason(loss.reason))),
        ratio: text(record.ratio.map(|one| code::ratio(one.ratio))),
        elderly: text(record.elderly.map(|one| code::ratio(one.ratio))),
        limit: text(record.limit.map(|one| code::limit_category(one.category))),
        tickets: sorted(record.tickets.iter().map(|ticket| ticket.self_pay.unwrap().amount())),
        has_address: record.shows_address,
    }
}

/// Compares the answers about a coverage on every day, out of the registry as it stood at an instant.
async fn check_answers(store: &Store, model: &Model, (person, place): (usize, Place), at: Timestamp) {
    let key = CardKey {
        insurer: InsurerNumber::parse(INSURERS[place.0]).unwrap(),
        symbol: symbol(place.0).map(|symbol| CardSymbol::parse(symbol).unwrap()),
        number: CardNumber::parse(&number(person, place)).unwrap(),
        branch: None,
    };
    let institution = Some(InstitutionCode::parse(TEST_CLINIC).unwrap());
    let query = |number| CardQuery { key: key.clone(), birth_on: birth(), check_on: day(number), limit_consent: true };
    let facts = store.facts_by_card_at(institution, &query(0), at).await.unwrap();
    for number in DAYS {
        let expected = model.at(person, at).map_or_else(nobody, |held| held.shown(place, number));
        let found = answered(&decide::by_card(&query(number), institution, &facts));
        assert_eq!(found, expected, "{person} {place:?} on {} as of {at}", day(number));
    }
}

/// Asks as a terminal by the numbers of a card.
async fn told(connection: &mut Connection, person: usize, place: Place, number_of_day: i64) -> Shown {
    let ask = Ask {
        insurer: INSURERS[place.0].to_owned(),
        symbol: symbol(place.0).map(str::to_owned),
        number: number(person, place),
        branch: None,
        birth_on: birth().date(),
        check_on: day(number_of_day),
        limit_consent: true,
    };
    let body = message(&ask, TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    let reply = connection.ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap();
    let answer = parse(Format::Json, &reply.body);
    let text = |element| text_of(&answer, element).unwrap_or_default();
    Shown {
        validity: text("QualificationValidity"),
        renamed: text("Name") == OTHER_NAME,
        lost_on: text("DisqualificationDate"),
        loss_reason: text("ReasonOfLoss"),
        ratio: text("InsuredPartialContributionRatio"),
        elderly: text("ElderlyRecipientContributionRatio"),
        limit: text("LimitApplicationCertificateClassificationFlag"),
        tickets: sorted(texts_of(&answer, "SelfPayAmount").into_iter().map(|yen| yen.parse().unwrap())),
        has_address: !text("Address").is_empty(),
    }
}

/// Compares an answer by card with what it should be.
fn check_by_card(answer: &Element, expected: &ByCard, what: &str) {
    let code = text_of(answer, "ProcessingResultCode");
    let validity = text_of(answer, "QualificationValidity");
    let (should, places) = match expected {
        Err(reason) => return assert_eq!((code.as_deref(), validity), (Some(*reason), None), "{what}"),
        Ok(expected) => expected,
    };
    assert_eq!(validity.as_deref(), Some(*should), "{what}");
    let number_of = |date: &str| FIRST_DAYS.iter().position(|first| day(*first).strftime("%Y%m%d").to_string() == date);
    let insurers = texts_of(answer, "InsurerNumber").into_iter();
    let shown: Vec<Place> = insurers
        .zip(texts_of(answer, "QualificationDate"))
        .map(|(insurer, first)| (INSURERS.iter().position(|known| *known == insurer).unwrap(), number_of(first).unwrap()))
        .collect();
    // Of coverages that are not in force one is shown.
    let many = if *should == "2" { 1 } else { places.len() };
    assert!(shown.len() == many && shown.iter().all(|place| places.contains(place)), "{what}: {shown:?} of {places:?}");
}

/// Compares what terminals are told with the model as it stands.
async fn check_terminal(world: &World, model: &Model) {
    let mut reader = Reader::of(world).await;
    for (person, place) in places() {
        for number in [0, 13, 20, 33] {
            let expected = model.now(person).map_or_else(nobody, |held| held.shown(place, number));
            let found = told(&mut reader.connection, person, place, number).await;
            assert_eq!(found, expected, "a terminal about {person} {place:?} on {}", day(number));
        }
    }
    for (place, holder) in POOL.iter().enumerate() {
        for number in [13, 33] {
            let challenge = reader.challenge().await;
            let shown = Presented { check_on: day(number), ..Presented::signing(&card(world, holder), &challenge) };
            let reply = reader.show(&shown).await;
            let expected = model.by_card(place, number);
            check_by_card(&parse(Format::Json, &reply.body), &expected, &format!("card {place} on {}", day(number)));
        }
    }
}

/// Compares explanations out of the registry as it stood at an instant.
async fn check_explanations(world: &World, model: &Model, at: Timestamp) {
    let rule = |answer: &Value, rule: &str| answer["reasons"].as_array().unwrap().iter().any(|one| one["rule"] == rule);
    for person in 0..PEOPLE {
        for number in [13, 33] {
            let question = json!({ "person": format!("model-{person}"), "check_on": day(number), "registered_by": at, "institution": TEST_CLINIC });
            let (status, answer) = post(world, "/api/explain", &question.to_string()).await;
            let Some(held) = model.at(person, at) else {
                assert_eq!(status, 404, "{answer}");
                continue;
            };
            let parts = |shown: &Shown| (shown.validity.clone(), !shown.ratio.is_empty(), !shown.limit.is_empty());
            let expected: Vec<_> = held.explained(number).iter().map(parts).collect();
            let validity = answer["validity"].as_str().unwrap_or_default().to_owned();
            let found = (validity, rule(&answer, "late-elderly-ratio"), rule(&answer, "limit-certificate"));
            assert!(expected.contains(&found), "{question}: {found:?}, not one of {expected:?}");
        }
    }
    for (place, holder) in POOL.iter().enumerate() {
        let Some(held) = model.holder(place).and_then(|person| model.at(person, at)) else { continue };
        if held.coverages.is_empty() {
            // Then what J-LIS says is told, which is that of now.
            continue;
        }
        let certificate = std::fs::read_to_string(world.pki.card(holder)).unwrap();
        let question =
            json!({ "certificate": certificate, "check_on": day(13), "registered_by": at, "institution": TEST_CLINIC });
        let (_, answer) = post(world, "/api/explain", &question.to_string()).await;
        let found = answer["validity"].as_str();
        assert_eq!(found, held.by_card(13).ok().map(|(validity, _)| validity), "card {place} as of {at}: {answer}");
    }
}

/// Sends a file of an insurer, twice; returns the coverages and instants of what was applied.
async fn send(
    world: &World,
    model: &mut Model,
    (insurer, steps): &File,
    now: Timestamp,
    next: &mut usize,
    pool: &[CardName],
) -> Vec<(usize, Place, Timestamp)> {
    let (mut entries, mut expected, mut touched) = (Vec::new(), Vec::new(), Vec::new());
    for step in steps {
        *next += 1;
        let at = now - SignedDuration::from_mins(step.minutes);
        let step = step.chosen(*insurer, model);
        entries.push(steps::entry(&format!("m-{next}"), *insurer, &step, at, pool));
        let applied = at <= now && model.apply(*insurer, &step, at);
        expected.push(applied);
        if applied {
            touched.push((step.person, (*insurer, step.first), at));
        }
    }
    model.settle();
    let answer = register(world, INSURERS[*insurer], json!(entries)).await;
    let outcomes = answer["entries"].as_array().unwrap().iter().zip(&entries).zip(expected);
    for ((outcome, entry), applied) in outcomes.clone() {
        let word = if applied { "applied" } else { "refused" };
        assert_eq!(outcome["outcome"], word, "{entry}: {outcome}\nof {entries:?}");
    }
    // What was applied is known when it is sent again; with other content its id is taken.
    let mut applied: Vec<Value> = outcomes.filter(|(_, applied)| *applied).map(|((_, entry), _)| entry.clone()).collect();
    let many = applied.len();
    if many > 0 {
        let mut other = applied[0].clone();
        other["registered_at"] = json!(now - SignedDuration::from_mins(40));
        applied.push(other);
        let again = register(world, INSURERS[*insurer], json!(applied)).await;
        assert_eq!((&again["already_applied"], &again["refused"]), (&json!(many), &json!(1)), "{again}");
    }
    touched
}

async fn check(files: Vec<File>) {
    let start = later(0);
    let (world, clock) = world_with_clock(&start.to_string()).await;
    let (store, pool) = (world.database.store().await, pool(&world).await);
    let (mut model, mut next) = (Model::default(), 0);
    let mut touched: BTreeMap<Timestamp, BTreeSet<(usize, Place)>> = BTreeMap::new();
    for (place, file) in (1..).zip(&files) {
        // Seconds apart from whole minutes, so that no two files have entries of one instant.
        let now = start + SignedDuration::from_secs(place * 601);
        *clock.lock().unwrap() = now;
        for (person, place, at) in send(&world, &mut model, file, now, &mut next, &pool).await {
            touched.entry(at).or_default().insert((person, place));
        }
        for person in 0..PEOPLE {
            assert_eq!(said(&world, &store, person, now).await.as_ref(), model.now(person), "{person} after {file:?}");
        }
    }
    let just_before = SignedDuration::from_micros(1);
    for (at, places) in &touched {
        for at in [*at - just_before, *at] {
            for person in 0..PEOPLE {
                assert_eq!(said(&world, &store, person, at).await.as_ref(), model.at(person, at), "{person} as of {at}");
            }
            for place in places {
                check_answers(&store, &model, *place, at).await;
            }
        }
    }
    let instants: Vec<Timestamp> = model.instants().into_iter().collect();
    for at in instants.iter().step_by(1 + instants.len() / 3) {
        check_explanations(&world, &model, *at - just_before).await;
        check_explanations(&world, &model, *at).await;
    }
    check_terminal(&world, &model).await;
    store.pool().close().await;
    world.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 14, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn at_every_instant_the_registry_says_what_the_model_says(files in steps::files()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(files));
    }
}

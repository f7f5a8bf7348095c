//! The answers of named situations are true: those written by hand in the generator are compared with the decision of the server.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use shikaku::decide::{CardAnswer, Record, by_card, by_certificate};
use shikaku::domain::{
    BirthDate, CardFacts, CardQuery, CardStanding, CardState, CardUnusable, CertificateQuery, Consents, HolderVerification,
    PersonFacts, PersonId, Registration, Scheme, TreatmentKind,
};
use shikaku::mass::{AskedBy, Expected, Question};
use shikaku::population::{Made, Order, Profile};
use shikaku::rules::copay::ratio_below_75;
use shikaku::store::registry::NewPerson;

use super::{order, people};

/// Returns an order of nothing but situations.
fn situations() -> Order {
    let standard = Profile::standard_text();
    let usual = "[situation]\nyes = 21\nno = 9979\n";
    assert!(standard.contains(usual));
    let profile = Profile::read(&standard.replace(usual, "[situation]\nyes = 1\nno = 0\n")).unwrap();
    Order { profile, ..order(6, 0) }
}

fn facts(household: &[Made]) -> Vec<PersonFacts> {
    let mut next = 0;
    household
        .iter()
        .zip(1..)
        .map(|((person, _), id)| {
            let registrations = person.coverages.iter().map(|coverage| {
                next += 1;
                Registration { id: next, coverage: Arc::new(coverage.clone()), reference: None }
            });
            PersonFacts { id: PersonId(id), protection: person.protection, registrations: registrations.collect() }
        })
        .collect()
}

/// Returns the shares and categories of an answer as the situation states them.
fn of_record(record: Option<&Record>, question: &Question) -> Expected {
    let Some(record) = record else { return Expected::default() };
    let shown = record.ratio.map(|dated| dated.ratio).or_else(|| record.elderly.map(|certificate| certificate.ratio));
    let birth = BirthDate::new(question.birth_on).unwrap();
    let ordinary = record.loss.is_none()
        && record.coverage.in_force_on(question.check_on)
        && record.coverage.key.insurer.scheme().insures_below_75()
        && record.coverage.card_class == shikaku::domain::CardClass::General;
    let by_age = if ordinary { ratio_below_75(birth, question.check_on, false).ok() } else { None };
    Expected {
        shown,
        payable: shown.or(by_age),
        category: record.limit.map(|limit| limit.category),
        disease: record.specific_diseases.first().map(|certificate| certificate.self_pay),
        ..Expected::default()
    }
}

fn answer(person: &NewPerson, household: &[Made], question: &Question) -> Expected {
    let everybody = facts(household);
    match &question.asked_by {
        AskedBy::Number(key) => {
            let birth_on = BirthDate::new(question.birth_on).unwrap();
            let query = CardQuery { key: key.clone(), birth_on, check_on: question.check_on, limit_consent: true };
            let answer = by_card(&query, Some(question.institution), &everybody);
            Expected { validity: Some(answer.validity), ..of_record(answer.record.as_ref(), question) }
        }
        AskedBy::Card(id) => {
            let place = household.iter().position(|(one, _)| one.fixture_id == person.fixture_id).unwrap();
            let holder = &everybody[place];
            let card = person.cards.iter().find(|card| card.id == *id).unwrap();
            let at: Timestamp = format!("{}T03:00:00Z", question.check_on).parse().unwrap();
            // The dates of a certificate are judged where it is shown, before anything is looked up.
            if card.record.as_ref().is_some_and(|record| record.valid_through < at) {
                return Expected { unusable: Some(CardUnusable::Expired), ..Expected::default() };
            }
            let facts = card.record.as_ref().map(|record| {
                if record.state == CardState::Good && !holder.protection.self_information_blocked {
                    return CardFacts::Holder(holder.clone());
                }
                let (state, person, protection) = (record.state, holder.id, holder.protection);
                CardFacts::Standing(CardStanding { state, as_of: None, person, protection })
            });
            let query = CertificateQuery {
                holder: HolderVerification::Pin,
                treatment: TreatmentKind::Outpatient,
                consents: Consents::all(),
                check_on: question.check_on,
            };
            match by_certificate(&query, Some(question.institution), facts.as_ref(), at) {
                CardAnswer::Unusable(reason) => Expected { unusable: Some(reason), ..Expected::default() },
                CardAnswer::Answered { validity, records } => {
                    let insurance = |record: &&Record| record.coverage.key.insurer.scheme() != Scheme::MedicalAid;
                    let shown = records.iter().find(insurance).or_else(|| records.first());
                    Expected { validity: Some(validity), ..of_record(shown, question) }
                }
            }
        }
    }
}

#[test]
fn the_server_decides_as_each_situation_says() {
    for day in ["2025-08-01", "2026-03-31", "2026-12-01", "2027-07-31"] {
        let order = Order { as_of: day.parse().unwrap(), ..situations() };
        let mut seen = HashSet::new();
        for household in people(&order, 3_000) {
            for (person, questions) in &household {
                for question in questions {
                    seen.insert(question.situation);
                    let found = answer(person, &household, question);
                    let of = (question.situation, question.check_on, &person.fixture_id);
                    assert_eq!(found, question.expected, "{day} {of:?}");
                }
            }
            assert!(household.iter().any(|(_, questions)| !questions.is_empty()));
        }
        assert!(seen.len() >= 60, "{} situations", seen.len());
    }
}

#[test]
fn about_one_person_in_a_thousand_is_a_situation() {
    let everybody: Vec<Made> = people(&order(1, 0), 40_000).into_iter().flatten().collect();
    let situations = everybody.iter().filter(|(_, questions)| !questions.is_empty()).count();
    assert!((20..70).contains(&situations), "{situations} of {}", everybody.len());
}

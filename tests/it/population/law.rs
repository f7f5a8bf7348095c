//! Every registration of generated people is one that the law knows, but for those that contradict it on purpose.

use std::collections::HashSet;

use shikaku::decide::{Held, Holder, findings};
use shikaku::domain::{CardState, LossReason, Relationship, Scheme, check_recipient_number};
use shikaku::store::registry::NewPerson;

use super::{PEOPLE, order, people};

#[test]
fn no_registration_contradicts_the_law_but_on_purpose() {
    for day in ["2025-08-01", "2026-12-01", "2027-07-31"] {
        let order = shikaku::population::Order { as_of: day.parse().unwrap(), ..order(1, 0) };
        let mut wrong = Vec::new();
        for (person, questions) in people(&order, PEOPLE).into_iter().flatten() {
            let held: Vec<Held> = person.coverages.iter().map(Held::from).collect();
            let mut found: Vec<&str> = Vec::new();
            for coverage in &person.coverages {
                let holder = Holder { coverages: &held, died_on: person.died_on };
                found.extend(findings(coverage, &holder, order.as_of).iter().map(|finding| finding.rule.name));
            }
            let deliberate: Vec<&str> = questions.iter().filter_map(|question| question.finding).collect();
            if found != deliberate {
                wrong.push(format!("{} ({}): {found:?} {:?}", person.fixture_id, person.about, person.coverages));
            }
        }
        assert!(wrong.is_empty(), "{day}: {} people, such as {}", wrong.len(), wrong[0]);
    }
}

/// Says what is impossible about a person, whatever the law.
fn impossible(person: &NewPerson) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    let mut begun = None;
    for coverage in &person.coverages {
        let key = &coverage.key;
        let scheme = key.insurer.scheme();
        let mut check = |holds: bool, what: &'static str| {
            if !holds {
                wrong.push(what);
            }
        };
        check(coverage.acquired_on >= coverage.identity.birth_on.date(), "acquired before birth");
        check(coverage.loss.is_none_or(|loss| loss.on > coverage.acquired_on), "lost before it is acquired");
        check(begun.is_none_or(|begun| begun <= coverage.acquired_on), "coverages out of order");
        begun = Some(coverage.acquired_on);
        check(scheme.insures_below_75() == key.symbol.is_some(), "記号");
        check(scheme.insures_below_75() == key.branch.is_some(), "枝番");
        check(scheme.insures_below_75() == coverage.relationship.is_some(), "本人・家族");
        check(scheme == Scheme::LateElderly || coverage.ratios.is_empty(), "ratio of another scheme");
        check(scheme == Scheme::MedicalAid || coverage.tickets.is_empty(), "ticket of another scheme");
        check(
            scheme != Scheme::SelfDefenceForces || coverage.relationship == Some(Relationship::Insured),
            "dependant of 自衛官等",
        );
        if scheme == Scheme::MedicalAid {
            check(check_recipient_number(key.number.as_str()).is_ok(), "受給者番号");
        }
        if coverage.loss.is_some_and(|loss| loss.reason == LossReason::Death) {
            let after = person.died_on.map(|day| day.tomorrow().unwrap());
            check(coverage.loss.map(|loss| loss.on) == after, "lost by death on another day");
        }
        check(person.died_on.is_none() || coverage.loss.is_some(), "insured after death");
    }
    let in_use: Vec<_> =
        person.cards.iter().filter_map(|card| card.record.as_ref()).filter(|one| one.state == CardState::Good).collect();
    let kinds: HashSet<_> = in_use.iter().map(|record| record.kind).collect();
    if kinds.len() != in_use.len() {
        wrong.push("two certificates of one kind in use");
    }
    if person.cards.iter().filter_map(|card| card.record.as_ref()).any(|one| one.valid_from > one.valid_through) {
        wrong.push("a certificate that ends before it begins");
    }
    wrong
}

#[test]
fn numbers_are_of_one_person_and_dates_possible() {
    let (mut cards, mut certificates, mut ids) = (HashSet::new(), HashSet::new(), HashSet::new());
    for (person, _) in people(&order(2, 0), PEOPLE).into_iter().flatten() {
        assert_eq!(impossible(&person), [] as [&str; 0], "{} ({})", person.fixture_id, person.about);
        assert!(!person.coverages.is_empty(), "{}", person.fixture_id);
        let mut own = HashSet::new();
        for coverage in &person.coverages {
            let branch = coverage.key.branch.map(|branch| branch.as_str().to_owned());
            own.insert((coverage.key.search_key(), branch));
        }
        for key in own {
            assert!(cards.insert(key), "{} has another person's number", person.fixture_id);
        }
        for card in &person.cards {
            assert!(certificates.insert(card.id.clone()), "{} has another person's certificate", person.fixture_id);
        }
        assert!(ids.insert(person.fixture_id));
    }
}

#[test]
fn ten_years_hold_many_changes() {
    let order = order(2, 0);
    let mut reasons = Vec::new();
    let (mut maiden, mut dots, mut aliases, mut families) = (0, 0, 0, HashSet::new());
    for (person, _) in people(&order, PEOPLE).into_iter().flatten() {
        reasons.extend(person.coverages.iter().filter_map(|coverage| coverage.loss).map(|loss| loss.reason));
        let names: HashSet<&str> = person.coverages.iter().map(|one| one.identity.name.as_str()).collect();
        maiden += usize::from(names.iter().filter(|name| !name.contains('●')).count() > 1);
        dots += usize::from(names.iter().any(|name| name.contains('●')));
        aliases += usize::from(person.coverages[0].identity.other_name.is_some());
        families.extend(names.iter().filter_map(|name| Some(name.split_once('　')?.0.to_owned())));
    }
    for (reason, least) in [
        (LossReason::Death, 20),
        (LossReason::Welfare, 100),
        (LossReason::OtherInsurance, 1_000),
        (LossReason::Other, 3_000),
    ] {
        let count = reasons.iter().filter(|found| **found == reason).count();
        assert!(count >= least, "{reason:?} {count}");
    }
    assert!(maiden > 100 && dots > 30 && aliases > 50, "{maiden} {dots} {aliases}");
    assert!(families.contains("髙橋") && families.len() > 300, "{}", families.len());
}

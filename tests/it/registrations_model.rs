//! Random entries about a few people, compared with a small model of the registry at every instant.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use shikaku::decide;
use shikaku::domain::{
    BirthDate, CardKey, CardNumber, CardQuery, CardSymbol, CoverageChange, CoverageName, Insurer, InsurerNumber, Loss,
    LossReason, Notice, NoticeAction, NoticeContent, NoticeOutcome, PersonalText, Relationship, SentNotice, Sex, Validity,
};
use shikaku::store::Store;

use crate::support::database::TestDatabase;
use crate::support::registry::later;

const INSURERS: [&str; 2] = ["01130012", "06132013"];

/// An entry: insurer, person, first day, kind, day of a loss, minutes before the present.
type Step = (usize, usize, usize, u8, u8, u8);

/// The state of one coverage in the model: its loss, and whether its name was corrected.
type State = (Option<Date>, bool);

/// What the model holds: by person, insurer and first day.
type Model = BTreeMap<(usize, usize, Date), State>;

fn first_day(place: usize) -> Date {
    [date(2026, 4, 1), date(2026, 10, 1)][place]
}

fn number(insurer: usize) -> InsurerNumber {
    InsurerNumber::parse(INSURERS[insurer]).unwrap()
}

/// Each person has a card of its own for each insurer and first day.
fn key(person: usize, insurer: usize, day: usize) -> CardKey {
    CardKey {
        insurer: number(insurer),
        symbol: Some(CardSymbol::parse("77").unwrap()),
        number: CardNumber::parse(&format!("{}", 100 * person + day + 1)).unwrap(),
        branch: None,
    }
}

fn birth() -> BirthDate {
    BirthDate::new(date(1990, 5, 5)).unwrap()
}

fn action(step: &Step) -> NoticeAction {
    let (insurer, person, day, kind, lost, _) = *step;
    let key = key(person, insurer, day);
    let name = CoverageName { person: None, key: key.clone(), acquired_on: first_day(day) };
    let loss = Loss { on: date(2026, 3, 25).checked_add(i64::from(lost).days()).unwrap(), reason: LossReason::Other };
    match kind {
        0 | 1 => NoticeAction::Gain {
            person: format!("model-{person}"),
            acquired_on: first_day(day),
            coverage: Box::new(CoverageChange {
                symbol: Some(key.symbol),
                number: Some(key.number),
                relationship: Some(Some(Relationship::Insured)),
                name: Some(PersonalText::parse("模型　太郎").unwrap()),
                sex: Some(Sex::Male),
                birth_on: Some(birth()),
                ..CoverageChange::default()
            }),
        },
        2 => NoticeAction::Loss(name, loss),
        3 => NoticeAction::Closing(name, loss),
        4 => NoticeAction::Correction(
            name,
            Box::new(CoverageChange {
                name: Some(PersonalText::parse("模型　次").unwrap()), ..CoverageChange::default()
            }),
        ),
        _ => NoticeAction::Withdrawal(name),
    }
}

/// Changes the model; returns whether the entry is applied.
fn applies(model: &mut Model, last: &mut BTreeMap<usize, Timestamp>, step: &Step, at: Timestamp) -> bool {
    let (insurer, person, day, kind, lost, _) = *step;
    if last.get(&person).is_some_and(|last| *last > at) {
        return false;
    }
    let lost = date(2026, 3, 25).checked_add(i64::from(lost).days()).unwrap();
    let place = (person, insurer, first_day(day));
    let held = model.get(&place).copied();
    let after_gain = lost > first_day(day);
    let new = match (kind, held) {
        (0 | 1, None) => Some((None, false)),
        (2, Some((None, name))) if after_gain => Some((Some(lost), name)),
        (3, Some((None, name))) if after_gain => Some((Some(lost), name)),
        (3, Some((Some(known), name))) if after_gain && lost < known => Some((Some(lost), name)),
        (4, Some((loss, _))) => Some((loss, true)),
        (5, Some(_)) => None,
        _ => return false,
    };
    match new {
        Some(state) => drop(model.insert(place, state)),
        None => drop(model.remove(&place)),
    }
    last.insert(person, at);
    true
}

/// Returns what the registry says at an instant, in the form of the model.
async fn said(store: &Store, at: Timestamp) -> Model {
    let mut said = Model::new();
    for person in 0..3 {
        let found = store.person_at(&format!("model-{person}"), at).await.unwrap();
        for one in found.and_then(|person| person.facts).into_iter().flat_map(|facts| facts.registrations) {
            let insurer = INSURERS.iter().position(|known| *known == one.coverage.key.insurer.to_string()).unwrap();
            let corrected = one.coverage.identity.name.as_str() == "模型　次";
            said.insert((person, insurer, one.coverage.acquired_on), (one.coverage.loss.map(|loss| loss.on), corrected));
        }
    }
    said
}

/// Returns the validity by hand: the law page's words for a question by card on a day.
fn expected(model: &Model, place: (usize, usize, usize), day: Date) -> Validity {
    let (person, insurer, first) = place;
    let in_force = |first: Date, loss: Option<Date>| first <= day && loss.is_none_or(|loss| day < loss);
    match model.get(&(person, insurer, first_day(first))) {
        None => Validity::NoneFound,
        Some((loss, _)) if in_force(first_day(first), *loss) => Validity::Valid,
        Some(_) => {
            let mine = first_day(first);
            let newer =
                model.iter().any(|((one, _, first), (loss, _))| *one == person && *first > mine && in_force(*first, *loss));
            if newer { Validity::InvalidNewerExists } else { Validity::Invalid }
        }
    }
}

async fn check(files: Vec<Vec<Step>>) {
    let database = TestDatabase::empty().await;
    let store = database.store().await;
    store.migrate().await.unwrap();
    let insurers: Vec<Insurer> =
        (0..2).map(|insurer| Insurer { number: number(insurer), name: "模型".to_owned() }).collect();
    store.load(&insurers, &[], Vec::new(), later(-100), false).await.unwrap();
    let (mut model, mut last, mut now, mut next) = (Model::new(), BTreeMap::new(), later(0), 0);
    let mut seen: BTreeMap<Timestamp, Model> = BTreeMap::from([(later(-50), Model::new())]);
    for file in files {
        now += SignedDuration::from_mins(10);
        // A file is one insurer's.
        let Some(insurer) = file.first().map(|step| step.0) else { continue };
        let file: Vec<Step> = file.into_iter().filter(|step| step.0 == insurer).collect();
        let at = |step: &Step| now - SignedDuration::from_mins(step.5.into());
        let sent: Vec<SentNotice> = file
            .iter()
            .map(|step| {
                next += 1;
                let notice = Notice { id: format!("m-{next}"), registered_at: Some(at(step)), action: action(step) };
                SentNotice { id: Some(notice.id.clone()), content: NoticeContent(format!("{next}")), read: Ok(notice) }
            })
            .collect();
        let done = store.carry_out(number(insurer), &sent, now).await.unwrap().unwrap();
        for (step, outcome) in file.iter().zip(&done.outcomes) {
            let applied = applies(&mut model, &mut last, step, at(step));
            assert_eq!(matches!(outcome, NoticeOutcome::Applied { .. }), applied, "{step:?}: {outcome:?}");
        }
        // What was applied is known when it is sent again.
        let is_applied = |outcome: &NoticeOutcome| matches!(outcome, NoticeOutcome::Applied { .. });
        let applied = sent.iter().zip(&done.outcomes).filter(|(_, outcome)| is_applied(outcome));
        let applied: Vec<SentNotice> = applied.map(|(one, _)| one.clone()).collect();
        let again = store.carry_out(number(insurer), &applied, now).await.unwrap().unwrap();
        assert!(again.outcomes.iter().all(|outcome| *outcome == NoticeOutcome::AppliedBefore), "{:?}", again.outcomes);
        seen.insert(now, model.clone());
        assert_eq!(said(&store, now).await, model);
    }
    for (at, model) in &seen {
        assert_eq!(&said(&store, *at).await, model, "as of {at}");
        for place in [(0, 0, 0), (1, 0, 1), (2, 1, 0), (0, 1, 1)] {
            for day in [date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2026, 12, 1)] {
                let query =
                    CardQuery { key: key(place.0, place.1, place.2), birth_on: birth(), check_on: day, limit_consent: true };
                let facts = store.facts_by_card_at(None, &query, *at).await.unwrap();
                let answer = decide::by_card(&query, None, &facts);
                assert_eq!(answer.validity, expected(model, place, day), "{place:?} on {day} as of {at}");
            }
        }
    }
    store.pool().close().await;
    database.drop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn at_every_instant_the_registry_says_what_the_model_says(
        files in prop::collection::vec(
            prop::collection::vec((0..2_usize, 0..3_usize, 0..2_usize, 0..6_u8, 0..250_u8, 0..4_u8), 1..8),
            1..8,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(files));
    }
}

//! Tests of the explanations.

use jiff::civil::date;

use super::*;
use crate::decide::by_card;
use crate::domain::{CardKey, CardQuery, LimitCategory, Loss, LossReason, PersonFacts, PersonId, Protection, Registration};

use crate::decide::findings::tests::{coverage, employee, late_elderly, limit};

fn reasons(coverages: &[Coverage], asked: usize, day: Date) -> Vec<Reason> {
    reasons_with(coverages, asked, day, None)
}

fn reasons_with(coverages: &[Coverage], asked: usize, day: Date, lost_with_insured: Option<Date>) -> Vec<Reason> {
    let registrations: Vec<Registration> = coverages
        .iter()
        .zip(1..)
        .map(|(coverage, id)| Registration { id, coverage: coverage.clone().into(), reference: None })
        .collect();
    let coverage = &coverages[asked];
    let query = CardQuery {
        key: CardKey { ..coverage.key.clone() },
        birth_on: coverage.identity.birth_on,
        check_on: day,
        limit_consent: true,
    };
    let person = PersonFacts { id: PersonId(1), protection: Protection::default(), registrations };
    let answer = by_card(&query, None, std::slice::from_ref(&person));
    explain(day, &answer, lost_with_insured)
}

fn of(part: AnswerPart, reasons: &[Reason]) -> &Reason {
    reasons.iter().find(|reason| reason.part == part).unwrap()
}

#[test]
fn amounts_are_half_in_the_month_of_the_75th_birthday() {
    // 75 on 10 October 2026.
    let birth = date(1951, 10, 10);
    let mut old = employee(birth);
    old.loss = Some(Loss { on: date(2026, 10, 10), reason: LossReason::OtherInsurance });
    old.limits = vec![limit(LimitCategory::General, date(2026, 8, 1), date(2026, 10, 9))];
    let mut new = late_elderly(birth, date(2026, 10, 10));
    new.limits = vec![limit(LimitCategory::GeneralOne, date(2026, 10, 10), date(2027, 7, 31))];
    let both = [old, new];
    let amounts = |asked, day| {
        let reasons = reasons(&both, asked, day);
        let limit = of(AnswerPart::Limit, &reasons);
        let terms = limit.amounts.unwrap().terms;
        (terms.formula().base.amount(), terms.outpatient_amount().unwrap().amount(), limit.notes.len())
    };
    assert_eq!(amounts(0, date(2026, 9, 30)), (61_500, 22_000, 0));
    // Halving them after 2026-08 too is our reading, so a note says so.
    assert_eq!(amounts(0, date(2026, 10, 9)), (30_750, 11_000, 1));
    assert_eq!(amounts(1, date(2026, 10, 31)), (30_750, 11_000, 1));
    assert_eq!(amounts(1, date(2026, 11, 1)), (61_500, 22_000, 0));
}

#[test]
fn amounts_are_half_for_a_dependant_whose_insured_turns_75() {
    let (birth, on) = (date(1960, 3, 3), date(2026, 7, 15));
    let mut old = employee(birth);
    old.relationship = Some(crate::domain::Relationship::Dependant);
    old.loss = Some(Loss { on, reason: LossReason::OtherInsurance });
    old.limits = vec![limit(LimitCategory::U, date(2025, 8, 1), date(2026, 7, 14))];
    let mut new = coverage("138057", birth, on);
    new.limits = vec![limit(LimitCategory::U, on, date(2026, 7, 31))];
    let mut later = coverage("138057", birth, date(2026, 7, 20));
    later.limits = vec![limit(LimitCategory::U, date(2026, 7, 20), date(2026, 7, 31))];
    let of = |covered: &[Coverage], asked, day, lost_with_insured| {
        let reasons = reasons_with(covered, asked, day, lost_with_insured);
        let limit = of(AnswerPart::Limit, &reasons);
        let formula = limit.amounts.unwrap().terms.formula();
        let dates = limit.dates.iter().filter(|(compared, _)| *compared == Compared::InsuredTurns75);
        (formula.base.amount(), formula.fourth.unwrap().amount(), dates.map(|(_, on)| *on).collect::<Vec<_>>())
    };
    let whole = (80_100, 44_400, vec![]);
    let half = (40_050, 22_200, vec![on]);
    let both = [old, new];
    assert_eq!(of(&both, 0, date(2026, 7, 14), Some(on)), half);
    assert_eq!(of(&both, 1, date(2026, 7, 31), Some(on)), half);
    assert_eq!(of(&both, 0, date(2026, 7, 14), None), whole);
    assert_eq!(of(&both, 0, date(2026, 6, 30), Some(on)), whole);
    // A coverage that does not begin on that day is not affected.
    assert_eq!(of(&[later], 0, date(2026, 7, 31), Some(on)), whole);
}

#[test]
fn a_certificate_tells_what_a_meal_costs() {
    let on = |kind, category, long_stay_on, day: Date| {
        let mut covered = employee(date(1980, 1, 1));
        let certificate = limit(category, date(2010, 4, 1), date(2027, 7, 31));
        covered.limits = vec![crate::domain::LimitCertificate { kind, long_stay_on, ..certificate }];
        let reasons = reasons(&[covered], 0, day);
        let reason = of(AnswerPart::Limit, &reasons);
        let meal = reason.meal.map(|charge| (charge.yen.amount(), charge.since.to_string()));
        (meal, reason.amounts.is_some(), reason.notes.len())
    };
    let (o, day) = (LimitCategory::O, date(2026, 5, 31));
    let meal = |yen, since: &str| Some((yen, since.to_owned()));
    assert_eq!(on(LimitKind::LimitAndMeal, o, None, day), (meal(240, "2025-04"), true, 0));
    // 標準負担額減額認定証 limits no amounts, and 限度額適用認定証 does not reduce the charge of meals.
    assert_eq!(on(LimitKind::Meal, o, None, day), (meal(240, "2025-04"), false, 0));
    assert_eq!(on(LimitKind::Limit, o, None, day), (meal(510, "2025-04"), true, 0));
    assert_eq!(on(LimitKind::Limit, LimitCategory::U, None, day), (meal(510, "2025-04"), true, 0));
    // 長期入院該当 counts from its own day on.
    assert_eq!(on(LimitKind::LimitAndMeal, o, Some(day), day), (meal(190, "2025-04"), true, 0));
    assert_eq!(on(LimitKind::LimitAndMeal, o, Some(date(2026, 6, 1)), day), (meal(240, "2025-04"), true, 0));
    // The charges of low incomes from 2026-06 are our reading, so a note says so; 550 yen is settled.
    let june = date(2026, 6, 1);
    assert_eq!(on(LimitKind::LimitAndMeal, o, None, june), (meal(270, "2026-06"), true, 1));
    assert_eq!(on(LimitKind::Limit, LimitCategory::U, None, june), (meal(550, "2026-06"), true, 0));
    // Charges before 2018-04 are not known here, which is noted.
    assert_eq!(on(LimitKind::LimitAndMeal, o, None, date(2018, 3, 31)), (None, true, 1));
    assert_eq!(on(LimitKind::LimitAndMeal, o, None, date(2018, 4, 1)), (meal(210, "2018-04"), true, 0));
    // A category of another age has no amounts.
    assert_eq!(on(LimitKind::LimitAndMeal, LimitCategory::LowTwo, None, day), (None, false, 1));
}

#[test]
fn amounts_stay_whole_for_people_who_do_not_change_the_scheme_within_the_month() {
    let day = date(2026, 10, 20);
    let first = late_elderly(date(1951, 10, 1), date(2026, 10, 1));
    let disabled = late_elderly(date(1951, 10, 10), date(2020, 4, 1));
    for mut covered in [first, disabled] {
        covered.limits = vec![limit(LimitCategory::GeneralOne, date(2026, 10, 1), date(2027, 7, 31))];
        assert!(!of(AnswerPart::Limit, &reasons(&[covered], 0, day)).amounts.unwrap().terms.halves());
    }
}

#[test]
fn a_loss_cites_the_statute_of_its_scheme() {
    let lost = |mut covered: Coverage, on| {
        covered.loss = Some(Loss { on, reason: LossReason::Other });
        let reasons = reasons(&[covered], 0, date(2026, 11, 22));
        let losses = reasons.iter().filter(|reason| reason.part == AnswerPart::Loss);
        losses.map(|reason| (reason.rule.name, reason.rule.source)).collect::<Vec<_>>()
    };
    let birth = date(1950, 12, 1);
    for (insurer, statute) in
        [("06132013", "健康保険法36条"), ("138057", "国民健康保険法8条"), ("39131016", "高齢者の医療の確保に関する法律53条")]
    {
        let found = lost(coverage(insurer, birth, date(2025, 12, 1)), date(2026, 1, 5));
        assert!(matches!(found.as_slice(), [("lost", source)] if source.contains(statute)), "{found:?}");
    }
    let found: Vec<&str> = lost(employee(birth), date(2025, 12, 1)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, ["lost", "late-elderly-at-75"]);
}

#[test]
fn what_is_missing_is_compared_with_what_lies_nearest() {
    let mut covered = employee(date(1980, 1, 1));
    covered.limits = vec![
        limit(LimitCategory::U, date(2024, 8, 1), date(2025, 7, 31)),
        limit(LimitCategory::U, date(2025, 8, 1), date(2026, 7, 31)),
        limit(LimitCategory::U, date(2027, 1, 1), date(2027, 7, 31)),
    ];
    let day = date(2026, 11, 22);
    let found = reasons(&[covered], 0, day);
    let expected =
        [(Compared::CheckDate, day), (Compared::LastEnded, date(2026, 7, 31)), (Compared::NextBegins, date(2027, 1, 1))];
    assert_eq!(of(AnswerPart::Limit, &found).dates, expected);
    assert_eq!(of(AnswerPart::Limit, &reasons(&[employee(date(1980, 1, 1))], 0, day)).dates, expected[..1]);
}

#[test]
fn two_coverages_in_force_are_both_named() {
    let birth = date(1980, 1, 1);
    let both = [employee(birth), coverage("138057", birth, date(2026, 4, 1))];
    for (asked, other) in [(0, 2), (1, 1)] {
        let found = reasons(&both, asked, date(2026, 11, 22));
        let validity = of(AnswerPart::Validity, &found);
        assert_eq!(validity.rule.name, "several-in-force");
        assert_eq!(validity.others.iter().map(|one| one.registration).collect::<Vec<_>>(), [other]);
    }
}

#[test]
fn a_category_of_another_age_says_why_it_has_no_amounts() {
    let mut covered = employee(date(1981, 2, 3));
    covered.limits = vec![limit(LimitCategory::LowTwo, date(2026, 8, 1), date(2027, 7, 31))];
    let found = reasons(&[covered], 0, date(2026, 11, 22));
    let reason = of(AnswerPart::Limit, &found);
    assert!(reason.amounts.is_none() && reason.notes[0].english.contains("another age"));
}

#[test]
fn somebody_below_75_is_late_elderly_for_a_disability() {
    let day = date(2026, 11, 22);
    let names = |covered| {
        let found = reasons(&[covered], 0, day);
        let validity = found.into_iter().filter(|reason| reason.part == AnswerPart::Validity);
        validity.map(|reason| reason.rule.name).collect::<Vec<_>>()
    };
    assert_eq!(names(late_elderly(date(1958, 3, 10), date(2024, 5, 1))), ["in-force", "late-elderly-from-65"]);
    assert_eq!(names(late_elderly(date(1950, 3, 10), date(2025, 3, 10))), ["in-force"]);
}

#[test]
fn nothing_registered_is_not_as_registered() {
    let mut covered = employee(date(1980, 1, 1));
    let day = date(2026, 11, 22);
    assert_eq!(of(AnswerPart::Address, &reasons(&[covered.clone()], 0, day)).rule.name, "address-not-registered");
    covered.identity.address = Some(crate::domain::PersonalText::parse("東京都千代田区").unwrap());
    assert_eq!(of(AnswerPart::Address, &reasons(&[covered], 0, day)).rule.name, "as-registered");
}

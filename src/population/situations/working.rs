//! Situations of people below 70 whose coverage does not change.

use jiff::civil::date;

use super::stage::{Situation, Stage, limited, only, valid_three};
use crate::domain::{CardClass, CopayRatio, LimitCategory, Sex, SpecificDisease, SpecificDiseaseCertificate, Validity, Yen};
use crate::mass::Expected;
use crate::population::household::days_after;

pub(super) const ALL: &[Situation] = &[
    ("limit-a", |stage| limit(stage, LimitCategory::A)),
    ("limit-i", |stage| limit(stage, LimitCategory::I)),
    ("limit-u", |stage| limit(stage, LimitCategory::U)),
    ("limit-e", |stage| limit(stage, LimitCategory::E)),
    ("limit-o", |stage| limit(stage, LimitCategory::O)),
    ("dependant-child", dependant_child),
    ("preschool", preschool),
    ("preschool-born-on-1-april", |stage| preschool_in_april(stage, 1)),
    ("preschool-born-on-2-april", |stage| preschool_in_april(stage, 2)),
    ("twins-without-branch", twins),
    ("special-expense", special_expense),
    ("dialysis-10000", |stage| dialysis(stage, LimitCategory::U, 10_000)),
    ("dialysis-20000", |stage| dialysis(stage, LimitCategory::A, 20_000)),
    ("haemophilia", |stage| disease(stage, SpecificDisease::Haemophilia)),
    ("hiv", |stage| disease(stage, SpecificDisease::Hiv)),
];

/// An employee with a category under 70: 3割 from school on (健康保険法74条).
fn limit(stage: &mut Stage<'_, '_>, category: LimitCategory) {
    let who = stage.somebody(stage.born(45), Sex::Male);
    let coverage = limited(stage.employee(who, 0, stage.ago(2_000)), category, stage.this_year());
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), Expected { category: Some(category), ..valid_three() });
}

/// A child of ten as a dependant: 3割, with the branch of its own.
fn dependant_child(stage: &mut Stage<'_, '_>) {
    let child = stage.somebody(stage.born(10), Sex::Female);
    let parent = stage.somebody(stage.born(41), Sex::Male);
    let since = stage.ago(2_000);
    let coverage = limited(stage.dependant(child, parent.place, 0, since), LimitCategory::U, stage.this_year());
    let key = coverage.key.clone();
    stage.add(child, vec![coverage]);
    let of_parent = limited(stage.employee(parent, 0, since), LimitCategory::U, stage.this_year());
    stage.add(parent, vec![of_parent]);
    stage.ask(child, key, stage.today(), Expected { category: Some(LimitCategory::U), ..valid_three() });
}

/// A child of three: 2割 before school, which no answer carries.
fn preschool(stage: &mut Stage<'_, '_>) {
    let child = stage.somebody(stage.born(3), Sex::Male);
    let parent = stage.somebody(stage.born(33), Sex::Female);
    let coverage = stage.dependant(child, parent.place, 0, stage.born(3));
    let key = coverage.key.clone();
    stage.add(child, vec![coverage]);
    let of_parent = stage.employee(parent, 0, stage.ago(3_000));
    stage.add(parent, vec![of_parent]);
    stage.ask(child, key, stage.today(), Expected { payable: Some(CopayRatio::Two), ..valid_three() });
}

/// A child born on 1 April is six at the end of 31 March, and pays 3割 from that 1 April on; one born on 2 April is six a day later,
/// and pays 2割 for another year (年齢計算ニ関スル法律).
fn preschool_in_april(stage: &mut Stage<'_, '_>, day: i8) {
    let this_year =
        if stage.today() >= date(stage.today().year(), 4, 1) { stage.today().year() } else { stage.today().year() - 1 };
    let child = stage.somebody(date(this_year - 6, 4, day), Sex::Female);
    let parent = stage.somebody(stage.born(36), Sex::Male);
    let coverage = stage.dependant(child, parent.place, 0, child.birth.date());
    let key = coverage.key.clone();
    stage.add(child, vec![coverage]);
    let of_parent = stage.employee(parent, 0, stage.ago(4_000));
    stage.add(parent, vec![of_parent]);
    let last = date(this_year, 3, 31);
    stage.ask(child, key.clone(), last, Expected { payable: Some(CopayRatio::Two), ..valid_three() });
    let next = if day == 1 { CopayRatio::Three } else { CopayRatio::Two };
    stage.ask(child, key, days_after(last, 1), Expected { payable: Some(next), ..valid_three() });
}

/// Twins, asked for without the branch: 複数該当.
fn twins(stage: &mut Stage<'_, '_>) {
    let (first, second) = (stage.somebody(stage.born(12), Sex::Male), stage.somebody(stage.born(12), Sex::Male));
    let parent = stage.somebody(stage.born(44), Sex::Female);
    let since = stage.ago(2_500);
    for child in [first, second] {
        let coverage = stage.dependant(child, parent.place, 0, since);
        stage.add(child, vec![coverage]);
    }
    let of_parent = stage.employee(parent, 0, since);
    let key = of_parent.key.clone();
    stage.add(parent, vec![of_parent]);
    let own = stage.dependant(first, parent.place, 0, since).key;
    stage.ask(first, crate::domain::CardKey { branch: None, ..key }, stage.today(), only(Validity::SeveralMatch));
    stage.ask(first, own, stage.today(), valid_three());
}

/// 特別療養費: valid, but everything is paid at the counter.
fn special_expense(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(52), Sex::Male);
    let coverage = stage.national(who, 0, stage.ago(2_200));
    let coverage = crate::domain::Coverage {
        card_class: CardClass::SpecialExpense,
        card: crate::domain::CardDates {
            issued_on: Some(stage.ago(90)),
            valid_from: Some(stage.ago(90)),
            valid_through: None,
        },
        ..coverage
    };
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), only(Validity::Valid));
}

/// Dialysis: 20,000 yen a month with ア and イ, 10,000 otherwise.
fn dialysis(stage: &mut Stage<'_, '_>, category: LimitCategory, yen: u64) {
    with_disease(stage, SpecificDisease::Dialysis, category, yen);
}

/// Other diseases: 10,000 yen a month.
fn disease(stage: &mut Stage<'_, '_>, disease: SpecificDisease) {
    with_disease(stage, disease, LimitCategory::U, 10_000);
}

fn with_disease(stage: &mut Stage<'_, '_>, disease: SpecificDisease, category: LimitCategory, yen: u64) {
    use crate::domain::{CardKind, CardState};
    let who = stage.somebody(stage.born(55), Sex::Male);
    let mut coverage = limited(stage.employee(who, 0, stage.ago(3_000)), category, stage.this_year());
    let period = stage.this_year();
    let self_pay = Yen::new(yen);
    coverage.specific_diseases.push(SpecificDiseaseCertificate {
        disease,
        issued_on: Some(period.from()),
        period,
        self_pay,
    });
    let key = coverage.key.clone();
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(400));
    stage.add(who, vec![coverage]).cards.push(card);
    let expected = Expected { category: Some(category), ..valid_three() };
    // The certificate is shown to cards only.
    stage.ask(who, key, stage.today(), expected);
    stage.ask_card(who, 1, stage.today(), Expected { disease: Some(self_pay), ..expected });
}

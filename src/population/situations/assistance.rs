//! Situations of people on public assistance.

use super::stage::{Situation, Stage, lost, only, valid_three};
use crate::domain::{CardKind, CardState, LossReason, MedicalTreatment, Month, Sex, Validity};
use crate::population::household::days_after;
use crate::population::tickets::ticket;

pub(super) const ALL: &[Situation] = &[
    ("assistance-entrusted", |stage| assisted(stage, true)),
    ("assistance-not-entrusted", |stage| assisted(stage, false)),
    ("assistance-begun", begun),
    ("assistance-beside-employees", beside_employees),
];

/// 医療扶助 by card: 有効 with a ticket of the month for the institution that asks (委託), 有効（未登録） without one (未委託).
fn assisted(stage: &mut Stage<'_, '_>, entrusted: bool) {
    let who = stage.somebody(stage.born(70), Sex::Male);
    let mut coverage = stage.assistance(who, stage.ago(1_200));
    if entrusted {
        coverage.tickets.push(ticket(Month::of(stage.today()), stage.institution(), MedicalTreatment::Outpatient));
    }
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(700));
    stage.add(who, vec![coverage]).cards.push(card);
    let validity = if entrusted { Validity::Valid } else { Validity::ValidUnregistered };
    stage.ask_card(who, 1, stage.today(), only(validity));
    // Before the first month of the ticket nothing was entrusted.
    let before = days_after(Month::of(stage.today()).first_day(), -1);
    stage.ask_card(who, 1, before, only(Validity::ValidUnregistered));
}

/// 生活保護 begins: national health insurance is lost on that very day.
fn begun(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(59), Sex::Female);
    let begins = stage.ago(70);
    let old = lost(stage.national(who, 0, stage.ago(4_000)), begins, LossReason::Welfare);
    let new = stage.assistance(who, begins);
    let key = old.key.clone();
    stage.add(who, vec![old, new]);
    stage.ask(who, key.clone(), days_after(begins, -1), valid_three());
    stage.ask(who, key, begins, only(Validity::InvalidNewerExists));
}

/// Employees keep their insurance, which pays first: the card shows both.
fn beside_employees(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(42), Sex::Male);
    let employees = stage.employee(who, 0, stage.ago(900));
    let mut assistance = stage.assistance(who, stage.ago(400));
    let of_month = ticket(Month::of(stage.today()), stage.institution(), MedicalTreatment::Outpatient);
    assistance.tickets.push(crate::domain::MedicalTicket { combined: true, ..of_month });
    let key = employees.key.clone();
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(350));
    stage.add(who, vec![employees, assistance]).cards.push(card);
    stage.ask(who, key, stage.today(), valid_three());
    stage.ask_card(who, 1, stage.today(), valid_three());
}

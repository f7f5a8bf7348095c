//! Situations of cards, phones and protected people.

use super::stage::{Situation, Stage, valid_three};
use crate::domain::{CardKind, CardState, CardUnusable, Protection, RevocationReason, Sex};
use crate::mass::Expected;
use crate::population::household::years_before;
use crate::store::jlis::CardRecord;
use crate::store::registry::NewCard;

pub(super) const ALL: &[Situation] = &[
    ("card-good", |stage| card(stage, CardKind::Card, CardState::Good)),
    ("phone-android", |stage| card(stage, CardKind::Android, CardState::Good)),
    ("phone-ios", |stage| card(stage, CardKind::Ios, CardState::Good)),
    ("card-lost", |stage| revoked(stage, RevocationReason::Lost)),
    ("card-key-compromise", |stage| revoked(stage, RevocationReason::KeyCompromise)),
    ("card-ceased", |stage| revoked(stage, RevocationReason::Ceased)),
    ("card-superseded", superseded),
    ("card-expired", expired),
    ("card-unknown", unknown),
    ("address-withheld", address_withheld),
    ("self-information-blocked", blocked),
];

/// A person with one certificate.
fn card(stage: &mut Stage<'_, '_>, kind: CardKind, state: CardState) {
    let who = stage.somebody(stage.born(50), Sex::Female);
    let coverage = stage.employee(who, 0, stage.ago(3_500));
    let card = stage.card(who, 1, kind, state, stage.ago(120));
    stage.add(who, vec![coverage]).cards.push(card);
    let expected = match state {
        CardState::Good => valid_three(),
        CardState::Revoked(reason) => unusable(CardUnusable::Revoked(reason)),
        CardState::Superseded => unusable(CardUnusable::Superseded),
    };
    stage.ask_card(who, 1, stage.today(), expected);
}

fn unusable(reason: CardUnusable) -> Expected {
    Expected { unusable: Some(reason), ..Expected::default() }
}

fn revoked(stage: &mut Stage<'_, '_>, reason: RevocationReason) {
    card(stage, CardKind::Card, CardState::Revoked(reason));
}

/// A renewed card: the old certificate is refused, the new one answered.
fn superseded(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(44), Sex::Male);
    let coverage = stage.employee(who, 0, stage.ago(2_600));
    let new = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(50));
    let old = stage.card(who, 0, CardKind::Card, CardState::Superseded, stage.ago(1_200));
    let old =
        NewCard { record: old.record.map(|record| CardRecord { superseded_by: Some(new.id.clone()), ..record }), ..old };
    stage.add(who, vec![coverage]).cards.extend([old, new]);
    stage.ask_card(who, 0, stage.today(), unusable(CardUnusable::Superseded));
    stage.ask_card(who, 1, stage.today(), valid_three());
}

/// A certificate that ended with the fifth birthday after it was issued.
fn expired(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(58), Sex::Female);
    let coverage = stage.employee(who, 0, stage.ago(5_500));
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, years_before(stage.today(), 6));
    stage.add(who, vec![coverage]).cards.push(card);
    stage.ask_card(who, 1, stage.today(), unusable(CardUnusable::Expired));
}

/// A certificate that J-LIS does not know.
fn unknown(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(27), Sex::Male);
    let coverage = stage.employee(who, 0, stage.ago(1_000));
    let id = stage.certificate(who, 1);
    stage.add(who, vec![coverage]).cards.push(NewCard { id, record: None });
    stage.ask_card(who, 1, stage.today(), unusable(CardUnusable::Unknown));
}

/// 不開示該当: the answer leaves out the address, and the card can be used.
fn address_withheld(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(36), Sex::Female);
    let coverage = stage.national(who, 0, stage.ago(800));
    let key = coverage.key.clone();
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(300));
    let person = stage.add(who, vec![coverage]);
    person.protection = Protection { address_withheld: true, self_information_blocked: false };
    person.cards.push(card);
    stage.ask(who, key, stage.today(), valid_three());
    stage.ask_card(who, 1, stage.today(), valid_three());
}

/// 自己情報提供不可: the card cannot be used; 記号・番号 are answered without the address.
fn blocked(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(33), Sex::Female);
    let coverage = stage.national(who, 0, stage.ago(600));
    let key = coverage.key.clone();
    let card = stage.card(who, 1, CardKind::Card, CardState::Good, stage.ago(300));
    let person = stage.add(who, vec![coverage]);
    person.protection = Protection { address_withheld: true, self_information_blocked: true };
    person.cards.push(card);
    stage.ask(who, key, stage.today(), valid_three());
    stage.ask_card(who, 1, stage.today(), unusable(CardUnusable::Blocked));
}

//! Situations of names that programs at the clinic find hard.

use super::stage::{Situation, Stage, valid_three};
use crate::domain::Sex;
use crate::population::names::{FullName, foreign_given_name, foreign_surname, surname_written};

pub(super) const ALL: &[Situation] = &[
    ("black-dot", black_dot),
    ("ladder-taka", |stage| written(stage, "髙橋")),
    ("standing-saki", |stage| written(stage, "山﨑")),
    ("earth-yoshi", |stage| written(stage, "𠮷田")),
    ("alias", alias),
];

/// The insurer could not write one character, and wrote ●.
fn black_dot(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(47), Sex::Male);
    let mut coverage = stage.employee(who, 0, stage.ago(3_300));
    coverage.identity.name = who.name.with_black_dot();
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), valid_three());
}

/// A surname with a variant of a character: はしご高 and 立つ崎 are in Windows-31J, つちよし is not.
fn written(stage: &mut Stage<'_, '_>, surname: &str) {
    let mut who = stage.somebody(stage.born(39), Sex::Female);
    who.name.family = surname_written(surname).unwrap_or(who.name.family);
    let coverage = stage.employee(who, 0, stage.ago(2_800));
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), valid_three());
}

/// A foreign resident with 通称.
fn alias(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(35), Sex::Female);
    let legal = FullName { family: foreign_surname(stage.draw), given: foreign_given_name(stage.draw) };
    let mut coverage = stage.national(who, 0, stage.ago(1_400));
    coverage.identity.other_name = Some(who.name.written());
    coverage.identity.other_kana = Some(who.name.kana());
    coverage.identity.name = legal.written();
    coverage.identity.kana = Some(legal.kana());
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), valid_three());
}

//! Situations of people of 70 and over.

use jiff::civil::date;

use super::stage::{
    Situation, Stage, days, elderly, last_august_1, limited, lost, next_july_31, only, valid_shown, valid_three, with_ratio,
};
use crate::domain::{CopayRatio, LimitCategory, LossReason, Sex, Validity};
use crate::mass::Expected;
use crate::population::household::{days_after, years_after, years_before};

use CopayRatio::{One, Three, Two};
use LimitCategory as C;

pub(super) const ALL: &[Situation] = &[
    ("late-elderly-2wari", |stage| late(stage, Two, C::GeneralTwo)),
    ("late-elderly-1wari", |stage| late(stage, One, C::GeneralOne)),
    ("late-elderly-low-2", |stage| late(stage, One, C::LowTwo)),
    ("late-elderly-low-1", |stage| late(stage, One, C::LowOne)),
    ("late-elderly-active-1", |stage| late(stage, Three, C::ActiveOne)),
    ("late-elderly-active-2", |stage| late(stage, Three, C::ActiveTwo)),
    ("late-elderly-active-3", |stage| late(stage, Three, C::ActiveThree)),
    ("from-70-general", |stage| from_70(stage, Two, C::General)),
    ("from-70-low-2", |stage| from_70(stage, Two, C::LowTwo)),
    ("from-70-low-1", |stage| from_70(stage, Two, C::LowOne)),
    ("from-70-active-1", |stage| from_70(stage, Three, C::ActiveOne)),
    ("from-70-active-2", |stage| from_70(stage, Three, C::ActiveTwo)),
    ("from-70-active-3", |stage| from_70(stage, Three, C::ActiveThree)),
    ("month-after-70", |stage| becomes_70(stage, 10)),
    ("70-on-the-first", |stage| becomes_70(stage, 1)),
    ("birthday-75", birthday_75),
    ("partner-turns-75", partner_turns_75),
    ("disabled-from-65", disabled),
    ("ratio-changes-in-august", ratio_changes),
];

/// 後期高齢者医療 with a ratio and its category.
fn late(stage: &mut Stage<'_, '_>, ratio: CopayRatio, category: LimitCategory) {
    let who = stage.somebody(stage.born(80), Sex::Female);
    let coverage = stage.late_elderly(who, years_after(stage.born(80), 75));
    let coverage = limited(with_ratio(coverage, ratio, stage.this_year()), category, stage.this_year());
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), valid_shown(ratio, Some(category)));
}

/// 70 to 74 in national health insurance, with 高齢受給者証.
fn from_70(stage: &mut Stage<'_, '_>, ratio: CopayRatio, category: LimitCategory) {
    let who = stage.somebody(stage.born(72), Sex::Male);
    let coverage = stage.national(who, 0, stage.ago(4_000));
    let coverage = limited(elderly(coverage, ratio, stage.this_year()), category, stage.this_year());
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key, stage.today(), valid_shown(ratio, Some(category)));
}

/// 70 this month: 高齢受給者証 begins with the next month; for a person born on the 1st with this one.
fn becomes_70(stage: &mut Stage<'_, '_>, born_on: i8) {
    let today = stage.today();
    let who = stage.somebody(date(today.year() - 70, today.month(), born_on), Sex::Male);
    let first = date(today.year(), today.month(), 1);
    let begins = if born_on == 1 { first } else { days_after(first.last_of_month(), 1) };
    let last = days_after(begins, -1);
    let coverage = stage.national(who, 0, stage.ago(4_000));
    let coverage = limited(coverage, C::U, days(last_august_1(last), last));
    let senior = days(begins, next_july_31(begins));
    let coverage = limited(elderly(coverage, Two, senior), C::General, senior);
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key.clone(), last, Expected { category: Some(C::U), ..valid_three() });
    stage.ask(who, key, begins, valid_shown(Two, Some(C::General)));
}

/// The 75th birthday: the old coverage is lost on the birthday itself, on which 後期高齢者医療 begins.
fn birthday_75(stage: &mut Stage<'_, '_>) {
    let near = stage.ago(60);
    let birthday = date(near.year(), near.month(), near.day().min(28));
    let who = stage.somebody(years_before(birthday, 75), Sex::Male);
    let before = days_after(birthday, -1);
    let old = stage.employee(who, 0, stage.ago(8_000));
    let year = days(last_august_1(before), before);
    let old = limited(elderly(old, Two, year), C::General, year);
    let old = lost(old, birthday, LossReason::OtherInsurance);
    let year = days(birthday, next_july_31(birthday));
    let new = limited(with_ratio(stage.late_elderly(who, birthday), One, year), C::GeneralOne, year);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key.clone(), before, valid_shown(Two, Some(C::General)));
    stage.ask(who, old_key, birthday, only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, birthday, valid_shown(One, Some(C::GeneralOne)));
}

/// The dependant of a person who turns 75 loses the coverage on that day, and goes into national health insurance.
fn partner_turns_75(stage: &mut Stage<'_, '_>) {
    let near = stage.ago(40);
    let birthday = date(near.year(), near.month(), near.day().min(28));
    let who = stage.somebody(stage.born(66), Sex::Female);
    let partner = stage.somebody(years_before(birthday, 75), Sex::Male);
    let since = stage.ago(9_000);
    let old = lost(stage.dependant(who, partner.place, 0, since), birthday, LossReason::Other);
    let new = stage.national(who, 0, birthday);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    let of_partner = lost(stage.employee(partner, 0, since), birthday, LossReason::OtherInsurance);
    let late = with_ratio(stage.late_elderly(partner, birthday), Two, days(birthday, next_july_31(birthday)));
    stage.add(partner, vec![of_partner, late]);
    stage.ask(who, old_key, birthday, only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, birthday, valid_three());
}

/// 65 to 74 with a recognised disability: 後期高齢者医療 from the day of recognition.
fn disabled(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(67), Sex::Male);
    let recognised = stage.ago(300);
    let old = lost(stage.national(who, 0, stage.ago(5_000)), recognised, LossReason::OtherInsurance);
    let year = days(stage.this_year().from().max(recognised), stage.this_year().through());
    let new = limited(with_ratio(stage.late_elderly(who, recognised), One, year), C::LowOne, year);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key, stage.today(), only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, stage.today(), valid_shown(One, Some(C::LowOne)));
}

/// 1割 until 31 July, 2割 from 1 August on: the yearly judgement.
fn ratio_changes(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(82), Sex::Male);
    let (last_year, this_year) = (stage.last_year(), stage.this_year());
    let coverage = stage.late_elderly(who, years_after(stage.born(82), 75));
    let coverage = limited(with_ratio(coverage, One, last_year), C::GeneralOne, last_year);
    let coverage = limited(with_ratio(coverage, Two, this_year), C::GeneralTwo, this_year);
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key.clone(), last_year.through(), valid_shown(One, Some(C::GeneralOne)));
    stage.ask(who, key, this_year.from(), valid_shown(Two, Some(C::GeneralTwo)));
}

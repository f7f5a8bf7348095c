//! Situations of people whose coverage changes.

use jiff::civil::date;

use super::stage::{Situation, Stage, lost, only, valid_three};
use crate::domain::{LossReason, Sex, Validity};
use crate::population::household::{days_after, years_before};

pub(super) const ALL: &[Situation] = &[
    ("between-jobs", between_jobs),
    ("not-registered-yet", not_registered_yet),
    ("new-job", new_job),
    ("voluntary-continuation", voluntary),
    ("national-to-employees", national_to_employees),
    ("employees-to-national", employees_to_national),
    ("moved", moved),
    ("died", died),
    ("newborn", newborn),
    ("married", married),
    ("not-begun", not_begun),
    ("overlap-of-insurers", overlap),
];

/// 転職の途中: lost, and nothing new yet.
fn between_jobs(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(38), Sex::Male);
    let left = stage.ago(20);
    let coverage = lost(stage.employee(who, 0, stage.ago(2_000)), left, LossReason::Other);
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key.clone(), days_after(left, -1), valid_three());
    stage.ask(who, key, left, only(Validity::Invalid));
}

/// 未登録期間: hired, but the new insurer has registered nothing: its card finds nobody, the old one is lost.
fn not_registered_yet(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(29), Sex::Female);
    let hired = stage.ago(9);
    let old = lost(stage.employee(who, 0, stage.ago(1_500)), hired, LossReason::Other);
    let new = stage.employee(who, 1, hired).key;
    let key = old.key.clone();
    stage.add(who, vec![old]);
    stage.ask(who, new, stage.today(), only(Validity::NoneFound));
    stage.ask(who, key, stage.today(), only(Validity::Invalid));
}

/// From one employer to the next without a gap: the old card is invalid because a newer coverage exists.
fn new_job(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(34), Sex::Male);
    let hired = stage.ago(60);
    let old = lost(stage.employee(who, 0, stage.ago(2_000)), hired, LossReason::Other);
    let new = stage.employee(who, 1, hired);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key.clone(), days_after(hired, -1), valid_three());
    stage.ask(who, old_key, hired, only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, hired, valid_three());
}

/// 任意継続: the same insurer under a new number, for up to two years.
fn voluntary(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(61), Sex::Male);
    let left = stage.ago(200);
    let old = lost(stage.employee(who, 0, stage.ago(9_000)), left, LossReason::Other);
    let continued = stage.employee(who, 1, left);
    let (old_key, key) = (old.key.clone(), continued.key.clone());
    stage.add(who, vec![old, continued]);
    stage.ask(who, key, stage.today(), valid_three());
    stage.ask(who, old_key, stage.today(), only(Validity::InvalidNewerExists));
}

/// 国保 → 社保: 国保 is lost on the day after the employees' insurance begins, so that both are valid on one day.
fn national_to_employees(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(26), Sex::Female);
    let hired = stage.ago(45);
    let old = lost(stage.national(who, 0, stage.ago(1_800)), days_after(hired, 1), LossReason::OtherInsurance);
    let new = stage.employee(who, 0, hired);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key.clone(), hired, valid_three());
    stage.ask(who, new_key, hired, valid_three());
    stage.ask(who, old_key, days_after(hired, 1), only(Validity::InvalidNewerExists));
}

/// 社保 → 国保: 国保 begins on the day of loss.
fn employees_to_national(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(57), Sex::Male);
    let left = stage.ago(30);
    let old = lost(stage.employee(who, 0, stage.ago(5_000)), left, LossReason::Other);
    let new = stage.national(who, 0, left);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key, left, only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, left, valid_three());
}

/// 転出: 国保 of the old number is lost on the day after leaving; the new one begins.
fn moved(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(48), Sex::Female);
    let moved_on = stage.ago(100);
    let old = lost(stage.national(who, 0, stage.ago(3_000)), moved_on, LossReason::Other);
    let new = stage.national(who, 1, moved_on);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    stage.ask(who, old_key, moved_on, only(Validity::InvalidNewerExists));
    stage.ask(who, new_key, moved_on, valid_three());
}

/// 死亡: lost on the day after.
fn died(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(63), Sex::Male);
    let died_on = stage.ago(15);
    let coverage = lost(stage.employee(who, 0, stage.ago(7_000)), days_after(died_on, 1), LossReason::Death);
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]).died_on = Some(died_on);
    stage.ask(who, key.clone(), died_on, valid_three());
    stage.ask(who, key, days_after(died_on, 1), only(Validity::Invalid));
}

/// A newborn: a dependant from birth, 2割.
fn newborn(stage: &mut Stage<'_, '_>) {
    use crate::domain::CopayRatio;
    use crate::mass::Expected;
    let child = stage.somebody(stage.ago(25), Sex::Female);
    let parent = stage.somebody(stage.born(31), Sex::Male);
    let coverage = stage.dependant(child, parent.place, 0, child.birth.date());
    let key = coverage.key.clone();
    stage.add(child, vec![coverage]);
    let of_parent = stage.employee(parent, 0, stage.ago(2_000));
    stage.add(parent, vec![of_parent]);
    stage.ask(child, key, child.birth.date(), Expected { payable: Some(CopayRatio::Two), ..valid_three() });
}

/// Married: from one's own 国保 to a dependant of the partner.
fn married(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(30), Sex::Female);
    let partner = stage.somebody(stage.born(32), Sex::Male);
    let married_on = stage.ago(120);
    let old = lost(stage.national(who, 0, stage.ago(2_500)), days_after(married_on, 1), LossReason::OtherInsurance);
    let new = stage.dependant(who, partner.place, 0, married_on);
    let (old_key, new_key) = (old.key.clone(), new.key.clone());
    stage.add(who, vec![old, new]);
    let of_partner = stage.employee(partner, 0, stage.ago(2_000));
    stage.add(partner, vec![of_partner]);
    stage.ask(who, new_key, stage.today(), valid_three());
    stage.ask(who, old_key, stage.today(), only(Validity::InvalidNewerExists));
}

/// Registered ahead: hired on the first of a month to come.
fn not_begun(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(23), Sex::Male);
    let hired = days_after(stage.today().last_of_month(), 1);
    let coverage = stage.employee(who, 0, hired);
    let key = coverage.key.clone();
    stage.add(who, vec![coverage]);
    stage.ask(who, key.clone(), stage.today(), only(Validity::Invalid));
    stage.ask(who, key, hired, valid_three());
}

/// An overlap as insurers leave it: 国保 was never closed when the employees' insurance began. Both are valid, which contradicts
/// 国民健康保険法6条.
fn overlap(stage: &mut Stage<'_, '_>) {
    let who = stage.somebody(stage.born(40), Sex::Male);
    let hired = date(years_before(stage.today(), 1).year(), 4, 1);
    let national = stage.national(who, 0, stage.ago(3_000));
    let employees = stage.employee(who, 0, hired);
    let (old_key, new_key) = (national.key.clone(), employees.key.clone());
    stage.add(who, vec![national, employees]);
    stage.ask_despite(who, old_key, "national-health-beside-employees", stage.today(), valid_three());
    stage.ask(who, new_key, stage.today(), valid_three());
}

//! The schemes that an adult has had of their own, as a chain of stretches without gaps.

use jiff::civil::{Date, date};

use crate::domain::BirthDate;

use super::draw::Draw;
use super::household::{days_after, years_after, years_before};
use super::insurers::{InsurerId, Insurers};
use super::numbers::{JOBS, PairForm};
use super::profile::{Group, Profile};

/// The scheme of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// An employees' insurance, under the number of a job.
    Employee { insurer: InsurerId, form: PairForm, job: usize },
    /// National health insurance of the municipality.
    National,
    /// A national health-insurance society, under the number of a job.
    Society { insurer: InsurerId, job: usize },
}

/// A stretch begins on its first day and lasts until the next begins.
pub(super) type Stretch = (Date, Own);

/// What a career depends on besides the person.
pub(super) struct Setting<'a> {
    pub profile: &'a Profile,
    pub prefecture: u8,
    pub as_of: Date,
}

/// The number of years of history.
pub(super) const YEARS: i64 = 10;
/// The shortest time between two changes, in days.
const APART: i64 = 250;

/// Draws the career of a person until `as_of`. It begins with the first work or at some day before the years of history, not
/// before `not_before`.
pub(super) fn career(draw: &mut Draw, setting: &Setting<'_>, birth: BirthDate, not_before: Option<Date>) -> Vec<Stretch> {
    let as_of = setting.as_of;
    let begin = not_before.unwrap_or_else(|| begin(draw, birth, as_of));
    let mut starts = changes(draw, setting, birth, begin);
    starts.insert(0, begin);
    let mut plan: Vec<(Date, Plan)> = Vec::new();
    for start in starts {
        let age = birth.age_on(start);
        plan.push((start, Plan::draw_work(draw, setting.profile, age)));
    }
    // The newest stretch is drawn by today's age, so that the shares of today are the profile's.
    if let Some((_, newest)) = plan.last_mut() {
        *newest = Plan::draw(draw, setting.profile, birth.age_on(as_of));
    }
    retire(draw, setting, birth, &mut plan);
    plan.dedup_by(|later, earlier| later.1 == Plan::National && earlier.1 == Plan::National);
    stretches(draw, setting, &plan)
}

/// The kind of a stretch, before an insurer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Kyokai,
    HealthSociety,
    Mutual,
    National,
    NationalSociety,
    Seamen,
    SelfDefence,
    SpecialRetired,
    /// A society that keeps insuring its retired people.
    SpecifiedSociety,
}

impl Plan {
    /// In the order of the entries of the groups of schemes.
    const ALL: [Self; 8] = [
        Self::Kyokai,
        Self::HealthSociety,
        Self::Mutual,
        Self::National,
        Self::NationalSociety,
        Self::Seamen,
        Self::SelfDefence,
        Self::SpecialRetired,
    ];

    pub fn draw(draw: &mut Draw, profile: &Profile, age: u8) -> Self {
        let group = match age {
            ..25 => Group::SCHEME_18,
            25..35 => Group::SCHEME_25,
            35..60 => Group::SCHEME_35,
            60..65 => Group::SCHEME_60,
            65..70 => Group::SCHEME_65,
            _ => Group::SCHEME_70,
        };
        Self::ALL[draw.pick(profile.of(group))]
    }

    /// Draws a stretch that another may follow: nobody goes on from 特例退職.
    pub fn draw_work(draw: &mut Draw, profile: &Profile, age: u8) -> Self {
        match Self::draw(draw, profile, age) {
            Self::SpecialRetired => Self::National,
            drawn => drawn,
        }
    }

    pub fn is_employee(self) -> bool {
        !matches!(self, Self::National | Self::NationalSociety)
    }
}

/// Draws the first day of a career.
fn begin(draw: &mut Draw, birth: BirthDate, as_of: Date) -> Date {
    let grown = birth.birthday(if draw.below(2) == 0 { 18 } else { 22 });
    let worked = first_april(grown);
    let long_ago = draw.day(years_before(as_of, 25), years_before(as_of, YEARS));
    let begin = worked.max(hired_near(draw, long_ago));
    // People who do not work yet have been on their own since 18.
    if begin < days_after(as_of, -30) { begin } else { birth.birthday(18).min(days_after(as_of, -30)) }
}

/// Returns the first 1 April on or after a day.
pub(super) fn first_april(day: Date) -> Date {
    let this_year = date(day.year(), 4, 1);
    if day <= this_year { this_year } else { date(day.year() + 1, 4, 1) }
}

/// Draws the days on which a new stretch begins.
fn changes(draw: &mut Draw, setting: &Setting<'_>, birth: BirthDate, begin: Date) -> Vec<Date> {
    let as_of = setting.as_of;
    let mut days = Vec::new();
    let mut last = begin;
    for years_ago in (0..YEARS).rev() {
        let (from, through) = (years_before(as_of, years_ago + 1), years_before(as_of, years_ago));
        let group = if birth.age_on(from) < 35 { Group::JOB_CHANGE_YOUNG } else { Group::JOB_CHANGE_OLD };
        if !draw.yes(setting.profile.pair(group)) {
            continue;
        }
        let day = hired(draw, setting.profile, from, through);
        if day >= days_after(last, APART) && day < days_after(as_of, -30) && days.len() < JOBS / 4 {
            days.push(day);
            last = day;
        }
    }
    days
}

fn hired(draw: &mut Draw, profile: &Profile, from: Date, through: Date) -> Date {
    let day = draw.day(from, through);
    match draw.pick(profile.of(Group::HIRED)) {
        0 => first_april(from),
        1 => date(day.year(), day.month(), 1),
        _ => day,
    }
}

fn hired_near(draw: &mut Draw, day: Date) -> Date {
    if draw.below(2) == 0 { date(day.year(), 4, 1) } else { date(day.year(), day.month(), 1) }
}

/// Lets a person of 60 and over who is in national health insurance or 特例退職 have worked until 60 or 65.
fn retire(draw: &mut Draw, setting: &Setting<'_>, birth: BirthDate, plan: &mut Vec<(Date, Plan)>) {
    let age = birth.age_on(setting.as_of);
    let Some((_, newest)) = plan.last_mut() else { return };
    if !matches!(newest, Plan::National | Plan::SpecialRetired) {
        return;
    }
    let special = *newest == Plan::SpecialRetired;
    // Whoever did not work long enough before is in national health insurance.
    *newest = Plan::National;
    if !special && (age < 60 || draw.below(10) < 3) {
        return;
    }
    let at = if draw.below(2) == 0 || age < 65 { 60 } else { 65 };
    let retired = birth.birthday(at).last_of_month().tomorrow().expect("birthdays are far from year 9999");
    let begin = plan[0].0;
    if retired <= days_after(begin, APART) || retired > days_after(setting.as_of, -30) {
        return;
    }
    let work = if special {
        [Plan::SpecifiedSociety, Plan::Mutual][draw.pick(&[85, 15])]
    } else {
        [Plan::Kyokai, Plan::HealthSociety, Plan::Mutual][draw.pick(&[50, 35, 15])]
    };
    plan.retain(|(day, _)| *day < days_after(retired, -APART));
    let before = plan.len() - 1;
    for (place, (_, earlier)) in plan.iter_mut().enumerate() {
        if !earlier.is_employee() || (special && place == before) {
            *earlier = work;
        }
    }
    plan.push((retired, if special { Plan::SpecialRetired } else { Plan::National }));
}

/// Draws the insurers of a plan, and what lies between two employers.
fn stretches(draw: &mut Draw, setting: &Setting<'_>, plan: &[(Date, Plan)]) -> Vec<Stretch> {
    let mut job = 0;
    let mut drawn: Vec<Stretch> = Vec::new();
    for (place, (start, kind)) in plan.iter().enumerate() {
        let last = drawn.last().map(|(_, own)| *own);
        if let (Plan::SpecialRetired, Some(Own::Employee { insurer, .. })) = (kind, last)
            && let Some(insurer) = Insurers::get().special_retired(insurer)
        {
            drawn.push((*start, Own::Employee { insurer, form: PairForm::Plain, job }));
            job += 1;
            continue;
        }
        let own = own(draw, setting, *kind, &mut job);
        if let (Some(Own::Employee { insurer, form, .. }), Some((began, earlier))) = (last, plan.get(place.wrapping_sub(1)))
        {
            // 任意継続 of members of the forces is that of 防衛省共済.
            let insurer = Insurers::get().of_dependants(insurer);
            let between = draw.pick(setting.profile.of(Group::BETWEEN_JOBS));
            let gap = draw.between(20, 200);
            let left = days_after(*start, -gap);
            let room = left > days_after(*began, 30) && earlier.is_employee();
            match (own, between) {
                (Own::Employee { .. }, 1) if room => drawn.push((left, Own::National)),
                (Own::Employee { .. }, 2) if room => {
                    drawn.push((left, Own::Employee { insurer, form, job }));
                    job += 1;
                }
                // 任意継続 after retiring lasts for two years, or still lasts.
                (Own::National, 2) if room => {
                    drawn.push((*start, Own::Employee { insurer, form, job }));
                    job += 1;
                    let ended = years_after(*start, 2);
                    let next = plan.get(place + 1).map_or(setting.as_of, |(next, _)| *next);
                    if ended < days_after(next, -30) {
                        drawn.push((ended, own));
                    }
                    continue;
                }
                _ => {}
            }
        }
        drawn.push((*start, own));
    }
    drawn
}

/// Draws the insurer of a kind of stretch.
pub(super) fn own(draw: &mut Draw, setting: &Setting<'_>, kind: Plan, job: &mut usize) -> Own {
    let insurers = Insurers::get();
    let mut next = || {
        *job += 1;
        *job - 1
    };
    let one_of = |draw: &mut Draw, list: &[InsurerId]| list[draw.pick(&vec![1; list.len()])];
    let prefecture = setting.prefecture;
    match kind {
        Plan::Kyokai => Own::Employee { insurer: insurers.kyokai(prefecture), form: PairForm::Kyokai, job: next() },
        Plan::HealthSociety => {
            Own::Employee { insurer: one_of(draw, &insurers.societies), form: PairForm::Plain, job: next() }
        }
        Plan::SpecifiedSociety => {
            Own::Employee { insurer: one_of(draw, insurers.specified_societies()), form: PairForm::Plain, job: next() }
        }
        Plan::SelfDefence => Own::Employee { insurer: insurers.self_defence, form: PairForm::Mutual("防衛"), job: next() },
        Plan::Seamen => Own::Employee { insurer: insurers.seamen, form: PairForm::Plain, job: next() },
        Plan::Mutual => {
            let (insurer, kanji) = match draw.pick(setting.profile.of(Group::MUTUAL)) {
                0 => (one_of(draw, &insurers.national_mutual), "試験省"),
                1 => (insurers.local_mutual(prefecture), "試験県"),
                2 => (insurers.police_mutual(prefecture), "警・"),
                3 => (insurers.school_mutual(prefecture), "公立"),
                _ => (insurers.private_school, "私学"),
            };
            Own::Employee { insurer, form: PairForm::Mutual(kanji), job: next() }
        }
        // 特例退職 needs an insurer under whom the person worked.
        Plan::National | Plan::SpecialRetired => Own::National,
        Plan::NationalSociety => Own::Society { insurer: one_of(draw, &insurers.national_health_societies), job: next() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn careers_go_forward_and_number_their_jobs() {
        let as_of = date(2026, 12, 1);
        let setting = Setting { profile: Profile::standard(), prefecture: 13, as_of };
        for household in 0..3_000 {
            let mut draw = Draw::of_household(5, household);
            let born = draw.day(date(1940, 1, 1), date(2008, 11, 1));
            let career = career(&mut draw, &setting, BirthDate::new(born).unwrap(), None);
            assert!(!career.is_empty() && career[0].0 < as_of);
            assert!(career.is_sorted_by(|earlier, later| earlier.0 < later.0), "{career:?}");
            let jobs: Vec<usize> = career
                .iter()
                .filter_map(|(_, own)| match own {
                    Own::Employee { job, .. } | Own::Society { job, .. } => Some(*job),
                    Own::National => None,
                })
                .collect();
            let mut distinct = jobs.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), jobs.len(), "{career:?}");
            assert!(jobs.iter().all(|job| *job < JOBS), "{career:?}");
        }
    }
}

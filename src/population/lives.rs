//! The covers of every member of a household over the years: who was insured by whom, from when.

use jiff::civil::Date;

use crate::rules::scheme::late_elderly_begins;

use super::career::{Own, Setting, Stretch, career, first_april};
use super::draw::Draw;
use super::household::{Member, Role, days_after, years_before};
use super::insurers::{InsurerId, Insurers};
use super::numbers::PairForm;
use super::profile::Group;

/// How a member is covered during a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// Insured as an employee, under the number of the member's own job.
    Insured { insurer: InsurerId, form: PairForm, job: usize },
    /// A dependant of another member, under the number of that member's job.
    Dependant { leader: usize, insurer: InsurerId, form: PairForm, job: usize },
    /// National health insurance where the household lives, at a residence.
    National { residence: usize },
    /// A national health-insurance society, under the number of a member's job.
    Society { leader: usize, insurer: InsurerId, job: usize },
    /// 後期高齢者医療.
    Late { elder: usize },
    /// 医療扶助.
    Aid,
}

impl Cover {
    /// Returns whether it is an employees' insurance.
    pub fn is_employees(self) -> bool {
        matches!(self, Self::Insured { .. } | Self::Dependant { .. })
    }

    /// Returns whether it is national health insurance.
    pub fn is_national_health(self) -> bool {
        matches!(self, Self::National { .. } | Self::Society { .. })
    }
}

/// A member's covers: each from its day until the next one's, in order.
pub(super) type Life = Vec<(Date, Cover)>;

/// The lives of a household.
pub(super) struct Lives {
    /// Each member's, in the order of the members.
    pub of: Vec<Life>,
    /// The day of the marriage, if it lies within the years of history.
    pub married_on: Option<Date>,
}

/// What happened to a household as a whole.
pub(super) struct Events {
    /// The days from which its residences count; the first is that of [`Date::MIN`].
    pub moves: Vec<Date>,
    /// The day on which public assistance began.
    pub assisted_since: Option<Date>,
}

/// Draws the lives of a household.
pub(super) fn lives(draw: &mut Draw, setting: &Setting<'_>, members: &[Member], events: &Events) -> Lives {
    let married_on = if events.assisted_since.is_none() { married_on(draw, setting, members) } else { None };
    let careers: Vec<Vec<Stretch>> =
        members.iter().map(|member| own_career(draw, setting, member, events.assisted_since)).collect();
    let leader = Leader::choose(draw, setting, members, &careers);
    let lives = members.iter().enumerate().map(|(place, member)| {
        let own = &careers[place];
        let follows = member.role == Role::Partner && leader.partner_follows;
        let life = match member.role {
            // A partner who follows had a life of their own until the marriage.
            Role::Partner if follows => {
                let grown = member.birth.birthday(18);
                let before = married_on.map_or_else(Life::new, |married| until(of_own(place, own), married));
                joined(before, leader.followed(members, &careers, married_on.unwrap_or(grown).max(grown), setting.as_of))
            }
            // Children follow until they work.
            Role::Child => {
                let worked = own.first().map_or(Date::MAX, |(from, _)| *from);
                let home = until(leader.followed(members, &careers, member.birth.date(), setting.as_of), worked);
                joined(home, of_own(place, own))
            }
            _ => of_own(place, own),
        };
        let elder = members[..place].iter().filter(|other| is_old(other, setting.as_of)).count();
        finish(life, member, setting.as_of, elder, events)
    });
    Lives { of: lives.collect(), married_on }
}

fn is_old(member: &Member, as_of: Date) -> bool {
    late_elderly_begins(member.birth) <= as_of
}

fn until(mut life: Life, day: Date) -> Life {
    life.retain(|(from, _)| *from < day);
    life
}

fn joined(mut life: Life, then: Life) -> Life {
    life.extend(then);
    life
}

/// Draws the day of the marriage of a couple of under 45.
fn married_on(draw: &mut Draw, setting: &Setting<'_>, members: &[Member]) -> Option<Date> {
    let partner = members.get(1).filter(|one| one.role == Role::Partner && one.died_on.is_none())?;
    let young = partner.age_on(setting.as_of) < 45 && members[0].age_on(setting.as_of) < 45;
    if !young || !draw.yes(setting.profile.pair(Group::MARRIED)) {
        return None;
    }
    let first_child = members.iter().filter(|one| one.role == Role::Child).map(|one| one.birth.date()).min();
    let grown = partner.birth.birthday(20).max(members[0].birth.birthday(20));
    let from = years_before(setting.as_of, 9).max(grown);
    let through = first_child.map_or_else(|| days_after(setting.as_of, -40), |born| days_after(born, -1));
    (from < through).then(|| draw.day(from, through))
}

/// Draws a member's own career; it is empty for a child who does not work.
fn own_career(draw: &mut Draw, setting: &Setting<'_>, member: &Member, assisted_since: Option<Date>) -> Vec<Stretch> {
    let as_of = setting.as_of;
    if assisted_since.is_some() {
        // Before the assistance the household was in national health insurance.
        let since = years_before(as_of, 12 + draw.between(0, 10)).max(member.birth.date());
        return vec![(since, Own::National)];
    }
    if member.role != Role::Child {
        return career(draw, setting, member.birth, None);
    }
    let grown = member.birth.birthday(if draw.below(2) == 0 { 18 } else { 22 });
    let worked = first_april(grown);
    let works = worked < days_after(as_of, -30);
    let stays = member.age_on(as_of) < 40 && draw.yes(setting.profile.pair(Group::DEPENDANT_CHILD));
    if works && !stays { career(draw, setting, member.birth, Some(worked)) } else { Vec::new() }
}

/// The member whom others follow as dependants, or into the same national health insurance.
struct Leader {
    place: usize,
    partner_follows: bool,
}

impl Leader {
    /// Chooses the first member or the partner: the first of them who is an employee.
    fn choose(draw: &mut Draw, setting: &Setting<'_>, members: &[Member], careers: &[Vec<Stretch>]) -> Self {
        let employed = |place: usize| matches!(careers[place].last(), Some((_, Own::Employee { .. })));
        let partner = members.get(1).is_some_and(|one| one.role == Role::Partner && one.died_on.is_none());
        let old = partner && members[1].age_on(setting.as_of) >= 60;
        let group = if old { Group::DEPENDANT_PARTNER_OLD } else { Group::DEPENDANT_PARTNER_YOUNG };
        let drawn = draw.yes(setting.profile.pair(group));
        if partner && !employed(0) && employed(1) {
            return Self { place: 1, partner_follows: false };
        }
        Self { place: 0, partner_follows: partner && (drawn || !employed(0)) }
    }

    /// Returns the covers of a member who follows from a day on, as known on `as_of`. With the leader's 75th birthday they end, and
    /// national health insurance begins.
    fn followed(&self, members: &[Member], careers: &[Vec<Stretch>], since: Date, as_of: Date) -> Life {
        let leader = self.place;
        let late = late_elderly_begins(members[leader].birth);
        let mut life = Life::new();
        for (place, (from, own)) in careers[leader].iter().enumerate() {
            let until = careers[leader].get(place + 1).map_or(Date::MAX, |(next, _)| *next);
            let begins = (*from).max(since);
            if begins >= until {
                continue;
            }
            let cover = match *own {
                Own::Employee { insurer, form, job } => {
                    Cover::Dependant { leader, insurer: Insurers::get().of_dependants(insurer), form, job }
                }
                Own::National => Cover::National { residence: 0 },
                Own::Society { insurer, job } => Cover::Society { leader, insurer, job },
            };
            if begins < late {
                life.push((begins, cover));
            }
            if late < until && late <= as_of {
                life.push((begins.max(late), Cover::National { residence: 0 }));
            }
        }
        life
    }
}

fn of_own(place: usize, career: &[Stretch]) -> Life {
    let cover = |own| match own {
        Own::Employee { insurer, form, job } => Cover::Insured { insurer, form, job },
        Own::National => Cover::National { residence: 0 },
        Own::Society { insurer, job } => Cover::Society { leader: place, insurer, job },
    };
    career.iter().map(|(from, own)| (*from, cover(*own))).collect()
}

/// Lets a life end at death, and change at 75, with public assistance and with the household's moves.
fn finish(mut life: Life, member: &Member, as_of: Date, elder: usize, events: &Events) -> Life {
    let late = late_elderly_begins(member.birth);
    if late <= as_of {
        change(&mut life, late, Cover::Late { elder });
    }
    if let Some(since) = events.assisted_since {
        change(&mut life, since.max(member.birth.date()), Cover::Aid);
    }
    let mut split = Life::new();
    for (place, (from, cover)) in life.iter().enumerate() {
        let Cover::National { .. } = cover else {
            split.push((*from, *cover));
            continue;
        };
        let until = life.get(place + 1).map_or(Date::MAX, |(next, _)| *next);
        for (residence, moved) in events.moves.iter().enumerate() {
            let left = events.moves.get(residence + 1).copied().unwrap_or(Date::MAX);
            let begins = (*from).max(*moved);
            if begins < until.min(left) {
                split.push((begins, Cover::National { residence }));
            }
        }
    }
    if let Some(died_on) = member.died_on {
        split.retain(|(from, _)| *from <= died_on);
    }
    split.dedup_by(|later, earlier| later.1 == earlier.1);
    split
}

/// Lets everything from a day on be one cover.
fn change(life: &mut Life, day: Date, cover: Cover) {
    let before = life.len();
    life.retain(|(from, _)| *from < day);
    if before > 0 {
        life.push((day, cover));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::{BirthDate, Sex};

    fn member(role: Role, born: Date) -> Member {
        Member { role, sex: Sex::Female, birth: BirthDate::new(born).unwrap(), died_on: None }
    }

    #[test]
    fn moves_and_75_and_assistance_change_a_life() {
        let national = vec![(date(2010, 4, 1), Cover::National { residence: 0 })];
        let one = member(Role::First, date(1950, 5, 10));
        let events = Events { moves: vec![Date::MIN, date(2020, 3, 1)], assisted_since: None };
        let finished = finish(national.clone(), &one, date(2026, 12, 1), 1, &events);
        let moved = [
            (date(2010, 4, 1), Cover::National { residence: 0 }),
            (date(2020, 3, 1), Cover::National { residence: 1 }),
            (date(2025, 5, 10), Cover::Late { elder: 1 }),
        ];
        assert_eq!(finished, moved);
        // The household may move after the death of a member.
        let dead = Member { died_on: Some(date(2020, 2, 29)), ..one };
        assert_eq!(finish(national.clone(), &dead, date(2026, 12, 1), 1, &events), moved[..1]);
        let events = Events { moves: vec![Date::MIN], assisted_since: Some(date(2024, 6, 15)) };
        let finished = finish(national, &one, date(2026, 12, 1), 0, &events);
        // On assistance at 75 nobody comes into 後期高齢者医療.
        assert_eq!(finished, [(date(2010, 4, 1), Cover::National { residence: 0 }), (date(2024, 6, 15), Cover::Aid)]);
    }

    #[test]
    fn dependants_end_with_the_75th_birthday_of_the_insured() {
        let members = [member(Role::First, date(1951, 11, 10)), member(Role::Partner, date(1960, 1, 5))];
        let job = Own::Employee { insurer: 3, form: PairForm::Plain, job: 0 };
        let careers = [vec![(date(2001, 4, 1), job)], Vec::new()];
        let leader = Leader { place: 0, partner_follows: true };
        let dependant = Cover::Dependant { leader: 0, insurer: 3, form: PairForm::Plain, job: 0 };
        let expected = [(date(2005, 6, 1), dependant), (date(2026, 11, 10), Cover::National { residence: 0 })];
        // Nobody is registered ahead for a birthday to come.
        assert_eq!(leader.followed(&members, &careers, date(2005, 6, 1), date(2026, 11, 9)), expected[..1]);
        assert_eq!(leader.followed(&members, &careers, date(2005, 6, 1), date(2026, 12, 1)), expected);
    }
}

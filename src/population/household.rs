//! Who lives together: kinds of households, ages and births.

use jiff::Span;
use jiff::civil::Date;

use crate::domain::{BirthDate, Sex};

use super::draw::Draw;
use super::profile::{Group, Profile};

/// A member's place among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The first member, whose name a national health insurance has as 世帯主.
    First,
    /// The partner of the first member.
    Partner,
    /// A child of them.
    Child,
    /// A parent of the first member.
    Parent,
}

/// A member of a household.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub role: Role,
    pub sex: Sex,
    pub birth: BirthDate,
    pub died_on: Option<Date>,
}

impl Member {
    /// Returns the age in completed years.
    pub fn age_on(&self, day: Date) -> u8 {
        self.birth.age_on(day)
    }
}

/// Kinds of households, in the order of [`Group::HOUSEHOLD`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HouseholdKind {
    SingleYoung,
    SingleMiddle,
    SingleOld,
    CoupleYoung,
    CoupleOld,
    ParentsAndChildren,
    OneParent,
    ThreeGenerations,
}

impl HouseholdKind {
    const ALL: [Self; 8] = [
        Self::SingleYoung,
        Self::SingleMiddle,
        Self::SingleOld,
        Self::CoupleYoung,
        Self::CoupleOld,
        Self::ParentsAndChildren,
        Self::OneParent,
        Self::ThreeGenerations,
    ];

    pub fn draw(draw: &mut Draw, profile: &Profile) -> Self {
        Self::ALL[draw.pick(profile.of(Group::HOUSEHOLD))]
    }

    fn ages(self) -> Group {
        match self {
            Self::SingleYoung => Group::AGE_SINGLE_YOUNG,
            Self::SingleMiddle => Group::AGE_SINGLE_MIDDLE,
            Self::SingleOld => Group::AGE_SINGLE_OLD,
            Self::CoupleYoung => Group::AGE_COUPLE_YOUNG,
            Self::CoupleOld => Group::AGE_COUPLE_OLD,
            Self::ParentsAndChildren => Group::AGE_PARENTS_AND_CHILDREN,
            Self::OneParent => Group::AGE_ONE_PARENT,
            Self::ThreeGenerations => Group::AGE_THREE_GENERATIONS,
        }
    }
}

/// Ages at which partners and parents are at least.
const ADULT: i64 = 18;
/// The age up to which children live at home.
const AT_HOME: i64 = 55;

/// Draws the members of a household of a kind as of a day: at most seven, the first member first.
pub(super) fn members(kind: HouseholdKind, draw: &mut Draw, profile: &Profile, as_of: Date) -> Vec<Member> {
    let first_birth = birth_of_age_group(draw, profile.of(kind.ages()), kind.ages(), as_of);
    let sexes = |draw: &mut Draw, group| if draw.pick(profile.of(group)) == 0 { Sex::Male } else { Sex::Female };
    let alive = |role, sex, birth| Member { role, sex, birth, died_on: None };
    match kind {
        HouseholdKind::SingleYoung | HouseholdKind::SingleMiddle => {
            vec![alive(Role::First, sexes(draw, Group::SEX_SINGLE_YOUNG), first_birth)]
        }
        HouseholdKind::SingleOld => {
            let first = alive(Role::First, sexes(draw, Group::SEX_SINGLE_OLD), first_birth);
            let mut members = vec![first];
            members.extend(deceased_partner(draw, profile, first, as_of));
            members
        }
        HouseholdKind::CoupleYoung | HouseholdKind::CoupleOld => {
            let first = alive(Role::First, Sex::Male, first_birth);
            vec![first, alive(Role::Partner, Sex::Female, partner_birth(draw, first_birth, as_of))]
        }
        HouseholdKind::ParentsAndChildren | HouseholdKind::ThreeGenerations => {
            let mother = partner_birth(draw, first_birth, as_of);
            let mut members = vec![alive(Role::First, Sex::Male, first_birth), alive(Role::Partner, Sex::Female, mother)];
            members.extend(children(draw, profile, mother, as_of));
            if kind == HouseholdKind::ThreeGenerations {
                members.truncate(5);
                members.extend(grandparents(draw, first_birth));
            }
            members
        }
        HouseholdKind::OneParent => {
            let first = alive(Role::First, sexes(draw, Group::SEX_ONE_PARENT), first_birth);
            let mut members = vec![first];
            members.extend(children(draw, profile, first_birth, as_of));
            members
        }
    }
}

/// Draws a birth date so that the age lies in a group of ages: a group lasts until the next begins, the last for five years.
fn birth_of_age_group(draw: &mut Draw, weights: &[u32], group: Group, as_of: Date) -> BirthDate {
    let place = draw.pick(weights);
    let start = |place: usize| group.entries.get(place).and_then(|age| age.parse::<i64>().ok());
    let youngest = start(place).expect("groups of ages are named by their first");
    let next = start(place + 1).unwrap_or(youngest + 5);
    let from = years_before(as_of, next).tomorrow().expect("dates of births are in the past");
    birth(draw.day(from, years_before(as_of, youngest)))
}

fn partner_birth(draw: &mut Draw, first: BirthDate, as_of: Date) -> BirthDate {
    let first = first.date();
    let drawn = draw.day(days_after(first, -1_500), days_after(first, 2_500));
    birth(drawn.min(years_before(as_of, ADULT)))
}

/// Draws a partner who died within three years, for some old people.
fn deceased_partner(draw: &mut Draw, profile: &Profile, first: Member, as_of: Date) -> Option<Member> {
    if !draw.yes(profile.pair(Group::DECEASED)) {
        return None;
    }
    let sex = if first.sex == Sex::Male { Sex::Female } else { Sex::Male };
    let birth = partner_birth(draw, first.birth, as_of);
    let died_on = draw.day(years_before(as_of, 3), days_after(as_of, -1));
    Some(Member { role: Role::Partner, sex, birth, died_on: Some(died_on) })
}

/// Draws the children who live with a parent, the oldest first.
fn children(draw: &mut Draw, profile: &Profile, parent: BirthDate, as_of: Date) -> Vec<Member> {
    let count = draw.pick(profile.of(Group::CHILDREN)) + 1;
    let parent = parent.date();
    let from = years_after(parent, 20).max(years_before(as_of, AT_HOME)).min(years_after(parent, 30));
    let through = years_after(parent, 40).min(days_after(as_of, -1));
    let mut births: Vec<Date> = (0..count).map(|_| draw.day(from.min(through), through)).collect();
    births.sort_unstable();
    // Siblings are born at least 300 days apart.
    births.dedup_by(|later, earlier| *later < days_after(*earlier, 300));
    births
        .into_iter()
        .map(|born| {
            let sex = if draw.pick(profile.of(Group::SEX_CHILD)) == 0 { Sex::Male } else { Sex::Female };
            Member { role: Role::Child, sex, birth: birth(born), died_on: None }
        })
        .collect()
}

/// Draws one or both parents of the first member.
fn grandparents(draw: &mut Draw, first: BirthDate) -> Vec<Member> {
    let mother = birth(draw.day(years_before(first.date(), 36), years_before(first.date(), 21)));
    let father = birth(draw.day(years_before(mother.date(), 6), days_after(mother.date(), 700)));
    let one = |sex, birth| Member { role: Role::Parent, sex, birth, died_on: None };
    match draw.below(10) {
        0..=4 => vec![one(Sex::Female, mother)],
        5 => vec![one(Sex::Male, father)],
        _ => vec![one(Sex::Male, father), one(Sex::Female, mother)],
    }
}

fn birth(day: Date) -> BirthDate {
    BirthDate::new(day).expect("drawn births lie within a hundred years")
}

/// Returns the day a number of years before; 28 February for 29 February of other years.
pub(super) fn years_before(day: Date, years: i64) -> Date {
    day.checked_sub(Span::new().years(years)).expect("the day lies within a few hundred years")
}

/// Returns the day a number of years after; 28 February for 29 February of other years.
pub(super) fn years_after(day: Date, years: i64) -> Date {
    day.checked_add(Span::new().years(years)).expect("the day lies within a few hundred years")
}

/// Returns the day a number of days after, or before if it is negative.
pub(super) fn days_after(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).expect("the day lies within a few hundred years")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::population::numbers::{MEMBERS, OWN_NUMBERS};

    #[test]
    fn households_are_families() {
        let as_of = date(2026, 12, 1);
        let profile = Profile::standard();
        let mut people = 0;
        for household in 0..5_000 {
            let mut draw = Draw::of_household(4, household);
            let kind = HouseholdKind::draw(&mut draw, profile);
            let members = members(kind, &mut draw, profile, as_of);
            people += members.len();
            assert!(members.len() <= MEMBERS && members[0].role == Role::First, "{kind:?} {members:?}");
            let old = members.iter().filter(|one| one.age_on(as_of) >= 75).count();
            assert!(old <= OWN_NUMBERS, "{kind:?} {members:?}");
            for member in &members {
                assert!(member.birth.date() < as_of && member.age_on(as_of) < 125, "{kind:?} {members:?}");
                let adult = matches!(member.role, Role::First | Role::Partner | Role::Parent);
                assert!(!adult || member.age_on(as_of) >= 18, "{kind:?} {members:?}");
            }
        }
        // 2.2 people live in a household on average.
        assert!((10_000..12_500).contains(&people), "{people}");
    }
}

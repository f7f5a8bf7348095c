//! Draws what happens to a household in a month.

use jiff::civil::Date;

use crate::domain::{Relationship, Scheme, Sex};
use crate::population::draw::Draw;
use crate::population::profile::Group;
use crate::rules::elderly::elderly_begins;
use crate::rules::scheme::late_elderly_begins;

use super::cards::card_in_month;
use super::event::Event;
use super::home::{Home, is_municipal, works};

/// Draws the events of the month that begins on a day.
pub(super) fn chances(home: &mut Home<'_>, month: Date) -> Vec<(Date, Event)> {
    let profile = &home.order.profile;
    let last = month.last_of_month();
    let mut events = Vec::new();
    if month.month() == 8 {
        events.push((month, Event::August));
    }
    if home.draw.in_a_month(profile.pair(Group::MOVE)) {
        events.push((home.draw.day(month, last), Event::Moves));
    }
    for member in home.living() {
        let Some(coverage) = home.current(member).cloned() else { continue };
        let birth = coverage.identity.birth_on;
        let age = birth.age_on(month);
        let within = |day: Date| (month..=last).contains(&day);
        events.extend(Some(elderly_begins(birth)).filter(|day| within(*day)).map(|day| (day, Event::Turns70(member))));
        events.extend(Some(late_elderly_begins(birth)).filter(|day| within(*day)).map(|day| (day, Event::Turns75(member))));
        let death = match age {
            ..50 => Group::DEATH_0,
            50..65 => Group::DEATH_50,
            65..75 => Group::DEATH_65,
            75..85 => Group::DEATH_75,
            _ => Group::DEATH_85,
        };
        if home.draw.in_a_month(profile.pair(death)) {
            events.push((home.draw.day(month, last), Event::Dies(member)));
        }
        // In August everybody is judged anew; on a shared card the insured's income counts.
        let judged = month.month() != 8 && coverage.relationship != Some(Relationship::Dependant);
        if judged && home.draw.in_a_month(profile.pair(Group::INCOME_JUDGED)) {
            events.push((month, Event::JudgedAnew(member)));
        }
        events.extend(card_in_month(home, member, month).map(|day| (day, Event::GetsCard(member))));
        if !(18..74).contains(&age) || coverage.key.insurer.scheme() == Scheme::MedicalAid {
            continue;
        }
        if let Some(day) = home.members[member].hired_on.filter(|day| *day <= last) {
            home.members[member].hired_on = None;
            events.push((day.max(month), Event::FindsWork(member)));
        } else if works(&coverage) {
            let group = if age < 35 { Group::JOB_CHANGE_YOUNG } else { Group::JOB_CHANGE_OLD };
            if home.draw.in_a_month(profile.pair(group)) {
                events.push((hired(&mut home.draw, profile.of(Group::HIRED), month), Event::WorksElsewhere(member)));
            }
        } else if is_municipal(&coverage) && age < 60 {
            let group = if age < 35 { Group::EMPLOYED_YOUNG } else { Group::EMPLOYED_OLD };
            if home.draw.in_a_month(profile.pair(group)) {
                events.push((hired(&mut home.draw, profile.of(Group::HIRED), month), Event::FindsWork(member)));
            }
        }
        if (20..45).contains(&age) && home.draw.in_a_month(profile.pair(Group::MARRIAGE)) {
            events.push((home.draw.day(month, last), Event::Marries(member)));
        }
        let fertile = coverage.identity.sex == Sex::Female && (20..42).contains(&age);
        let group = if age < 30 { Group::BIRTH_20 } else { Group::BIRTH_30 };
        if fertile && home.draw.in_a_month(profile.pair(group)) {
            events.push((home.draw.day(month, last), Event::GivesBirth(member)));
        }
    }
    events
}

/// Draws the day of a month on which work begins: most often the first.
fn hired(draw: &mut Draw, weights: &[u32], month: Date) -> Date {
    if draw.pick(weights) < 2 { month } else { draw.day(month, month.last_of_month()) }
}

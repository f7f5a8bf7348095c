//! Makes the people of one household.

use jiff::civil::{Date, date};

use crate::domain::{CardDates, Protection, Scheme};
use crate::store::registry::NewPerson;

use super::cards::{Holder, cards};
use super::career::{Setting, YEARS};
use super::certificates::{Means, certify, disease};
use super::draw::Draw;
use super::frame::{Frame, Made, id};
use super::household::{HouseholdKind, Member, Role, days_after, members, years_after, years_before};
use super::income::{Income, august_years};
use super::lives::{Cover, Events, Lives, lives};
use super::names::{FullName, NamePart, foreign_given_name, foreign_surname, given_name, surname};
use super::numbers::OWN_NUMBERS;
use super::places::{Map, Residence};
use super::profile::{Group, Profile};
use super::registrations::{Home, Registered};
use super::situations;
use super::tickets::tickets;

/// Makes the people of a household, who depend on nothing but the frame and the household's number.
pub(super) fn household(frame: &Frame<'_>, household: u64) -> Vec<Made> {
    let mut draw = Draw::of_household(frame.seed, household);
    if draw.yes(frame.profile.pair(Group::SITUATION)) {
        return situations::draw(&mut draw, frame, household);
    }
    ordinary(&mut draw, frame, household)
}

fn ordinary(draw: &mut Draw, frame: &Frame<'_>, household: u64) -> Vec<Made> {
    let (profile, as_of) = (frame.profile, frame.as_of);
    let kind = HouseholdKind::draw(draw, profile);
    let members = members(kind, draw, profile, as_of);
    let assisted_since = assisted_since(draw, frame, kind, &members);
    let (residences, moves) = residences(draw, frame, household, assisted_since.is_some());
    let prefecture = residences.last().map_or(13, |residence| residence.prefecture);
    let setting = Setting { profile, prefecture, as_of };
    let events = Events { moves, assisted_since };
    let lives = lives(draw, &setting, &members, &events);
    let names = names(draw, profile, &members, lives.married_on);
    let home = Home {
        numbers: frame.numbers,
        household,
        members: &members,
        names: &names,
        residences: &residences,
        moves: &events.moves,
        as_of,
    };
    people(draw, frame, &home, &lives)
}

/// Draws the day on which public assistance began; None for most households.
fn assisted_since(draw: &mut Draw, frame: &Frame<'_>, kind: HouseholdKind, members: &[Member]) -> Option<Date> {
    let group = match kind {
        HouseholdKind::SingleOld => Group::WELFARE_SINGLE_OLD,
        HouseholdKind::SingleYoung | HouseholdKind::SingleMiddle => Group::WELFARE_SINGLE_YOUNG,
        HouseholdKind::OneParent => Group::WELFARE_ONE_PARENT,
        _ => Group::WELFARE_OTHER,
    };
    let assisted = draw.yes(frame.profile.pair(group)) && members.len() <= OWN_NUMBERS;
    let living = members.iter().all(|member| member.died_on.is_none());
    let since = draw.day(years_before(frame.as_of, YEARS), days_after(frame.as_of, -40));
    (assisted && living).then_some(since)
}

/// Draws where the household lived over the years, and since when. A household on assistance lives in a municipality of its
/// class, so that its 受給者番号 are unique there, and does not move.
fn residences(draw: &mut Draw, frame: &Frame<'_>, household: u64, assisted: bool) -> (Vec<Residence>, Vec<Date>) {
    let map = Map::get();
    if assisted {
        let municipality = map.municipality_of_class(household % Map::CLASSES, draw);
        return (vec![map.residence(municipality, draw)], vec![Date::MIN]);
    }
    let newest = map.municipality(draw);
    let mut moves = Vec::new();
    for years_ago in 0..YEARS {
        if draw.yes(frame.profile.pair(Group::MOVE)) && moves.len() < 4 {
            let (from, through) = (years_before(frame.as_of, years_ago + 1), years_before(frame.as_of, years_ago));
            moves.push(draw.day(days_after(from, 30), days_after(through, -30)));
        }
    }
    moves.push(Date::MIN);
    moves.reverse();
    let mut residences = vec![map.residence(newest, draw)];
    let prefecture = map.municipalities[newest].prefecture;
    for _ in 1..moves.len() {
        // A union of 後期高齢者医療 stays the same, so that nobody moves to another prefecture.
        let earlier = map.municipality_of_prefecture(prefecture, draw);
        residences.push(map.residence(earlier, draw));
    }
    residences.reverse();
    (residences, moves)
}

/// Draws the names of the members.
fn names(draw: &mut Draw, profile: &Profile, members: &[Member], married_on: Option<Date>) -> Vec<Registered> {
    let foreign = draw.yes(profile.pair(Group::FOREIGN));
    let family = if foreign { foreign_surname(draw) } else { surname(draw) };
    let alias_family = (foreign && draw.yes(profile.pair(Group::ALIAS))).then(|| surname(draw));
    let changes = if draw.pick(profile.of(Group::SURNAME)) == 0 { 1 } else { 0 };
    let before = surname(draw);
    let japanese = |draw: &mut Draw, family: NamePart, member: &Member| FullName {
        family,
        given: given_name(draw, member.sex, member.birth.date().year()),
    };
    let name = |(place, member): (usize, &Member)| {
        let name =
            if foreign { FullName { family, given: foreign_given_name(draw) } } else { japanese(draw, family, member) };
        let earlier = married_on.filter(|_| !foreign && place == changes);
        Registered {
            earlier_name: earlier.map(|until| (FullName { family: before, ..name }, until)),
            name,
            alias: alias_family.map(|family| japanese(draw, family, member)),
            black_dot: draw.yes(profile.pair(Group::BLACK_DOT)),
        }
    };
    members.iter().enumerate().map(name).collect()
}

/// Makes the people out of their lives.
fn people(draw: &mut Draw, frame: &Frame<'_>, home: &Home<'_>, lives: &Lives) -> Vec<Made> {
    let (profile, as_of) = (frame.profile, frame.as_of);
    let household_income = Income::draw(draw, profile);
    let incomes: Vec<Income> = home.members.iter().map(|_| Income::draw(draw, profile)).collect();
    let protection = match draw.pick(profile.of(Group::PROTECTION)) {
        1 => Protection { address_withheld: true, self_information_blocked: false },
        2 => Protection { address_withheld: true, self_information_blocked: true },
        _ => Protection::default(),
    };
    let mut made = Vec::new();
    for (place, member) in home.members.iter().enumerate() {
        let disease = disease(draw, profile, member.age_on(as_of));
        let mut coverages = Vec::new();
        for (cover, mut coverage) in home.coverages(place, &lives.of[place]) {
            let (income, leader) = match cover {
                Cover::Insured { .. } => (incomes[place], place),
                Cover::Dependant { leader, .. } => (incomes[leader], leader),
                _ => (household_income, place),
            };
            let of_younger = leader != place && home.members[leader].age_on(as_of) < 70;
            let means = Means { profile, as_of, income, of_younger, disease };
            certify(draw, &means, &mut coverage);
            if coverage.key.insurer.scheme() == Scheme::MedicalAid && coverage.in_force_on(as_of) {
                let prefecture = home.residences.last().map_or(13, |residence| residence.prefecture);
                coverage.tickets = tickets(draw, profile, prefecture, as_of);
            }
            coverages.push(coverage);
        }
        let holder = Holder {
            numbers: frame.numbers,
            profile,
            as_of,
            household: home.household,
            member: place,
            birth: member.birth,
            died_on: member.died_on,
        };
        let cards = cards(draw, &holder);
        if cards.is_empty()
            && let Some(newest) = coverages.last_mut().filter(|coverage| coverage.in_force_on(as_of))
        {
            newest.card = confirmation(newest.key.insurer.scheme(), newest.acquired_on, as_of);
        }
        let person = NewPerson {
            fixture_id: id(home.household, place),
            about: String::new(),
            // A parent and the children are protected together, from somebody outside of the household.
            protection: if member.role == Role::Parent { Protection::default() } else { protection },
            died_on: member.died_on,
            coverages,
            cards,
        };
        made.push((person, Vec::new()));
    }
    made
}

/// Returns the dates of 資格確認書, which people without a card have: yearly in national health insurance and 後期高齢者医療, for up
/// to five years elsewhere. There are none before December 2024.
pub(super) fn confirmation(scheme: Scheme, acquired_on: Date, as_of: Date) -> CardDates {
    if scheme == Scheme::MedicalAid {
        return CardDates::default();
    }
    let yearly = scheme.is_national_health() || scheme == Scheme::LateElderly;
    let [.., year] = august_years(as_of);
    let first = if yearly { year.from() } else { date(2024, 12, 2) };
    let from = acquired_on.max(first);
    let through = if yearly { year.through() } else { days_after(years_after(from, 5), -1) };
    CardDates { issued_on: Some(from), valid_from: Some(from), valid_through: Some(through) }
}

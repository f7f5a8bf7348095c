//! What events change: who is insured by whom from then on.

use jiff::civil::Date;
use serde_json::json;

use crate::domain::{
    BirthDate, BranchNumber, CardDates, CardKey, Coverage, Identity, Loss, LossReason, PersonalText, Protection,
    Relationship, Scheme, Sex,
};
use crate::population::career::{Own, Plan, Setting, own};
use crate::population::frame::id;
use crate::population::household::days_after;
use crate::population::insurers::Insurers;
use crate::population::names::{given_name, surname};
use crate::population::numbers::{JOBS, OWN_NUMBERS};
use crate::population::places::Map;
use crate::population::profile::Group;
use crate::population::registrations::{branch, card_class};
use crate::rules::scheme::late_elderly_begins;
use crate::store::registry::NewPerson;

use super::home::{Home, When, is_employed, is_municipal, key_of_dependants, other, works};
use super::join::{join, join_national_health};

/// The shortest time between the beginning of a coverage and a change by choice, in days.
const SETTLED: i64 = 40;

/// The most jobs that a member begins; they are numbered from the last number down.
const MOST_JOBS: usize = 4;

fn settled(home: &Home<'_>, member: usize, day: Date) -> bool {
    home.current(member).is_some_and(|coverage| days_after(coverage.acquired_on, SETTLED) <= day)
}

/// 死亡: the coverage ends on the day after; dependants come into national health insurance.
pub(super) fn die(home: &mut Home<'_>, member: usize, day: Date) {
    if home.current(member).is_none_or(|coverage| coverage.acquired_on > day) {
        return;
    }
    let dependants = home.dependants(member);
    let after = days_after(day, 1);
    home.lose(member, Loss { on: after, reason: LossReason::Death }, When::Late);
    home.members[member].person.died_on = Some(day);
    lead_to_national_health(home, &dependants, after);
}

/// Lets dependants lose their coverage on a day and come into national health insurance.
fn lead_to_national_health(home: &mut Home<'_>, dependants: &[usize], on: Date) {
    for dependant in dependants {
        if home.current(*dependant).is_some_and(|coverage| coverage.acquired_on < on) {
            home.lose(*dependant, other(on), When::Late);
            join_national_health(home, *dependant, on, When::Late);
        }
    }
}

/// 75th birthday: 後期高齢者医療 begins, whatever was before, but for public assistance.
pub(super) fn turn_75(home: &mut Home<'_>, member: usize, day: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let scheme = coverage.key.insurer.scheme();
    if matches!(scheme, Scheme::LateElderly | Scheme::MedicalAid) || coverage.acquired_on >= day {
        return;
    }
    let old = |other: &&super::home::Member| {
        let born = other.person.coverages.first().map(|coverage| coverage.identity.birth_on);
        other.place != home.members[member].place && born.is_some_and(|born| late_elderly_begins(born) <= day)
    };
    // The population numbers its elders from 0 in their order; later ones follow.
    let elder = home.members.iter().filter(old).count();
    let Some(municipality) = home.municipality().filter(|_| elder < OWN_NUMBERS) else { return };
    let prefecture = Map::get().municipalities[municipality].prefecture;
    let (group, number) = home.numbers.late_elderly(home.household, elder);
    let insurers = Insurers::get();
    let insurer = insurers.number(insurers.late_elderly(prefecture, group));
    let dependants = home.dependants(member);
    // The change follows from the age alone, so that both insurers know it ahead.
    let days = home.lag(insurer);
    home.lose(member, Loss { on: day, reason: LossReason::OtherInsurance }, When::Days(0));
    let key = CardKey { insurer, symbol: None, number, branch: None };
    if let Some(coverage) = home.coverage(member, key, None, day) {
        join(home, member, coverage, When::Days(days));
    }
    lead_to_national_health(home, &dependants, day);
}

/// A move: another national health insurance, to another prefecture another union of 後期高齢者医療, another address everywhere else.
pub(super) fn move_away(home: &mut Home<'_>, day: Date) {
    let living = home.living();
    let assisted = |member: &usize| home.current(*member).is_some_and(|one| one.key.insurer.scheme() == Scheme::MedicalAid);
    let may = !living.is_empty() && living.iter().all(|member| settled(home, *member, day)) && !living.iter().any(assisted);
    let Some(before) = home.municipality().filter(|_| may) else { return };
    let map = Map::get();
    let left = map.municipalities[before].prefecture;
    let far = home.draw.yes(home.order.profile.pair(Group::MOVE_FAR));
    let municipality =
        if far { map.municipality(&mut home.draw) } else { map.municipality_of_prefecture(left, &mut home.draw) };
    let prefecture = map.municipalities[municipality].prefecture;
    let residence = map.residence(municipality, &mut home.draw);
    let national = living.iter().any(|member| home.current(*member).is_some_and(is_municipal));
    let key = (national && municipality != before).then(|| home.new_national_health(municipality));
    home.move_to(municipality, &residence);
    for member in living {
        let Some(coverage) = home.current(member).cloned() else { continue };
        // 被保険者番号 of 後期高齢者医療 are of one person in every prefecture, so that another union can go on with them.
        let union = Insurers::get().union_in(prefecture, coverage.key.insurer).filter(|_| prefecture != left);
        let new = match &key {
            Some(key) if is_municipal(&coverage) => Some(CardKey { branch: coverage.key.branch, ..key.clone() }),
            _ => union.map(|insurer| CardKey { insurer, ..coverage.key.clone() }),
        };
        match new {
            Some(key) => {
                home.lose(member, other(day), When::Late);
                if let Some(coverage) = home.coverage(member, key, coverage.relationship, day) {
                    join(home, member, coverage, When::Late);
                }
            }
            None => {
                let change = json!({ "address": residence.address.as_str(), "post_number": residence.post_number.as_str() });
                home.correct(member, day, When::Late, change);
            }
        }
    }
}

/// Another employer, or none: the dependants follow.
pub(super) fn work_elsewhere(home: &mut Home<'_>, member: usize, day: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let dependants = home.dependants(member);
    let all_settled = dependants.iter().chain([&member]).all(|one| settled(home, *one, day));
    if !works(&coverage) || !all_settled {
        return;
    }
    let age = coverage.identity.birth_on.age_on(day);
    let plan = Plan::draw_work(&mut home.draw, &home.order.profile, age);
    let between = home.draw.pick(home.order.profile.of(Group::BETWEEN_JOBS));
    let gap = home.draw.between(20, 200);
    home.lose(member, other(day), When::Late);
    for dependant in &dependants {
        home.lose(*dependant, other(day), When::Late);
    }
    if plan.is_employee() && between != 1 && begin_work(home, member, plan, day, &dependants) {
        return;
    }
    join_national_health(home, member, day, When::Late);
    for dependant in dependants {
        join_national_health(home, dependant, day, When::Late);
    }
    if plan.is_employee() {
        home.members[member].hired_on = Some(days_after(day, gap.max(SETTLED + 1)));
    }
}

/// Work of somebody in national health insurance, which ends on the day after (国民健康保険法8条).
pub(super) fn find_work(home: &mut Home<'_>, member: usize, day: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    if !is_municipal(&coverage) || !settled(home, member, day) || home.members[member].jobs >= MOST_JOBS {
        return;
    }
    let age = coverage.identity.birth_on.age_on(day);
    let plan = Plan::draw_work(&mut home.draw, &home.order.profile, age);
    let plan = if plan.is_employee() { plan } else { Plan::Kyokai };
    home.lose(member, Loss { on: days_after(day, 1), reason: LossReason::OtherInsurance }, When::Late);
    begin_work(home, member, plan, day, &[]);
}

/// Registers work and the dependants who come along; returns whether there was a number left for it.
fn begin_work(home: &mut Home<'_>, member: usize, plan: Plan, day: Date, dependants: &[usize]) -> bool {
    let Some(municipality) = home.municipality().filter(|_| home.members[member].jobs < MOST_JOBS) else { return false };
    let prefecture = Map::get().municipalities[municipality].prefecture;
    let setting = Setting { profile: &home.order.profile, prefecture, as_of: day };
    let mut counted = 0;
    let Own::Employee { insurer, form, .. } = own(&mut home.draw, &setting, plan, &mut counted) else { return false };
    home.members[member].jobs += 1;
    let job = JOBS - home.members[member].jobs;
    let (symbol, number) = home.numbers.of_job(home.household, home.members[member].place, job, form);
    let key = CardKey { insurer: Insurers::get().number(insurer), symbol: Some(symbol), number, branch: Some(branch(0)) };
    let Some(coverage) = home.coverage(member, key.clone(), Some(Relationship::Insured), day) else { return false };
    let name = coverage.identity.name.clone();
    join(home, member, coverage, When::Late);
    let of_dependants = key_of_dependants(&key);
    for dependant in dependants {
        let own_branch: Option<BranchNumber> = Some(branch(home.members[*dependant].place + 1));
        let key = CardKey { branch: own_branch, ..of_dependants.clone() };
        if let Some(mut coverage) = home.coverage(*dependant, key, Some(Relationship::Dependant), day) {
            coverage.identity.insured_name = Some(name.clone());
            join(home, *dependant, coverage, When::Late);
        }
    }
    true
}

/// 婚姻: a surname changes. The couple stays in two households.
pub(super) fn marry(home: &mut Home<'_>, member: usize, day: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let identity = &coverage.identity;
    let age = identity.birth_on.age_on(day);
    let living = home.living();
    let partner =
        living.iter().any(|one| *one != member && (age.saturating_sub(16)..age + 16).contains(&home.age(*one, day)));
    let changing = if home.draw.pick(home.order.profile.of(Group::SURNAME)) == 0 { Sex::Female } else { Sex::Male };
    let family = surname(&mut home.draw);
    if partner || identity.sex != changing || !home.dependants(member).is_empty() || coverage.acquired_on >= day {
        return;
    }
    let (Some((_, given)), Some(kana)) = (identity.name.as_str().split_once('　'), &identity.kana) else { return };
    let Some((_, given_kana)) = kana.as_str().split_once(' ') else { return };
    let (Ok(name), Ok(kana)) = (
        PersonalText::parse(&format!("{}　{given}", family.written)),
        PersonalText::parse(&format!("{} {given_kana}", family.kana)),
    ) else {
        return;
    };
    let mut change = json!({ "name": name.as_str(), "kana": kana.as_str() });
    let own_name = identity.insured_name.as_ref() == Some(&identity.name);
    if own_name && let Some(fields) = change.as_object_mut() {
        fields.insert("insured_name".into(), name.as_str().into());
    }
    home.correct(member, day, When::Late, change);
    if let Some(coverage) = home.current_mut(member) {
        if own_name {
            coverage.identity.insured_name = Some(name.clone());
        }
        coverage.identity.name = name;
        coverage.identity.kana = Some(kana);
    }
}

/// 出生: the child follows the father's or the mother's employment, or comes into their national health insurance.
pub(super) fn born(home: &mut Home<'_>, mother: usize, day: Date) {
    let Some(of_mother) = home.current(mother).cloned() else { return };
    let age = home.age(mother, day);
    let living = home.living();
    let is_father = |one: &usize| {
        let man = home.current(*one).is_some_and(|coverage| coverage.identity.sex == Sex::Male);
        man && (age.saturating_sub(15).max(18)..age + 16).contains(&home.age(*one, day))
    };
    let Some(father) = living.iter().copied().find(is_father) else { return };
    let place = home.members.len();
    let insured = [father, mother].into_iter().filter_map(|one| home.current(one)).find(|one| is_employed(one));
    let national = || Some(&of_mother).filter(|one| one.key.insurer.scheme().is_national_health());
    let Some(leader) = insured.or_else(national).filter(|one| one.acquired_on < day).cloned() else { return };
    let sex = if home.draw.pick(home.order.profile.of(Group::SEX_CHILD)) == 0 { Sex::Male } else { Sex::Female };
    let given = given_name(&mut home.draw, sex, day.year());
    let family = |text: &str, blank: char| text.split_once(blank).map(|(family, _)| family.to_owned());
    let known = &of_mother.identity;
    let Some(kanji) = family(known.name.as_str(), '　') else { return };
    let Some(kana) = known.kana.as_ref().and_then(|kana| family(kana.as_str(), ' ')) else { return };
    let (Ok(name), Ok(kana), Ok(birth_on)) = (
        PersonalText::parse(&format!("{kanji}　{}", given.written)),
        PersonalText::parse(&format!("{kana} {}", given.kana)),
        BirthDate::new(day),
    ) else {
        return;
    };
    let identity = Identity {
        name,
        kana: Some(kana),
        other_name: None,
        other_kana: None,
        insured_name: leader.identity.insured_name.clone(),
        sex,
        sex_on_back: None,
        birth_on,
        post_number: known.post_number.clone(),
        address: known.address.clone(),
    };
    let key = CardKey { branch: Some(branch(place + 1)), ..key_of_dependants(&leader.key) };
    let coverage = Coverage {
        card_class: card_class(key.insurer.scheme()),
        key,
        relationship: Some(Relationship::Dependant),
        identity,
        acquired_on: day,
        loss: None,
        card: CardDates::default(),
        ratios: Vec::new(),
        elderly: Vec::new(),
        limits: Vec::new(),
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
    };
    home.add_member(NewPerson {
        fixture_id: id(home.household, place),
        about: String::new(),
        protection: Protection::default(),
        died_on: None,
        coverages: Vec::new(),
        cards: Vec::new(),
    });
    join(home, place, coverage, When::Late);
}

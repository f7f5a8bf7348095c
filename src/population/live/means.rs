//! Ratios and certificates of people who live on: with a new coverage, at 70, and on 1 August.

use jiff::civil::{Date, date};
use serde_json::{Map, Value};

use crate::domain::{
    CardDates, CopayRatio, Coverage, DatedRatio, ElderlyCertificate, LimitCategory as C, LimitCertificate, LimitKind,
    Period, Relationship, Scheme, SpecificDisease, SpecificDiseaseCertificate, Yen,
};
use crate::population::certificates::{FROM_70, LATE, UNDER_70, ratio};
use crate::population::household::days_after;
use crate::population::profile::Group;
use crate::rules::elderly::{elderly_begins, elderly_ends, is_elderly};
use crate::rules::registered_category::is_low_income;

use super::entry;
use super::home::{Home, When};

/// Returns the last day of the year from August to July that holds a day.
fn july(day: Date) -> Date {
    date(if day.month() < 8 { day.year() } else { day.year() + 1 }, 7, 31)
}

/// Adds what a new coverage has from its first day on.
pub(super) fn certify(home: &mut Home<'_>, member: usize, coverage: &mut Coverage) {
    let profile = &home.order.profile;
    let scheme = coverage.key.insurer.scheme();
    let registered = match scheme {
        Scheme::MedicalAid => return,
        Scheme::LateElderly => Group::REGISTERED_LATE,
        _ if scheme.is_national_health() => Group::REGISTERED_NATIONAL_HEALTH,
        _ => Group::REGISTERED_EMPLOYEES,
    };
    let registered = home.draw.yes(profile.pair(registered));
    let day = coverage.acquired_on;
    let category = category(home, member, coverage, day);
    add(coverage, day, category, registered);
}

/// Draws a category of the age that the person has on a day.
fn category(home: &mut Home<'_>, member: usize, coverage: &Coverage, day: Date) -> C {
    let scheme = coverage.key.insurer.scheme();
    let profile = &home.order.profile;
    if scheme == Scheme::LateElderly {
        return LATE[home.draw.pick(profile.of(Group::LATE))];
    }
    if is_elderly(coverage.identity.birth_on, day) {
        let drawn = FROM_70[home.draw.pick(profile.of(Group::FROM_70))];
        // A dependant of an insured below 70 never has 現役並み.
        let follows = coverage.relationship == Some(Relationship::Dependant) && !scheme.is_national_health();
        let leader = home
            .living()
            .into_iter()
            .find(|other| *other != member && home.current(*other).is_some_and(|one| one.key.is_same_card(&coverage.key)));
        let of_younger = follows && leader.is_none_or(|leader| home.age(leader, day) < 70);
        return if of_younger && ratio(scheme, drawn) == CopayRatio::Three { C::General } else { drawn };
    }
    let group = match scheme {
        Scheme::KyokaiKenpo | Scheme::Seamen => Group::UNDER_70_KYOKAI,
        _ if scheme.is_national_health() => Group::UNDER_70_NATIONAL_HEALTH,
        _ => Group::UNDER_70_SOCIETY,
    };
    UNDER_70[home.draw.pick(profile.of(group))]
}

/// Adds the ratio or certificates of a category from a day through July, as far as age allows.
fn add(coverage: &mut Coverage, day: Date, category: C, registered: bool) {
    let (scheme, birth) = (coverage.key.insurer.scheme(), coverage.identity.birth_on);
    let last = if scheme == Scheme::LateElderly {
        july(day)
    } else if is_elderly(birth, day) {
        july(day).min(elderly_ends(birth))
    } else {
        july(day).min(days_after(elderly_begins(birth), -1))
    };
    let Ok(period) = Period::new(day, last) else { return };
    let ratio = ratio(scheme, category);
    if scheme == Scheme::LateElderly {
        coverage.ratios.push(DatedRatio { period, ratio });
    } else if is_elderly(birth, day) {
        coverage.elderly.push(ElderlyCertificate { issued_on: Some(day), period, ratio });
    }
    if registered {
        let kind = if is_low_income(category) { LimitKind::LimitAndMeal } else { LimitKind::Limit };
        coverage.limits.push(LimitCertificate { kind, category, issued_on: Some(day), period, long_stay_on: None });
    }
}

/// 70th birthday: 高齢受給者証 and the category of 70 and over, from the first of a month on.
pub(super) fn turn_70(home: &mut Home<'_>, member: usize, on: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let has = coverage.elderly.iter().any(|one| one.period.contains(on));
    if has || !coverage.key.insurer.scheme().insures_below_75() || coverage.acquired_on >= on {
        return;
    }
    let category = category(home, member, &coverage, on);
    let registered = coverage.limits.iter().any(|one| one.period.contains(days_after(on, -1)));
    let mut changed = coverage;
    cut(&mut changed, on);
    add(&mut changed, on, category, registered);
    let ahead = home.draw.between(3, 14);
    replace(home, member, on, ahead, changed, false);
}

/// 1 August: ratios and certificates of the next year.
pub(super) fn renew(home: &mut Home<'_>, member: usize, on: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let scheme = coverage.key.insurer.scheme();
    if scheme == Scheme::MedicalAid || coverage.acquired_on >= on {
        return;
    }
    let eve = days_after(on, -1);
    let limit = coverage.limits.iter().find(|one| one.period.contains(eve)).copied();
    let late = coverage.ratios.iter().find(|one| one.period.contains(eve)).map(|dated| dated.ratio);
    let elderly = coverage.elderly.iter().find(|one| one.period.contains(eve)).map(|one| one.ratio);
    let aged = scheme == Scheme::LateElderly || is_elderly(coverage.identity.birth_on, on);
    let same_age = aged == (late.is_some() || elderly.is_some());
    let changes = home.draw.yes(home.order.profile.pair(Group::INCOME_CHANGE));
    let drawn = category(home, member, &coverage, on);
    let before = limit.map(|limit| limit.category).filter(|_| same_age && !changes);
    // Where no category is registered, one that has the ratio of the last year stands for it.
    let as_before = late.or(elderly).filter(|_| before.is_none() && !changes).and_then(|before| {
        let ladder: &[C] = if scheme == Scheme::LateElderly { &LATE } else { &FROM_70 };
        ladder.iter().copied().find(|one| ratio(scheme, *one) == before)
    });
    if limit.is_none() && !aged && coverage.card.valid_through != Some(eve) {
        return;
    }
    let category = before.or(as_before).unwrap_or(drawn);
    let mut changed = coverage;
    cut(&mut changed, on);
    add(&mut changed, on, category, limit.is_some());
    diseases(&mut changed, on, category);
    // Who has got a card in the meantime needs no further 資格確認書.
    let confirmed = changed.card.valid_through == Some(eve) && home.members[member].person.cards.is_empty();
    if confirmed {
        changed.card = CardDates { issued_on: Some(on), valid_from: Some(on), valid_through: Some(july(on)) };
    }
    let ahead = home.draw.between(3, 20);
    replace(home, member, on, ahead, changed, confirmed);
}

/// Renews the certificates of 特定疾病 that last for a year: 20,000 yen for dialysis under 70 with ア or イ.
fn diseases(coverage: &mut Coverage, on: Date, category: C) {
    let ended = coverage.specific_diseases.iter().find(|one| one.period.through() == days_after(on, -1)).copied();
    let young = days_after(elderly_begins(coverage.identity.birth_on), -1);
    let Some(ended) = ended.filter(|one| one.disease == SpecificDisease::Dialysis) else { return };
    let upper = on <= young && matches!(category, C::A | C::I);
    let last = if upper { july(on).min(young) } else { july(on) };
    let Ok(period) = Period::new(on, last) else { return };
    let self_pay = Yen::new(if upper { 20_000 } else { 10_000 });
    coverage.specific_diseases.push(SpecificDiseaseCertificate { issued_on: Some(on), period, self_pay, ..ended });
}

/// Ends every ratio, 高齢受給者証 and limit certificate on the day before; those that begin later are left out.
fn cut(coverage: &mut Coverage, on: Date) {
    let until = |period: Period| Period::new(period.from(), period.through().min(days_after(on, -1))).ok();
    coverage.ratios.retain_mut(|one| until(one.period).map(|period| one.period = period).is_some());
    coverage.elderly.retain_mut(|one| until(one.period).map(|period| one.period = period).is_some());
    coverage.limits.retain_mut(|one| until(one.period).map(|period| one.period = period).is_some());
}

/// Replaces what the member's coverage says about ratios and certificates, some days ahead.
fn replace(home: &mut Home<'_>, member: usize, on: Date, ahead: i64, changed: Coverage, confirmed: bool) {
    let mut change = Map::new();
    if !changed.ratios.is_empty() {
        change.insert("ratio".to_owned(), entry::ratios(&changed.ratios));
    }
    if !changed.elderly.is_empty() {
        change.insert("elderly".to_owned(), entry::elderly(&changed.elderly));
    }
    change.insert("limit".to_owned(), entry::limits(&changed.limits));
    if !changed.specific_diseases.is_empty() {
        change.insert("specific_disease".to_owned(), entry::diseases(&changed.specific_diseases));
    }
    if confirmed {
        for (name, day) in [
            ("card_issued_on", changed.card.issued_on),
            ("card_valid_from", changed.card.valid_from),
            ("card_valid_through", changed.card.valid_through),
        ] {
            change.insert(name.to_owned(), day.map_or(Value::Null, |day| day.to_string().into()));
        }
    }
    home.correct(member, on, When::Days(-ahead), Value::Object(change));
    if let Some(coverage) = home.current_mut(member) {
        *coverage = changed;
    }
}

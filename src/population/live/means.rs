//! Ratios and certificates of people who live on: with a new coverage, at 70, on 1 August, and when income is judged anew.

use jiff::civil::{Date, date};
use serde_json::json;

use crate::domain::{
    CardDates, CardKey, CertificateKind, CopayRatio, Coverage, DatedRatio, ElderlyCertificate, IssuedCertificate,
    LimitCategory as C, LimitCertificate, LimitKind, Period, Relationship, ReturnedCertificate, Scheme, SpecificDisease,
    SpecificDiseaseCertificate, Yen,
};
use crate::population::certificates::{FROM_70, LATE, UNDER_70, ratio};
use crate::population::household::days_after;
use crate::population::profile::Group;
use crate::rules::elderly::{elderly_begins, elderly_ends, is_elderly};
use crate::rules::registered_category::is_low_income;

use super::home::{Home, When, key_of_dependants};
use super::paper::Paper;

/// Returns the last day of the year from August to July that holds a day.
fn july(day: Date) -> Date {
    date(if day.month() < 8 { day.year() } else { day.year() + 1 }, 7, 31)
}

/// Adds what a new coverage has from its first day on.
pub(super) fn certify(home: &mut Home<'_>, member: usize, coverage: &mut Coverage) {
    let scheme = coverage.key.insurer.scheme();
    if scheme == Scheme::MedicalAid {
        return;
    }
    let registered = is_registered(home, scheme);
    let day = coverage.acquired_on;
    let category = category(home, member, coverage, day);
    let Some(papers) = Papers::of(coverage, day, category) else { return };
    coverage.ratios.extend(papers.ratio);
    coverage.elderly.extend(papers.elderly);
    coverage.limits.extend(registered.then_some(papers.limit));
}

/// Draws whether an insurer of a scheme registers a category.
fn is_registered(home: &mut Home<'_>, scheme: Scheme) -> bool {
    let group = match scheme {
        Scheme::LateElderly => Group::REGISTERED_LATE,
        _ if scheme.is_national_health() => Group::REGISTERED_NATIONAL_HEALTH,
        _ => Group::REGISTERED_EMPLOYEES,
    };
    home.draw.yes(home.order.profile.pair(group))
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

/// What an insurer issues for a category.
struct Papers {
    ratio: Option<DatedRatio>,
    elderly: Option<ElderlyCertificate>,
    limit: LimitCertificate,
}

impl Papers {
    /// Returns what is issued for a category from a day through July, as far as age allows.
    fn of(coverage: &Coverage, day: Date, category: C) -> Option<Self> {
        let (scheme, birth) = (coverage.key.insurer.scheme(), coverage.identity.birth_on);
        let (late, elderly) = (scheme == Scheme::LateElderly, is_elderly(birth, day));
        let last = match (late, elderly) {
            (true, _) => july(day),
            (false, true) => july(day).min(elderly_ends(birth)),
            (false, false) => july(day).min(days_after(elderly_begins(birth), -1)),
        };
        let period = Period::new(day, last).ok()?;
        let ratio = ratio(scheme, category);
        let kind = if is_low_income(category) { LimitKind::LimitAndMeal } else { LimitKind::Limit };
        Some(Self {
            ratio: late.then_some(DatedRatio { period, ratio }),
            elderly: (!late && elderly).then_some(ElderlyCertificate { issued_on: Some(day), period, ratio }),
            limit: LimitCertificate { kind, category, issued_on: Some(day), period, long_stay_on: None },
        })
    }
}

/// Returns how a coverage changes with a category from a day on. What is in force with the same ratio and end stays.
fn changes(coverage: &Coverage, day: Date, category: C, registered: bool) -> Vec<Paper> {
    let Some(papers) = Papers::of(coverage, day, category) else { return Vec::new() };
    let goes_on = |period: Period, new: Period| period.contains(day) && period.through() == new.through();
    let ratio = papers
        .ratio
        .filter(|new| !coverage.ratios.iter().any(|one| goes_on(one.period, new.period) && one.ratio == new.ratio));
    let elderly = papers
        .elderly
        .filter(|new| !coverage.elderly.iter().any(|one| goes_on(one.period, new.period) && one.ratio == new.ratio));
    let limit = registered.then_some(papers.limit);
    let mut changes = Vec::new();
    changes.extend(ratio.map(Paper::Ratio));
    changes.extend(elderly.map(|new| Paper::Issued(IssuedCertificate::Elderly(new))));
    changes.extend(dialysis(coverage, day, category).map(|new| Paper::Issued(IssuedCertificate::SpecificDisease(new))));
    changes.extend(limit.map(|new| Paper::Issued(IssuedCertificate::Limit(new))));
    changes
}

/// Returns the certificate of 特定疾病 that follows one for dialysis, if it ends, or the category changes what is paid: 20,000 yen under
/// 70 with ア or イ, otherwise 10,000.
fn dialysis(coverage: &Coverage, day: Date, category: C) -> Option<SpecificDiseaseCertificate> {
    let young = days_after(elderly_begins(coverage.identity.birth_on), -1);
    let is_held = |one: &&SpecificDiseaseCertificate| {
        let period = one.period;
        one.disease == SpecificDisease::Dialysis && period.from() < day && period.through() >= days_after(day, -1)
    };
    let held = coverage.specific_diseases.iter().find(is_held)?;
    let upper = day <= young && matches!(category, C::A | C::I);
    let self_pay = Yen::new(if upper { 20_000 } else { 10_000 });
    if held.period.contains(day) && held.self_pay == self_pay {
        return None;
    }
    let period = Period::new(day, if upper { july(day).min(young) } else { july(day) }).ok()?;
    Some(SpecificDiseaseCertificate { issued_on: Some(day), period, self_pay, ..*held })
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
    let ahead = home.draw.between(3, 14);
    home.change(member, on, When::Days(-ahead), changes(&coverage, on, category, registered));
}

/// 1 August: ratios and certificates of the next year.
pub(super) fn renew(home: &mut Home<'_>, member: usize, on: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let scheme = coverage.key.insurer.scheme();
    let turns_70 = coverage.elderly.iter().any(|one| one.period.from() == on);
    if scheme == Scheme::MedicalAid || coverage.acquired_on >= on || turns_70 {
        return;
    }
    let eve = days_after(on, -1);
    let limit = coverage.limits.iter().find(|one| one.period.contains(eve)).copied();
    let late = coverage.ratios.iter().find(|one| one.period.contains(eve)).map(|dated| dated.ratio);
    let elderly = coverage.elderly.iter().find(|one| one.period.contains(eve)).map(|one| one.ratio);
    let aged = scheme == Scheme::LateElderly || is_elderly(coverage.identity.birth_on, on);
    let same_age = aged == (late.is_some() || elderly.is_some());
    let changed_income = home.draw.yes(home.order.profile.pair(Group::INCOME_CHANGE));
    let drawn = category(home, member, &coverage, on);
    let before = limit.map(|limit| limit.category).filter(|_| same_age && !changed_income);
    // Where no category is registered, one that has the ratio of the last year stands for it.
    let as_before = late.or(elderly).filter(|_| before.is_none() && !changed_income).and_then(|before| {
        let ladder: &[C] = if scheme == Scheme::LateElderly { &LATE } else { &FROM_70 };
        ladder.iter().copied().find(|one| ratio(scheme, *one) == before)
    });
    let ahead = When::Days(-home.draw.between(3, 20));
    if limit.is_some() || aged {
        let category = before.or(as_before).unwrap_or(drawn);
        home.change(member, on, ahead, changes(&coverage, on, category, limit.is_some()));
    }
    // Who has got a card in the meantime needs no further 資格確認書. It is no certificate, so that a correction tells of it.
    if coverage.card.valid_through == Some(eve) && home.members[member].person.cards.is_empty() {
        let through = july(on);
        let card = json!({ "card_issued_on": on, "card_valid_from": on, "card_valid_through": through });
        home.correct(member, on, ahead, card);
        if let Some(coverage) = home.current_mut(member) {
            coverage.card = CardDates { issued_on: Some(on), valid_from: Some(on), valid_through: Some(through) };
        }
    }
}

/// Income is judged anew within the year, from the first of a month on, for everybody on one card who is of the same age group: the
/// limit certificate is returned, and what goes with the new category is issued.
pub(super) fn judge_anew(home: &mut Home<'_>, member: usize, on: Date) {
    let Some(coverage) = home.current(member).cloned() else { return };
    let scheme = coverage.key.insurer.scheme();
    if scheme == Scheme::MedicalAid || coverage.acquired_on >= on {
        return;
    }
    let aged = |one: &Coverage| scheme == Scheme::LateElderly || is_elderly(one.identity.birth_on, on);
    let of_dependants = key_of_dependants(&coverage.key);
    let shares = |key: &CardKey| key.is_same_card(&coverage.key) || key.is_same_card(&of_dependants);
    let of_group =
        |one: &Coverage| shares(&one.key) && aged(one) == aged(&coverage) && one.acquired_on < on && !begins(one, on);
    let group: Vec<usize> = home.living().into_iter().filter(|other| home.current(*other).is_some_and(of_group)).collect();
    let category = category(home, member, &coverage, on);
    let registered = is_registered(home, scheme);
    for one in group {
        let Some(coverage) = home.current(one).cloned() else { continue };
        let held = coverage.limits.iter().find(|limit| limit.period.contains(on)).copied();
        if held.is_none_or(|held| held.category == category) {
            continue;
        }
        let returned = held.map(|held| ReturnedCertificate { kind: CertificateKind::Limit, from: held.period.from(), on });
        let mut papers: Vec<Paper> = returned.map(Paper::Returned).into_iter().collect();
        papers.extend(changes(&coverage, on, category, registered));
        home.change(one, on, When::Late, papers);
    }
}

/// Returns whether anything of the coverage begins on a day or later.
fn begins(coverage: &Coverage, on: Date) -> bool {
    let ratios = coverage.ratios.iter().map(|one| one.period);
    let elderly = coverage.elderly.iter().map(|one| one.period);
    let limits = coverage.limits.iter().map(|one| one.period);
    ratios.chain(elderly).chain(limits).any(|period| period.from() >= on)
}

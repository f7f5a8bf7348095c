//! The shares of generated people are near those of rules.md §5, and so are the targets of the profile.

use std::collections::HashMap;

use shikaku::domain::{CardClass, CardKind, CopayRatio, Coverage, Relationship, Scheme};
use shikaku::store::registry::NewPerson;

use super::{PEOPLE, order, people};

struct Town {
    people: Vec<NewPerson>,
    as_of: jiff::civil::Date,
}

impl Town {
    fn new() -> Self {
        let order = order(10, 0);
        let people = people(&order, PEOPLE).into_iter().flatten().map(|(person, _)| person);
        Self { people: people.filter(|person| person.died_on.is_none()).collect(), as_of: order.as_of }
    }

    fn in_force(&self) -> impl Iterator<Item = &Coverage> {
        self.people.iter().flat_map(|person| &person.coverages).filter(|coverage| coverage.in_force_on(self.as_of))
    }

    fn age(&self, person: &NewPerson) -> u8 {
        person.coverages[0].identity.birth_on.age_on(self.as_of)
    }

    /// Returns how many of a thousand people are counted.
    fn per_thousand(&self, counted: impl Fn(&NewPerson) -> bool) -> usize {
        self.people.iter().filter(|person| counted(person)).count() * 1_000 / self.people.len()
    }

    fn scheme(&self, wanted: impl Fn(Scheme) -> bool) -> usize {
        self.in_force().filter(|coverage| wanted(coverage.key.insurer.scheme())).count() * 1_000 / self.people.len()
    }
}

/// Fails unless each number lies within its bounds, both inclusive; names all that do not.
fn near(found: &[(&str, usize, usize, usize)]) {
    let wrong: Vec<String> = found
        .iter()
        .filter(|(_, number, least, most)| !(least..=most).contains(&number))
        .map(|(what, number, least, most)| format!("{what}: {number} of 1000, not {least} to {most}"))
        .collect();
    let all: Vec<String> = found.iter().map(|(what, number, ..)| format!("{what} {number}")).collect();
    assert!(wrong.is_empty(), "{}\nall: {}", wrong.join("\n"), all.join(", "));
}

#[test]
fn schemes_are_as_large_as_in_japan() {
    let town = Town::new();
    // Of 124.5 million people: 協会けんぽ 39.7, 組合健保 28.0, 共済 9.9, 国保 25.7 (of which municipal 23.1), 後期 20.5, 生活保護 2.0.
    use Scheme as S;
    let mutual = |scheme| {
        matches!(scheme, S::NationalMutualAid | S::LocalMutualAid | S::PoliceMutualAid | S::SchoolMutualAid | S::Seamen)
            || scheme == S::SelfDefenceForces
    };
    near(&[
        ("協会けんぽ", town.scheme(|scheme| scheme == S::KyokaiKenpo), 299, 339),
        ("組合健保", town.scheme(|scheme| matches!(scheme, S::HealthInsuranceSociety | S::SpecialRetired)), 205, 245),
        ("共済", town.scheme(mutual), 69, 94),
        ("市町村国保", town.scheme(|scheme| scheme == S::MunicipalNationalHealth), 166, 206),
        ("国保組合", town.scheme(|scheme| scheme == S::NationalHealthSociety), 11, 31),
        ("後期高齢者医療", town.scheme(|scheme| scheme == S::LateElderly), 150, 180),
        ("医療扶助", town.scheme(|scheme| scheme == S::MedicalAid), 11, 22),
    ]);
}

#[test]
fn the_forces_and_special_retired_people_are_few_and_of_their_age() {
    let town = Town::new();
    let mut counts: HashMap<(&str, bool), usize> = HashMap::new();
    let mut ages: HashMap<&str, (u8, u8)> = HashMap::new();
    for coverage in town.in_force() {
        let number = coverage.key.insurer.as_str();
        let insured = coverage.relationship == Some(Relationship::Insured);
        let law = match number {
            // 防衛省共済 is the insurer of the dependants of members of the forces.
            "31139512" => number,
            _ if number.len() == 8 => &number[..2],
            _ => continue,
        };
        let class = match coverage.key.insurer.scheme() {
            Scheme::SelfDefenceForces => CardClass::SelfDefence,
            Scheme::SpecialRetired => CardClass::SpecialRetired,
            Scheme::MedicalAid => CardClass::MedicalAid,
            _ => CardClass::General,
        };
        assert_eq!(coverage.card_class, class, "{number}");
        let key = ["07", "31139512", "63", "72", "73", "74", "75"].into_iter().find(|key| *key == law);
        let Some(key) = key else { continue };
        *counts.entry((key, insured)).or_default() += 1;
        if insured && law != "31139512" {
            let age = coverage.identity.birth_on.age_on(town.as_of);
            let (least, most) = ages.entry(key).or_insert((age, age));
            (*least, *most) = ((*least).min(age), (*most).max(age));
        }
    }
    let count = |key, insured| counts.get(&(key, insured)).copied().unwrap_or_default();
    // About 2 in 1,000 are members of the forces: 40 of 20,000. Their dependants are insured elsewhere.
    assert!((20..80).contains(&count("07", true)) && count("07", false) == 0, "{counts:?}");
    assert!((10..90).contains(&count("31139512", false)), "{counts:?}");
    // 特例退職 insures the retired up to 74, most of them of societies, and their dependants.
    assert!((15..100).contains(&count("63", true)) && count("63", false) > 0, "{counts:?}");
    assert!(["72", "73", "74", "75"].iter().map(|key| count(key, true)).sum::<usize>() > 0, "{counts:?}");
    for (key, (least, most)) in ages {
        let expected = if key == "07" { 18..=59 } else { 60..=74 };
        assert!(expected.contains(&least) && expected.contains(&most), "{key} {least} {most}");
    }
}

#[test]
fn ages_are_those_of_japan() {
    let town = Town::new();
    let ages = |from: u8, through: u8| town.per_thousand(|person| (from..=through).contains(&town.age(person)));
    near(&[
        ("0 to 14", ages(0, 14), 90, 130),
        ("15 to 64", ages(15, 64), 565, 625),
        ("65 to 74", ages(65, 74), 105, 145),
        ("75 and over", ages(75, 130), 155, 190),
    ]);
}

#[test]
fn ratios_and_cards_are_those_of_the_profile() {
    let town = Town::new();
    let late: Vec<&Coverage> = town.in_force().filter(|one| one.key.insurer.scheme() == Scheme::LateElderly).collect();
    let ratio = |wanted: CopayRatio| {
        let today =
            |one: &&&Coverage| one.ratios.iter().any(|dated| dated.period.contains(town.as_of) && dated.ratio == wanted);
        late.iter().filter(today).count() * 1_000 / late.len()
    };
    let card = |person: &NewPerson| {
        person.cards.iter().any(|card| card.record.as_ref().is_some_and(|record| record.kind == CardKind::Card))
    };
    near(&[
        ("1割", ratio(CopayRatio::One), 700, 760),
        ("2割", ratio(CopayRatio::Two), 175, 225),
        ("3割", ratio(CopayRatio::Three), 55, 85),
        ("マイナンバーカード", town.per_thousand(card), 776, 816),
    ]);
}

#[test]
fn the_targets_of_the_profile_are_those_of_japan() {
    use shikaku::population::{Group, Profile};
    let profile = Profile::standard();
    // Of 1,000 people: 協会けんぽ 39.7 of 124.5 million, 組合健保 28.0, 共済 9.86, 市町村国保 23.1, 国保組合 2.6, 後期 20.5, 生活保護 2.0.
    assert_eq!(profile.of(Group::TARGET_SCHEMES), [319, 225, 79, 186, 21, 165, 16]);
    assert_eq!(profile.of(Group::TARGET_AGES), [110, 595, 125, 172]);
    assert_eq!(profile.of(Group::TARGET_CARDS), [796, 204]);
    // 2割 20 %, 3割 7 % of 後期高齢者医療.
    let late = profile.of(Group::LATE);
    assert_eq!((late[0] + late[1] + late[2], late[3], late.iter().sum::<u32>()), (7, 20, 100));
}

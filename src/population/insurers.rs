//! The synthetic insurers: every number is valid in form and says its scheme and prefecture, every name says 試験.
//!
//! Numbers avoid those in use where their form leaves room. A municipality's national health insurance has 400 and more, of which
//! real ones are below 300; a branch of 協会けんぽ has 901, real ones 001; unions of 後期高齢者医療 have 901 to 904.

use std::sync::LazyLock;

use crate::domain::{Insurer, InsurerNumber, Scheme, check_digit};

use super::places::{Map, MunicipalityId};
use super::prefectures;

/// An insurer, by its place in [`Insurers::list`].
pub(super) type InsurerId = usize;

/// Every insurer, and the ways to find one.
pub(super) struct Insurers {
    pub list: Vec<Insurer>,
    kyokai: Vec<InsurerId>,
    pub seamen: InsurerId,
    pub societies: Vec<InsurerId>,
    pub national_mutual: Vec<InsurerId>,
    local_mutual: Vec<InsurerId>,
    police_mutual: Vec<InsurerId>,
    school_mutual: Vec<InsurerId>,
    pub private_school: InsurerId,
    national_health: Vec<InsurerId>,
    pub national_health_societies: Vec<InsurerId>,
    late_elderly: Vec<[InsurerId; Self::GROUPS]>,
    medical_aid: Vec<InsurerId>,
    pub self_defence: InsurerId,
    defence_mutual: InsurerId,
    /// 特例退職 of the first [`SPECIFIED`] societies, in their order.
    special_societies: Vec<InsurerId>,
    /// 特例退職 of the associations of 31, 32, 33 and 34.
    special_mutual: [InsurerId; 4],
}

/// 組合健保, about 1,380 (rules.md 5.1).
const SOCIETIES: usize = 1_380;
/// 特定健保組合, which keep insuring their retired people (assumed, about 60).
const SPECIFIED: usize = 60;
/// 国保組合, about 160 (rules.md 5.1).
const NATIONAL_HEALTH_SOCIETIES: usize = 160;
/// 国家公務員共済組合, 20 (rules.md 5.1).
const NATIONAL_MUTUAL: usize = 20;

const TRADES: [&str; 12] = ["機械", "電気", "化学", "食品", "運輸", "情報", "建設", "繊維", "金属", "商業", "金融", "印刷"];

/// Returns the synthetic insurers of every population.
#[must_use]
pub fn insurers() -> &'static [Insurer] {
    &Insurers::get().list
}

impl Insurers {
    /// The numbers of a union of 後期高齢者医療. A real union has one for each of its municipalities.
    pub const GROUPS: usize = 4;

    /// Returns the insurers, which are made once.
    pub fn get() -> &'static Self {
        static INSURERS: LazyLock<Insurers> = LazyLock::new(|| Insurers::of(Map::get()));
        &INSURERS
    }

    fn of(map: &Map) -> Self {
        let mut list = Vec::new();
        let mut add = |law: &str, prefecture: u8, number: usize, name: String| {
            let body = format!("{law}{prefecture:02}{number:03}");
            let digit = check_digit(&body).expect("the body holds digits");
            let number = InsurerNumber::parse(&format!("{body}{digit}")).expect("the number is made to its form");
            list.push(Insurer { number, name });
            list.len() - 1
        };
        let all = || 1..=prefectures::COUNT;
        let short = prefectures::short_name;
        let kyokai = all().map(|code| add("01", code, 901, format!("試験協会けんぽ{}支部", short(code)))).collect();
        let seamen = add("02", 13, 901, "試験船員保険".to_owned());
        let health_society = |place: usize| {
            let (prefecture, number) = spread(place);
            (
                prefecture,
                700 + number,
                format!("試験{}{}第{}健康保険組合", short(prefecture), TRADES[place % 12], number + 1),
            )
        };
        let societies =
            (0..SOCIETIES).map(health_society).map(|(code, number, name)| add("06", code, number, name)).collect();
        let national = |place: usize| add("31", 13, 901 + place, format!("試験国家公務員共済組合第{}", place + 1));
        let national_mutual = (0..NATIONAL_MUTUAL).map(national).collect();
        let local = |code: u8| add("32", code, 901, format!("試験{}地方職員共済組合", short(code)));
        let local_mutual = all().map(local).collect();
        let police = |code: u8| add("33", code, 901, format!("試験警察共済組合{}支部", short(code)));
        let police_mutual = all().map(police).collect();
        let school = |code: u8| add("34", code, 901, format!("試験公立学校共済組合{}支部", short(code)));
        let school_mutual = all().map(school).collect();
        let private_school = add("34", 13, 951, "試験私立学校共済".to_owned());
        let mut within = (0, 0);
        let mut place_within = |prefecture: u8| {
            within = if within.0 == prefecture { (prefecture, within.1 + 1) } else { (prefecture, 0) };
            within.1
        };
        let numbered: Vec<(u8, usize, &str)> =
            map.municipalities.iter().map(|one| (one.prefecture, place_within(one.prefecture), one.name)).collect();
        let national_health =
            numbered.iter().map(|(code, place, name)| add("", *code, 400 + place, format!("試験{name}"))).collect();
        let society = |place: usize| {
            let (prefecture, number) = spread(place);
            (prefecture, 370 + number, format!("試験{}{}国民健康保険組合", short(prefecture), TRADES[place % 12]))
        };
        let national_health_societies =
            (0..NATIONAL_HEALTH_SOCIETIES).map(society).map(|(code, number, name)| add("", code, number, name)).collect();
        let union = |code: u8| {
            std::array::from_fn(|group| {
                add("39", code, 901 + group, format!("試験{}後期高齢者医療広域連合", prefectures::name(code)))
            })
        };
        let late_elderly = all().map(union).collect();
        let office =
            |(code, place, name): &(u8, usize, &str)| add("12", *code, 500 + place, format!("試験{name}福祉事務所"));
        let medical_aid = numbered.iter().map(office).collect();
        let self_defence = add("07", 13, 901, "試験防衛省（自衛官等）".to_owned());
        let defence_mutual = add("31", 13, 951, "試験防衛省共済組合".to_owned());
        let special_societies = (0..SPECIFIED)
            .map(health_society)
            .map(|(code, number, name)| add("63", code, number, format!("{name}（特例退職）")))
            .collect();
        let special_mutual = [
            ("72", "試験国家公務員共済組合（特例退職）"),
            ("73", "試験地方職員共済組合（特例退職）"),
            ("74", "試験警察共済組合（特例退職）"),
            ("75", "試験公立学校共済組合（特例退職）"),
        ]
        .map(|(law, name)| add(law, 13, 901, name.to_owned()));
        Self {
            list,
            kyokai,
            seamen,
            societies,
            national_mutual,
            local_mutual,
            police_mutual,
            school_mutual,
            private_school,
            national_health,
            national_health_societies,
            late_elderly,
            medical_aid,
            self_defence,
            defence_mutual,
            special_societies,
            special_mutual,
        }
    }

    pub fn number(&self, id: InsurerId) -> InsurerNumber {
        self.list[id].number
    }

    pub fn kyokai(&self, prefecture: u8) -> InsurerId {
        self.kyokai[usize::from(prefecture) - 1]
    }

    pub fn local_mutual(&self, prefecture: u8) -> InsurerId {
        self.local_mutual[usize::from(prefecture) - 1]
    }

    pub fn police_mutual(&self, prefecture: u8) -> InsurerId {
        self.police_mutual[usize::from(prefecture) - 1]
    }

    pub fn school_mutual(&self, prefecture: u8) -> InsurerId {
        self.school_mutual[usize::from(prefecture) - 1]
    }

    /// Returns the national health insurance of a municipality.
    pub fn national_health(&self, municipality: MunicipalityId) -> InsurerId {
        self.national_health[municipality]
    }

    /// Returns the union of a prefecture under one of its numbers.
    pub fn late_elderly(&self, prefecture: u8, group: usize) -> InsurerId {
        self.late_elderly[usize::from(prefecture) - 1][group]
    }

    /// Returns the welfare office of a municipality.
    pub fn medical_aid(&self, municipality: MunicipalityId) -> InsurerId {
        self.medical_aid[municipality]
    }
}

impl Insurers {
    /// Returns 特定健保組合.
    pub fn specified_societies(&self) -> &[InsurerId] {
        &self.societies[..SPECIFIED]
    }

    /// Returns the insurer of 特例退職 of people who worked under an insurer; None if it has none.
    pub fn special_retired(&self, worked: InsurerId) -> Option<InsurerId> {
        let society = self.specified_societies().iter().position(|society| *society == worked);
        let mutual = match self.number(worked).scheme() {
            Scheme::NationalMutualAid => Some(0),
            Scheme::LocalMutualAid => Some(1),
            Scheme::PoliceMutualAid => Some(2),
            Scheme::SchoolMutualAid => Some(3),
            _ => None,
        };
        society.map(|place| self.special_societies[place]).or_else(|| Some(self.special_mutual[mutual?]))
    }

    /// Returns the union of another prefecture under the number that corresponds to this one; None if it is no union.
    pub fn union_in(&self, prefecture: u8, union: InsurerNumber) -> Option<InsurerNumber> {
        let group = |groups: &[InsurerId; Self::GROUPS]| groups.iter().position(|id| self.number(*id) == union);
        Some(self.number(self.late_elderly(prefecture, self.late_elderly.iter().find_map(group)?)))
    }

    /// Returns the insurer of everybody but the member: 自衛官等 (07) insures the member alone, and 防衛省共済 the dependants.
    pub fn of_dependants(&self, member: InsurerId) -> InsurerId {
        if member == self.self_defence { self.defence_mutual } else { member }
    }

    /// As [`Self::of_dependants`], by number.
    pub fn number_of_dependants(&self, member: InsurerNumber) -> InsurerNumber {
        if member.scheme() == Scheme::SelfDefenceForces { self.number(self.defence_mutual) } else { member }
    }
}

/// Returns the prefecture of the insurer at a place, and the insurer's place among those of the prefecture.
fn spread(place: usize) -> (u8, usize) {
    let prefectures = usize::from(prefectures::COUNT);
    (u8::try_from(place % prefectures).expect("codes of prefectures are small") + 1, place / prefectures)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::Scheme;

    #[test]
    fn numbers_are_distinct_and_name_their_scheme() {
        let insurers = Insurers::get();
        let numbers: HashSet<&str> = insurers.list.iter().map(|insurer| insurer.number.as_str()).collect();
        assert_eq!(numbers.len(), insurers.list.len());
        assert!(insurers.list.iter().all(|insurer| insurer.name.starts_with("試験")));
        let scheme = |id: InsurerId| insurers.number(id).scheme();
        assert_eq!(scheme(insurers.kyokai(13)), Scheme::KyokaiKenpo);
        // 0113901, from the right: 2, 0, 18 -> 9, 3, 2, 1, 0 = 17 -> 3.
        assert_eq!(insurers.number(insurers.kyokai(13)).as_str(), "01139013");
        assert_eq!(scheme(insurers.seamen), Scheme::Seamen);
        assert_eq!(scheme(insurers.societies[0]), Scheme::HealthInsuranceSociety);
        assert_eq!(scheme(insurers.national_mutual[19]), Scheme::NationalMutualAid);
        assert_eq!(scheme(insurers.local_mutual(1)), Scheme::LocalMutualAid);
        assert_eq!(scheme(insurers.police_mutual(1)), Scheme::PoliceMutualAid);
        assert_eq!(scheme(insurers.school_mutual(47)), Scheme::SchoolMutualAid);
        assert_eq!(scheme(insurers.private_school), Scheme::SchoolMutualAid);
        for municipality in [0, Map::get().municipalities.len() - 1] {
            assert_eq!(scheme(insurers.national_health(municipality)), Scheme::MunicipalNationalHealth);
            assert_eq!(scheme(insurers.medical_aid(municipality)), Scheme::MedicalAid);
        }
        for society in &insurers.national_health_societies {
            assert_eq!(scheme(*society), Scheme::NationalHealthSociety);
        }
        assert_eq!(scheme(insurers.late_elderly(47, 3)), Scheme::LateElderly);
        // 0713901, from the right: 2, 0, 18 -> 9, 3, 2, 7, 0 = 23 -> 7; 3113951: 2, 5, 9, 3, 2, 1, 6 = 28 -> 2.
        assert_eq!(insurers.number(insurers.self_defence).as_str(), "07139017");
        assert_eq!(insurers.number(insurers.of_dependants(insurers.self_defence)).as_str(), "31139512");
        assert_eq!(insurers.of_dependants(insurers.seamen), insurers.seamen);
        let special = |worked| insurers.special_retired(worked).map(|id| insurers.number(id).as_str().to_owned());
        // 6301700: 0, 0, 14 -> 5, 1, 0, 3, 12 -> 3 = 12 -> 8; 6313701: 2, 0, 5, 3, 2, 3, 3 = 18 -> 2.
        assert_eq!(special(insurers.societies[0]).as_deref(), Some("63017008"));
        assert_eq!(special(insurers.societies[59]).as_deref(), Some("63137012"));
        assert_eq!(special(insurers.societies[60]), None);
        // 7213901: 2, 0, 9, 3, 2, 2, 5 = 23 -> 7, and each law after it one less.
        assert_eq!(special(insurers.national_mutual[0]).as_deref(), Some("72139017"));
        assert_eq!(special(insurers.local_mutual(1)).as_deref(), Some("73139016"));
        assert_eq!(special(insurers.police_mutual(1)).as_deref(), Some("74139015"));
        assert_eq!(special(insurers.school_mutual(1)).as_deref(), Some("75139014"));
        assert_eq!(special(insurers.kyokai(1)), None);
        let union = |prefecture, group| insurers.number(insurers.late_elderly(prefecture, group));
        assert_eq!(insurers.union_in(47, union(13, 2)), Some(union(47, 2)));
        assert_eq!(insurers.union_in(47, insurers.number(insurers.kyokai(13))), None);
    }
}

//! Sets what was counted beside the targets of a profile.

use jiff::civil::Date;

use crate::domain::LimitCategory as C;
use crate::language::Bilingual;
use crate::population::classes::SchemeClass;
use crate::population::profile::{Group, Profile};

use super::counts::Counts;
use super::lags::Lags;
use super::section::{Row, Section, Target, Verdict, shares, tolerance};

/// The statistics of a population.
#[derive(Debug, Clone)]
pub struct Report {
    /// The day.
    pub on: Date,
    /// The living.
    pub people: u64,
    /// People who died until that day.
    pub deceased: u64,
    /// The names of the columns of [`AgeBand::columns`].
    pub columns: Vec<Bilingual>,
    /// Ages by scheme, the youngest first.
    pub ages: Vec<AgeBand>,
    /// Shares by subject.
    pub sections: Vec<Section>,
}

/// The people of five years of age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBand {
    /// The lowest age.
    pub from: u8,
    /// The highest age, inclusive; none for the last band.
    pub through: Option<u8>,
    /// The people by scheme; the last column has those without a coverage in force.
    pub columns: Vec<u64>,
}

const LADDERS: [(Group, (&str, &str), &[C]); 5] = [
    (
        Group::UNDER_70_KYOKAI,
        ("適用区分, under 70, 協会けんぽ", "適用区分（70歳未満・協会けんぽ）"),
        &[C::A, C::I, C::U, C::E, C::O],
    ),
    (
        Group::UNDER_70_SOCIETY,
        ("適用区分, under 70, 組合健保 and 共済", "適用区分（70歳未満・組合健保と共済）"),
        &[C::A, C::I, C::U, C::E, C::O],
    ),
    (
        Group::UNDER_70_NATIONAL_HEALTH,
        ("適用区分, under 70, 国保", "適用区分（70歳未満・国保）"),
        &[C::A, C::I, C::U, C::E, C::O],
    ),
    (
        Group::FROM_70,
        ("適用区分, 70 to 74", "適用区分（70〜74歳）"),
        &[C::ActiveThree, C::ActiveTwo, C::ActiveOne, C::General, C::LowTwo, C::LowOne],
    ),
    (
        Group::LATE,
        ("適用区分, 後期高齢者医療", "適用区分（後期高齢者医療）"),
        &[C::ActiveThree, C::ActiveTwo, C::ActiveOne, C::GeneralTwo, C::GeneralOne, C::LowTwo, C::LowOne],
    ),
];

fn label(category: C) -> &'static str {
    match category {
        C::A => "ア",
        C::I => "イ",
        C::U => "ウ",
        C::E => "エ",
        C::O => "オ",
        C::OBoundary => "オ（境）",
        C::ActiveThree => "現役並みⅢ",
        C::ActiveTwo => "現役並みⅡ",
        C::ActiveOne => "現役並みⅠ",
        C::General => "一般",
        C::LowTwo => "低所得Ⅱ",
        C::LowOne => "低所得Ⅰ",
        C::LowOnePension => "低所得Ⅰ（老福）",
        C::LowOneBoundary => "低所得Ⅰ（境）",
        C::GeneralTwo => "一般Ⅱ",
        C::GeneralOne => "一般Ⅰ",
    }
}

impl Report {
    /// Sets counts beside the targets of a profile; `lags` are those of the entries of insurers, if there are some.
    #[must_use]
    pub fn new(counts: &Counts, profile: &Profile, lags: Option<&Lags>) -> Self {
        let columns = SchemeClass::ALL.map(SchemeClass::name).into_iter();
        let ages = counts.ages.iter().enumerate().map(|(band, columns)| {
            let from = u8::try_from(band * 5).expect("bands are few");
            AgeBand { from, through: (band + 1 < counts.ages.len()).then_some(from + 4), columns: columns.to_vec() }
        });
        let mut sections = vec![schemes(counts, profile), years(counts, profile), ratios(counts, profile), elderly(counts)];
        for (place, ladder) in LADDERS.iter().enumerate() {
            sections.push(categories(counts, profile, place, ladder));
        }
        sections.extend([certificates(counts), cards(counts, profile), validity(counts)]);
        sections.extend(lags.into_iter().flat_map(|lags| lags.sections(profile)));
        Self {
            on: counts.on,
            people: counts.people,
            deceased: counts.deceased,
            columns: columns.chain([("no coverage in force", "有効な資格なし").into()]).collect(),
            ages: ages.collect(),
            sections,
        }
    }

    /// Returns how many shares lie outside of their tolerance, chance included.
    #[must_use]
    pub fn outside(&self) -> usize {
        let outside = |section: &Section| {
            section.rows.iter().filter(|row| row.verdict(section.whole) == Some(Verdict::Outside)).count()
        };
        self.sections.iter().map(outside).sum()
    }
}

fn given(profile: &Profile, targets: Group, tolerances: Group) -> Vec<Target> {
    let pairs = profile.of(targets).iter().zip(profile.of(tolerances));
    pairs.map(|(share, tolerance)| Target { share: f64::from(*share), tolerance: f64::from(*tolerance) }).collect()
}

fn people() -> Bilingual {
    ("{} people", "{}人").into()
}

fn schemes(counts: &Counts, profile: &Profile) -> Section {
    let targets = given(profile, Group::TARGET_SCHEMES, Group::TOLERANCE_SCHEMES);
    let rows = SchemeClass::ALL.into_iter().zip(targets).map(|(class, target)| Row {
        name: class.name(),
        count: counts.ages.iter().map(|columns| columns[class as usize]).sum(),
        target: Some(target),
    });
    Section { title: ("Schemes", "制度").into(), of: people(), whole: counts.people, rows: rows.collect() }
}

fn years(counts: &Counts, profile: &Profile) -> Section {
    let names = [("0 to 14", "0〜14歳"), ("15 to 64", "15〜64歳"), ("65 to 74", "65〜74歳"), ("75 and over", "75歳以上")];
    let targets = given(profile, Group::TARGET_AGES, Group::TOLERANCE_AGES);
    let rows = names.into_iter().zip(counts.by_years).zip(targets);
    let rows = rows.map(|((name, count), target)| Row { name: name.into(), count, target: Some(target) }).collect();
    Section { title: ("Ages", "年齢").into(), of: people(), whole: counts.people, rows }
}

const WARI: [(&str, &str); 3] = [("1割", "1割"), ("2割", "2割"), ("3割", "3割")];

/// The shares of ratios follow from those of the categories.
fn ratios(counts: &Counts, profile: &Profile) -> Section {
    let shares = shares(profile, Group::LATE, 0.0);
    let of = |wanted: fn(&str) -> bool| -> f64 {
        let entries = Group::LATE.entries.iter().zip(&shares);
        entries.filter(|(entry, _)| wanted(entry)).map(|(_, target)| target.share).sum()
    };
    let (three, two) = (of(|entry| entry.starts_with("active")), of(|entry| entry == "general_2"));
    let wanted = [1_000.0 - two - three, two, three].into_iter().zip(profile.of(Group::TOLERANCE_RATIOS));
    let rows = WARI.into_iter().zip(counts.late_ratios).zip(wanted).map(|((name, count), (share, tolerance))| Row {
        name: name.into(),
        count,
        target: Some(Target { share, tolerance: f64::from(*tolerance) }),
    });
    Section {
        title: ("一部負担金割合, 後期高齢者医療", "一部負担金割合（後期高齢者医療）").into(),
        of: ("{} people with a ratio", "割合のある{}人").into(),
        whole: counts.late_ratios.iter().sum(),
        rows: rows.collect(),
    }
}

fn elderly(counts: &Counts) -> Section {
    let rows = WARI.into_iter().zip(counts.elderly_ratios).skip(1);
    Section {
        title: ("一部負担金割合, 高齢受給者証", "一部負担金割合（高齢受給者証）").into(),
        of: ("{} people with 高齢受給者証", "高齢受給者証のある{}人").into(),
        whole: counts.elderly_ratios.iter().sum(),
        rows: rows.map(|(name, count)| Row { name: name.into(), count, target: None }).collect(),
    }
}

fn categories(
    counts: &Counts,
    profile: &Profile,
    place: usize,
    (group, title, ladder): &(Group, (&'static str, &'static str), &[C]),
) -> Section {
    let found = &counts.categories[place];
    let count = |category: C| C::ALL.iter().position(|one| *one == category).map_or(0, |place| found[place]);
    let targets = shares(profile, *group, tolerance(profile, "category"));
    let rows = ladder.iter().zip(targets).map(|(category, target)| Row {
        name: (label(*category), label(*category)).into(),
        count: count(*category),
        target: Some(target),
    });
    Section {
        title: (*title).into(),
        of: ("{} people whose insurer registered a category", "区分が登録されている{}人").into(),
        whole: found.iter().sum(),
        rows: rows.collect(),
    }
}

fn certificates(counts: &Counts) -> Section {
    let names = [
        ("高齢受給者証", "高齢受給者証"),
        ("限度額適用認定証 (適用区分)", "限度額適用認定証（適用区分）"),
        ("特定疾病療養受療証", "特定疾病療養受療証"),
        ("資格確認書", "資格確認書"),
        ("医療券 of the month", "その月の医療券"),
    ];
    let rows =
        names.into_iter().zip(counts.certificates).map(|(name, count)| Row { name: name.into(), count, target: None });
    Section { title: ("Certificates", "証類").into(), of: people(), whole: counts.people, rows: rows.collect() }
}

fn cards(counts: &Counts, profile: &Profile) -> Section {
    let card = shares(profile, Group::TARGET_CARDS, tolerance(profile, "card")).into_iter().next();
    let [cards, android, ios] = counts.media;
    let [good, expired, revoked] = counts.card_states;
    let row = |name: (&'static str, &'static str), count, target| Row { name: name.into(), count, target };
    let rows = vec![
        row(("マイナンバーカード", "マイナンバーカード"), cards, card),
        row(("… with a certificate in use", "…証明書が有効"), good, None),
        row(("… with a certificate out of date", "…証明書の期限切れ"), expired, None),
        row(("… with a revoked certificate", "…証明書の失効"), revoked, None),
        row(("Android", "Android"), android, None),
        row(("iPhone", "iPhone"), ios, None),
        row(("不開示該当", "不開示該当"), counts.address_withheld, None),
        row(("自己情報提供不可", "自己情報提供不可"), counts.blocked, None),
    ];
    Section {
        title: ("Cards, phones and protection", "カード・スマートフォン・保護").into(),
        of: people(),
        whole: counts.people,
        rows,
    }
}

fn validity(counts: &Counts) -> Section {
    let names = [
        ("1 有効", "1 有効"),
        ("2 無効", "2 無効"),
        ("3 無効（新しい資格あり）", "3 無効（新しい資格あり）"),
        ("4 該当資格なし", "4 該当資格なし"),
        ("5 複数該当", "5 複数該当"),
        ("6 有効（未登録）", "6 有効（未登録）"),
    ];
    let rows = names.into_iter().zip(counts.validities).map(|(name, count)| Row { name: name.into(), count, target: None });
    let uncovered =
        Row { name: ("no coverage in force", "有効な資格なし").into(), count: counts.uncovered, target: None };
    Section {
        title: ("Validity, asked with the newest registration", "資格有効性（最も新しい資格で照会）").into(),
        of: people(),
        whole: counts.people,
        rows: rows.chain([uncovered]).collect(),
    }
}

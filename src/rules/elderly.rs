//! People of 70 to 74: 高齢受給者証 and its ratio.

use jiff::civil::{Date, date};

use super::Rule;
use super::scheme::late_elderly_begins;
use crate::domain::{BirthDate, CopayRatio, Month};

/// The days of the certificate.
pub const PERIOD: Rule = Rule {
    name: "elderly-period",
    source: "健康保険法74条1項2号・施行規則52条; 国民健康保険法42条1項3号・施行規則7条の4",
    effective_on: Some(date(2008, 4, 1)),
    english: "高齢受給者証 holds from the month after the one in which the age of 70 is reached (born on the 1st: from the birthday), \
              not before the coverage, until the day before the 75th birthday",
    japanese: "高齢受給者証は、70歳に達する月の翌月（1日生まれは誕生月）の初日から、75歳の誕生日の前日まで。資格取得前には遡らない",
};

/// The ratio of the certificate.
pub const RATIO: Rule = Rule {
    name: "elderly-ratio",
    source: "健康保険法74条1項2号・3号, 110条2項1号ハ・ニ; 国民健康保険法42条1項3号・4号",
    effective_on: Some(TWO_SINCE),
    english: "as the insurer registered it for the certificate (2割 as a rule, 3割 with an income at the level of active \
              workers (現役並み), 1割 for people born up to 1944-04-01)",
    japanese: "保険者が登録した高齢受給者証の割合のとおり（原則2割、現役並み所得者は3割。1944年4月1日以前生まれは特例で1割）",
};

/// Returns the rule of the ratio on `day`: before 2014-04-01 everyone paid 1割 instead of 2割 by a special measure.
#[must_use]
pub fn rule_on(day: Date) -> Rule {
    let before = "健康保険法74条1項2号・3号, 110条2項1号ハ・ニ; 軽減特例措置";
    match day < TWO_SINCE {
        true => Rule {
            source: before,
            effective_on: Some(date(2008, 4, 1)),
            english: "as the insurer registered it for the certificate (1割 by a special measure instead of 2割, 3割 with an income at the \
                      level of active workers, 現役並み)",
            japanese: "保険者が登録した高齢受給者証の割合のとおり（2割を特例で1割、現役並み所得者は3割）",
            ..RATIO
        },
        false => RATIO,
    }
}

/// The people who can have 1割 since 2014-04-01: a certificate of 1割 for anyone else contradicts it.
pub const ONE_BY_BIRTH: Rule = Rule {
    english: "since 2014-04-01 only people born up to 1944-04-01 have 1割 (the special measure), and everybody else 2割 or 3割",
    japanese: "2014年4月1日からは、1割は1944年4月1日以前生まれの特例だけで、ほかは2割か3割",
    ..RATIO
};

/// People who begin to pay as people of 70 to 74 on this day or later pay 2割 (健康保険法74条1項2号, without the special
/// measure).
pub const TWO_SINCE: Date = date(2014, 4, 1);

/// The last birth date for which the special measure of 1割 instead of 2割 continued after 2014-04-01, until the 75th birthday.
pub const LAST_BORN_WITH_ONE: Date = date(1944, 4, 1);

/// The first month in which the special measure applies to nobody: the last of its people turned 75 on 2019-04-01.
pub const ONE_ENDED: Month = Month::new(2019, 4);

/// Returns the first day, inclusive, on which a person pays as one of 70 to 74: the 1st of the month after the one in which the
/// age of 70 is reached (健康保険法74条1項2号, since 2008-04-01). An age is reached the day before the birthday, so that people
/// born on the 1st begin on their birthday.
#[must_use]
pub fn elderly_begins(birth: BirthDate) -> Date {
    birth.reaches(70).last_of_month().tomorrow().expect("birth dates lie far from year 9999")
}

/// Returns the first day, inclusive, of 高齢受給者証 for a person whom this insurer covers since `covered_on`: a dependant
/// recognised at 70 or later gets it from the day of recognition (健康保険法施行規則52条, since 2008-04-01).
#[must_use]
pub fn elderly_certificate_begins(birth: BirthDate, covered_on: Date) -> Date {
    elderly_begins(birth).max(covered_on)
}

/// Returns the last day, inclusive: the day before the 75th birthday (高齢者の医療の確保に関する法律52条1号, since 2008-04-01).
#[must_use]
pub fn elderly_ends(birth: BirthDate) -> Date {
    late_elderly_begins(birth).yesterday().expect("birth dates lie far from year 1")
}

/// Returns whether a person pays as one of 70 to 74 on `day` (健康保険法74条1項2号, since 2008-04-01).
#[must_use]
pub fn is_elderly(birth: BirthDate, day: Date) -> bool {
    elderly_begins(birth) <= day && day <= elderly_ends(birth)
}

/// Returns the ratio at 70 to 74 (健康保険法74条1項2号・3号; 国民健康保険法42条1項3号・4号; 2割 since 2014-04-01).
#[must_use]
pub fn elderly_ratio(birth: BirthDate, active_income: bool) -> CopayRatio {
    match active_income {
        true => CopayRatio::Three,
        false if birth.date() <= LAST_BORN_WITH_ONE => CopayRatio::One,
        false => CopayRatio::Two,
    }
}

//! National health insurance (国民健康保険): the people excluded from it and from 後期高齢者医療, and the end of 退職者医療.

use jiff::civil::{Date, date};

use super::Rule;
use super::scheme::BEGIN;
use crate::domain::BirthDate;

/// 国保 beside 医療扶助.
pub const NOT_BESIDE_AID: Rule = Rule {
    name: "national-health-beside-aid",
    source: "国民健康保険法6条・8条",
    effective_on: None,
    english: "people on public assistance (生活保護) are not insured by national health insurance (国保), which they lose on the very \
              day on which the assistance begins",
    japanese: "生活保護受給者は国保の被保険者とならず、保護が始まったその日に国保の資格を喪失する",
};

/// 後期高齢者医療 beside 医療扶助.
pub const LATE_ELDERLY_NOT_BESIDE_AID: Rule = Rule {
    name: "late-elderly-beside-aid",
    source: "高齢者の医療の確保に関する法律51条",
    effective_on: Some(BEGIN),
    english: "people on public assistance (生活保護) are not in 後期高齢者医療, which they lose on the very day on which the assistance \
              begins",
    japanese: "生活保護受給者は後期高齢者医療の被保険者とならず、保護が始まったその日に資格を喪失する",
};

/// 国保 beside 後期高齢者医療.
pub const NOT_BESIDE_LATE_ELDERLY: Rule = Rule {
    name: "national-health-beside-late-elderly",
    source: "国民健康保険法6条",
    effective_on: Some(BEGIN),
    english: "the insured of 後期高齢者医療 are not insured by national health insurance (国保)",
    japanese: "後期高齢者医療の被保険者は、国保の被保険者とならない",
};

/// 国保 beside an employees' insurance.
pub const NOT_BESIDE_EMPLOYEES: Rule = Rule {
    name: "national-health-beside-employees",
    source: "国民健康保険法6条・8条",
    effective_on: None,
    english: "the insured of an employees' insurance and their dependants are not insured by national health insurance (国保), which they \
              lose on the day after the employees' insurance begins",
    japanese: "社保の被保険者と被扶養者は国保の被保険者とならず、社保の資格取得日の翌日に国保の資格を喪失する",
};

/// The end of 退職者医療.
pub const RETIRED_ENDED: Rule = Rule {
    name: "retired-ended",
    source: "国民健康保険法附則（退職者医療の経過措置）",
    effective_on: Some(RETIRED_ENDS),
    english: "退職者医療 (67) ended with March 2020, when the last of those who came in until March 2015 had reached 65",
    japanese: "退職者医療（67）は、最後の加入者（2015年3月まで）が65歳に達し、2020年3月で終了した",
};

/// The first day on which nobody is in 退職者医療.
pub const RETIRED_ENDS: Date = date(2020, 4, 1);

/// 退職者医療 was for people below 65.
pub const RETIRED_BELOW_65: Rule = Rule {
    name: "retired-below-65",
    source: "国民健康保険法附則（退職者医療の経過措置）",
    effective_on: Some(BEGIN),
    english: "退職者医療 (67) lasted until 65 at the latest (until the end of the month in which 65 is reached, as we read it)",
    japanese: "退職者医療（67）は遅くとも65歳まで（65歳に達する月の末日までと解釈した）",
};

/// Returns the first day on which a person is too old for 退職者医療, a reading of ours: our source states 65 as the latest age,
/// but not the day (since 2008-04-01).
#[must_use]
pub fn retired_too_old(birth: BirthDate) -> Date {
    birth.reaches(65).last_of_month().tomorrow().expect("birth dates lie far from year 9999")
}

/// The end of new entries into 退職者医療.
pub const RETIRED_CLOSED: Rule = Rule {
    name: "retired-closed",
    source: "国民健康保険法附則（退職者医療の経過措置）",
    effective_on: Some(RETIRED_CLOSES),
    english: "nobody new came into 退職者医療 (67) after March 2015; somebody who only moved to another municipality may look like that",
    japanese: "2015年4月からは退職者医療（67）に新しく加入できない。ただし、転居しただけの人が新規加入に見えることもある",
};

/// The first day on which nobody new entered 退職者医療.
pub const RETIRED_CLOSES: Date = date(2015, 4, 1);

/// The people under 07: 自衛官 themselves.
pub const SELF_DEFENCE_MEMBERS: Rule = Rule {
    name: "self-defence-members",
    source: "法別番号07（自衛官診療証）・31（防衛省共済組合）",
    effective_on: None,
    english: "only members of the self-defence forces (自衛官) are under 07; their dependants are in 防衛省共済組合 (31)",
    japanese: "07は自衛官本人だけ。家族は防衛省共済組合（31）の被扶養者",
};

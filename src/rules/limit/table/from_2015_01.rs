//! Amounts from 2015-01: five bands under 70 instead of three; 70 and over as before (健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3;
//! 高齢者の医療の確保に関する法律施行令14条・15条).

use super::{AS_PLAIN, SOURCE, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band, Note};

pub static TABLE: Table = Table {
    from: Month::new(2015, 1),
    source: SOURCE,
    codes_known: true,
    under_70: UNDER_70,
    from_70: &[
        Band::from_70("現役並み", &[], 80_100).rising_above(267_000).fourth(44_400).outpatient(44_400).note(ONE_ACTIVE),
        Band::from_70("一般", &[C::General], 44_400).outpatient(12_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_000).outpatient(8_000),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_000).outpatient(8_000).note(AS_PLAIN),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000).note(AS_PLAIN),
    ],
};

/// Unchanged until 2026-07, so that later tables use it.
pub(super) const UNDER_70: &[Band] = &[
    Band::under_70("ア", &[C::A], 252_600).rising_above(842_000).fourth(140_100).upper_income(),
    Band::under_70("イ", &[C::I], 167_400).rising_above(558_000).fourth(93_000).upper_income(),
    Band::under_70("ウ", &[C::U], 80_100).rising_above(267_000).fourth(44_400),
    Band::under_70("エ", &[C::E], 57_600).fourth(44_400),
    Band::under_70("オ", &[C::O], 35_400).fourth(24_600),
    Band::under_70("オ（境）", &[C::OBoundary], 35_400).fourth(24_600).note(AS_PLAIN),
];

/// For 現役並み before 2018-08 our sources state only the outpatient cap.
pub(super) const ONE_ACTIVE: Note = Note {
    english: "that the household's amounts of 現役並み before 2018-08 are those of 現役並みⅠ after it is a reading of ours",
    japanese: "2018年7月までの現役並みの世帯の額を、その後の現役並みⅠと同じと解釈した",
};

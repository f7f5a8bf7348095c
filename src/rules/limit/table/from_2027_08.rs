//! Amounts from 2027-08, promulgated: thirteen bands under 70, by 標準報酬月額 (健康保険法施行令41条・42条;
//! 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条, as amended by 令和8年政令第240号). Their
//! official codes are not known, so that only labels of ours name them: each states the least pay of its band. Amounts by taxable
//! income are not in our sources.

use super::{AS_PLAIN, SOURCE_OF_2026, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band, Note};

pub static TABLE: Table = Table {
    from: Month::new(2027, 8),
    source: SOURCE_OF_2026,
    codes_known: false,
    under_70: &[
        PAY_127,
        PAY_103,
        PAY_83,
        PAY_71,
        PAY_62,
        PAY_53,
        PAY_44,
        PAY_36,
        PAY_28,
        Band::under_70("標報20万以上", &[], 69_600).fourth(44_400).a_year(530_000).note(CONTINUED),
        Band::under_70("標報16万以上", &[], 65_400).fourth(44_400).a_year(530_000).note(CONTINUED),
        Band::under_70("標報15万以下", &[], 61_500).fourth(34_500).a_year(410_000),
        Band::under_70("オ", &[C::O], 36_900).fourth(24_600).a_year(290_000),
        Band::under_70("オ（境）", &[C::OBoundary], 36_900).fourth(24_600).a_year(290_000).note(AS_PLAIN),
    ],
    from_70: &[
        from_70_too(PAY_127),
        from_70_too(PAY_103),
        from_70_too(PAY_83),
        from_70_too(PAY_71),
        from_70_too(PAY_62),
        from_70_too(PAY_53),
        from_70_too(PAY_44),
        from_70_too(PAY_36),
        from_70_too(PAY_28),
        Band::from_70("標報20万以上", &[], 69_600)
            .fourth(44_400)
            .outpatient_a_year(28_000, 216_000)
            .a_year(530_000)
            .note(WITH_OUTPATIENT),
        Band::from_70("標報16万以上", &[], 65_400)
            .fourth(44_400)
            .outpatient_a_year(28_000, 216_000)
            .a_year(530_000)
            .note(WITH_OUTPATIENT),
        Band::from_70("標報15万以下", &[], 61_500)
            .fourth(34_500)
            .outpatient_a_year(22_000, 216_000)
            .a_year(410_000)
            .note(WITH_OUTPATIENT),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 25_700)
            .fourth(24_600)
            .outpatient_a_year(13_000, 96_000)
            .a_year(290_000)
            .note(AS_BEFORE),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_700).outpatient(8_000).a_year(180_000).note(AS_BEFORE),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_700).outpatient(8_000).a_year(180_000).note(PLAIN_AS_BEFORE),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_700)
            .outpatient(8_000)
            .a_year(180_000)
            .note(PLAIN_AS_BEFORE),
    ],
};

/// Returns the band with the same amounts for people of 70 and over.
const fn from_70_too(band: Band) -> Band {
    Band { ages: Ages::From70, note: Some(AS_UNDER_70), ..band }
}

const CONTINUED: Note = Note {
    english: "the amount from the fourth month on and the yearly cap are read as those of the bands above",
    japanese: "4回目からの額と年間上限は、上の区分と同じと解釈した",
};

const AS_UNDER_70: Note = Note {
    english: "that the household's amounts from 70 on are those of the same pay under 70 is a reading of ours",
    japanese: "70歳以上の世帯の額を、同じ標準報酬月額の70歳未満と同じと解釈した",
};

/// The ages of the outpatient cap from 2027-08 on were still being decided when our sources were written.
const WITH_OUTPATIENT: Note = Note {
    english: "that the household's amounts from 70 on are those of the same pay under 70, and that the outpatient cap begins at 70 as \
              before, are readings of ours",
    japanese: "70歳以上の世帯の額を、同じ標準報酬月額の70歳未満と同じと解釈し、外来の上限は従来どおり70歳からと解釈した",
};

const AS_BEFORE: Note = Note {
    english: "that the household's amounts of 低所得 stay as since 2026-08, and that the outpatient cap begins at 70 as before, are \
              readings of ours",
    japanese: "低所得の世帯の額を、2026年8月からのままと解釈し、外来の上限は従来どおり70歳からと解釈した",
};

const PLAIN_AS_BEFORE: Note = Note {
    english: "that its amounts are those of 低所得Ⅰ, that the household's stay as since 2026-08, and that the outpatient cap begins at 70 \
              as before, are readings of ours",
    japanese: "額を低所得Ⅰと同じと解釈し、世帯の額は2026年8月からのまま、外来の上限は従来どおり70歳からと解釈した",
};

const PAY_127: Band =
    Band::under_70("標報127万以上", &[], 342_000).rising_above(1_140_000).fourth(140_100).a_year(1_680_000).upper_income();
const PAY_103: Band =
    Band::under_70("標報103万以上", &[], 303_000).rising_above(1_010_000).fourth(140_100).a_year(1_680_000).upper_income();
const PAY_83: Band =
    Band::under_70("標報83万以上", &[], 270_300).rising_above(901_000).fourth(140_100).a_year(1_680_000).upper_income();
const PAY_71: Band =
    Band::under_70("標報71万以上", &[], 209_400).rising_above(698_000).fourth(93_000).a_year(1_110_000).upper_income();
const PAY_62: Band = Band::under_70("標報62万以上", &[], 194_400)
    .rising_above(648_000)
    .fourth(93_000)
    .a_year(1_110_000)
    .upper_income()
    .note(CONTINUED);
const PAY_53: Band = Band::under_70("標報53万以上", &[], 179_100)
    .rising_above(597_000)
    .fourth(93_000)
    .a_year(1_110_000)
    .upper_income()
    .note(CONTINUED);
const PAY_44: Band = Band::under_70("標報44万以上", &[], 110_400).rising_above(368_000).fourth(44_400).a_year(530_000);
const PAY_36: Band =
    Band::under_70("標報36万以上", &[], 98_100).rising_above(327_000).fourth(44_400).a_year(530_000).note(CONTINUED);
const PAY_28: Band =
    Band::under_70("標報28万以上", &[], 85_800).rising_above(286_000).fourth(44_400).a_year(530_000).note(CONTINUED);

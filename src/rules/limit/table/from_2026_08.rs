//! Amounts from 2026-08: every base rises, and yearly caps begin (健康保険法施行令41条・42条;
//! 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条, as amended by 令和8年政令第240号).

use super::{AS_PLAIN, SOURCE_OF_2026, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band, Note};

pub static TABLE: Table = Table {
    from: Month::new(2026, 8),
    source: SOURCE_OF_2026,
    codes_known: true,
    under_70: &[
        Band::under_70("ア", &[C::A], 270_300).rising_above(901_000).fourth(140_100).a_year(1_680_000).upper_income(),
        Band::under_70("イ", &[C::I], 179_100).rising_above(597_000).fourth(93_000).a_year(1_110_000).upper_income(),
        Band::under_70("ウ", &[C::U], 85_800).rising_above(286_000).fourth(44_400).a_year(530_000),
        Band::under_70("エ", &[C::E], 61_500).fourth(44_400).a_year(530_000).note(LOW_PAY),
        Band::under_70("オ", &[C::O], 36_900).fourth(24_600).a_year(290_000),
        Band::under_70("オ（境）", &[C::OBoundary], 36_900).fourth(24_600).a_year(290_000).note(AS_PLAIN),
    ],
    from_70: &[
        Band::from_70("現役並みⅢ", &[C::ActiveThree], 270_300).rising_above(901_000).fourth(140_100).a_year(1_680_000),
        Band::from_70("現役並みⅡ", &[C::ActiveTwo], 179_100).rising_above(597_000).fourth(93_000).a_year(1_110_000),
        Band::from_70("現役並みⅠ", &[C::ActiveOne], 85_800).rising_above(286_000).fourth(44_400).a_year(530_000),
        Band::new("一般", &[C::General], Ages::From70To74, 61_500)
            .fourth(44_400)
            .outpatient_a_year(22_000, 216_000)
            .a_year(530_000)
            .note(LOW_PAY),
        Band::new("一般Ⅱ", &[C::GeneralTwo], Ages::LateElderly, 61_500)
            .fourth(44_400)
            .outpatient_a_year(22_000, 216_000)
            .a_year(530_000),
        Band::new("一般Ⅰ", &[C::GeneralOne], Ages::LateElderly, 61_500)
            .fourth(44_400)
            .outpatient_a_year(22_000, 216_000)
            .a_year(530_000)
            .note(LOW_INCOME),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 25_700).fourth(24_600).outpatient_a_year(11_000, 96_000).a_year(290_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_700).outpatient(8_000).a_year(180_000),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_700).outpatient(8_000).a_year(180_000).note(AS_PLAIN),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_700)
            .outpatient(8_000)
            .a_year(180_000)
            .note(AS_PLAIN),
    ],
};

/// The category alone does not determine the pay, so that the higher of two yearly caps is shown.
const LOW_PAY: Note = Note {
    english: "the yearly cap is 410,000 yen where 標準報酬月額 is 150,000 or less (yearly pay about 2,000,000)",
    japanese: "標準報酬月額15万円以下（年収約200万円未満）の年間上限は410,000円",
};

/// The same in 後期高齢者医療, which has no 標準報酬月額. People with 一般Ⅱ have a higher income than this.
const LOW_INCOME: Note = Note {
    english: "the yearly cap is 410,000 yen with a yearly income below about 2,000,000",
    japanese: "年収約200万円未満の年間上限は410,000円",
};

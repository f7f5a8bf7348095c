//! Amounts from 2018-08: 現役並み splits into Ⅲ, Ⅱ and Ⅰ without an outpatient cap; 一般 pays up to 18,000 as an
//! outpatient (健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3;
//! 高齢者の医療の確保に関する法律施行令14条・15条).

use super::from_2015_01::UNDER_70;
use super::{AS_PLAIN, SOURCE, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band};

pub static TABLE: Table = Table {
    from: Month::new(2018, 8),
    source: SOURCE,
    codes_known: true,
    under_70: UNDER_70,
    from_70: &[
        Band::from_70("現役並みⅢ", &[C::ActiveThree], 252_600).rising_above(842_000).fourth(140_100),
        Band::from_70("現役並みⅡ", &[C::ActiveTwo], 167_400).rising_above(558_000).fourth(93_000),
        Band::from_70("現役並みⅠ", &[C::ActiveOne], 80_100).rising_above(267_000).fourth(44_400),
        Band::from_70("一般", &[C::General], 57_600).fourth(44_400).outpatient_a_year(18_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_000).outpatient(8_000),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_000).outpatient(8_000).note(AS_PLAIN),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000).note(AS_PLAIN),
    ],
};

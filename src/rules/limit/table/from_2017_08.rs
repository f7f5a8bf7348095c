//! Amounts from 2017-08: 一般 of 70 and over rises to 14,000 and 57,600, and the outpatient cap of 現役並み to 57,600
//! (健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条).

use super::from_2015_01::{ONE_ACTIVE, UNDER_70};
use super::{AS_PLAIN, SOURCE, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band};

pub static TABLE: Table = Table {
    from: Month::new(2017, 8),
    source: SOURCE,
    codes_known: true,
    under_70: UNDER_70,
    from_70: &[
        Band::from_70("現役並み", &[], 80_100).rising_above(267_000).fourth(44_400).outpatient(57_600).note(ONE_ACTIVE),
        Band::from_70("一般", &[C::General], 57_600).fourth(44_400).outpatient_a_year(14_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_000).outpatient(8_000),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_000).outpatient(8_000).note(AS_PLAIN),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000).note(AS_PLAIN),
    ],
};

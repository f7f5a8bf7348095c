//! Amounts from 2018-08: 現役並み splits into Ⅲ, Ⅱ and Ⅰ without an outpatient cap; 一般 pays up to 18,000 as an outpatient.

use super::{SOURCE, Table, from_2015_01};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band};

pub static TABLE: Table = Table {
    from: Month::new(2018, 8),
    source: SOURCE,
    codes_known: true,
    under_70: from_2015_01::UNDER_70,
    from_70: &[
        Band::from_70("現役並みⅢ", &[C::ActiveThree], 252_600).rising_above(842_000).fourth(140_100),
        Band::from_70("現役並みⅡ", &[C::ActiveTwo], 167_400).rising_above(558_000).fourth(93_000),
        Band::from_70("現役並みⅠ", &[C::ActiveOne], 80_100).rising_above(267_000).fourth(44_400),
        Band::from_70("一般", &[C::General], 57_600).fourth(44_400).outpatient_a_year(18_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne, C::LowOneBoundary], 15_000).outpatient(8_000),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000),
    ],
};

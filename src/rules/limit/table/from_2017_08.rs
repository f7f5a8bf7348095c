//! Amounts from 2017-08: 一般 of 70 and over rises to 14,000 and 57,600, 現役並み to 57,600 for outpatient care.

use super::{SOURCE, Table, from_2015_01};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band};

pub static TABLE: Table = Table {
    from: Month::new(2017, 8),
    source: SOURCE,
    codes_known: true,
    under_70: from_2015_01::UNDER_70,
    from_70: &[
        Band::from_70("現役並み", &[], 80_100).rising_above(267_000).fourth(44_400).outpatient(57_600),
        Band::from_70("一般", &[C::General], 57_600).fourth(44_400).outpatient_a_year(14_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne, C::LowOneBoundary], 15_000).outpatient(8_000),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000),
    ],
};

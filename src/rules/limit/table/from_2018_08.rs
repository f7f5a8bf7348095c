//! Amounts from 2018-08: 現役並み splits into Ⅲ, Ⅱ and Ⅰ without an outpatient cap; 一般 pays up to 18,000 as an outpatient.

use super::{Table, from_2015_01};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::Band;

pub static TABLE: Table = Table {
    from: Month::new(2018, 8),
    source: "健康保険法施行令41条の2・42条（2018年8月診療分から）",
    codes_known: true,
    under_70: from_2015_01::UNDER_70,
    from_70: &[
        Band::from_70("現役並みⅢ", &[C::ActiveThree], 252_600).rising_above(842_000).fourth(140_100).upper_income(),
        Band::from_70("現役並みⅡ", &[C::ActiveTwo], 167_400).rising_above(558_000).fourth(93_000).upper_income(),
        Band::from_70("現役並みⅠ", &[C::ActiveOne], 80_100).rising_above(267_000).fourth(44_400),
        Band::from_70("一般", &[C::General], 57_600).fourth(44_400).outpatient_a_year(18_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne, C::LowOnePension, C::LowOneBoundary], 15_000).outpatient(8_000),
    ],
};

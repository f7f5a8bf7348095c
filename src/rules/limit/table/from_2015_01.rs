//! Amounts from 2015-01: five bands under 70 instead of three; 70 and over as before.

use super::{SOURCE, Table};
use crate::domain::{LimitCategory as C, Month};
use crate::rules::limit::band::{Ages, Band};

pub static TABLE: Table = Table {
    from: Month::new(2015, 1),
    source: SOURCE,
    codes_known: true,
    under_70: UNDER_70,
    from_70: &[
        Band::from_70("現役並み", &[], 80_100).rising_above(267_000).fourth(44_400).outpatient(44_400),
        Band::from_70("一般", &[C::General], 44_400).outpatient(12_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne, C::LowOneBoundary], 15_000).outpatient(8_000),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000),
    ],
};

/// Unchanged until 2026-07, so that later tables point here.
pub(super) const UNDER_70: &[Band] = &[
    Band::under_70("ア", &[C::A], 252_600).rising_above(842_000).fourth(140_100).upper_income(),
    Band::under_70("イ", &[C::I], 167_400).rising_above(558_000).fourth(93_000).upper_income(),
    Band::under_70("ウ", &[C::U], 80_100).rising_above(267_000).fourth(44_400),
    Band::under_70("エ", &[C::E], 57_600).fourth(44_400),
    Band::under_70("オ", &[C::O, C::OBoundary], 35_400).fourth(24_600),
];

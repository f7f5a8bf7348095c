//! Amounts from 2022-10: 一般 of 後期高齢者医療 splits into Ⅱ (2割) and Ⅰ (1割). Until 2025-09 a 配慮措置 limits the additional
//! outpatient payment of Ⅱ to 3,000 yen (健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3;
//! 高齢者の医療の確保に関する法律施行令14条・15条).

use super::from_2015_01::UNDER_70;
use super::{AS_PLAIN, SOURCE, Table};
use crate::domain::{LimitCategory as C, Month, Yen};
use crate::rules::limit::band::{Ages, Band, Transitional};

pub static TABLE: Table = Table {
    from: Month::new(2022, 10),
    source: SOURCE,
    codes_known: true,
    under_70: UNDER_70,
    from_70: &[
        Band::from_70("現役並みⅢ", &[C::ActiveThree], 252_600).rising_above(842_000).fourth(140_100),
        Band::from_70("現役並みⅡ", &[C::ActiveTwo], 167_400).rising_above(558_000).fourth(93_000),
        Band::from_70("現役並みⅠ", &[C::ActiveOne], 80_100).rising_above(267_000).fourth(44_400),
        Band::new("一般", &[C::General], Ages::From70To74, 57_600).fourth(44_400).outpatient_a_year(18_000, 144_000),
        Band::new("一般Ⅱ", &[C::GeneralTwo], Ages::LateElderly, 57_600)
            .fourth(44_400)
            .outpatient_a_year(18_000, 144_000)
            .transitional(MEASURE),
        Band::new("一般Ⅰ", &[C::GeneralOne], Ages::LateElderly, 57_600).fourth(44_400).outpatient_a_year(18_000, 144_000),
        Band::from_70("低所得Ⅱ", &[C::LowTwo], 24_600).outpatient(8_000),
        Band::from_70("低所得Ⅰ", &[C::LowOne], 15_000).outpatient(8_000),
        Band::from_70("低所得Ⅰ（境）", &[C::LowOneBoundary], 15_000).outpatient(8_000).note(AS_PLAIN),
        Band::new("低所得Ⅰ（老福）", &[C::LowOnePension], Ages::LateElderly, 15_000).outpatient(8_000).note(AS_PLAIN),
    ],
};

/// 配慮措置 from 2022-10 through 2025-09 (高齢者の医療の確保に関する法律施行令, 令和3年法律66号).
const MEASURE: Transitional = Transitional { through: Month::new(2025, 9), base: Yen::new(6_000), start: Yen::new(30_000) };

//! The rounding of money by law.

use crate::domain::Yen;

/// Rounds what a patient pays at the counter: less than 5 yen is dropped, 5 and more count as 10 (健康保険法75条,
/// 国民健康保険法42条の2; since when is not known to us).
#[must_use]
pub fn counter(raw: Yen) -> Yen {
    Yen::new((raw.amount() + 5) / 10 * 10)
}

/// Returns one per cent of `cost` in whole yen; 50 sen and more count as one (健康保険法施行令42条1項1号; in every table here, so
/// since 2015-01 at the latest).
#[must_use]
pub fn one_per_cent(cost: Yen) -> Yen {
    Yen::new((cost.amount() + 50) / 100)
}

/// Returns a tenth of `cost` in whole yen, for 配慮措置 (高齢者の医療の確保に関する法律施行令, 2022-10 to 2025-09). Fees are
/// whole points of 10 yen, so that the law need not say how to round. That 50 sen and more count as one, as for 1 %, is a reading
/// of ours.
#[must_use]
pub fn tenth(cost: Yen) -> Yen {
    Yen::new((cost.amount() + 5) / 10)
}

//! Rules that a registered 特定疾病療養受療証 must agree with: the people who pay 20,000 yen a month instead of 10,000.

use super::Rule;
use crate::domain::Yen;

/// The most that all others pay in a month (健康保険法施行令41条9項; since when is not known to us).
pub const ORDINARY: Yen = Yen::new(10_000);

const SOURCE: &str = "健康保険法施行令41条9項・42条9項";

/// 20,000 yen are for dialysis only.
pub const DIALYSIS_ONLY: Rule = Rule {
    name: "disease-dialysis-only",
    source: SOURCE,
    effective_on: None,
    english: "20,000 yen a month are for dialysis (1) only; haemophilia (2) and HIV (3) have 10,000",
    japanese: "月額20,000円は人工透析（1）だけ。血友病（2）とHIV（3）は10,000円",
};

/// 20,000 yen are for people under 70 only.
pub const UNDER_70_ONLY: Rule = Rule {
    name: "disease-under-70-only",
    source: SOURCE,
    effective_on: None,
    english: "20,000 yen a month are for people under 70 only (until the month in which 70 is reached), not in 後期高齢者医療; after it \
              dialysis has 10,000",
    japanese: "月額20,000円は70歳に達する月まで。その後と後期高齢者医療では、人工透析も10,000円",
};

/// 20,000 yen go with ア and イ only.
pub const UPPER_BANDS_ONLY: Rule = Rule {
    name: "disease-upper-bands-only",
    source: SOURCE,
    effective_on: None,
    english: "20,000 yen a month for dialysis go with ア and イ; with any other category it is 10,000",
    japanese: "人工透析の月額20,000円は区分ア・イの人だけ。ほかの区分の人は10,000円",
};

//! 一部負担金割合 below 75, by age on the check date.

use std::borrow::Cow;

use jiff::civil::{Date, date};

use super::Rule;
use super::elderly::{elderly_ratio, is_elderly};
use super::preschool::is_preschool;
use super::scheme::{BEGIN, late_elderly_begins};
use crate::domain::{BirthDate, CopayRatio};
use crate::language::Japanese;

/// The ratio at working age.
pub const WORKING_AGE: Rule = Rule {
    name: "working-age-ratio",
    source: "健康保険法74条1項1号, 110条2項1号イ; 国民健康保険法42条1項1号ほか",
    effective_on: Some(date(2003, 4, 1)),
    english: "3割 from the day after the first 31 March on or after the day on which the child reaches the age of six, until the end of \
              the month in which the age of 70 is reached; the age tells, so that no element carries it",
    japanese: "6歳に達する日以後の最初の3月31日の翌日から、70歳に達する日の属する月の末日までは3割。年齢から分かるため電文には載らない",
};

/// The reason why there is no ratio below 75 on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRatio {
    /// Before birth.
    #[error("lies before the birth")]
    BeforeBirth,
    /// Before the rules known here.
    #[error("the rules here begin on 2008-04-01")]
    BeforeRules,
    /// On the 75th birthday or later.
    #[error("from the 75th birthday on 後期高齢者医療 decides; ask copay_wari_75plus")]
    LateElderly,
}

impl Japanese for NoRatio {
    fn japanese(&self) -> Cow<'static, str> {
        let text = match self {
            Self::BeforeBirth => "生年月日より前です",
            Self::BeforeRules => "2008-04-01より前の規則はここにありません",
            Self::LateElderly => "75歳の誕生日からは後期高齢者医療が決めます。copay_wari_75plusで照会してください",
        };
        text.into()
    }
}

/// Returns the ratio on `day` in employees' schemes and national health insurance, which agree: 2割 before school, 3割 until the
/// rule of 70 to 74 begins, then the ratio of 70 to 74 (健康保険法74条・110条; 国民健康保険法42条; since 2008-04-01 in this
/// form).
///
/// # Errors
/// See [`NoRatio`].
pub fn ratio_below_75(birth: BirthDate, day: Date, active_income: bool) -> Result<CopayRatio, NoRatio> {
    if day < birth.date() {
        Err(NoRatio::BeforeBirth)
    } else if day < BEGIN {
        Err(NoRatio::BeforeRules)
    } else if day >= late_elderly_begins(birth) {
        Err(NoRatio::LateElderly)
    } else if is_preschool(birth, day) {
        Ok(CopayRatio::Two)
    } else if is_elderly(birth, day) {
        Ok(elderly_ratio(birth, active_income))
    } else {
        Ok(CopayRatio::Three)
    }
}

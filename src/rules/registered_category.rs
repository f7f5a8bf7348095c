//! Rules that a registered 適用区分 must agree with: age and time, the ratio, the kind of its certificate.

use jiff::civil::{Date, date};

use super::Rule;
use super::late_elderly::TWO_SINCE;
use crate::domain::{CopayRatio, LimitCategory, LimitKind};

/// The people who can have a category.
const CATEGORY: Rule = Rule {
    name: "limit-category",
    source: "適用区分 OQSCD012; 健康保険法施行令42条; 高齢者の医療の確保に関する法律施行令15条",
    effective_on: Some(TWO_SINCE),
    english: "ア to オ until the month in which 70 is reached; 現役並みⅢ to Ⅰ and 低所得 after it and in 後期高齢者医療; 一般 at 70 to 74; \
              一般Ⅱ and Ⅰ and 老福 in 後期高齢者医療",
    japanese: "ア〜オは70歳に達する月まで。現役並みⅢ〜Ⅰと低所得は、その翌月からの人と後期高齢者医療の人。一般は70〜74歳。一般Ⅱ・Ⅰと老福は\
               後期高齢者医療",
};

/// Returns the rule on `day` of the people who can have a category: since 2015-01 with ア to オ, since 2018-08 with 現役並みⅢ to
/// Ⅰ, since 2022-10 with 一般Ⅱ and Ⅰ. That 一般 (B04) was the category of 後期高齢者医療 too until then is a reading of ours: the
/// code table lists it for 70 to 74.
#[must_use]
pub fn category_rule_on(day: Date) -> Rule {
    let before = |effective_on, english, japanese| Rule { effective_on: Some(effective_on), english, japanese, ..CATEGORY };
    if day < SPLIT_OF_ACTIVE {
        before(
            date(2015, 1, 1),
            "ア to オ until the month in which 70 is reached; 一般 and 低所得 after it and in 後期高齢者医療; 老福 in 後期高齢者医療; there is one \
             現役並み, without a code",
            "ア〜オは70歳に達する月まで。一般と低所得は、その翌月からの人と後期高齢者医療の人。老福は後期高齢者医療。現役並みは段階に分かれておらず、コードがない",
        )
    } else if day < TWO_SINCE {
        before(
            SPLIT_OF_ACTIVE,
            "ア to オ until the month in which 70 is reached; 現役並みⅢ to Ⅰ, 一般 and 低所得 after it and in 後期高齢者医療; 老福 in \
             後期高齢者医療",
            "ア〜オは70歳に達する月まで。現役並みⅢ〜Ⅰ・一般・低所得は、その翌月からの人と後期高齢者医療の人。老福は後期高齢者医療",
        )
    } else {
        CATEGORY
    }
}

/// The day from which 現役並み is split into Ⅲ, Ⅱ and Ⅰ (健康保険法施行令42条3項; 高齢者の医療の確保に関する法律施行令15条).
const SPLIT_OF_ACTIVE: Date = date(2018, 8, 1);

/// Categories of 70 and over must fit the ratio.
const FOLLOWS_RATIO: Rule = Rule {
    name: "category-follows-ratio",
    source: "健康保険法施行令42条3項; 高齢者の医療の確保に関する法律施行令15条",
    effective_on: Some(TWO_SINCE),
    english: "from 70 on and in 後期高齢者医療, 3割 goes with 現役並み and nothing else does; in 後期高齢者医療 2割 goes with 一般Ⅱ, 1割 with \
              一般Ⅰ or 低所得",
    japanese: "70歳以上と後期高齢者医療では、3割の人の区分は現役並み、現役並みの人の割合は3割。後期高齢者医療では2割が一般Ⅱ、1割が一般Ⅰか低所得",
};

/// Returns the rule of category and ratio on `day`: until 2022-09 there was no 2割 in 後期高齢者医療. Since when the earlier rule
/// applies is not known to us.
#[must_use]
pub fn follows_ratio_rule_on(day: Date) -> Rule {
    match day < TWO_SINCE {
        true => Rule {
            effective_on: None,
            english: "from 70 on and in 後期高齢者医療, 3割 goes with 現役並み and nothing else does; in 後期高齢者医療 1割 goes with 一般 or 低所得",
            japanese: "70歳以上と後期高齢者医療では、3割の人の区分は現役並み、現役並みの人の割合は3割。後期高齢者医療では1割が一般か低所得",
            ..FOLLOWS_RATIO
        },
        false => FOLLOWS_RATIO,
    }
}

/// Returns whether a category of 70 and over fits a ratio (健康保険法施行令42条3項; 高齢者の医療の確保に関する法律施行令15条;
/// 一般Ⅱ and Ⅰ since 2022-10-01, the others since when is not known to us); categories under 70 fit any ratio.
#[must_use]
pub fn agrees_with_ratio(category: LimitCategory, ratio: CopayRatio, late_elderly: bool) -> bool {
    use LimitCategory as C;
    match category {
        C::A | C::I | C::U | C::E | C::O | C::OBoundary => true,
        C::ActiveThree | C::ActiveTwo | C::ActiveOne => ratio == CopayRatio::Three,
        C::GeneralTwo => ratio == CopayRatio::Two,
        C::GeneralOne => ratio == CopayRatio::One,
        C::General | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary if late_elderly => {
            ratio == CopayRatio::One
        }
        C::General | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary => ratio != CopayRatio::Three,
    }
}

/// The people who get 標準負担額減額: a reading of ours, because our only source for the certificate of each category is a rule
/// of thumb from memory. Since when is not known to us.
pub const MEAL_REDUCTION: Rule = Rule {
    name: "meal-reduction",
    source: "健康保険法施行規則105条ほか（限度額適用・標準負担額減額認定証）",
    effective_on: None,
    english: "02 and 03 are for people who pay no municipal tax, オ and 低所得; that nobody else gets them is a reading of ours",
    japanese: "標準負担額減額（02・03）は住民税非課税者（オ・低所得）だけと解釈した",
};

/// Returns 認定証区分 for a category, a reading of ours from a rule of thumb (健康保険法施行規則105条ほか; since when is not
/// known to us): 01 for ア to エ and 現役並みⅡ and Ⅰ, 02 for オ and 低所得; None for 現役並みⅢ and 一般, which need no
/// certificate on paper.
#[must_use]
pub fn certificate_kind(category: LimitCategory) -> Option<LimitKind> {
    use LimitCategory as C;
    match category {
        C::A | C::I | C::U | C::E | C::ActiveTwo | C::ActiveOne => Some(LimitKind::Limit),
        _ if is_low_income(category) => Some(LimitKind::LimitAndMeal),
        _ => None,
    }
}

/// Returns whether the category is one of people who pay no municipal tax (適用区分 OQSCD012, since 2015-01 under 70; from 70 on
/// since when is not known to us). Only they get 標準負担額減額, by our reading.
#[must_use]
pub fn is_low_income(category: LimitCategory) -> bool {
    use LimitCategory as C;
    matches!(category, C::O | C::OBoundary | C::LowTwo | C::LowOne | C::LowOnePension | C::LowOneBoundary)
}

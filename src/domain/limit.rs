//! 限度額適用認定証 and its codes.

use jiff::civil::Date;

use super::period::Period;

/// 限度額適用認定証 as an insurer registered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitCertificate {
    /// 認定証区分.
    pub kind: LimitKind,
    /// 適用区分.
    pub category: LimitCategory,
    /// 交付年月日.
    pub issued_on: Option<Date>,
    /// 有効開始年月日 to 有効終了年月日.
    pub period: Period,
    /// 長期入院該当年月日: from this day on, inclusive, the meal charge is lower.
    pub long_stay_on: Option<Date>,
}

/// 限度額適用認定証区分 (code table 011).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// 01 限度額適用認定証.
    Limit,
    /// 02 限度額適用・標準負担額減額認定証.
    LimitAndMeal,
    /// 03 標準負担額減額認定証.
    Meal,
}

/// 限度額適用認定証適用区分 (code table 012).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitCategory {
    /// A01 ア, under 70.
    A,
    /// A02 イ, under 70.
    I,
    /// A03 ウ, under 70.
    U,
    /// A04 エ, under 70.
    E,
    /// A05 オ, under 70.
    O,
    /// A06 オ（境）, under 70.
    OBoundary,
    /// B01 現役並みⅢ, 70 and over.
    ActiveThree,
    /// B02 現役並みⅡ, 70 and over.
    ActiveTwo,
    /// B03 現役並みⅠ, 70 and over.
    ActiveOne,
    /// B04 一般, 70–74.
    General,
    /// B05 低所得Ⅱ, 70 and over.
    LowTwo,
    /// B06 低所得Ⅰ, 70 and over.
    LowOne,
    /// B07 低所得Ⅰ（老福）, 後期高齢者医療.
    LowOnePension,
    /// B08 低所得Ⅰ（境）, 70 and over.
    LowOneBoundary,
    /// B09 一般Ⅱ, 後期高齢者医療 with 2割, since 2022-10.
    GeneralTwo,
    /// B10 一般Ⅰ, 後期高齢者医療 with 1割, since 2022-10.
    GeneralOne,
}

impl LimitCategory {
    /// Every category, in the order of the code table.
    pub const ALL: [Self; 16] = [
        Self::A,
        Self::I,
        Self::U,
        Self::E,
        Self::O,
        Self::OBoundary,
        Self::ActiveThree,
        Self::ActiveTwo,
        Self::ActiveOne,
        Self::General,
        Self::LowTwo,
        Self::LowOne,
        Self::LowOnePension,
        Self::LowOneBoundary,
        Self::GeneralTwo,
        Self::GeneralOne,
    ];

    /// Returns the label of the code table, with 区分 before labels under 70.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::A => "区分ア",
            Self::I => "区分イ",
            Self::U => "区分ウ",
            Self::E => "区分エ",
            Self::O => "区分オ",
            Self::OBoundary => "区分オ（境）",
            Self::ActiveThree => "現役並みⅢ",
            Self::ActiveTwo => "現役並みⅡ",
            Self::ActiveOne => "現役並みⅠ",
            Self::General => "一般",
            Self::LowTwo => "低所得Ⅱ",
            Self::LowOne => "低所得Ⅰ",
            Self::LowOnePension => "低所得Ⅰ（老福）",
            Self::LowOneBoundary => "低所得Ⅰ（境）",
            Self::GeneralTwo => "一般Ⅱ",
            Self::GeneralOne => "一般Ⅰ",
        }
    }

    /// Returns the English name. Categories under 70 have no name but their sign.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::A => "ア",
            Self::I => "イ",
            Self::U => "ウ",
            Self::E => "エ",
            Self::O => "オ",
            Self::OBoundary => "オ, boundary (オ（境）)",
            Self::ActiveThree => "active-worker income III (現役並みⅢ)",
            Self::ActiveTwo => "active-worker income II (現役並みⅡ)",
            Self::ActiveOne => "active-worker income I (現役並みⅠ)",
            Self::General => "general (一般)",
            Self::LowTwo => "low income II (低所得Ⅱ)",
            Self::LowOne => "low income I (低所得Ⅰ)",
            Self::LowOnePension => "low income I, old-age pension (低所得Ⅰ（老福）)",
            Self::LowOneBoundary => "low income I, boundary (低所得Ⅰ（境）)",
            Self::GeneralTwo => "general II (一般Ⅱ)",
            Self::GeneralOne => "general I (一般Ⅰ)",
        }
    }
}

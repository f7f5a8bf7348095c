//! 一部負担金割合, the patient's share.

use super::period::Period;

/// 一部負担金割合: the share that the patient pays, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopayRatio {
    /// 1割.
    One,
    /// 2割.
    Two,
    /// 3割.
    Three,
}

impl CopayRatio {
    /// Makes the ratio of a number of tenths (割); None unless it is 1, 2 or 3.
    #[must_use]
    pub fn from_tenths(tenths: i64) -> Option<Self> {
        match tenths {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            3 => Some(Self::Three),
            _ => None,
        }
    }

    /// Returns the number of tenths (割): 1, 2 or 3.
    #[must_use]
    pub fn tenths(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// A ratio as a 後期高齢者医療 union registered it, with the days on which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedRatio {
    /// The days on which the ratio holds, as a rule 1 August to 31 July.
    pub period: Period,
    /// The ratio.
    pub ratio: CopayRatio,
}

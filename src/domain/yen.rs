//! Amounts of money.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::language::Japanese;

/// An amount of money in whole yen, never negative.
///
/// Amounts from outside are at most [`Yen::MOST`], so that sums of thousands of amounts cannot overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Yen(u64);

/// The number is not an acceptable amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is a whole number of yen from 0 to 1,000,000,000,000")]
pub struct YenError;

impl Japanese for YenError {
    fn japanese(&self) -> Cow<'static, str> {
        "金額は0円から1,000,000,000,000円までの整数です".into()
    }
}

impl Yen {
    /// 0 yen.
    pub const ZERO: Self = Self(0);
    /// The largest amount accepted from outside: 10^12 yen.
    pub const MOST: Self = Self(1_000_000_000_000);

    /// Makes an amount that the program itself knows, such as one of the law.
    #[must_use]
    pub const fn new(yen: u64) -> Self {
        Self(yen)
    }

    /// Returns the number of yen.
    #[must_use]
    pub const fn amount(self) -> u64 {
        self.0
    }

    /// Returns half of it, cut to whole yen.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// Returns the excess over `other`; zero if there is none.
    #[must_use]
    pub const fn over(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl TryFrom<i64> for Yen {
    type Error = YenError;

    fn try_from(yen: i64) -> Result<Self, YenError> {
        u64::try_from(yen).ok().map(Self).filter(|yen| *yen <= Self::MOST).ok_or(YenError)
    }
}

impl Add for Yen {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Yen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Yen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Writes the amount with a comma after every third digit: `57,600`.
impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_from_outside_have_bounds() {
        assert_eq!(Yen::try_from(0), Ok(Yen::ZERO));
        assert_eq!(Yen::try_from(1_000_000_000_000), Ok(Yen::MOST));
        for outside in [-1, i64::MIN, 1_000_000_000_001, i64::MAX] {
            assert_eq!(Yen::try_from(outside), Err(YenError), "{outside}");
        }
    }

    #[test]
    fn commas_stand_after_every_third_digit() {
        for (yen, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (57_600, "57,600"), (1_000_000, "1,000,000")] {
            assert_eq!(Yen::new(yen).to_string(), text);
        }
    }
}

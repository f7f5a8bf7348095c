//! Numbers of plans, within their ends.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Arrivals in a second: more than 0, at most a million.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// The highest rate.
    pub const MOST: f64 = 1_000_000.0;

    /// Reads a rate.
    ///
    /// # Errors
    /// If the number is not above 0 and at most [`Rate::MOST`].
    pub fn new(number: f64) -> Result<Self, (String, String)> {
        if number > 0.0 && number <= Self::MOST {
            return Ok(Self(number));
        }
        let most = Self::MOST;
        Err((
            format!("must be a number of requests in a second: more than 0, at most {most}"),
            format!("1秒あたりの件数を、0より大きく{most}以下の数値で書いてください"),
        ))
    }

    /// Returns the number.
    #[must_use]
    pub fn per_second(self) -> f64 {
        self.0
    }
}

/// A share of a whole: 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0.0);
    /// A half.
    pub const HALF: Self = Self(0.5);
    /// The whole.
    pub const ALL: Self = Self(1.0);

    /// Reads a share.
    ///
    /// # Errors
    /// If the number is not 0 to 1.
    pub fn new(number: f64) -> Result<Self, (&'static str, &'static str)> {
        if (0.0..=1.0).contains(&number) {
            return Ok(Self(number));
        }
        Err(("must be a share from 0 to 1, such as 0.01 for one in a hundred", "0から1までの割合です。100件に1件なら0.01"))
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The longest time of a plan: a week.
const LONGEST_SECONDS: f64 = 7.0 * 86_400.0;

/// Reads seconds, more than 0.
pub(super) fn seconds(number: f64) -> Result<Duration, (String, String)> {
    if number > 0.0 && number <= LONGEST_SECONDS {
        return Ok(Duration::from_secs_f64(number));
    }
    Err((
        format!("must be a number of seconds: more than 0, at most {LONGEST_SECONDS} (a week)"),
        format!("秒数を、0より大きく{LONGEST_SECONDS}（1週間）以下の数値で書いてください"),
    ))
}

/// The longest time in milliseconds: an hour.
const LONGEST_MILLISECONDS: f64 = 3_600_000.0;

/// Reads milliseconds, more than 0.
pub(super) fn milliseconds(number: f64) -> Result<Duration, (String, String)> {
    if number > 0.0 && number <= LONGEST_MILLISECONDS {
        return Ok(Duration::from_secs_f64(number / 1000.0));
    }
    Err((
        format!("must be a number of milliseconds: more than 0, at most {LONGEST_MILLISECONDS} (an hour)"),
        format!("ミリ秒数を、0より大きく{LONGEST_MILLISECONDS}（1時間）以下の数値で書いてください"),
    ))
}

/// Reads a whole number from 1 to `most`.
pub(super) fn count(most: usize) -> impl Fn(f64) -> Result<NonZeroUsize, (String, String)> {
    move |number| {
        // A whole number up to 2^53 is exact in this type.
        let whole = (number.fract() == 0.0 && number >= 1.0 && number <= most as f64).then_some(number as usize);
        whole
            .and_then(NonZeroUsize::new)
            .ok_or_else(|| (format!("must be a whole number from 1 to {most}"), format!("1から{most}までの整数です")))
    }
}

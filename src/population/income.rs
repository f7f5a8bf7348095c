//! The income of households, as a rank that each scheme's shares turn into a category.

use jiff::civil::{Date, date};

use crate::domain::{LimitCategory, Period};

use super::draw::{Draw, place_of};
use super::household::{days_after, years_after, years_before};
use super::profile::{Group, Profile};

/// The years from August to July whose certificates are registered.
pub(super) const YEARS: usize = 3;

/// Returns the last years from August to July; the newest contains `as_of`.
pub(super) fn august_years(as_of: Date) -> [Period; YEARS] {
    let this_year = date(as_of.year(), 8, 1);
    let newest = if this_year <= as_of { this_year } else { years_before(this_year, 1) };
    [2, 1, 0].map(|ago| {
        let from = years_before(newest, ago);
        Period::new(from, days_after(years_after(from, 1), -1)).expect("a year ends after it begins")
    })
}

/// An income: its rank among all, from the highest (0) down, in each of the years.
#[derive(Debug, Clone, Copy)]
pub(super) struct Income([u64; YEARS]);

/// The number of ranks.
const RANKS: u64 = 1 << 32;

impl Income {
    /// Draws an income that may change with a year.
    pub fn draw(draw: &mut Draw, profile: &Profile) -> Self {
        let mut rank = draw.below(RANKS);
        let mut ranks = [rank; YEARS];
        for place in (0..YEARS - 1).rev() {
            if draw.yes(profile.pair(Group::INCOME_CHANGE)) {
                rank = draw.below(RANKS);
            }
            ranks[place] = rank;
        }
        Self(ranks)
    }

    /// Returns the category in a year by the shares of a group.
    pub fn category<const N: usize>(
        &self,
        year: usize,
        profile: &Profile,
        group: Group,
        categories: [LimitCategory; N],
    ) -> LimitCategory {
        let weights = profile.of(group);
        let sum: u64 = weights.iter().copied().map(u64::from).sum();
        let drawn = u128::from(self.0[year]) * u128::from(sum) / u128::from(RANKS);
        categories[place_of(weights, u64::try_from(drawn).expect("a share of the sum is not above it"))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_begin_with_august() {
        let years = |as_of| august_years(as_of).map(|year| (year.from(), year.through()));
        let expected = [
            (date(2023, 8, 1), date(2024, 7, 31)),
            (date(2024, 8, 1), date(2025, 7, 31)),
            (date(2025, 8, 1), date(2026, 7, 31)),
        ];
        assert_eq!(years(date(2026, 7, 31)), expected);
        assert_eq!(years(date(2026, 8, 1))[2], (date(2026, 8, 1), date(2027, 7, 31)));
    }

    #[test]
    fn categories_follow_the_shares() {
        let profile = Profile::standard();
        let mut highest = 0;
        for household in 0..10_000 {
            let income = Income::draw(&mut Draw::of_household(9, household), profile);
            let categories = [LimitCategory::A, LimitCategory::I, LimitCategory::U, LimitCategory::E, LimitCategory::O];
            let category = income.category(2, profile, Group::UNDER_70_KYOKAI, categories);
            highest += usize::from(category == LimitCategory::A);
        }
        // 3 % of 10,000.
        assert!((240..360).contains(&highest), "{highest}");
    }
}

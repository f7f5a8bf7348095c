//! Random draws of one household, the same on every machine: ChaCha12 by seed and household number, whole numbers only.

use jiff::civil::Date;
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};

/// The draws of one household. The draws of another household do not affect them.
pub(super) struct Draw(ChaCha12Rng);

impl Draw {
    /// Returns the draws of a household of the population with this seed.
    pub fn of_household(seed: u64, household: u64) -> Self {
        let mut key = *b"........ shikaku population / 1 ";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut stream = ChaCha12Rng::from_seed(key);
        stream.set_stream(household);
        Self(stream)
    }

    /// Returns the draws of a household that lives on, by the seed of the population and that of the events.
    pub fn of_living_household(population: u64, seed: u64, household: u64) -> Self {
        let mut key = *b"........ shikaku live / 1 ......";
        key[..8].copy_from_slice(&population.to_le_bytes());
        let (events, _) = key[24..].split_at_mut(8);
        events.copy_from_slice(&seed.to_le_bytes());
        let mut stream = ChaCha12Rng::from_seed(key);
        stream.set_stream(household);
        Self(stream)
    }

    /// Draws a number from 0 to `bound` - 1, each equally likely.
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing to draw from");
        // Lemire's method: the high half of a product is uniform once the few surplus low halves are drawn anew.
        let surplus = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(bound);
            let (high, low) = ((product >> 64) as u64, product as u64);
            if low >= surplus {
                return high;
            }
        }
    }

    /// Draws a number from `from` to `through`, both inclusive.
    pub fn between(&mut self, from: i64, through: i64) -> i64 {
        let span = u64::try_from(through - from + 1).expect("the first number is not above the last");
        from + i64::try_from(self.below(span)).expect("a draw lies below its bound")
    }

    /// Draws a place of `weights` with a probability in proportion to its weight; at least one weight is positive.
    pub fn pick(&mut self, weights: &[u32]) -> usize {
        place_of(weights, self.below(weights.iter().copied().map(u64::from).sum()))
    }

    /// Draws true with the probability `yes` / (`yes` + `no`).
    pub fn yes(&mut self, [yes, no]: [u32; 2]) -> bool {
        self.below(u64::from(yes) + u64::from(no)) < u64::from(yes)
    }

    /// Draws whether something happens in a month that happens within a year with the probability `yes` / (`yes` + `no`).
    pub fn in_a_month(&mut self, [yes, no]: [u32; 2]) -> bool {
        let [yes, no] = [yes, no].map(u64::from);
        self.below(12 * (yes + no)) < yes
    }

    /// Draws a day from `from` through `through`, both inclusive; `from` if it lies after `through`.
    pub fn day(&mut self, from: Date, through: Date) -> Date {
        let days = i64::from((through - from).get_days()).max(0);
        let after = self.between(0, days);
        from.checked_add(jiff::Span::new().days(after)).expect("the day lies between two others")
    }
}

/// Returns the place of `weights` in whose share `drawn` lies; `drawn` is below their sum.
pub(super) fn place_of(weights: &[u32], drawn: u64) -> usize {
    let mut end = 0;
    let found = weights.iter().position(|weight| {
        end += u64::from(*weight);
        drawn < end
    });
    found.expect("the draw lies below the sum of the weights")
}

/// Entries of a large table by weight.
pub(super) struct Weighted {
    ends: Vec<u64>,
}

impl Weighted {
    pub fn new(weights: impl Iterator<Item = u32>) -> Self {
        let mut end = 0;
        let ends = weights.map(|weight| {
            end += u64::from(weight);
            end
        });
        Self { ends: ends.collect() }
    }

    /// Draws a place with a probability in proportion to its weight; at least one weight is positive.
    pub fn pick(&self, draw: &mut Draw) -> usize {
        let drawn = draw.below(self.ends.last().copied().unwrap_or_default());
        self.ends.partition_point(|end| *end <= drawn)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn households_draw_apart_and_repeat() {
        let numbers = |seed, household| {
            let mut draw = Draw::of_household(seed, household);
            [(); 4].map(|()| draw.below(1_000_000_007))
        };
        assert_eq!(numbers(1, 5), numbers(1, 5));
        assert_ne!(numbers(1, 5), numbers(1, 6));
        assert_ne!(numbers(1, 5), numbers(2, 5));
    }

    #[test]
    fn draws_follow_the_weights() {
        let mut draw = Draw::of_household(3, 0);
        let weighted = Weighted::new([1, 0, 3].into_iter());
        let mut counts = [[0; 3]; 2];
        for _ in 0..4000 {
            counts[0][draw.pick(&[1, 0, 3])] += 1;
            counts[1][weighted.pick(&mut draw)] += 1;
        }
        for [first, none, last] in counts {
            assert!((900..1100).contains(&first) && none == 0 && first + last == 4000, "{first} {none} {last}");
        }
        let days: Vec<Date> = (0..50).map(|_| draw.day(date(2026, 2, 27), date(2026, 3, 1))).collect();
        assert!([date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)].iter().all(|day| days.contains(day)));
        assert!(days.iter().all(|day| (date(2026, 2, 27)..=date(2026, 3, 1)).contains(day)));
    }
}

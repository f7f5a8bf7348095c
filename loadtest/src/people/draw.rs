//! Draws a person for a request: each as likely as another, or a few often and many seldom.

use std::num::NonZeroUsize;

use crate::plan::Choice;
use crate::random::Random;

/// Draws places of people.
pub struct Draw {
    people: NonZeroUsize,
    /// Where the part of each place ends in the sum of all; empty if all are as likely.
    ends: Vec<f64>,
}

impl Draw {
    /// Makes the draw among so many people.
    #[must_use]
    pub fn new(choice: Choice, people: NonZeroUsize) -> Self {
        let ends = match choice {
            Choice::Uniform => Vec::new(),
            Choice::Zipf(exponent) => {
                let mut end = 0.0;
                let part = |rank: usize| {
                    end += (rank as f64).powf(-exponent);
                    end
                };
                (1..=people.get()).map(part).collect()
            }
        };
        Self { people, ends }
    }

    /// Draws a place.
    pub fn place(&self, random: &mut Random) -> usize {
        let Some(sum) = self.ends.last() else { return random.place(self.people.get()) };
        let drawn = random.unit() * sum;
        self.ends.partition_point(|end| *end <= drawn).min(self.people.get() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Chance;

    fn counts(choice: Choice) -> [u32; 4] {
        let (draw, mut random) = (Draw::new(choice, NonZeroUsize::new(4).unwrap()), Random::new(1, Chance::People));
        let mut counts = [0; 4];
        (0..25_000).for_each(|_| counts[draw.place(&mut random)] += 1);
        counts
    }

    #[test]
    fn a_zipf_draw_falls_with_the_rank() {
        // 1 : 1/2 : 1/3 : 1/4, which is 12 : 6 : 4 : 3 of 25.
        let found = counts(Choice::Zipf(1.0));
        for (count, wanted) in found.iter().zip([12_000_u32, 6_000, 4_000, 3_000]) {
            assert!(count.abs_diff(wanted) < 350, "{found:?}");
        }
    }

    #[test]
    fn a_uniform_draw_is_even() {
        let found = counts(Choice::Uniform);
        assert!(found.iter().all(|count| count.abs_diff(6_250) < 350), "{found:?}");
    }
}

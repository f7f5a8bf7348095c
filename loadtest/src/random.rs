//! Random choices, the same on every machine: ChaCha12 by a seed, and a stream for each thing that is chosen.

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};

/// A stream of random choices. Another stream of the same seed does not affect it.
pub struct Random(ChaCha12Rng);

/// What is left to chance; each has a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// When the requests of a stage are due, by the place of the stage.
    Arrivals(u64),
    /// What a request asks, by its number.
    Request(u64),
    /// Which people are asked about.
    People,
    /// Which cards are shown.
    Holders,
    /// Whose card is shown at a use of a card, by the number of the use.
    Card(u64),
}

/// 2 to the power -53: the distance of two neighbours of the numbers that [`Random::unit`] draws.
const STEP: f64 = 1.0 / (1_u64 << 53) as f64;

impl Random {
    /// Begins a stream.
    #[must_use]
    pub fn new(seed: u64, of: Chance) -> Self {
        let (kind, number) = match of {
            Chance::Arrivals(stage) => (0, stage),
            Chance::Request(number) => (1, number),
            Chance::People => (2, 0),
            Chance::Holders => (2, 1),
            Chance::Card(number) => (3, number),
        };
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        random.set_stream(number << 2 | kind);
        Self(random)
    }

    /// Draws a number from 0 up to but without 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Draws a place among so many, which are not none. Each is as likely as another but for one part in 2 to the power 53.
    pub fn place(&mut self, among: usize) -> usize {
        (self.unit() * among as f64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let drawn = |seed, of| {
            let mut random = Random::new(seed, of);
            [(); 4].map(|()| random.unit())
        };
        assert_eq!(drawn(1, Chance::Request(2)), drawn(1, Chance::Request(2)));
        assert_ne!(drawn(1, Chance::Request(2)), drawn(1, Chance::Request(3)));
        assert_ne!(drawn(1, Chance::Request(2)), drawn(1, Chance::Arrivals(2)));
        assert_ne!(drawn(1, Chance::Request(0)), drawn(1, Chance::People));
        assert_ne!(drawn(1, Chance::Request(2)), drawn(2, Chance::Request(2)));
    }

    #[test]
    fn places_are_within_and_all_are_drawn() {
        let mut random = Random::new(7, Chance::People);
        let mut seen = [0; 3];
        for _ in 0..3000 {
            seen[random.place(3)] += 1;
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
    }
}

//! Keyed permutations, which make numbers that look random and never collide.

/// A permutation of the numbers below a size: a Feistel network over pairs of halves, walked until the result lies below the size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permutation {
    size: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Permutation {
    /// Makes the permutation of the numbers below `size` for a seed; `purpose` distinguishes permutations of one seed.
    pub fn new(seed: u64, purpose: u64, size: u64) -> Self {
        let bits = u64::BITS - (size - 1).leading_zeros();
        let keys = [1, 2, 3, 4].map(|round| mix(seed ^ mix(purpose.wrapping_mul(8) + round)));
        Self { size, half_bits: bits.div_ceil(2).max(1), keys }
    }

    /// Returns the number that takes the place of `number`.
    ///
    /// # Panics
    /// If `number` is not below the size.
    pub fn of(&self, number: u64) -> u64 {
        assert!(number < self.size, "{number} is not below {}", self.size);
        let mut number = self.once(number);
        while number >= self.size {
            number = self.once(number);
        }
        number
    }

    fn once(&self, number: u64) -> u64 {
        let mask = (1_u64 << self.half_bits) - 1;
        let (mut left, mut right) = (number >> self.half_bits, number & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        (left << self.half_bits) | right
    }
}

/// Mixes the bits of a number (the finaliser of SplitMix64).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_numbers_meet() {
        for size in [1, 2, 3, 1000, 65_537] {
            let permutation = Permutation::new(7, 1, size);
            let results: HashSet<u64> = (0..size).map(|number| permutation.of(number)).collect();
            assert_eq!(results.len() as u64, size);
            assert!(results.iter().all(|result| *result < size));
        }
    }

    #[test]
    fn seeds_and_purposes_have_permutations_of_their_own() {
        let first = |seed, purpose| {
            let permutation = Permutation::new(seed, purpose, 1 << 38);
            [0, 1, 2].map(|number| permutation.of(number))
        };
        assert_eq!(first(1, 1), first(1, 1));
        assert_ne!(first(1, 1), first(2, 1));
        assert_ne!(first(1, 1), first(1, 2));
    }
}

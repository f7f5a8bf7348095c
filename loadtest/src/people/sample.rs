//! A sample: some of any number of people, chosen at random.

use crate::random::Random;

/// People chosen at random out of any number, each as likely as another, in memory for the chosen ones alone.
pub(super) struct Sample<T> {
    pub chosen: Vec<T>,
    most: usize,
    seen: usize,
    random: Random,
}

impl<T> Sample<T> {
    pub fn new(most: usize, random: Random) -> Self {
        Self { chosen: Vec::new(), most, seen: 0, random }
    }

    /// Lets one more have the chance of being chosen.
    pub fn add(&mut self, make: impl FnOnce() -> T) {
        self.seen += 1;
        if self.chosen.len() < self.most {
            self.chosen.push(make());
            return;
        }
        let place = self.random.place(self.seen);
        if let Some(chosen) = self.chosen.get_mut(place) {
            *chosen = make();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Chance;

    #[test]
    fn no_more_than_wanted_are_chosen_each_as_likely_as_another() {
        let chosen = |seed| {
            let mut sample = Sample::new(30, Random::new(seed, Chance::People));
            (0..60_usize).for_each(|place| sample.add(|| place));
            sample.chosen
        };
        let mut counts = [0_u32; 60];
        for seed in 0..400 {
            let chosen = chosen(seed);
            assert_eq!(chosen.len(), 30);
            chosen.into_iter().for_each(|place| counts[place] += 1);
        }
        // Each is chosen in half of the 400, with a standard deviation of 10.
        assert!(counts.iter().all(|count| (150..=250).contains(count)), "{counts:?}");
        assert_eq!(chosen(3), chosen(3));
    }
}

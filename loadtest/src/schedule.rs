//! When the requests of a stage are due: pure, the same for the same plan and seed.

use std::iter;
use std::time::Duration;

use crate::plan::{Arrivals, Stage};
use crate::random::{Chance, Random};

/// The times of a stage's requests from its beginning, in order, each before its end. A closed stage has none: its requests follow the
/// answers.
///
/// `number` is the place of the stage in the plan, so that equal stages differ in what is left to chance.
#[must_use]
pub fn due_times(stage: &Stage, seed: u64, number: u64) -> Box<dyn Iterator<Item = Duration> + Send> {
    let length = stage.duration.as_secs_f64();
    let times: Box<dyn Iterator<Item = f64> + Send> = match stage.arrivals {
        Arrivals::Constant(rate) => Box::new(even(rate.per_second(), length)),
        Arrivals::Ramp { from, to } => Box::new(ramp(from.per_second(), to.per_second(), length)),
        Arrivals::Poisson(rate) => Box::new(poisson(rate.per_second(), length, Random::new(seed, Chance::Arrivals(number)))),
        Arrivals::Closed(_) => Box::new(iter::empty()),
    };
    Box::new(times.map(Duration::from_secs_f64))
}

/// Counts instead of adding up gaps, so that no error grows.
fn even(rate: f64, length: f64) -> impl Iterator<Item = f64> + Send {
    (0_u64..).map(move |count| count as f64 / rate).take_while(move |time| *time < length)
}

/// By the time t, from·t + (to − from)·t²/2·length requests are due. The n-th is due when that is n; written so that it also holds for
/// equal rates.
fn ramp(from: f64, to: f64, length: f64) -> impl Iterator<Item = f64> + Send {
    let growth = (to - from) / length;
    // A falling ramp never reaches numbers beyond its area: the root then has no value, which is not below the length.
    let time = move |count: u64| {
        let count = count as f64;
        2.0 * count / (from + (from * from + 2.0 * growth * count).sqrt())
    };
    (0_u64..).map(time).take_while(move |time| *time < length)
}

/// The gaps between independent arrivals are exponential.
fn poisson(rate: f64, length: f64, mut random: Random) -> impl Iterator<Item = f64> + Send {
    let mut time = 0.0;
    iter::from_fn(move || {
        time -= (1.0 - random.unit()).ln() / rate;
        Some(time)
    })
    .take_while(move |time| *time < length)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::plan::Rate;

    fn rate(number: f64) -> Rate {
        Rate::new(number).unwrap()
    }

    fn stage(seconds: u64, arrivals: Arrivals) -> Stage {
        Stage { name: "stage".to_owned(), warm_up: false, duration: Duration::from_secs(seconds), arrivals }
    }

    /// The times in milliseconds, rounded.
    fn times(seconds: u64, arrivals: Arrivals) -> Vec<u128> {
        let times = due_times(&stage(seconds, arrivals), 1, 0);
        times.map(|time| (time + Duration::from_micros(500)).as_millis()).collect()
    }

    #[test]
    fn a_constant_rate_is_even() {
        assert_eq!(times(2, Arrivals::Constant(rate(4.0))), [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
        // One in 400 ms; the sixth would be at the end.
        assert_eq!(times(2, Arrivals::Constant(rate(2.5))), [0, 400, 800, 1200, 1600]);
        // Less than one in the whole stage: the first is due at once.
        assert_eq!(times(2, Arrivals::Constant(rate(0.1))), [0]);
        // No error grows: an hour of 1,200 a second has exactly so many.
        assert_eq!(due_times(&stage(3600, Arrivals::Constant(rate(1200.0))), 1, 0).count(), 4_320_000);
    }

    #[test]
    fn a_ramp_has_the_area_below_its_line() {
        // From 1 to 3 a second in 4 s: t + t²/4 are due by t. That is 1 at 2·(√2 − 1) = 0.828, 2 at 2·(√3 − 1) = 1.464, 3 at 2 s,
        // 4 at 2·(√5 − 1) = 2.472, 5 at 2·(√6 − 1) = 2.899, 6 at 2·(√7 − 1) = 3.292, 7 at 2·(√8 − 1) = 3.657, 8 at the end.
        let ramp = |from, to| Arrivals::Ramp { from: rate(from), to: rate(to) };
        assert_eq!(times(4, ramp(1.0, 3.0)), [0, 828, 1464, 2000, 2472, 2899, 3292, 3657]);
        // The same falling: 3t − t²/4, so that 1 is due at 2·(3 − √8) = 0.343, 5 at 2·(3 − √4) = 2 s.
        let falling = times(4, ramp(3.0, 1.0));
        assert_eq!((falling.len(), falling[1], falling[5]), (8, 343, 2000));
        assert_eq!(times(2, ramp(4.0, 4.0)), times(2, Arrivals::Constant(rate(4.0))));
        // 10 s from 100 to 300 a second: 2,000.
        assert_eq!(times(10, ramp(100.0, 300.0)).len(), 2000);
    }

    #[test]
    fn poisson_arrivals_have_their_mean_and_their_spread() {
        let stage = stage(1000, Arrivals::Poisson(rate(50.0)));
        let times: Vec<f64> = due_times(&stage, 1, 0).map(|time| time.as_secs_f64()).collect();
        // 50,000 with a standard deviation of √50,000 = 224; five of them is 1,120.
        assert!((48_880..51_120).contains(&times.len()), "{}", times.len());
        assert!(times.is_sorted());
        // In intervals of 100 ms, the variance of the counts equals their mean, 5. That of even arrivals would be 0.
        let mut counts = vec![0.0; 10_000];
        times.iter().for_each(|time| counts[(time * 10.0) as usize] += 1.0);
        let mean = counts.iter().sum::<f64>() / 10_000.0;
        let variance = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>() / 10_000.0;
        assert!((4.5..5.5).contains(&variance), "{variance}");
    }

    #[test]
    fn chance_repeats_by_seed_and_differs_by_stage() {
        let stage = stage(10, Arrivals::Poisson(rate(10.0)));
        let times = |seed, number| due_times(&stage, seed, number).collect::<Vec<_>>();
        assert_eq!(times(1, 0), times(1, 0));
        assert_ne!(times(1, 0), times(1, 1));
        assert_ne!(times(1, 0), times(2, 0));
    }

    #[test]
    fn a_closed_stage_has_no_times() {
        assert_eq!(times(10, Arrivals::Closed(NonZeroUsize::MIN)), [0; 0]);
    }
}

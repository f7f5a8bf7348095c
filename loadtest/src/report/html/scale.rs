//! Scales of charts: where a value stands between the ends of an axis, and which values are written beside it.

use super::words::number;

/// A scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From zero, evenly.
    Even { most: f64 },
    /// Seconds from zero, evenly.
    Seconds { most: f64 },
    /// By powers of ten; both ends are above zero.
    Powers { least: f64, most: f64 },
    /// Parts of a whole below 1, by nines: 0.9, 0.99, 0.999 stand equally far from each other.
    Nines { most: f64 },
}

impl Scale {
    /// Makes a scale from zero that holds all values.
    pub fn even(values: impl Iterator<Item = f64>) -> Self {
        let most = values.fold(0.0, f64::max);
        let step = round_step(most / 4.0);
        Self::Even { most: if most > 0.0 { (most / step).ceil() * step } else { 1.0 } }
    }

    /// Makes a scale by powers of ten that holds all values. What is too small to be seen stands at its lower end.
    pub fn powers(values: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut most) = (f64::MAX, SMALLEST);
        for value in values {
            least = least.min(value.max(SMALLEST));
            most = most.max(value);
        }
        let (least, most) = (below(least.min(most)), above(most));
        // A flat line stands in the middle of a whole power.
        if most / least < 10.0 {
            Self::Powers { least: below(least / 2.0), most: above(most * 2.0) }
        } else {
            Self::Powers { least, most }
        }
    }

    /// Returns where a value stands, from 0 to 1.
    pub fn place(self, value: f64) -> f64 {
        let place = match self {
            Self::Even { most } | Self::Seconds { most } => value / most,
            Self::Powers { least, most } => (value.max(least) / least).log10() / (most / least).log10(),
            Self::Nines { most } => nines(value) / nines(most),
        };
        place.clamp(0.0, 1.0)
    }

    /// Returns the values that are written beside the axis.
    pub fn ticks(self) -> Vec<(f64, String)> {
        match self {
            Self::Even { most } => {
                let step = round_step(most / 4.0);
                (0..=(most / step).round() as u64)
                    .map(|count| count as f64 * step)
                    .map(|value| (value, number(value)))
                    .collect()
            }
            Self::Seconds { most } => {
                let step =
                    STEPS.into_iter().find(|step| most / step <= 7.0).unwrap_or_else(|| (most / 7.0 / DAY).ceil() * DAY);
                (0..=(most / step) as u64).map(|count| count as f64 * step).map(|value| (value, clock(value))).collect()
            }
            Self::Powers { least, most } => {
                let decades = (most / least).log10();
                let factors: &[f64] = if decades <= 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let powers = least.log10().floor() as i32..=most.log10().ceil() as i32;
                let all = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
                let inside = all.filter(|value| *value >= least * 0.999 && *value <= most * 1.001);
                inside.map(|value| (value, number(value))).collect()
            }
            Self::Nines { most } => {
                let all = [
                    (0.0, "0 %"),
                    (0.9, "90 %"),
                    (0.99, "99 %"),
                    (0.999, "99.9 %"),
                    (0.9999, "99.99 %"),
                    (0.99999, "99.999 %"),
                ];
                let inside = all.into_iter().filter(|(part, _)| *part <= most * 1.000_000_1);
                inside.map(|(part, name)| (part, name.to_owned())).collect()
            }
        }
    }
}

/// Values below are shown as this one: a hundredth of a millisecond.
const SMALLEST: f64 = 0.01;
const DAY: f64 = 86_400.0;
const STEPS: [f64; 15] =
    [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0, DAY];

/// Returns the number of nines of a part, which is below 1.
fn nines(part: f64) -> f64 {
    -(1.0 - part).log10()
}

/// Returns the next 1, 2 or 5 of a power of ten, which is not below the size.
fn round_step(size: f64) -> f64 {
    if size <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(size.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= size * 0.999).unwrap_or(10.0 * power)
}

fn above(value: f64) -> f64 {
    round_step(value)
}

/// Returns the last 1, 2 or 5 of a power of ten, which is not above the value.
fn below(value: f64) -> f64 {
    let power = 10_f64.powf((value * 1.001).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|factor| factor * power).find(|step| *step <= value * 1.001).unwrap_or(power)
}

/// Writes a time in its largest unit.
fn clock(seconds: f64) -> String {
    match seconds {
        _ if seconds == 0.0 => "0".to_owned(),
        _ if seconds < 120.0 && seconds % 60.0 != 0.0 => format!("{seconds} s"),
        _ if seconds % 3_600.0 == 0.0 => format!("{} h", seconds / 3_600.0),
        _ if seconds % 60.0 == 0.0 => format!("{} min", seconds / 60.0),
        _ => format!("{}:{:02} min", (seconds / 60.0) as u64, (seconds % 60.0) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scale: Scale) -> Vec<String> {
        scale.ticks().into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn an_even_scale_ends_at_a_round_number() {
        let scale = Scale::even([3.0, 970.0].into_iter());
        assert_eq!(names(scale), ["0", "500", "1,000"]);
        assert_eq!((scale.place(0.0), scale.place(250.0), scale.place(1000.0)), (0.0, 0.25, 1.0));
        // Nothing at all has a scale too.
        assert_eq!(Scale::even([].into_iter()), Scale::Even { most: 1.0 });
    }

    #[test]
    fn a_scale_by_powers_holds_all_values() {
        let scale = Scale::powers([0.7, 42.0, 3_000.0].into_iter());
        assert_eq!(scale, Scale::Powers { least: 0.5, most: 5_000.0 });
        assert_eq!(names(scale), ["1", "10", "100", "1,000"]);
        assert!((scale.place(50.0) - 0.5).abs() < 1e-9);
        // Zero and what is below the end stand at the end.
        assert_eq!((scale.place(0.0), scale.place(9_999.0)), (0.0, 1.0));
        assert_eq!(names(Scale::powers([3.0, 3.0].into_iter())), ["1", "2", "5", "10"]);
        assert_eq!(names(Scale::powers([0.0].into_iter())), ["0.005", "0.01", "0.02"]);
    }

    #[test]
    fn nines_stand_equally_far_from_each_other() {
        let scale = Scale::Nines { most: 0.999 };
        assert_eq!(names(scale), ["0 %", "90 %", "99 %", "99.9 %"]);
        for (part, place) in [(0.0, 0.0), (0.9, 1.0 / 3.0), (0.99, 2.0 / 3.0), (0.999, 1.0)] {
            assert!((scale.place(part) - place).abs() < 1e-9, "{part}");
        }
    }

    #[test]
    fn times_are_written_in_their_largest_unit() {
        assert_eq!(names(Scale::Seconds { most: 4.0 }), ["0", "1 s", "2 s", "3 s", "4 s"]);
        assert_eq!(names(Scale::Seconds { most: 90.0 }), ["0", "15 s", "30 s", "45 s", "1 min", "75 s", "90 s"]);
        assert_eq!(
            names(Scale::Seconds { most: 1_800.0 }),
            ["0", "5 min", "10 min", "15 min", "20 min", "25 min", "30 min"]
        );
        assert_eq!(names(Scale::Seconds { most: 7_300.0 }), ["0", "30 min", "1 h", "90 min", "2 h"]);
    }
}

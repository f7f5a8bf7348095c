//! The series: how a run went from moment to moment, in bounded memory.

use std::collections::BTreeMap;
use std::time::Duration;

use super::failure::Failure;
use super::tally::Times;

/// How a run went from moment to moment. It begins with seconds; when there are too many of them, each two become one.
#[derive(Debug, Clone)]
pub struct Series {
    /// The length of a point.
    pub step: Duration,
    /// The points, from the beginning of the run.
    pub points: Vec<Point>,
}

/// What happened within a point's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Requests that became due.
    pub due: u64,
    /// Answers that came.
    pub answered: u64,
    /// Wrong answers that came.
    pub wrong: u64,
    /// Requests that were not sent, because as many as may wait were waiting.
    pub unsent: u64,
    /// Requests that failed, by kind.
    pub failures: BTreeMap<Failure, u64>,
    /// From the due time to the answer, of the requests that became due in this time, to two digits.
    pub corrected: Times,
    /// The latest that the sender was.
    pub late: Duration,
}

impl Default for Point {
    fn default() -> Self {
        Self {
            due: 0,
            answered: 0,
            wrong: 0,
            unsent: 0,
            failures: BTreeMap::new(),
            corrected: Times::coarse(),
            late: Duration::ZERO,
        }
    }
}

impl Point {
    fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.answered += other.answered;
        self.wrong += other.wrong;
        self.unsent += other.unsent;
        for (failure, count) in &other.failures {
            *self.failures.entry(failure.clone()).or_default() += count;
        }
        self.corrected.merge(&other.corrected);
        self.late = self.late.max(other.late);
    }

    /// Returns the requests that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

impl Default for Series {
    fn default() -> Self {
        Self { step: Duration::from_secs(1), points: Vec::new() }
    }
}

impl Series {
    /// The most points. A point takes at most some twenty kilobytes.
    pub const MOST: usize = 600;

    /// Returns the point of a time from the beginning of the run.
    pub fn at(&mut self, time: Duration) -> &mut Point {
        while self.place(time) >= Self::MOST {
            self.halve();
        }
        let place = self.place(time);
        if self.points.len() <= place {
            self.points.resize_with(place + 1, Point::default);
        }
        &mut self.points[place]
    }

    /// Adds the series of another process, whose run began so much later.
    pub fn join(&mut self, other: &Self, later: Duration) {
        while self.step < other.step {
            self.halve();
        }
        let times = (0..).map(|place: u32| later + other.step * place);
        times.zip(&other.points).for_each(|(time, point)| self.at(time).merge(point));
    }

    fn place(&self, time: Duration) -> usize {
        usize::try_from(time.as_micros() / self.step.as_micros()).unwrap_or(usize::MAX)
    }

    /// Makes each two points one.
    fn halve(&mut self) {
        self.step *= 2;
        let both = |pair: &[Point]| {
            let mut first = pair[0].clone();
            pair[1..].iter().for_each(|second| first.merge(second));
            first
        };
        self.points = self.points.chunks(2).map(both).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dues(series: &Series) -> Vec<u64> {
        series.points.iter().map(|point| point.due).collect()
    }

    #[test]
    fn a_point_is_a_second_from_its_beginning_up_to_its_end() {
        let mut series = Series::default();
        for ms in [0, 999, 1000, 3500] {
            series.at(Duration::from_millis(ms)).due += 1;
        }
        assert_eq!((series.step, dues(&series)), (Duration::from_secs(1), vec![2, 1, 0, 1]));
    }

    #[test]
    fn a_long_run_has_no_more_points_and_loses_nothing() {
        let mut series = Series::default();
        for second in 0..5000 {
            let point = series.at(Duration::from_secs(second));
            point.due += 1;
            point.corrected.add(Duration::from_millis(second));
            *point.failures.entry(Failure::Broken).or_default() += 1;
            point.late = Duration::from_secs(second);
        }
        // 600 points of 8 s are 4,800 s, so that 16 s are needed: 312 whole ones and 8 s.
        assert_eq!((series.step, series.points.len()), (Duration::from_secs(16), 313));
        assert_eq!((series.points[0].due, series.points[312].due), (16, 8));
        assert_eq!((series.points[1].late, series.points[1].corrected.count()), (Duration::from_secs(31), 16));
        assert_eq!(series.points.iter().map(Point::failed).sum::<u64>(), 5000);
    }

    #[test]
    fn two_processes_add_up_whatever_their_steps() {
        let (mut long, mut short) = (Series::default(), Series::default());
        (0..1000).for_each(|second| long.at(Duration::from_secs(second)).due += 1);
        (0..3).for_each(|second| short.at(Duration::from_secs(second)).due += 10);
        let (mut one, mut other) = (long.clone(), short.clone());
        one.join(&short, Duration::ZERO);
        other.join(&long, Duration::ZERO);
        assert_eq!((one.step, &dues(&one)[..3]), (Duration::from_secs(2), &[22, 12, 2][..]));
        assert_eq!(dues(&one), dues(&other));
        // One that began five seconds later.
        let mut later = short.clone();
        later.join(&short, Duration::from_secs(5));
        assert_eq!(dues(&later), [10, 10, 10, 0, 0, 10, 10, 10]);
    }
}

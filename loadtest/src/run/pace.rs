//! The pace: offers each request when it is due, whatever the server does.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot::Receiver;
use tokio::sync::oneshot::error::TryRecvError;

use super::alarm::Alarm;
use super::line::{Job, Offered};
use super::{LOOK, Run, knee};
use crate::plan::{Arrivals, Stage};
use crate::schedule::due_times;

/// Whether the pace goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    /// The run was stopped, or a bound of the plan is reached.
    Stop,
}

/// Offers the requests of all stages, one stage after the other, until the end or until `stop` says so or is dropped.
pub(super) async fn keep(run: Arc<Run>, alarm: Alarm, stop: Receiver<()>) {
    let begun = Instant::now();
    run.tallies().begun = begun;
    let mut pace = Pace { run: &run, alarm, stop, ends: run.plan.bounds.time.map(|time| begun + time) };
    let (mut from, mut missed_in_a_row) = (begun, 0);
    let stages = run.plan.stages.len();
    for place in 0..run.rounds * stages {
        let stage = &run.plan.stages[place % stages];
        run.tallies().begin(place, from);
        let go = pace.stage(place, stage, from).await;
        let lasted = if go == Go::On { stage.duration } else { from.elapsed().min(stage.duration) };
        run.tallies().end(place, lasted);
        match pace.kept(place, stage) {
            Some(false) => missed_in_a_row += 1,
            Some(true) => missed_in_a_row = 0,
            None => {}
        }
        if go == Go::Stop || missed_in_a_row == knee::IN_A_ROW {
            break;
        }
        from += stage.duration;
    }
    run.line.close();
}

struct Pace<'a> {
    run: &'a Arc<Run>,
    alarm: Alarm,
    stop: Receiver<()>,
    /// When the time of the plan's bounds is over.
    ends: Option<Instant>,
}

impl Pace<'_> {
    async fn stage(&mut self, place: usize, stage: &Stage, from: Instant) -> Go {
        let end = from + stage.duration;
        if let Arrivals::Closed(at_once) = stage.arrivals {
            for _ in 0..at_once.get() {
                if self.offer(place, from, Some(end)) == Go::Stop {
                    return Go::Stop;
                }
            }
            return self.watch(end).await;
        }
        for due in due_times(stage, self.run.plan.seed, place as u64) {
            if self.wait(from + due).await == Go::Stop || self.offer(place, from + due, None) == Go::Stop {
                return Go::Stop;
            }
        }
        self.wait(end).await
    }

    /// Returns whether a stage kept what it must for the knee, by what is answered now; none if it is not judged.
    fn kept(&self, place: usize, stage: &Stage) -> Option<bool> {
        let plan = self.run.plan.knee.filter(|_| !stage.warm_up)?;
        let rate = stage.arrivals.mean()?;
        let lateness = self.run.plan.thresholds.lateness;
        Some(knee::missed(&plan, lateness, rate, &self.run.tallies().stages[place]).is_empty())
    }

    /// Waits until the end of a closed stage, whose lanes go on by themselves, or until the plan allows no more requests.
    async fn watch(&mut self, end: Instant) -> Go {
        loop {
            let now = Instant::now();
            if now >= end {
                return Go::On;
            }
            if self.run.is_exhausted() || self.wait(end.min(now + LOOK)).await == Go::Stop {
                return Go::Stop;
            }
        }
    }

    fn offer(&self, stage: usize, due: Instant, again_until: Option<Instant>) -> Go {
        let Some(number) = self.run.next_number() else { return Go::Stop };
        self.run.tallies().due(stage, due);
        match self.run.line.offer(Job { number, stage, due, offered: Instant::now(), again_until }) {
            Offered::Taken => Go::On,
            Offered::Full => {
                self.run.tallies().unsent(stage, due);
                Go::On
            }
            Offered::Closed => Go::Stop,
        }
    }

    /// Waits until a time, or for the stop.
    async fn wait(&mut self, until: Instant) -> Go {
        let bounded = self.ends.map_or(until, |ends| ends.min(until));
        let is_stopped = if bounded <= Instant::now() {
            // The sender is behind: it lets those send to whom it offered something, and asks only whether to go on.
            tokio::task::consume_budget().await;
            self.stop.try_recv() != Err(TryRecvError::Empty)
        } else {
            tokio::select! {
                biased;
                _ = &mut self.stop => true,
                () = self.alarm.at(bounded) => false,
            }
        };
        if is_stopped || self.ends.is_some_and(|ends| ends <= until) { Go::Stop } else { Go::On }
    }
}

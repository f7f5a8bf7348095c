//! What a run tells of itself while it goes on.

use std::time::{Duration, Instant};

use super::Run;
use super::series::Point;
use super::tally::Tally;

/// How often a run tells of itself.
const EACH: Duration = Duration::from_millis(500);

/// What a run tells of itself while it goes on.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The place of the stage in the plan.
    pub stage: usize,
    /// The round, from 1, and how many there are.
    pub round: (usize, usize),
    /// The time since the first stage began.
    pub elapsed: Duration,
    /// The time of all stages in all rounds.
    pub length: Duration,
    /// The last moment that is over, and its length; none in the first one.
    pub last: Option<(Point, Duration)>,
    /// This stage so far.
    pub so_far: Tally,
    /// Requests of all stages so far that failed or were not sent.
    pub without_answer: u64,
    /// Wrong answers of all stages so far.
    pub wrong: u64,
}

/// Tells of a run until the future is dropped.
pub(super) async fn tell(run: &Run, told: impl Fn(Progress)) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(EACH).await;
        if let Some(progress) = of(run) {
            told(progress);
        }
    }
}

fn of(run: &Run) -> Option<Progress> {
    let stages = run.plan.stages.len();
    let tallies = run.tallies();
    let (place, elapsed) = (tallies.current()?, tallies.begun.elapsed());
    let series = &tallies.series;
    // The last moment that is over is the one before the moment of now.
    let now = Instant::now().saturating_duration_since(tallies.begun).as_micros() / series.step.as_micros();
    let last = usize::try_from(now).ok().and_then(|now| series.points.get(now.checked_sub(1)?));
    Some(Progress {
        stage: place % stages,
        round: (place / stages + 1, run.rounds),
        elapsed,
        length: run.plan.stages.iter().map(|stage| stage.duration).sum::<Duration>() * u32::try_from(run.rounds).ok()?,
        last: last.map(|point| (point.clone(), series.step)),
        so_far: tallies.stages[place].clone(),
        without_answer: tallies.stages.iter().map(|tally| tally.failed() + tally.unsent).sum(),
        wrong: tallies.stages.iter().map(|tally| tally.wrong).sum(),
    })
}

//! The line between the schedule and the lanes: hands each request that is due to a free lane, or lets it wait for one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// A request that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Job {
    /// Its number in the run, from 0; chance follows it.
    pub number: u64,
    /// The place of its stage.
    pub stage: usize,
    /// When it is due.
    pub due: Instant,
    /// When it was offered to the lanes.
    pub offered: Instant,
    /// Until when another one follows it as soon as it is done; none if the schedule says when requests are due.
    pub again_until: Option<Instant>,
}

/// What became of a request that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    /// It is being sent, or waits for a free lane.
    Taken,
    /// As many as may wait were waiting already: it is not sent.
    Full,
    /// The line is closed: it is not sent.
    Closed,
}

/// Free lanes, and requests that wait for one; never both. The lane that has been free longest comes first, so that all terminals take
/// turns.
pub(super) struct Line {
    state: Mutex<State>,
    /// The most requests that wait.
    most: usize,
}

struct State {
    waiting: VecDeque<Job>,
    free: VecDeque<usize>,
    /// One for each lane; empty once the line is closed.
    lanes: Vec<Sender<Job>>,
}

/// A lane's end of the line.
pub(super) struct Place {
    lane: usize,
    jobs: Receiver<Job>,
}

impl Line {
    /// Makes a line for so many lanes; at most `most` requests wait.
    pub fn new(lanes: usize, most: usize) -> (Self, Vec<Place>) {
        // A lane that is free has no request yet, so there is always room for one.
        let (senders, places) = (0..lanes)
            .map(|lane| {
                let (sender, jobs) = channel(1);
                (sender, Place { lane, jobs })
            })
            .unzip();
        let state = State { waiting: VecDeque::new(), free: VecDeque::new(), lanes: senders };
        (Self { state: Mutex::new(state), most }, places)
    }

    /// Hands a request to the next free lane, or lets it wait.
    pub fn offer(&self, job: Job) -> Offered {
        let mut state = self.state();
        if state.lanes.is_empty() {
            return Offered::Closed;
        }
        // A lane that was given up no longer takes anything.
        while let Some(lane) = state.free.pop_front() {
            if state.lanes[lane].try_send(job).is_ok() {
                return Offered::Taken;
            }
        }
        if state.waiting.len() >= self.most {
            return Offered::Full;
        }
        state.waiting.push_back(job);
        Offered::Taken
    }

    /// Waits for the next request of a lane; none once the line is closed and nothing waits any more.
    pub async fn next(&self, place: &mut Place) -> Option<Job> {
        {
            let mut state = self.state();
            if let Some(job) = state.waiting.pop_front() {
                return Some(job);
            }
            if state.lanes.is_empty() {
                return None;
            }
            state.free.push_back(place.lane);
        }
        place.jobs.recv().await
    }

    /// Takes a lane back that no longer waits for a request, because it has something else to do. If a request was handed to it
    /// meanwhile, that one is returned.
    pub fn take_back(&self, place: &mut Place) -> Option<Job> {
        let mut state = self.state();
        match state.free.iter().position(|lane| *lane == place.lane) {
            Some(at) => {
                state.free.remove(at);
                None
            }
            None => place.jobs.try_recv().ok(),
        }
    }

    /// Takes no more requests. Those that wait are still handed out.
    pub fn close(&self) {
        self.state().lanes.clear();
    }

    /// Closes, and drops the requests that wait.
    pub fn cut(&self) {
        let mut state = self.state();
        state.lanes.clear();
        state.waiting.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn job(number: u64) -> Job {
        Job { number, stage: 0, due: Instant::now(), offered: Instant::now(), again_until: None }
    }

    async fn number(line: &Line, place: &mut Place) -> Option<u64> {
        line.next(place).await.map(|job| job.number)
    }

    #[tokio::test]
    async fn requests_wait_in_order_and_no_more_than_may() {
        let (line, mut places) = Line::new(1, 2);
        let offered: Vec<Offered> = (0..4).map(|number| line.offer(job(number))).collect();
        assert_eq!(offered, [Offered::Taken, Offered::Taken, Offered::Full, Offered::Full]);
        assert_eq!(number(&line, &mut places[0]).await, Some(0));
        assert_eq!(line.offer(job(4)), Offered::Taken);
        assert_eq!((number(&line, &mut places[0]).await, number(&line, &mut places[0]).await), (Some(1), Some(4)));
    }

    #[tokio::test]
    async fn the_lane_that_was_free_longest_comes_first() {
        let (line, mut places) = Line::new(2, 8);
        let (mut first, mut second) = (places.remove(0), places.remove(0));
        // Each lane says that it is free; nothing is there yet.
        for place in [&mut second, &mut first] {
            assert!(timeout(Duration::from_millis(5), line.next(place)).await.is_err());
        }
        line.offer(job(1));
        line.offer(job(2));
        assert_eq!(second.jobs.recv().await.map(|job| job.number), Some(1));
        assert_eq!(first.jobs.recv().await.map(|job| job.number), Some(2));
    }

    #[tokio::test]
    async fn a_closed_line_hands_out_what_waits_and_a_cut_one_does_not() {
        let (line, mut places) = Line::new(1, 8);
        line.offer(job(1));
        line.close();
        assert_eq!(line.offer(job(2)), Offered::Closed);
        assert_eq!((number(&line, &mut places[0]).await, number(&line, &mut places[0]).await), (Some(1), None));
        let (line, mut places) = Line::new(1, 8);
        line.offer(job(1));
        line.cut();
        assert_eq!(number(&line, &mut places[0]).await, None);
    }

    #[tokio::test]
    async fn a_lane_that_is_taken_back_gets_nothing_and_loses_nothing() {
        let (line, mut places) = Line::new(1, 8);
        let place = &mut places[0];
        assert!(timeout(Duration::from_millis(5), line.next(place)).await.is_err());
        assert_eq!(line.take_back(place), None);
        // Nobody is free: it waits, and the lane gets it when it asks again.
        line.offer(job(1));
        assert_eq!(line.take_back(place), None);
        assert_eq!(number(&line, place).await, Some(1));
        // Handed out just before it was taken back.
        assert!(timeout(Duration::from_millis(5), line.next(place)).await.is_err());
        line.offer(job(2));
        assert_eq!(line.take_back(place).map(|job| job.number), Some(2));
    }

    #[tokio::test]
    async fn a_free_lane_learns_that_the_line_is_closed() {
        let (line, mut places) = Line::new(1, 8);
        let place = &mut places[0];
        assert!(timeout(Duration::from_millis(5), line.next(place)).await.is_err());
        line.close();
        assert_eq!(place.jobs.recv().await, None);
    }
}

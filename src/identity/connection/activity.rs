//! The activity of a connection, and when it has been quiet or slow for too long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::config::Limits;

/// The activity of a connection.
pub(super) struct Activity {
    state: Mutex<State>,
    /// Notified when an answer ends the connection.
    pub ending: Notify,
}

struct State {
    /// Requests without an answer yet.
    running: usize,
    /// Answers with a finished head whose body is being sent.
    flowing: usize,
    /// Answers among these whose next bytes are still being made.
    awaited: usize,
    /// Whether there has been any request.
    seen: bool,
    /// When the last request or body ended.
    last: Instant,
    /// The beginning of the present measurement of the client.
    measured_since: Instant,
    /// Bytes of bodies that the client has taken since then.
    taken: usize,
}

/// The reason why the server ends a connection; the label of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// No request came for too long.
    Idle,
    /// The client took an answer too slowly or not at all.
    Slow,
}

impl Ending {
    pub fn label(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Slow => "slow",
        }
    }
}

impl Activity {
    /// Makes the activity of a connection that begins now.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(Instant::now())), ending: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State, Instant)) {
        self.state().change(Instant::now(), change);
    }

    /// Returns when to judge the connection again if nothing happens.
    pub fn deadline(&self, limits: &Limits) -> Instant {
        self.state().deadline(limits, Instant::now())
    }

    /// Returns why the connection should end now; None if it should not.
    pub fn judge(&self, limits: &Limits) -> Option<Ending> {
        self.state().judge(limits, Instant::now())
    }

    /// Records that the body of an answer begins.
    pub fn flow(&self) {
        self.change(|state, _| state.flowing += 1);
    }

    /// Records that the client has taken `bytes` of a body.
    pub fn taken(&self, bytes: usize) {
        self.change(|state, _| state.taken += bytes);
    }

    /// Records that the next bytes of a body must be made first.
    pub fn awaits(&self) {
        self.change(|state, _| state.awaited += 1);
    }

    /// Records that these bytes are ready.
    pub fn goes_on(&self) {
        self.change(|state, _| state.awaited -= 1);
    }

    /// Records that a body has ended, completely or not.
    pub fn flowed(&self) {
        self.change(|state, now| {
            state.flowing -= 1;
            state.last = now;
        });
    }
}

impl State {
    fn new(now: Instant) -> Self {
        Self { running: 0, flowing: 0, awaited: 0, seen: false, last: now, measured_since: now, taken: 0 }
    }

    /// Returns whether there are bytes for which only the client is awaited.
    fn waits_for_client(&self) -> bool {
        self.flowing > self.awaited
    }

    fn patience(&self, limits: &Limits) -> Duration {
        if self.seen { limits.idle } else { limits.first_request }
    }

    fn deadline(&self, limits: &Limits, now: Instant) -> Instant {
        let next = if self.waits_for_client() {
            self.measured_since + limits.write
        } else if self.running + self.flowing > 0 {
            now + limits.idle
        } else {
            self.last + self.patience(limits)
        };
        // A body may begin in the meantime.
        next.min(now + limits.write)
    }

    /// Gives up an answer in progress if the client took fewer than `write_bytes` in the time `write`, whatever else it did; time
    /// that the server needs for the next bytes does not count.
    fn judge(&mut self, limits: &Limits, now: Instant) -> Option<Ending> {
        if !self.waits_for_client() {
            let quiet = self.running + self.flowing == 0 && now >= self.last + self.patience(limits);
            return quiet.then_some(Ending::Idle);
        }
        if now < self.measured_since + limits.write {
            return None;
        }
        let slow = self.taken < limits.write_bytes;
        (self.measured_since, self.taken) = (now, 0);
        slow.then_some(Ending::Slow)
    }

    /// Changes the state; the measurement of the client starts again when bytes begin to wait for it.
    fn change(&mut self, now: Instant, change: impl FnOnce(&mut Self, Instant)) {
        let waited = self.waits_for_client();
        change(self, now);
        if !waited && self.waits_for_client() {
            (self.measured_since, self.taken) = (now, 0);
        }
    }
}

/// Counts one request as running while it lives.
pub(super) struct Running(Arc<Activity>);

impl Running {
    pub fn start(activity: Arc<Activity>) -> Self {
        activity.change(|state, _| {
            state.running += 1;
            state.seen = true;
        });
        Self(activity)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.change(|state, now| {
            state.running -= 1;
            state.last = now;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let second = Duration::from_secs;
        Limits { first_request: second(5), idle: second(30), write: second(20), write_bytes: 1000, ..Limits::default() }
    }

    /// A connection and its clock.
    struct Story {
        state: State,
        now: Instant,
    }

    impl Story {
        fn begin() -> Self {
            let now = Instant::now();
            Self { state: State::new(now), now }
        }

        fn change(&mut self, change: impl FnOnce(&mut State)) {
            self.state.change(self.now, |state, _| change(state));
        }

        fn judged_after(&mut self, seconds: u64) -> Option<Ending> {
            self.now += Duration::from_secs(seconds);
            self.state.judge(&limits(), self.now)
        }
    }

    #[test]
    fn quiet_connections_end_and_running_ones_do_not() {
        let mut story = Story::begin();
        assert_eq!(story.judged_after(4), None);
        assert_eq!(story.judged_after(1), Some(Ending::Idle), "no request at all");
        story.change(|state| (state.running, state.seen) = (1, true));
        assert_eq!(story.judged_after(100), None);
        let now = story.now;
        story.change(|state| (state.running, state.last) = (0, now));
        assert_eq!(story.judged_after(29), None);
        assert_eq!(story.judged_after(1), Some(Ending::Idle));
    }

    #[test]
    fn a_body_that_flows_fast_enough_goes_on_for_ever() {
        let mut story = Story::begin();
        story.change(|state| state.flowing = 1);
        for _ in 0..50 {
            story.change(|state| state.taken += 500);
            assert_eq!(story.judged_after(10), None);
            story.change(|state| state.taken += 500);
            assert_eq!(story.judged_after(10), None);
        }
        story.change(|state| state.taken += 999);
        assert_eq!(story.judged_after(19), None);
        assert_eq!(story.state.deadline(&limits(), story.now), story.now + Duration::from_secs(1));
        assert_eq!(story.judged_after(1), Some(Ending::Slow));
    }

    #[test]
    fn bytes_that_the_server_owes_are_not_held_against_the_client() {
        let mut story = Story::begin();
        story.change(|state| state.flowing = 1);
        assert_eq!(story.judged_after(19), None);
        story.change(|state| state.awaited = 1);
        assert_eq!(story.judged_after(100), None);
        story.change(|state| state.awaited = 0);
        assert_eq!(story.judged_after(19), None, "measured from the moment at which there is something to take");
        assert_eq!(story.judged_after(1), Some(Ending::Slow));
    }

    #[test]
    fn a_body_that_stands_still_is_not_hidden_by_one_that_is_awaited() {
        let mut story = Story::begin();
        story.change(|state| (state.flowing, state.awaited) = (2, 1));
        assert_eq!(story.judged_after(20), Some(Ending::Slow));
    }
}

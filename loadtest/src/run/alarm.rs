//! An alarm within the runtime that rings when a request is due.
//!
//! The timer of the runtime rings at whole thousandths of a second, which is too late for a schedule. On Linux the kernel's timer rings
//! within some 60 millionths, and wakes the thread that sends, so that no other thread has to. Elsewhere it is the timer of the runtime,
//! and the lateness of the sender tells what that costs.

use std::io;
use std::time::Instant;

/// The kernel's timer, which is read like a pipe: it has something to read once it rang.
#[cfg(target_os = "linux")]
pub(super) struct Alarm(tokio::net::unix::pipe::Receiver);

#[cfg(target_os = "linux")]
impl Alarm {
    /// Makes an alarm of the runtime in which this is called.
    ///
    /// # Errors
    /// If the process may open no more files.
    pub fn new() -> io::Result<Self> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        Ok(Self(tokio::net::unix::pipe::Receiver::from_owned_fd_unchecked(timer)?))
    }

    /// Waits until a time; returns at once if it has passed.
    pub async fn at(&self, time: Instant) {
        // If the kernel's timer fails, that of the runtime rings.
        if self.ring(time).await.is_err() {
            tokio::time::sleep_until(time.into()).await;
        }
    }

    async fn ring(&self, time: Instant) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        let left = time.saturating_duration_since(Instant::now());
        // A timer that is set to nothing would never ring.
        if left.is_zero() {
            return Ok(());
        }
        let once = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec::try_from(left).map_err(io::Error::other)?,
        };
        // This also takes back that it rang before.
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
        loop {
            self.0.readable().await?;
            match self.0.try_read(&mut [0; size_of::<u64>()]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                rang => return rang.map(|_| ()),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) struct Alarm;

#[cfg(not(target_os = "linux"))]
impl Alarm {
    /// Makes an alarm; never fails.
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits until a time; returns at once if it has passed.
    pub async fn at(&self, time: Instant) {
        tokio::time::sleep_until(time.into()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Longer than a test may wait on a busy machine.
    const LONG: Duration = Duration::from_secs(60);

    async fn rings(alarm: &Alarm, time: Instant) {
        timeout(LONG, alarm.at(time)).await.expect("it rings");
        assert!(Instant::now() >= time);
    }

    #[tokio::test]
    async fn it_rings_at_its_time_again_and_again_and_never_before() {
        let alarm = Alarm::new().unwrap();
        let begun = Instant::now();
        for step in 1..=50 {
            rings(&alarm, begun + step * Duration::from_micros(300)).await;
        }
    }

    #[tokio::test]
    async fn a_time_that_has_passed_rings_at_once() {
        let alarm = Alarm::new().unwrap();
        let now = Instant::now();
        rings(&alarm, now).await;
        rings(&alarm, now.checked_sub(Duration::from_secs(1)).unwrap()).await;
    }

    #[tokio::test]
    async fn a_wait_that_was_given_up_is_forgotten() {
        let alarm = Alarm::new().unwrap();
        for given_up in [LONG, Duration::from_millis(1)] {
            let late = Instant::now() + given_up;
            tokio::select! {
                biased;
                () = async { alarm.at(late).await } => panic!("it rang too early"),
                () = std::future::ready(()) => {}
            }
            // The shorter one rings meanwhile, and nobody hears it.
            std::thread::sleep(Duration::from_millis(2));
            rings(&alarm, Instant::now() + Duration::from_millis(5)).await;
        }
    }
}

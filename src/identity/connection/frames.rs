//! Watches HTTP/2 frames that cost the server work and the peer nothing: SETTINGS, PING, PRIORITY, WINDOW_UPDATE, empty DATA,
//! unknown types, resets. The library accepts any number of them; here each peer has a budget.
//!
//! Only the nine bytes before each frame are inspected. HEADERS, and DATA with content, are never counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::watched::{Findings, Verdict, Watch};

/// Bytes of the connection preface.
const PREFACE: usize = 24;

/// Bytes of the header before each frame.
const HEADER: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const END_STREAM: u8 = 0x1;
const PADDED: u8 = 0x8;

/// Control frames earned by one request: above all window updates for its answer.
const EARNED_BY_REQUEST: u32 = 4;

/// Bytes of answers that earn one more control frame: clients acknowledge each chunk they read, once for the stream and once for
/// the connection.
const EARNED_EVERY: usize = 256;

/// A budget of frames that is refilled over time.
struct Budget {
    left: u32,
    most: u32,
    each_second: u32,
    since: Instant,
}

impl Budget {
    fn new(left: u32, most: u32, each_second: u32, now: Instant) -> Self {
        Self { left, most, each_second, since: now }
    }

    fn earn(&mut self, count: u32) {
        self.left = self.left.saturating_add(count).min(self.most);
    }

    /// Takes one frame; returns false if none is left.
    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.since).min(Duration::from_secs(60)).as_millis();
        let earned = u32::try_from(elapsed).unwrap_or(u32::MAX).saturating_mul(self.each_second) / 1000;
        if earned > 0 {
            self.earn(earned);
            self.since = now;
        }
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => return false,
        };
        true
    }
}

/// The watch over the frames of one connection.
pub(super) struct Frames {
    /// The bytes to skip: of the preface, or of a frame's payload.
    skip: usize,
    header: [u8; HEADER],
    filled: usize,
    control: Budget,
    resets: Budget,
    wrote: usize,
    findings: Arc<Findings>,
}

impl Frames {
    pub fn new(findings: Arc<Findings>, now: Instant) -> Self {
        Self {
            skip: PREFACE,
            header: [0; HEADER],
            filled: 0,
            control: Budget::new(1000, 4000, 300, now),
            resets: Budget::new(256, 256, 64, now),
            wrote: 0,
            findings,
        }
    }

    /// Returns whether the frame of the complete header is within the budget.
    fn allows(&mut self, now: Instant) -> bool {
        let [_, _, _, kind, flags, ..] = self.header;
        let says_nothing = self.skip == 0 && flags & END_STREAM == 0 || flags & PADDED != 0;
        match kind {
            HEADERS => self.control.earn(EARNED_BY_REQUEST),
            DATA if !says_nothing => {}
            RST_STREAM => return self.resets.take(now),
            _ => return self.control.take(now),
        }
        true
    }

    /// Inspects bytes received at `now`; returns false if one of their frames exceeds the budget.
    fn look(&mut self, mut bytes: &[u8], now: Instant) -> bool {
        let mut within = true;
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let taken = (HEADER - self.filled).min(bytes.len());
            self.header[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
            self.filled += taken;
            bytes = &bytes[taken..];
            if self.filled < HEADER {
                return within;
            }
            self.filled = 0;
            let [high, middle, low, ..] = self.header;
            self.skip = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
            within &= self.allows(now);
        }
    }
}

impl Watch for Frames {
    fn read(&mut self, bytes: &[u8]) -> Verdict {
        if self.look(bytes, Instant::now()) {
            return Verdict::Pass;
        }
        self.findings.flood.notify_one();
        Verdict::Hold(0)
    }

    fn wrote(&mut self, bytes: usize) {
        self.wrote += bytes;
        self.control.earn(u32::try_from(self.wrote / EARNED_EVERY).unwrap_or(u32::MAX));
        self.wrote %= EARNED_EVERY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
    }

    fn frames(now: Instant) -> Frames {
        let mut frames = Frames::new(Arc::default(), now);
        assert!(frames.look(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", now));
        frames
    }

    /// Returns how many of these frames pass at one moment, up to 10,000.
    fn passed(frames: &mut Frames, frame: &[u8], now: Instant) -> usize {
        (0..10_000).take_while(|_| frames.look(frame, now)).count()
    }

    #[test]
    fn frames_that_carry_nothing_have_a_budget() {
        let now = Instant::now();
        let kinds = [
            ("SETTINGS", frame(4, 0, &[])),
            ("PING", frame(6, 0, &[0; 8])),
            ("PRIORITY", frame(2, 0, &[0; 5])),
            ("WINDOW_UPDATE", frame(8, 0, &[0, 0, 0, 1])),
            ("CONTINUATION", frame(9, 0, &[0; 10])),
            ("unknown", frame(0xfa, 0, &[0; 100])),
            ("empty DATA", frame(0, 0, &[])),
            ("padding", frame(0, PADDED, &[9, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
        ];
        for (name, bytes) in kinds {
            assert_eq!(passed(&mut frames(now), &bytes, now), 1000, "{name}");
        }
        assert_eq!(passed(&mut frames(now), &frame(RST_STREAM, 0, &[0; 4]), now), 256);
    }

    #[test]
    fn a_budget_comes_back_with_time_and_with_work() {
        let now = Instant::now();
        let ping = frame(6, 0, &[0; 8]);
        let mut watch = frames(now);
        assert_eq!(passed(&mut watch, &ping, now), 1000);
        assert_eq!(passed(&mut watch, &ping, now + Duration::from_secs(1)), 300);
        watch.wrote(100);
        watch.wrote(156);
        assert_eq!(passed(&mut watch, &ping, now + Duration::from_secs(1)), 1);
        assert!(watch.look(&frame(HEADERS, 0x4, b"x"), now));
        assert_eq!(passed(&mut watch, &ping, now + Duration::from_secs(1)), 4);
        // However long it waits, the budget does not exceed its maximum.
        assert_eq!(passed(&mut watch, &ping, now + Duration::from_secs(3600)), 4000);
    }

    #[test]
    fn requests_and_bodies_are_never_counted_however_they_are_cut() {
        let now = Instant::now();
        let mut watch = frames(now);
        let upload = [frame(HEADERS, 0x4, &[0; 40]), frame(DATA, 0, &[7; 300]), frame(DATA, END_STREAM, &[])].concat();
        for _ in 0..10_000 {
            // Byte by byte, and all at once.
            assert!(upload.iter().all(|byte| watch.look(&[*byte], now)));
            assert!(watch.look(&upload, now));
        }
    }
}

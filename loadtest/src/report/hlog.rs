//! The times of a run as an HDR histogram log: every tally whole, so that the logs of several runs add up, and each moment.
//!
//! Tags: `stage-N-KIND` for the N-th stage, counted from 1 through all rounds; `part-N-KIND` for the N-th part of the mix; `corrected`
//! for each moment. KIND is `corrected`, `uncorrected`, `handshake` or `late`. Values are microseconds.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use data_encoding::BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, Tag};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};

use crate::run::{Findings, Point, Tally, Times};

/// Times by tag; those of the moments in their order.
#[derive(Debug, Default)]
pub(super) struct TimesLog {
    /// Of stages and parts.
    pub whole: HashMap<String, Times>,
    /// Of the moments, each with its beginning.
    pub moments: Vec<(Duration, Times)>,
}

/// A log that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Illegible;

const MOMENT: &str = "corrected";
/// Values are microseconds; the log shows the greatest one in milliseconds.
const MICROS_IN_MS: f64 = 1000.0;

/// Writes the log of a run.
pub(super) fn write(findings: &Findings) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment("[times in microseconds; stages and parts of the mix whole, and `corrected` for each moment]");
    builder.with_max_value_divisor(MICROS_IN_MS);
    let began_at = SystemTime::from(findings.began_at);
    builder.with_start_time(began_at).with_base_time(began_at);
    let mut log = builder.begin_log_with(&mut bytes, &mut serializer).expect("memory takes any log");
    let mut add = |tag: &str, at: Duration, length: Duration, times: &Times| {
        let tag = Tag::new(tag).expect("no comma, blank or line end");
        log.write_histogram(times.histogram(), at, length, Some(tag)).expect("memory takes any log");
    };
    for (place, point) in findings.series.points.iter().enumerate() {
        let step = findings.series.step;
        add(MOMENT, step * u32::try_from(place).unwrap_or(u32::MAX), step, &point.corrected);
    }
    for (kind, tallies) in [("stage", &findings.stages), ("part", &findings.parts)] {
        for (place, tally) in tallies.iter().enumerate() {
            for (name, times) in times_of(tally) {
                add(&tag(kind, place, name), Duration::ZERO, tally.answering(), times);
            }
        }
    }
    bytes
}

/// Reads the log of a run.
pub(super) fn read(bytes: &[u8]) -> Result<TimesLog, Illegible> {
    let (mut log, mut deserializer) = (TimesLog::default(), Deserializer::new());
    for entry in IntervalLogIterator::new(bytes) {
        let LogEntry::Interval(interval) = entry.map_err(|_| Illegible)? else { continue };
        let packed = BASE64.decode(interval.encoded_histogram().as_bytes()).map_err(|_| Illegible)?;
        let histogram: Histogram<u64> = deserializer.deserialize(&mut packed.as_slice()).map_err(|_| Illegible)?;
        let (times, tag) = (Times::from(histogram), interval.tag().ok_or(Illegible)?);
        match tag.as_str() {
            MOMENT => log.moments.push((interval.start_timestamp(), times)),
            tag => {
                log.whole.insert(tag.to_owned(), times);
            }
        }
    }
    Ok(log)
}

impl TimesLog {
    /// Gives the times of a tally back to it.
    pub fn fill(&mut self, kind: &str, place: usize, tally: &mut Tally) -> Result<(), Illegible> {
        let mut take = |name| self.whole.remove(&tag(kind, place, name)).ok_or(Illegible);
        tally.corrected = take("corrected")?;
        tally.uncorrected = take("uncorrected")?;
        tally.handshakes = take("handshake")?;
        tally.late = take("late")?;
        Ok(())
    }

    /// Gives the times of the moments back to them.
    pub fn fill_moments(&mut self, points: &mut [Point]) -> Result<(), Illegible> {
        if self.moments.len() != points.len() {
            return Err(Illegible);
        }
        points.iter_mut().zip(self.moments.drain(..)).for_each(|(point, (_, times))| point.corrected = times);
        Ok(())
    }
}

fn times_of(tally: &Tally) -> [(&'static str, &Times); 4] {
    [
        ("corrected", &tally.corrected),
        ("uncorrected", &tally.uncorrected),
        ("handshake", &tally.handshakes),
        ("late", &tally.late),
    ]
}

fn tag(kind: &str, place: usize, name: &str) -> String {
    format!("{kind}-{}-{name}", place + 1)
}

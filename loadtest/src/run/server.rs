//! The server's own figures during a run: its processor time, memory and queues, as its `/metrics` tells them.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::Run;
use super::series::Series;
use crate::operator::Operator;

/// What the server told of itself during a run; stands in the results as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerFigures {
    /// What it told, one after the other, in bounded number.
    pub samples: Vec<Sample>,
    /// Why it told nothing, or nothing more; none if it told to the end.
    pub failure: Option<String>,
}

/// What the server told at one moment. Counters count from its start; a figure that it does not tell is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds from the beginning of the run.
    pub at_seconds: f64,
    /// Seconds of processor time so far, of the serving process without PostgreSQL.
    pub processor_seconds: Option<f64>,
    /// Memory in use, in bytes.
    pub resident_bytes: Option<f64>,
    /// Open connections of terminals.
    pub connections: Option<f64>,
    /// Unfinished files.
    pub queue_files: Option<f64>,
    /// People in open slices of files.
    pub queue_people: Option<f64>,
    /// Statements of batched lookups so far.
    pub batches: Option<f64>,
    /// Lookups in these statements so far.
    pub batched: Option<f64>,
    /// Records of the access log so far.
    pub access_log_records: Option<f64>,
}

/// How often the server is asked.
const EACH: Duration = Duration::from_secs(1);

/// How often it may fail to answer one after the other before it is not asked any more.
const MOST_FAILURES: u32 = 10;

/// Asks the server for its figures until the task is ended.
pub(super) async fn watch(run: Arc<Run>, operator: Operator) {
    let begun = tokio::time::Instant::now();
    let mut ticks = tokio::time::interval(EACH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failures = 0;
    while failures < MOST_FAILURES {
        ticks.tick().await;
        let told = match operator.get("/metrics").await {
            Ok((StatusCode::OK, text)) => Ok(Sample { at_seconds: begun.elapsed().as_secs_f64(), ..read(&text) }),
            Ok((status, _)) => Err(format!("HTTP status {}", status.as_u16())),
            Err(error) => Err(error.to_string()),
        };
        let mut figures = run.server();
        match told {
            Ok(sample) => {
                figures.add(sample);
                figures.failure = None;
                failures = 0;
            }
            Err(failure) => {
                figures.failure = Some(failure);
                failures += 1;
            }
        }
    }
}

impl ServerFigures {
    /// Adds a sample. If there are too many, every second one is left out, except for the first and the last one.
    fn add(&mut self, sample: Sample) {
        if self.samples.len() >= Series::MOST {
            let mut place = 0;
            self.samples.retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
        // After that, the samples come closer together than those before; a chart draws them by their times.
        self.samples.push(sample);
    }
}

/// Reads the figures from the Prometheus text format, of whose series those with the same name add up.
fn read(text: &str) -> Sample {
    let sum = |name: &str| {
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let is_whole_name = rest.starts_with(['{', ' ']);
            if is_whole_name { rest.rsplit(' ').next()?.parse::<f64>().ok() } else { None }
        });
        values.fold(None, |sum: Option<f64>, value| Some(sum.unwrap_or_default() + value))
    };
    Sample {
        at_seconds: 0.0,
        processor_seconds: sum("shikaku_processor_seconds_total"),
        resident_bytes: sum("process_resident_memory_bytes"),
        connections: sum("shikaku_connections"),
        queue_files: sum("shikaku_bulk_queue_files"),
        queue_people: sum("shikaku_bulk_queue_persons"),
        batches: sum("shikaku_database_batch_count"),
        batched: sum("shikaku_database_batch_sum"),
        access_log_records: sum("shikaku_access_log_records_total"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_their_whole_names_and_add_up() {
        let sample = read(
            "# HELP shikaku_connections Open terminal connections\n# TYPE shikaku_connections gauge\nshikaku_connections 7\n\
             shikaku_connections_closed_total{reason=\"slow\"} 9\nshikaku_processor_seconds_total 12.5\n\
             shikaku_database_batch_sum{statement=\"a\"} 30\nshikaku_database_batch_sum{statement=\"b\"} 10\n\
             shikaku_database_batch_count{statement=\"a\"} 2\nshikaku_bulk_queue_files 0\n",
        );
        let wanted = Sample {
            connections: Some(7.0),
            processor_seconds: Some(12.5),
            batched: Some(40.0),
            batches: Some(2.0),
            queue_files: Some(0.0),
            ..Sample::default()
        };
        assert_eq!(sample, wanted);
    }

    #[test]
    fn samples_of_a_long_run_are_bounded() {
        let mut figures = ServerFigures::default();
        let at = |seconds: u32| Sample { at_seconds: f64::from(seconds), ..Sample::default() };
        (0..10_000).for_each(|seconds| figures.add(at(seconds)));
        assert!(figures.samples.len() <= Series::MOST && figures.samples.len() >= Series::MOST / 2);
        assert!(figures.samples.is_sorted_by(|one, next| one.at_seconds <= next.at_seconds));
        assert_eq!((figures.samples[0], figures.samples.last()), (at(0), Some(&at(9_999))));
    }
}

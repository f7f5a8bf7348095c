//! Thresholds: what is good enough.

use std::time::Duration;

use shikaku::fixtures::Table;

use super::number::{Rate, Share, milliseconds};

/// What is good enough. A run that misses one of them ends with exit code 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// The longest latencies of all requests from the due time.
    pub latency: Vec<Limit>,
    /// The least share of the asked rate that is achieved.
    pub rate: Share,
    /// The greatest share of the requests that fail or are not sent.
    pub errors: Share,
    /// The most wrong answers.
    pub wrong: u64,
    /// The 99th percentile of how late the sender itself may be. A run whose sender fell behind measured itself.
    pub lateness: Duration,
    /// The least rate that the server keeps; for plans with a [`super::KneePlan`].
    pub knee: Option<Rate>,
}

/// The longest latency at a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The quantile.
    pub quantile: Quantile,
    /// The longest latency.
    pub most: Duration,
}

/// A quantile of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantile {
    /// The median.
    P50,
    /// 90 of 100.
    P90,
    /// 95 of 100.
    P95,
    /// 99 of 100.
    P99,
    /// 999 of 1,000.
    P999,
    /// All.
    Max,
}

impl Quantile {
    /// Every quantile, in order.
    pub const ALL: [Self; 6] = [Self::P50, Self::P90, Self::P95, Self::P99, Self::P999, Self::Max];

    /// Returns its part of the whole.
    #[must_use]
    pub fn part(self) -> f64 {
        match self {
            Self::P50 => 0.5,
            Self::P90 => 0.9,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
            Self::P999 => 0.999,
            Self::Max => 1.0,
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::Max => "max",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::P50 => "p50_ms",
            Self::P90 => "p90_ms",
            Self::P95 => "p95_ms",
            Self::P99 => "p99_ms",
            Self::P999 => "p999_ms",
            Self::Max => "max_ms",
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            latency: Vec::new(),
            rate: Share::new(0.99).expect("a share"),
            errors: Share::NONE,
            wrong: 0,
            lateness: Duration::from_millis(50),
            knee: None,
        }
    }
}

pub(super) fn read(table: Option<Table<'_>>, has_knee: bool) -> Option<Thresholds> {
    let usual = Thresholds::default();
    let Some(mut table) = table else { return Some(usual) };
    let (latency, line) = (latency(&mut table), table.line_of("knee"));
    let thresholds = Thresholds {
        latency,
        rate: table.number("rate_achieved", Share::new).unwrap_or(usual.rate),
        errors: table.number("errors", Share::new).unwrap_or(usual.errors),
        wrong: table.natural("wrong_answers").unwrap_or(usual.wrong),
        lateness: table.number("sender_late_p99_ms", milliseconds).unwrap_or(usual.lateness),
        knee: table.number("knee", Rate::new),
    };
    if thresholds.knee.is_some() && !has_knee {
        table.fault_at(
            line,
            "knee",
            ("goes with a `[knee]`, which says what each stage must keep", "`[knee]`があるときだけ書けます"),
        );
    }
    table.finish();
    Some(thresholds)
}

/// Reads the longest latencies.
pub(super) fn latency(table: &mut Table<'_>) -> Vec<Limit> {
    let limit = |quantile: Quantile| Some(Limit { quantile, most: table.number(quantile.key(), milliseconds)? });
    Quantile::ALL.into_iter().filter_map(limit).collect()
}

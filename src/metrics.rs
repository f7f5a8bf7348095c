//! Defines every series of `/metrics`. Labels are few and fixed: routes are patterns, and no label is about a person.

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// The series of one server.
pub struct Metrics {
    registry: Registry,
    /// `shikaku_requests_total{listener, route, outcome}`: answered requests; outcome is the error code or `ok`.
    pub requests: IntCounterVec,
    /// `shikaku_request_seconds{route}`: from the complete head to the answer's head.
    pub request_seconds: HistogramVec,
    /// `shikaku_connections`: open terminal connections.
    pub connections: IntGauge,
    /// `shikaku_connections_closed_total{reason}`: connections that the server ended early.
    pub connections_closed: IntCounterVec,
    /// `shikaku_handshakes_total{result}`: TLS handshakes; result is `ok` or the reason for refusal.
    pub handshakes: IntCounterVec,
    /// `shikaku_refused_callers_total{reason}`: requests on an open connection refused because of the caller's certificate.
    pub refused_callers: IntCounterVec,
    /// `shikaku_refused_cards_total{reason}`: cards that were not genuine, or gave no proof of possession.
    pub refused_cards: IntCounterVec,
    /// `shikaku_misses_total{result}`: lookups that found nobody: `told`, or `refused` because the institution had too many.
    pub misses: IntCounterVec,
    /// `shikaku_database_seconds{statement}`: batched statements of the request path.
    pub database_seconds: HistogramVec,
    /// `shikaku_database_batch{statement}`: questions in one batched statement.
    pub database_batch: HistogramVec,
    /// `shikaku_database_pool_connections`: connections in the pool.
    pub pool_connections: IntGauge,
    /// `shikaku_database_pool_idle`: idle connections in the pool.
    pub pool_idle: IntGauge,
    /// `shikaku_database_pool_wait_seconds`: time to get a connection out of the pool, sampled by readiness checks.
    pub pool_wait_seconds: Histogram,
    /// `shikaku_access_log_records_total{result}`: access-log records, `written` or `failed`.
    pub log_records: IntCounterVec,
    /// `shikaku_bulk_files_total{result}`: files that were finished, `done` or `failed`.
    pub bulk_files: IntCounterVec,
    /// `shikaku_bulk_persons_total`: people of files for whom there is an answer.
    pub bulk_persons: IntCounter,
    /// `shikaku_bulk_seconds`: from the reception of a file to its complete result, system time.
    pub bulk_seconds: Histogram,
    /// `shikaku_bulk_retries_total`: slices of files that were started again.
    pub bulk_retries: IntCounter,
    /// `shikaku_bulk_lost_leases_total`: slices of files whose result came too late.
    pub bulk_lost_leases: IntCounter,
    /// `shikaku_bulk_queue_files`: unfinished files of all processes; read at each scrape.
    pub bulk_queue_files: IntGauge,
    /// `shikaku_bulk_queue_persons`: people in open slices.
    pub bulk_queue_persons: IntGauge,
    /// `shikaku_bulk_queue_oldest_seconds`: age of the oldest unfinished file, system time.
    pub bulk_queue_oldest: IntGauge,
    /// `shikaku_crl_next_update_seconds`: Unix time at which the live CRL becomes stale and every caller is refused.
    pub crl_next_update: IntGauge,
    /// `shikaku_reloads_total{result}`: reloads of certificates and CRL, `ok` or `failed`.
    pub reloads: IntCounterVec,
}

/// Buckets from half a millisecond to ten seconds: a lookup takes about one millisecond, and the request limit is twenty seconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Buckets from a small file to one that waited behind many.
const FILE_SECONDS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

/// Buckets up to the largest batch.
const BATCH: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

impl Metrics {
    /// Makes a new set with every series at zero.
    #[must_use]
    pub fn new() -> Self {
        let registry = Registry::new();
        // Processor time, memory, threads and open files of this process; the library reads them from /proc, which Linux has.
        #[cfg(target_os = "linux")]
        registry
            .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
            .expect("every name is used once");
        Self {
            requests: counters(
                &registry,
                "shikaku_requests_total",
                "Answered requests by listener, route pattern and outcome (ok or error code)",
                &["listener", "route", "outcome"],
            ),
            request_seconds: histograms(
                &registry,
                "shikaku_request_seconds",
                "Time from a complete request head to the answer, by route pattern",
                &["route"],
                &SECONDS,
            ),
            connections: gauge(&registry, "shikaku_connections", "Open terminal connections"),
            connections_closed: counters(
                &registry,
                "shikaku_connections_closed_total",
                "Terminal connections that the server ended early, by reason",
                &["reason"],
            ),
            handshakes: counters(
                &registry,
                "shikaku_handshakes_total",
                "TLS handshakes by result: ok, or the reason for refusal",
                &["result"],
            ),
            refused_callers: counters(
                &registry,
                "shikaku_refused_callers_total",
                "Requests on a living connection refused because of the certificate, by reason",
                &["reason"],
            ),
            refused_cards: counters(
                &registry,
                "shikaku_refused_cards_total",
                "Cards that were not genuine or did not prove to be there, by reason",
                &["reason"],
            ),
            misses: counters(
                &registry,
                "shikaku_misses_total",
                "Lookups and people of files that were told to be unknown, and lookups and files refused after too many, by result",
                &["result"],
            ),
            database_seconds: histograms(
                &registry,
                "shikaku_database_seconds",
                "Time of the batched statements of the request path",
                &["statement"],
                &SECONDS,
            ),
            database_batch: histograms(
                &registry,
                "shikaku_database_batch",
                "Questions that one batched statement took",
                &["statement"],
                &BATCH,
            ),
            pool_connections: gauge(&registry, "shikaku_database_pool_connections", "Connections in the pool"),
            pool_idle: gauge(&registry, "shikaku_database_pool_idle", "Connections in the pool that nobody uses"),
            pool_wait_seconds: {
                let options = HistogramOpts::new(
                    "shikaku_database_pool_wait_seconds",
                    "Time to get a connection out of the pool, sampled by readiness checks",
                );
                let histogram = Histogram::with_opts(options.buckets(SECONDS.to_vec())).expect("a well-formed name");
                register(&registry, histogram)
            },
            log_records: counters(
                &registry,
                "shikaku_access_log_records_total",
                "Access-log records by result: written or failed",
                &["result"],
            ),
            bulk_files: counters(
                &registry,
                "shikaku_bulk_files_total",
                "Files that were finished by this process, by result: done or failed",
                &["result"],
            ),
            bulk_persons: counter(&registry, "shikaku_bulk_persons_total", "People of files whose result this process kept"),
            bulk_seconds: {
                let options =
                    HistogramOpts::new("shikaku_bulk_seconds", "Time from the reception of a file to its whole result");
                let histogram = Histogram::with_opts(options.buckets(FILE_SECONDS.to_vec())).expect("a well-formed name");
                register(&registry, histogram)
            },
            bulk_retries: counter(&registry, "shikaku_bulk_retries_total", "Slices of files that were begun again"),
            bulk_lost_leases: counter(
                &registry,
                "shikaku_bulk_lost_leases_total",
                "Slices of files whose lease was lost before their result was kept",
            ),
            bulk_queue_files: gauge(&registry, "shikaku_bulk_queue_files", "Files in work, of all processes"),
            bulk_queue_persons: gauge(&registry, "shikaku_bulk_queue_persons", "People in open slices of files"),
            bulk_queue_oldest: gauge(
                &registry,
                "shikaku_bulk_queue_oldest_seconds",
                "Age of the oldest file in work, 0 without one",
            ),
            crl_next_update: gauge(
                &registry,
                "shikaku_crl_next_update_seconds",
                "Unix time at which the live CRL becomes stale and every terminal is refused",
            ),
            reloads: counters(
                &registry,
                "shikaku_reloads_total",
                "Reloads of certificates and CRL by result: ok or failed",
                &["result"],
            ),
            registry,
        }
    }

    /// Renders all series in the Prometheus text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("memory takes any text");
        String::from_utf8(text).expect("the text format is UTF-8")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn register<C: prometheus::core::Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry.register(Box::new(collector.clone())).expect("every name is used once");
    collector
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels).expect("a well-formed name"))
}

fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    register(registry, IntCounter::new(name, help).expect("a well-formed name"))
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    register(registry, IntGauge::new(name, help).expect("a well-formed name"))
}

fn histograms(registry: &Registry, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
    let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
    register(registry, HistogramVec::new(options, labels).expect("a well-formed name"))
}

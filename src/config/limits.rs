use std::time::Duration;

use super::BulkLimits;

/// Bounds on time, memory and queues. Every path is bounded by one of them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Terminal connections open at once; more are closed at once.
    pub connections: usize,
    /// TLS handshakes under way at once; more wait, within the time of their own handshake.
    pub handshakes: usize,
    /// Time for a TLS handshake, waiting included.
    pub handshake: Duration,
    /// Time from the handshake to the first complete request head.
    pub first_request: Duration,
    /// Time for a request head, and for a connection to stand idle between two requests.
    pub idle: Duration,
    /// Time for a request body.
    pub body: Duration,
    /// Time for a client to take what is written to it.
    pub write: Duration,
    /// Time from a complete request to its answer.
    pub request: Duration,
    /// Time for connections to finish when the server stops.
    pub stop: Duration,
    /// Size of a request body, in bytes.
    pub body_bytes: usize,
    /// Size of a request head, in bytes.
    pub head_bytes: usize,
    /// HTTP/2 streams open at once on one connection.
    pub streams: u32,
    /// Lookups waiting for the database at once; beyond that, the institution with most of them is refused as busy.
    pub waiting: usize,
    /// Lookups that one statement takes.
    pub batch: usize,
    /// Lookups by what stands on a card, and people of files, that find nobody, of one institution in an hour; 0 for no limit. More
    /// than an institution asks at once, so that lookups at once are not refused for what they might be.
    pub misses: usize,
    /// Bounds on files with questions about many people.
    pub bulk: BulkLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshakes: 128,
            handshake: Duration::from_secs(5),
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            body: Duration::from_secs(10),
            write: Duration::from_secs(10),
            request: Duration::from_secs(20),
            stop: Duration::from_secs(10),
            body_bytes: 64 * 1024,
            head_bytes: 16 * 1024,
            streams: 32,
            waiting: 4096,
            batch: 256,
            misses: 2000,
            bulk: BulkLimits::default(),
        }
    }
}

use std::time::Duration;

use super::BulkLimits;

/// Bounds on time, memory and queues. Every path is bounded by one of them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Terminal connections open at once; more are closed at once.
    pub connections: usize,
    /// Connections open at once on the listener that asks for no certificate; more are closed at once. They have places of their
    /// own, so that strangers keep no terminal out.
    pub token_connections: usize,
    /// Of these, connections of one institution; more are closed after the handshake.
    pub connections_of_institution: usize,
    /// Requests of one institution in work at once whatever others do, from their head to the head of the answer; more are held back,
    /// as heads.
    pub requests_at_once: usize,
    /// Requests beyond those that may be in work, of all institutions together or of a single one that is alone.
    pub requests_in_common: usize,
    /// Requests of one institution in work or held back; more are refused as busy, and so are those held back for the time of a
    /// request.
    pub requests_held: usize,
    /// Requests of all institutions in work or held back; more are refused as busy where their institution has `requests_at_once` already.
    pub requests_held_of_all: usize,
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
    /// Time for a client to take some of what is written to it, and `write_bytes` of the bodies of its answers.
    pub write: Duration,
    /// The least that a client takes of the bodies of its answers in the time `write`, bytes.
    pub write_bytes: usize,
    /// Time from a complete request to its answer.
    pub request: Duration,
    /// How long the token of a login holds, in whole seconds. The real duration is not public.
    pub token: Duration,
    /// Time for connections to finish when the server stops.
    pub stop: Duration,
    /// Size of a request body, in bytes.
    pub body_bytes: usize,
    /// Size of a request head, in bytes.
    pub head_bytes: usize,
    /// HTTP/2 streams open at once on one connection. Each costs a connection about 1 KiB for as long as it lives, used or not.
    pub streams: u32,
    /// Lookups waiting for the database at once; beyond that, the institution with most of them is refused as busy.
    pub waiting: usize,
    /// Lookups that one statement takes.
    pub batch: usize,
    /// Lookups by what stands on a card, and people of files, that find nobody, of one institution in an hour; 0 for no limit. More
    /// than can be in work, so that lookups at once are not refused for what they might be.
    pub misses: usize,
    /// Bounds on files with questions about many people.
    pub bulk: BulkLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            token_connections: 512,
            connections_of_institution: 1024,
            requests_at_once: 8,
            requests_in_common: 56,
            requests_held: 4096,
            requests_held_of_all: 12 * 1024,
            handshakes: 128,
            handshake: Duration::from_secs(5),
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            body: Duration::from_secs(10),
            write: Duration::from_secs(20),
            write_bytes: 16 * 1024,
            request: Duration::from_secs(20),
            token: Duration::from_secs(15 * 60),
            stop: Duration::from_secs(10),
            body_bytes: 64 * 1024,
            head_bytes: 16 * 1024,
            streams: 16,
            waiting: 4096,
            batch: 256,
            misses: 2000,
            bulk: BulkLimits::default(),
        }
    }
}

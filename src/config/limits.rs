//! Bounds on time, memory and queues.

use std::time::Duration;

use super::BulkLimits;

/// Bounds on time, memory and queues. Every path is bounded by one of them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Terminal connections open at once; further ones are closed immediately.
    pub connections: usize,
    /// Connections open at once on the listener that asks for no certificate; further ones are closed immediately. They are
    /// counted separately, so that unknown callers cannot take places of terminals.
    pub token_connections: usize,
    /// Of the terminal connections, those of one institution; further ones are closed after the handshake.
    pub connections_of_institution: usize,
    /// Requests of one institution in progress at once, whatever the load of others, from the request's head to the answer's
    /// head; further ones wait, holding only their heads.
    pub requests_at_once: usize,
    /// Requests in progress beyond those, of all institutions together; a single institution may use all of them.
    pub requests_in_common: usize,
    /// Requests of one institution in progress or waiting; further ones are refused as busy, and so are requests that have waited
    /// for the time `request`.
    pub requests_held: usize,
    /// Requests of all institutions in progress or waiting; further ones are refused as busy if their institution already has
    /// `requests_at_once`.
    pub requests_held_of_all: usize,
    /// TLS handshakes in progress at once; further ones wait, within the time of their own handshake.
    pub handshakes: usize,
    /// Time for a TLS handshake, waiting included.
    pub handshake: Duration,
    /// Time from the handshake to the first complete request head.
    pub first_request: Duration,
    /// Time for a request head, and for an idle connection between two requests.
    pub idle: Duration,
    /// Time for a request body.
    pub body: Duration,
    /// Time within which a client must take some of the bytes written to it, and `write_bytes` of the bodies of its answers.
    pub write: Duration,
    /// The fewest bytes that a client must take of the bodies of its answers in the time `write`.
    pub write_bytes: usize,
    /// Time from a complete request to its answer.
    pub request: Duration,
    /// Lifetime of a login token, in whole seconds. The real one is not public.
    pub token: Duration,
    /// Time for connections to finish when the server stops.
    pub stop: Duration,
    /// Size of a request body, in bytes.
    pub body_bytes: usize,
    /// Size of a request head, in bytes.
    pub head_bytes: usize,
    /// HTTP/2 streams open at once on one connection. Each costs the connection about 1 KiB for its whole life, used or not.
    pub streams: u32,
    /// Lookups waiting for the database at once; beyond that, the institution with most of them is refused as busy.
    pub waiting: usize,
    /// Lookups in one statement.
    pub group: usize,
    /// Lookups by the data on a card, and people in files, of one institution in an hour that find nobody; 0 for no limit. It is
    /// greater than the number of requests in progress, so that simultaneous lookups are not refused for results that they might
    /// have.
    pub misses: usize,
    /// Requests with insurers' registrations that are in memory at once; further ones wait, within the time `request`.
    pub registering: usize,
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
            group: 256,
            misses: 2000,
            registering: 8,
            bulk: BulkLimits::default(),
        }
    }
}

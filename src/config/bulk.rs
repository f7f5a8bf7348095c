//! Bounds on files with questions about many people.

use std::time::Duration;

use jiff::SignedDuration;

/// Bounds on files with questions about many people. The official ones are not public; these are ours.
#[derive(Debug, Clone, Copy)]
pub struct BulkLimits {
    /// Size of a file, in bytes.
    pub file_bytes: usize,
    /// Time for a file to arrive.
    pub file: Duration,
    /// Bytes of all files together that are arriving or being stored; further files wait for their turn, within the time of a
    /// request.
    pub arriving_bytes: usize,
    /// Files of one institution that are arriving or being stored at once.
    pub arriving_files: usize,
    /// People in a file.
    pub persons: usize,
    /// Files of one institution in progress; 0 for no limit.
    pub in_flight: usize,
    /// Different people about whom one institution asks in files of one day; 0 for no limit.
    pub people_a_day: usize,
    /// Results being sent at once; further ones wait for their turn, within the time of a request.
    pub fetches: usize,
    /// Of these, results of one institution.
    pub fetches_of_institution: usize,
    /// Slices of results converted at once to another format or character set.
    pub shaping: usize,
    /// People in one slice of a batch.
    pub slice: usize,
    /// Slices that one process works on at once.
    pub workers: usize,
    /// Lease of a slice to the worker that took it; the worker renews it three times in this time.
    pub lease: SignedDuration,
    /// The largest difference between the clocks of processes on one database: a process treats the lease of another as expired
    /// only this much later.
    pub skew: SignedDuration,
    /// Attempts at a slice before its batch is given up.
    pub attempts: i16,
    /// How often workers look for work without a notification.
    pub poll: Duration,
    /// How long a result can be fetched.
    pub keep: SignedDuration,
    /// How long after that the batch's existence is remembered.
    pub remember: SignedDuration,
    /// Results in XML with more bytes are sent as ZIP, requested or not.
    pub zip_above: usize,
}

impl Default for BulkLimits {
    fn default() -> Self {
        Self {
            file_bytes: 8 * 1024 * 1024,
            file: Duration::from_secs(60),
            arriving_bytes: 24 * 1024 * 1024,
            arriving_files: 4,
            persons: 10_000,
            in_flight: 20,
            people_a_day: 50_000,
            fetches: 16,
            fetches_of_institution: 4,
            shaping: 2,
            slice: 1250,
            workers: 4,
            lease: SignedDuration::from_secs(15),
            skew: SignedDuration::from_secs(5),
            attempts: 5,
            poll: Duration::from_secs(1),
            keep: SignedDuration::from_hours(7 * 24),
            remember: SignedDuration::from_hours(30 * 24),
            zip_above: 64 * 1024 * 1024,
        }
    }
}

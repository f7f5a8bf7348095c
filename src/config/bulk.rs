use std::time::Duration;

use jiff::SignedDuration;

/// Bounds on files with questions about many people. The official ones are not public; these are ours.
#[derive(Debug, Clone, Copy)]
pub struct BulkLimits {
    /// Size of a file, in bytes.
    pub file_bytes: usize,
    /// Time for a file to arrive.
    pub file: Duration,
    /// Files that arrive or are being stored may hold so many bytes together; others wait for their turn, within the time of a request.
    pub arriving_bytes: usize,
    /// Files of one institution that may arrive or be stored at once.
    pub arriving_files: usize,
    /// People in a file.
    pub persons: usize,
    /// Files of one institution in work; 0 for no limit.
    pub in_flight: usize,
    /// Different people that one institution asks about in files of one day; 0 for no limit.
    pub people_a_day: usize,
    /// Results that are sent at once; others wait for their turn, within the time of a request.
    pub fetches: usize,
    /// Of these, results of one institution.
    pub fetches_of_institution: usize,
    /// Pieces of results that are brought into another format or character set at once.
    pub shaping: usize,
    /// People that are worked on together.
    pub slice: usize,
    /// Pieces that one process works on at once.
    pub workers: usize,
    /// For how long a piece belongs to whoever took it; kept anew three times as often while work goes on.
    pub lease: SignedDuration,
    /// How far the clocks of processes that work on one database may be apart: the lease of another is over only so much later.
    pub skew: SignedDuration,
    /// How often a piece is begun before its file is given up.
    pub attempts: i16,
    /// How often workers look for work when nobody tells them of any.
    pub poll: Duration,
    /// How long a result can be fetched.
    pub keep: SignedDuration,
    /// How long it is known after that that there was one.
    pub remember: SignedDuration,
    /// Results in XML of more bytes come as ZIP, asked for or not.
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

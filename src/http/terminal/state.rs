//! What terminal routes work with.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::Limits;
use crate::exchange::{Arrivals, Fetches};
use crate::identity::{Tokens, Trust};
use crate::metrics::Metrics;
use crate::query::{BulkFetch, BulkRegister, ByCard, ByCertificate, Challenges, Directory, ReferenceNumbers};

/// What terminal routes work with. Every request has it several times over, so that it is only pointed to.
pub type TerminalState = Arc<TerminalParts>;

/// What there is of it.
pub struct TerminalParts {
    /// Lookups by insured-person's card.
    pub by_card: ByCard,
    /// Lookups by マイナンバーカード.
    pub by_certificate: ByCertificate,
    /// Challenges for cards to sign.
    pub challenges: Challenges,
    /// Files with questions about many people.
    pub bulk_register: BulkRegister,
    /// Results of files.
    pub bulk_fetch: BulkFetch,
    /// 照会番号.
    pub reference_numbers: ReferenceNumbers,
    /// Insurers and institutions.
    pub directory: Arc<Directory>,
    /// Time.
    pub clock: Clock,
    /// Bounds.
    pub limits: Limits,
    /// Series.
    pub metrics: Arc<Metrics>,
    /// What is believed about certificates.
    pub trust: Arc<Trust>,
    /// Login tokens.
    pub tokens: Arc<Tokens>,
    /// Bounds files that arrive at once.
    pub arrivals: Arc<Arrivals>,
    /// Bounds results that are sent at once.
    pub fetches: Fetches,
    /// Turns for bringing pieces of results into another format or character set.
    pub shaping: Arc<Semaphore>,
}

//! What every exchange works with.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::Limits;
use crate::identity::Trust;
use crate::metrics::Metrics;
use crate::query::{AccessLog, BulkFetch, BulkRegister, ByCard, ByCertificate, Challenges, Directory, ReferenceNumbers};

use super::admission::Admission;
use super::arrivals::Arrivals;
use super::fetches::Fetches;

/// What every exchange works with. There is one of it, and exchanges only point to it.
pub struct Parts {
    /// Says who may ask.
    pub admission: Admission,
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
    /// Records refused messages; the services above record what they answer.
    pub log: AccessLog,
    /// Insurers and institutions.
    pub directory: Arc<Directory>,
    /// The roots of cards.
    pub trust: Arc<Trust>,
    /// Time.
    pub clock: Clock,
    /// Bounds.
    pub limits: Limits,
    /// Series.
    pub metrics: Arc<Metrics>,
    /// Bounds files that arrive at once.
    pub arrivals: Arc<Arrivals>,
    /// Bounds results that are sent at once.
    pub fetches: Fetches,
    /// Turns for bringing pieces of results into another format or character set.
    pub shaping: Arc<Semaphore>,
}

//! The services and limits that all exchanges share.

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

/// Services and limits; one instance serves all exchanges.
pub struct Parts {
    /// Admits or refuses callers.
    pub admission: Admission,
    /// Lookups by the insured person's card.
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
    /// The trusted roots of cards.
    pub trust: Arc<Trust>,
    /// Domain time.
    pub clock: Clock,
    /// Limits.
    pub limits: Limits,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Bounds files that arrive at once.
    pub arrivals: Arc<Arrivals>,
    /// Bounds results that are sent at once.
    pub fetches: Fetches,
    /// Bounds slices of results converted at once to another format or character set.
    pub shaping: Arc<Semaphore>,
}

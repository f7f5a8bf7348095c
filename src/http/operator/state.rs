//! The state of operator routes.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::{Clock, system_now};
use crate::config::Limits;
use crate::domain::Moment;
use crate::identity::Trust;
use crate::metrics::Metrics;
use crate::query::operator::Operations;

/// The state of operator routes.
#[derive(Clone)]
pub struct OperatorState {
    /// Answers operators' questions and carries out their orders.
    pub operations: Operations,
    /// Judges certificates.
    pub trust: Arc<Trust>,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Domain time.
    pub clock: Clock,
    /// Limits.
    pub limits: Limits,
    /// The bearer token that is required, if any.
    pub token: Option<Arc<str>>,
    /// Places of the files of insurers that are in memory at once.
    pub registering: Arc<Semaphore>,
}

impl OperatorState {
    /// Returns the current moment, in domain time and the system's.
    pub(super) fn now(&self) -> Moment {
        Moment { domain: self.clock.now(), system: system_now() }
    }
}

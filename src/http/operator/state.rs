//! What operator routes work with.

use std::sync::Arc;

use crate::clock::{Clock, system_now};
use crate::config::Limits;
use crate::domain::Moment;
use crate::identity::Trust;
use crate::metrics::Metrics;
use crate::query::operator::Operations;

/// What operator routes work with.
#[derive(Clone)]
pub struct OperatorState {
    /// Answers operators' questions and does what they order.
    pub operations: Operations,
    /// What is believed about certificates.
    pub trust: Arc<Trust>,
    /// Series.
    pub metrics: Arc<Metrics>,
    /// Time.
    pub clock: Clock,
    /// Bounds.
    pub limits: Limits,
    /// The bearer token that is asked for, if any.
    pub token: Option<Arc<str>>,
}

impl OperatorState {
    /// The current moment, in domain time and the system's.
    pub(super) fn now(&self) -> Moment {
        Moment { domain: self.clock.now(), system: system_now() }
    }
}

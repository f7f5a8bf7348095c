//! The service behind operators' questions and orders.

use std::sync::Arc;

use crate::metrics::Metrics;
use crate::store::Store;

/// Answers operators' questions and carries out their orders. Each file beside this one has the methods for the routes of its
/// name.
#[derive(Clone)]
pub struct Operations {
    pub(super) store: Store,
    pub(super) metrics: Arc<Metrics>,
}

impl Operations {
    /// Makes a service that works on `store`.
    #[must_use]
    pub fn new(store: &Store, metrics: &Arc<Metrics>) -> Self {
        Self { store: store.clone(), metrics: metrics.clone() }
    }
}

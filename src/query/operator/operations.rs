//! What operators' questions and orders work with.

use std::sync::Arc;

use crate::metrics::Metrics;
use crate::store::Store;

/// Answers operators' questions and does what they order. Each file beside this one has the methods of the routes of its name.
#[derive(Clone)]
pub struct Operations {
    pub(super) store: Store,
    pub(super) metrics: Arc<Metrics>,
}

impl Operations {
    /// Works on `store`.
    #[must_use]
    pub fn new(store: &Store, metrics: &Arc<Metrics>) -> Self {
        Self { store: store.clone(), metrics: metrics.clone() }
    }
}

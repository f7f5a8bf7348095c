//! How files that come are to misbehave.

use crate::query::{QueryError, failed};
use crate::store::batches::Simulation;

use super::operations::Operations;

impl Operations {
    /// How files that come misbehave.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn simulation(&self) -> Result<Simulation, QueryError> {
        self.store.simulation().await.map_err(failed("simulation"))
    }

    /// Says how files that come from now on misbehave.
    ///
    /// # Errors
    /// When the database fails; then nothing has changed.
    pub async fn simulate(&self, simulation: Simulation) -> Result<(), QueryError> {
        self.store.set_simulation(simulation).await.map_err(failed("set_simulation"))
    }
}

//! Reads and sets the failures that are simulated for new batches.

use crate::domain::Simulation;
use crate::query::{QueryError, failed};

use super::operations::Operations;

impl Operations {
    /// Returns the failures that are simulated for new batches.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn simulation(&self) -> Result<Simulation, QueryError> {
        self.store.simulation().await.map_err(failed("simulation"))
    }

    /// Sets the failures to simulate for batches received from now on.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn simulate(&self, simulation: Simulation) -> Result<(), QueryError> {
        self.store.set_simulation(simulation).await.map_err(failed("set_simulation"))
    }
}

//! Lists the insurers that are loaded.

use crate::domain::InsurerSize;
use crate::query::{QueryError, failed};

use super::operations::Operations;

impl Operations {
    /// Lists every insurer by number, with how many coverages it has registered.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insurers(&self) -> Result<Vec<InsurerSize>, QueryError> {
        self.store.insurer_sizes().await.map_err(failed("insurer_sizes"))
    }
}

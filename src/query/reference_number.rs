//! Registers 照会番号: numbers that institutions give to the holders of cards.

use crate::domain::{CardKey, InstitutionCode, ReferenceNumber};
use crate::store::Store;
use crate::store::access_log::{Outcome, Path, Record};
use crate::store::reference_number::NewReference;

use super::access_log::{AccessLog, Asker};
use super::{QueryError, failed};

/// Registers 照会番号.
#[derive(Clone)]
pub struct ReferenceNumbers {
    store: Store,
    log: AccessLog,
}

impl ReferenceNumbers {
    /// Makes a service that registers numbers in `store`.
    #[must_use]
    pub fn new(store: &Store, log: AccessLog) -> Self {
        Self { store: store.clone(), log }
    }

    /// Registers a number. When this returns, the number is committed and part of every later answer to the institution about the
    /// card. The institution does not learn whether the card exists.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn register(&self, asker: &Asker, key: &CardKey, reference: &ReferenceNumber) -> Result<(), QueryError> {
        let new =
            NewReference { institution: asker.institution, key: key.clone(), reference: reference.clone(), at: asker.at };
        self.store.register_reference(new).await.map_err(failed("register_reference"))
    }

    /// Records a number that claims another institution; the number is not registered.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub async fn refuse_mismatch(&self, asker: Asker, claimed: InstitutionCode) -> Result<(), QueryError> {
        let hash = self.log.key().of_nobody();
        let record = self.log.record(asker, Path::ReferenceNumber, hash, None, Outcome::InstitutionMismatch);
        self.log.write(Record { claimed_institution: Some(claimed), ..record }).await
    }
}

//! Registers, revokes and renews certificates of cards in the simulated J-LIS.

use jiff::Timestamp;

use crate::domain::{CardId, CardKind, CardState, RevocationReason};
use crate::identity::card::CardCertificate;
use crate::query::{QueryError, failed};
use crate::store::jlis::{CardRecord, JlisError};

use super::operations::Operations;

/// Why J-LIS refused a change. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JlisRefused {
    /// No person has this id.
    NoPerson,
    /// J-LIS does not know the certificate.
    NoCard,
    /// The state of the certificates does not allow it, for this reason in English.
    WrongState(String),
    /// The database failed.
    Failed(QueryError),
}

impl From<JlisError> for JlisRefused {
    fn from(error: JlisError) -> Self {
        match error {
            JlisError::NoPerson => Self::NoPerson,
            JlisError::NoCard => Self::NoCard,
            JlisError::Known | JlisError::InUse | JlisError::NotInUse => Self::WrongState(error.to_string()),
            JlisError::Store(error) => Self::Failed(failed("cards")(error)),
        }
    }
}

impl Operations {
    /// Registers a new certificate of the person with this stable id at the time `at`.
    ///
    /// # Errors
    /// See [`JlisRefused`].
    pub async fn register_card(
        &self,
        person: &str,
        kind: CardKind,
        certificate: &CardCertificate,
        at: Timestamp,
    ) -> Result<(), JlisRefused> {
        Ok(self.store.register_card(person, &record(certificate, kind, at)).await?)
    }

    /// Revokes a certificate in use at the time `at`.
    ///
    /// # Errors
    /// See [`JlisRefused`].
    pub async fn revoke_card(&self, card: &CardId, reason: RevocationReason, at: Timestamp) -> Result<(), JlisRefused> {
        Ok(self.store.revoke_card(card, reason, at).await?)
    }

    /// Replaces a certificate in use by a new one of the same kind at the time `at`.
    ///
    /// # Errors
    /// See [`JlisRefused`].
    pub async fn renew_card(&self, old: &CardId, new: &CardCertificate, at: Timestamp) -> Result<(), JlisRefused> {
        // `renew_card` takes the kind from the old certificate.
        Ok(self.store.renew_card(old, &record(new, CardKind::Card, at)).await?)
    }
}

fn record(certificate: &CardCertificate, kind: CardKind, at: Timestamp) -> CardRecord {
    CardRecord {
        id: certificate.id().clone(),
        kind,
        state: CardState::Good,
        superseded_by: None,
        changed_at: at,
        as_of: None,
        valid_from: certificate.not_before(),
        valid_through: certificate.not_after(),
    }
}

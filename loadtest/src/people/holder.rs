//! Holders of cards: how a card is shown, and how it signs.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use shikaku::domain::CertificateSerial;
use shikaku::fixtures::CardAsk;
use shikaku::pki::{PeopleAuthority, PkiError, VirtualCard};

use crate::answer::Expected;

/// Somebody with a card, what is asked about them at the reader, and the answer that must come.
pub struct Holder {
    /// The stable id, for reports.
    pub id: String,
    /// What happens at the reader.
    pub ask: CardAsk,
    /// The answer.
    pub expected: Expected,
    /// The card.
    pub card: Card,
}

/// A card that signs.
pub enum Card {
    /// Of fixtures, with its own key.
    Made(Box<VirtualCard>),
    /// Of the mass format, which registers a certificate without making it: made when it is shown first.
    Registered(Box<RegisteredCard>),
}

/// A certificate that is registered for a person of the mass format.
pub struct RegisteredCard {
    pub(super) authority: Arc<PeopleAuthority>,
    pub(super) serial: CertificateSerial,
    pub(super) from: Timestamp,
    pub(super) through: Timestamp,
    pub(super) made: OnceLock<VirtualCard>,
}

impl Card {
    /// Signs a challenge; takes about half a millisecond, and as much again for a registered card that is shown for the first time.
    ///
    /// # Errors
    /// If there is no randomness, or the certificate cannot be made.
    pub fn sign(&self, challenge: &[u8]) -> Result<Vec<u8>, PkiError> {
        match self {
            Self::Made(card) => card.sign(challenge),
            Self::Registered(registered) => registered.card()?.sign(challenge),
        }
    }

    /// Returns the certificate in DER.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn certificate(&self) -> Result<&[u8], PkiError> {
        match self {
            Self::Made(card) => Ok(card.certificate()),
            Self::Registered(registered) => Ok(registered.card()?.certificate()),
        }
    }
}

impl RegisteredCard {
    fn card(&self) -> Result<&VirtualCard, PkiError> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        // If two make it at once, one of the two is kept; both are good.
        let made = self.authority.card(&self.serial, self.from, self.through)?;
        Ok(self.made.get_or_init(|| made))
    }
}

//! The proof of possession of a card.

use jiff::{Span, Timestamp};

use super::certificate::CardCertificate;
use super::refused::CardRefused;
use crate::clock::tokyo_date;
use crate::domain::{CardId, HolderVerification, Institution};

/// The proof that the card is present.
pub enum Proof<'a> {
    /// The card signed the challenge that this server issued for this use.
    Signature {
        /// The challenge.
        challenge: &'a [u8],
        /// The card's signature: PKCS#1 v1.5 over SHA-256 (RSA), or ECDSA over SHA-384 in DER (P-384).
        signature: &'a [u8],
    },
    /// 目視: staff of the institution looked at the card. Nothing is proved; the institution is responsible.
    Sight(&'a Institution),
}

/// A card whose holder is present in an institution. Only this module makes one, and no person's data is read by card without
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCard {
    id: CardId,
    not_after: Timestamp,
}

impl CardCertificate {
    /// Verifies that the card is present, and only then whether the certificate is valid at `at`.
    ///
    /// # Errors
    /// If the proof fails, or the certificate is outside its validity.
    pub fn prove(&self, holder: HolderVerification, proof: &Proof<'_>, at: Timestamp) -> Result<VerifiedCard, CardRefused> {
        match proof {
            Proof::Signature { challenge, signature } if holder.signs() && self.key.signed(challenge, signature) => {}
            Proof::Signature { .. } => return Err(CardRefused::Signature),
            Proof::Sight(institution) if !holder.signs() && institution.visual_check => {}
            Proof::Sight(_) => return Err(CardRefused::VisualNotPermitted),
        }
        self.in_time(at)?;
        Ok(VerifiedCard { id: self.id().clone(), not_after: self.not_after() })
    }
}

impl VerifiedCard {
    /// Returns issuer and serial number.
    #[must_use]
    pub fn id(&self) -> &CardId {
        &self.id
    }

    /// Makes one without proof, to test the rest.
    #[cfg(test)]
    pub(super) fn for_test(certificate: &CardCertificate) -> Self {
        Self { id: certificate.id().clone(), not_after: certificate.not_after() }
    }

    /// Returns whether the certificate expires within three months of `at`, so that its holder can already renew it.
    #[must_use]
    pub fn runs_out_soon(&self, at: Timestamp) -> bool {
        let line = tokyo_date(at).saturating_add(Span::new().months(3));
        tokyo_date(self.not_after) < line
    }
}

use jiff::{Span, Timestamp};

use super::certificate::CardCertificate;
use super::refused::CardRefused;
use crate::clock::tokyo_date;
use crate::domain::{CardId, HolderVerification, Institution};

/// What shows that the card is there.
pub enum Proof<'a> {
    /// The card signed what this server made for this one occasion.
    Signature {
        /// The challenge.
        challenge: &'a [u8],
        /// What the card made of it: PKCS#1 v1.5 over SHA-256 (RSA), or ECDSA over SHA-384 in DER (P-384).
        signature: &'a [u8],
    },
    /// 目視: staff of the institution looked. Nothing is proved; the institution answers for it.
    Sight(&'a Institution),
}

/// A card whose holder stands in an institution. Can be made only here, and nobody's data is read without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCard {
    id: CardId,
    not_after: Timestamp,
}

impl CardCertificate {
    /// Accepts the proof that the card is there, and only then judges whether the certificate is in its period at `at`.
    ///
    /// # Errors
    /// When the proof is none, or the certificate is out of its period.
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
    /// Issuer and serial number.
    #[must_use]
    pub fn id(&self) -> &CardId {
        &self.id
    }

    /// One that proved nothing, to look at the rest.
    #[cfg(test)]
    pub(super) fn for_test(certificate: &CardCertificate) -> Self {
        Self { id: certificate.id().clone(), not_after: certificate.not_after() }
    }

    /// Whether the certificate runs out within three months of `at`, so that its holder can already renew it.
    #[must_use]
    pub fn runs_out_soon(&self, at: Timestamp) -> bool {
        let line = tokyo_date(at).saturating_add(Span::new().months(3));
        tokyo_date(self.not_after) < line
    }
}

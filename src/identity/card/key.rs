//! The two kinds of keys of cards and their roots. The kind is a property of the certificate, never of the code path.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use x509_parser::oid_registry::{
    OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA256WITHRSA,
    OID_SIG_ECDSA_WITH_SHA384, Oid,
};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::CardRefused;

/// The exponent of cards; a smaller one makes forgeries easier.
const EXPONENT: &[u8] = &[0x01, 0x00, 0x01];

/// Algorithm of a key, and of the signatures made with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA with 2,048 bits and exponent 65537, PKCS#1 v1.5 over SHA-256: the cards of today.
    Rsa,
    /// ECDSA on P-384 over SHA-384: the next card.
    P384,
}

/// A public key with its algorithm, ready to verify.
pub(super) struct Key {
    pub algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl Key {
    /// Reads a key of one of the two kinds; refuses any other.
    pub fn read(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, CardRefused> {
        let refused = CardRefused::Algorithm;
        let bytes = info.subject_public_key.data.as_ref();
        let algorithm = match info.parsed() {
            Ok(PublicKey::RSA(rsa)) => {
                let modulus = rsa.modulus.strip_prefix(&[0]).unwrap_or(rsa.modulus);
                let exact = modulus.len() == 256 && modulus[0] & 0x80 != 0 && rsa.exponent == EXPONENT;
                let named = info.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION && has_null(&info.algorithm);
                (exact && named).then_some(Algorithm::Rsa)
            }
            Ok(PublicKey::EC(_)) => {
                let curve = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
                let named = info.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY && curve == Some(OID_NIST_EC_P384);
                named.then_some(Algorithm::P384)
            }
            _ => None,
        }
        .ok_or(refused)?;
        let parsed = match algorithm {
            Algorithm::Rsa => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bytes),
            Algorithm::P384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, bytes),
        };
        Ok(Self { algorithm, key: parsed.map_err(|_| refused)? })
    }

    /// Returns whether `signature` over `message` was made with this key.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

impl Algorithm {
    /// Returns whether an algorithm identifier names the signatures of such keys, with the parameters that belong to it.
    pub fn is_named_by(self, identifier: &AlgorithmIdentifier<'_>) -> bool {
        let oid: Oid<'_> = match self {
            Self::Rsa => OID_PKCS1_SHA256WITHRSA,
            Self::P384 => OID_SIG_ECDSA_WITH_SHA384,
        };
        let parameters = match self {
            Self::Rsa => has_null(identifier),
            Self::P384 => identifier.parameters.is_none(),
        };
        identifier.algorithm == oid && parameters
    }
}

fn has_null(identifier: &AlgorithmIdentifier<'_>) -> bool {
    identifier.parameters.as_ref().is_some_and(|parameters| parameters.as_null().is_ok())
}

//! A card in software, which signs as real cards do.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use x509_parser::pem::parse_x509_pem;

use super::issued::content;
use crate::pki::PkiError;
use crate::pki::files::{PkiFiles, read};

/// A card in the reader: it returns its certificate, and signs.
pub struct VirtualCard {
    certificate: Vec<u8>,
    key: Key,
}

pub(super) enum Key {
    /// Generated people share one.
    Rsa(Arc<RsaKeyPair>),
    P384(EcdsaKeyPair),
}

impl VirtualCard {
    pub(super) fn new(certificate: Vec<u8>, key: Key) -> Self {
        Self { certificate, key }
    }

    /// Opens the card of this name below `files`.
    ///
    /// # Errors
    /// If there is none, or the files hold something else.
    pub fn open(files: &PkiFiles, name: &str) -> Result<Self, PkiError> {
        let (path, key_path) = (files.card(name), files.card_key(name));
        let text = read(&path)?;
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| content(&path))?;
        let key = Key::read(&read(&key_path)?)
            .ok_or_else(|| PkiError::Content { path: key_path, what: ("a card's key", "カードの秘密鍵").into() })?;
        Ok(Self { certificate: pem.contents, key })
    }

    /// Returns the certificate in DER; a card returns it without a PIN.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs a challenge: an RSA card pads the DigestInfo of its SHA-256 hash (PKCS#1 v1.5); a P-384 card signs its SHA-384
    /// hash (ECDSA, in DER).
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn sign(&self, challenge: &[u8]) -> Result<Vec<u8>, PkiError> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, challenge, &mut signature).map_err(|_| PkiError::Random)?;
                Ok(signature)
            }
            Key::P384(key) => {
                let signature = key.sign(&random, challenge).map_err(|_| PkiError::Random)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

impl Key {
    fn read(pem: &str) -> Option<Self> {
        let (_, der) = parse_x509_pem(pem.as_bytes()).ok()?;
        if let Ok(key) = RsaKeyPair::from_pkcs8(&der.contents) {
            return Some(Self::Rsa(Arc::new(key)));
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &der.contents).ok().map(Self::P384)
    }
}

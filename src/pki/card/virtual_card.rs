//! A card in software, which signs as real cards do.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, PrivateKey};
use x509_parser::pem::parse_x509_pem;

use super::issued::content;
use crate::pki::PkiError;
use crate::pki::files::{PkiFiles, read};

/// A card in the reader: it returns its certificate, and signs.
pub struct VirtualCard {
    certificate: Vec<u8>,
    key: Key,
}

enum Key {
    Rsa(Box<PrivateKey>),
    P384(EcdsaKeyPair),
}

/// The prefix of a SHA-256 hash in a DigestInfo (RFC 8017 §9.2, note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

impl VirtualCard {
    /// Opens the card of this name below `files`.
    ///
    /// # Errors
    /// If there is none, or the files hold something else.
    pub fn open(files: &PkiFiles, name: &str) -> Result<Self, PkiError> {
        let (path, key_path) = (files.card(name), files.card_key(name));
        let text = read(&path)?;
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| content(&path))?;
        let key = Key::read(&read(&key_path)?).ok_or(PkiError::Content { path: key_path, what: "a card's key" })?;
        Ok(Self { certificate: pem.contents, key })
    }

    /// Returns the certificate in DER; a card returns it without a PIN.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs a challenge: an RSA card pads the DigestInfo that the reader makes of it (PKCS#1 v1.5); a P-384 card signs its
    /// SHA-384 hash (ECDSA, in DER).
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn sign(&self, challenge: &[u8]) -> Result<Vec<u8>, PkiError> {
        match &self.key {
            Key::Rsa(_) => self.pad_and_sign(&[&SHA256_INFO, digest(&SHA256, challenge).as_ref()].concat()),
            Key::P384(key) => {
                let signature = key.sign(&SystemRandom::new(), challenge).map_err(|_| PkiError::Random)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// Pads and signs any data, as the card itself does, whether it is a DigestInfo or not (`80 2A 00`, and `01` for a bare
    /// hash).
    ///
    /// # Errors
    /// If the card is not an RSA card, or the data are too long.
    pub fn pad_and_sign(&self, data: &[u8]) -> Result<Vec<u8>, PkiError> {
        match &self.key {
            Key::Rsa(key) => key.sign(Pkcs1v15Sign::new_unprefixed(), data).map_err(|_| PkiError::Random),
            Key::P384(_) => Err(PkiError::NotRsa),
        }
    }
}

impl Key {
    fn read(pem: &str) -> Option<Self> {
        if let Ok(key) = PrivateKey::from_pkcs8_pem(pem) {
            return Some(Self::Rsa(Box::new(key)));
        }
        let (_, der) = parse_x509_pem(pem.as_bytes()).ok()?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &der.contents).ok().map(Self::P384)
    }
}

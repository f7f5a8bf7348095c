//! The card CA of generated people. A population registers serial numbers without making certificates; this CA makes one for a
//! registered number when somebody wants to show the card. All these cards share a key, which is never written.

use std::sync::Arc;

use aws_lc_rs::signature::RsaKeyPair;
use jiff::Timestamp;
use rcgen::KeyPair;

use super::authority::{IssuingRoot, generate};
use super::virtual_card::{Key, VirtualCard};
use crate::domain::CertificateSerial;
use crate::pki::PkiError;
use crate::pki::files::PkiFiles;

/// The card CA of generated people, with a key for their cards.
pub struct PeopleAuthority {
    root: IssuingRoot,
    key: KeyPair,
    signing: Arc<RsaKeyPair>,
}

impl PeopleAuthority {
    /// Opens the CA below `files`, and makes the key that its cards share.
    ///
    /// # Errors
    /// [`PkiError::NoAuthority`] if there is no such CA.
    pub fn open(files: &PkiFiles) -> Result<Self, PkiError> {
        let path = files.people_root();
        if !path.exists() {
            return Err(PkiError::NoAuthority(path));
        }
        let root = IssuingRoot::read(&path, &files.people_root_key(), false)?;
        let key = generate(false)?;
        let signing = RsaKeyPair::from_pkcs8(&key.serialize_der()).map_err(|_| PkiError::Random)?;
        Ok(Self { root, key, signing: Arc::new(signing) })
    }

    /// Makes the card of a generated person: with the serial number, the first and the last second of its registration.
    ///
    /// # Errors
    /// If the certificate cannot be made.
    pub fn card(&self, serial: &CertificateSerial, from: Timestamp, through: Timestamp) -> Result<VirtualCard, PkiError> {
        let certificate = self.root.sign(serial.as_bytes(), (from, through), &self.key)?;
        Ok(VirtualCard::new(certificate.der().to_vec(), Key::Rsa(self.signing.clone())))
    }
}

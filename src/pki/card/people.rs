//! The card CA of generated people. A population registers serial numbers without making certificates; this CA makes one for a
//! registered number when somebody wants to show the card. All these cards share a key, which is never written.

use std::sync::Arc;

use aws_lc_rs::signature::RsaKeyPair;
use jiff::{SignedDuration, Timestamp};
use rcgen::{KeyIdMethod, KeyPair, SerialNumber};

use super::authority::{IssuingRoot, authority_params, generate, instant, next_serial};
use super::virtual_card::{Key, VirtualCard};
use crate::domain::{CertificateSerial, PEOPLE_ISSUER};
use crate::pki::PkiError;
use crate::pki::files::{PkiFiles, write};

/// The validity of the CA in days before and after it was made, which contains those of all its cards.
const DAYS: i64 = 3650;

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

/// Makes the CA.
pub(super) fn make(files: &PkiFiles, at: Timestamp) -> Result<(), PkiError> {
    let mut params = authority_params()?;
    params.key_identifier_method = KeyIdMethod::PreSpecified(PEOPLE_ISSUER.to_vec());
    let lasts = SignedDuration::from_hours(24 * DAYS);
    params.not_before = instant(at.saturating_sub(lasts).unwrap_or(at))?;
    params.not_after = instant(at.saturating_add(lasts).unwrap_or(at))?;
    params.serial_number = Some(SerialNumber::from(next_serial(files)?.to_vec()));
    let key = generate(false)?;
    let certificate = params.self_signed(&key)?;
    write(&files.people_root_key(), &key.serialize_pem(), true)?;
    write(&files.people_root(), &certificate.pem(), false)
}

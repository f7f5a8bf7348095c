//! Issued card certificates, as files.

use std::path::Path;

use jiff::Timestamp;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::domain::{CardId, CertificateSerial};
use crate::pki::PkiError;
use crate::pki::files::{PkiFiles, read, write};

/// The id and the validity of a card certificate, read without verifying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCard {
    /// Its issuer and serial number.
    pub id: CardId,
    /// The first second of its validity, inclusive.
    pub valid_from: Timestamp,
    /// The last second of its validity, inclusive.
    pub valid_through: Timestamp,
}

/// A certificate with its key, not yet written to files.
pub struct NewCard {
    /// Its id and validity.
    pub card: IssuedCard,
    pub(super) certificate: String,
    pub(super) key: String,
}

impl IssuedCard {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`PkiError::NotACard`] if it is not a certificate of a card CA.
    pub fn read(der: &[u8]) -> Result<Self, PkiError> {
        Self::parse(der).ok_or(PkiError::NotACard)
    }

    /// Reads a certificate in PEM.
    ///
    /// # Errors
    /// [`PkiError::NotACard`] if it is not a certificate of a card CA.
    pub fn read_pem(text: &str) -> Result<Self, PkiError> {
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| PkiError::NotACard)?;
        Self::read(&pem.contents)
    }

    /// Finds the card of this name below `files`; None if there is none.
    ///
    /// # Errors
    /// If the file cannot be read or is not a card's certificate.
    pub fn find(files: &PkiFiles, name: &str) -> Result<Option<Self>, PkiError> {
        let path = files.card(name);
        if !path.exists() {
            return Ok(None);
        }
        Self::read_pem(&read(&path)?).map(Some).map_err(|_| content(&path))
    }

    fn parse(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let issuer = certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(authority) => Some(authority.key_identifier.as_ref()?.0.to_vec()),
            _ => None,
        })?;
        let serial = CertificateSerial::new(certificate.raw_serial()).ok()?;
        Some(Self {
            id: CardId { issuer, serial },
            valid_from: Timestamp::from_second(certificate.validity().not_before.timestamp()).ok()?,
            valid_through: Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?,
        })
    }
}

impl NewCard {
    /// Returns the certificate in PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Writes certificate and key under a name, replacing existing files.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn write(&self, files: &PkiFiles, name: &str) -> Result<(), PkiError> {
        write(&files.card_key(name), &self.key, true)?;
        write(&files.card(name), &self.certificate, false)
    }
}

pub(super) fn subject_key_id(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })
}

pub(super) fn content(path: &Path) -> PkiError {
    PkiError::Content { path: path.to_owned(), what: ("a card's certificate", "カードの証明書").into() }
}

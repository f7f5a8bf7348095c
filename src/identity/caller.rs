//! The caller, and how a listener identifies it.

use std::sync::Arc;

use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use crate::domain::InstitutionCode;

use super::refused::CertificateRefused;

/// How a listener identifies its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// By the certificate of their terminal, which the handshake demands.
    ByCertificate,
    /// By the token of a login, which each request carries; the handshake asks for no certificate.
    ByToken,
}

/// A terminal whose certificate was verified in the handshake of its connection, or in that of the login whose token it shows.
/// Only the two functions of this module make one.
#[derive(Debug, Clone)]
pub struct VerifiedCaller {
    institution: InstitutionCode,
    terminal: String,
    serial: Vec<u8>,
    not_after: Timestamp,
    authority: Arc<[u8]>,
}

impl VerifiedCaller {
    /// Reads a certificate that the TLS verifier has accepted. The institution code is the subject's only OU; a code in any other
    /// place, such as a SAN, does not count. `authority` is the certificate of the CA that was used to verify it.
    pub(super) fn of_verified_certificate(der: &[u8], authority: Arc<[u8]>) -> Result<Self, CertificateRefused> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateRefused::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateRefused::Malformed);
        }
        let subject = certificate.subject();
        let unit = only(subject.iter_organizational_unit().map(|unit| unit.as_str()))?;
        let terminal = only(subject.iter_common_name().map(|name| name.as_str()))?;
        let plain = terminal.len() <= 64 && terminal.bytes().all(|b| b.is_ascii_graphic());
        if !plain || subject_is_nested(subject) {
            return Err(CertificateRefused::Subject);
        }
        Ok(Self {
            institution: InstitutionCode::parse(unit).map_err(|_| CertificateRefused::Subject)?,
            terminal: terminal.to_owned(),
            serial: certificate.raw_serial().to_vec(),
            not_after: Timestamp::from_second(certificate.validity().not_after.timestamp())
                .map_err(|_| CertificateRefused::Malformed)?,
            authority,
        })
    }

    /// Makes the caller to whom a login's token was issued. `authority` is the certificate of the CA that was used to verify the
    /// login.
    pub(super) fn of_verified_token(
        institution: InstitutionCode,
        terminal: String,
        serial: Vec<u8>,
        not_after: Timestamp,
        authority: Arc<[u8]>,
    ) -> Self {
        Self { institution, terminal, serial, not_after, authority }
    }

    /// Returns the institution to which the certificate was issued.
    #[must_use]
    pub fn institution(&self) -> InstitutionCode {
        self.institution
    }

    /// Returns the terminal's name in the certificate.
    #[must_use]
    pub fn terminal(&self) -> &str {
        &self.terminal
    }

    /// Returns the serial number of the certificate, big-endian octets.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Returns the certificate of the CA that was used to verify the caller.
    pub(super) fn authority(&self) -> &[u8] {
        &self.authority
    }

    /// Returns the last second of the certificate, inclusive.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

/// Returns the only item, as text; refuses none or several, because another reader could take a different one.
fn only<'a, E>(mut items: impl Iterator<Item = Result<&'a str, E>>) -> Result<&'a str, CertificateRefused> {
    match (items.next(), items.next()) {
        (Some(Ok(text)), None) => Ok(text),
        _ => Err(CertificateRefused::Subject),
    }
}

/// Returns whether a part of the name holds several attributes at once, which readers interpret differently.
fn subject_is_nested(subject: &X509Name<'_>) -> bool {
    subject.iter_rdn().any(|part| part.iter().count() != 1)
}

//! Verifies the certificates of terminals in the handshake, and records why one was refused.

use std::cell::Cell;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::CertificateRefused;
use super::caller::VerifiedCaller;

tokio::task_local! {
    /// Why the handshake of this task was refused; the accept loop reads it for the audit.
    pub(super) static REFUSED: Cell<Option<CertificateRefused>>;
}

/// The library's verifier; in addition it records the reason of every refusal for the audit and checks the subject.
#[derive(Debug)]
pub(super) struct TerminalVerifier {
    pub inner: Arc<dyn ClientCertVerifier>,
}

impl TerminalVerifier {
    fn note(reason: CertificateRefused) {
        // Outside a handshake of the accept loop the reason is not needed.
        let _ = REFUSED.try_with(|slot| slot.set(Some(reason)));
    }

    /// Returns why the library refused a certificate.
    fn reason(&self, certificate: &[u8], error: &Error) -> CertificateRefused {
        let reason = CertificateRefused::of(error).unwrap_or(CertificateRefused::Malformed);
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return reason };
        // Checked first: the other faults of a self-signed certificate depend on the tool that made it.
        if certificate.issuer() == certificate.subject() {
            return CertificateRefused::SelfSigned;
        }
        let authorities = self.inner.root_hint_subjects();
        let is_direct = authorities.iter().any(|name| name.as_ref() == certificate.issuer().as_raw());
        match reason {
            // The chain leads to our CA, whose revocation list does not cover certificates of an intermediate CA.
            CertificateRefused::RevocationUnknown if !is_direct => CertificateRefused::Intermediate,
            reason => reason,
        }
    }
}

impl ClientCertVerifier for TerminalVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.inner.verify_client_cert(certificate, intermediates, now).inspect_err(|error| {
            Self::note(self.reason(certificate, error));
        })?;
        check_use(certificate).and_then(|()| VerifiedCaller::of_verified_certificate(certificate, Arc::default())).map_err(
            |reason| {
                Self::note(reason);
                Error::InvalidCertificate(match reason {
                    CertificateRefused::Purpose => CertificateError::InvalidPurpose,
                    _ => CertificateError::ApplicationVerificationFailure,
                })
            },
        )?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let proven = self.inner.verify_tls12_signature(message, certificate, signature);
        proven.inspect_err(|_| Self::note(CertificateRefused::Proof))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let proven = self.inner.verify_tls13_signature(message, certificate, signature);
        proven.inspect_err(|_| Self::note(CertificateRefused::Proof))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Checks what the library does not: that the certificate is for clients and for signing, and that its key is strong.
fn check_use(der: &[u8]) -> Result<(), CertificateRefused> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateRefused::Malformed)?;
    let purpose = certificate.extended_key_usage().map_err(|_| CertificateRefused::Malformed)?;
    let usage = certificate.key_usage().map_err(|_| CertificateRefused::Malformed)?;
    let for_clients = purpose.is_some_and(|purpose| purpose.value.client_auth);
    let for_signing = usage.is_none_or(|usage| usage.value.digital_signature());
    if !for_clients || !for_signing {
        return Err(CertificateRefused::Purpose);
    }
    if has_strong_key(certificate.public_key()) { Ok(()) } else { Err(CertificateRefused::Key) }
}

fn has_strong_key(key: &SubjectPublicKeyInfo<'_>) -> bool {
    let curve = || key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok()).map(|curve| curve.to_id_string());
    match key.algorithm.algorithm.to_id_string().as_str() {
        RSA => matches!(key.parsed(), Ok(PublicKey::RSA(key)) if (2048..=8192).contains(&key.key_size())),
        ELLIPTIC => curve().is_some_and(|curve| CURVES.contains(&curve.as_str())),
        ED25519 => true,
        _ => false,
    }
}

const RSA: &str = "1.2.840.113549.1.1.1";
const ELLIPTIC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";

/// P-256, P-384 and P-521.
const CURVES: [&str; 3] = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

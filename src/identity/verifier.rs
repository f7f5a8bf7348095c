use std::cell::Cell;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::Refused;
use super::caller::VerifiedCaller;

tokio::task_local! {
    /// Why the handshake that this task performs was refused; the accept loop reads it for the audit.
    pub(super) static REFUSED: Cell<Option<Refused>>;
}

/// The library's verifier, with the reason of every refusal kept for the audit and the subject checked at once.
#[derive(Debug)]
pub(super) struct TerminalVerifier {
    pub inner: Arc<dyn ClientCertVerifier>,
}

impl TerminalVerifier {
    fn note(reason: Refused) {
        // Outside a handshake of the accept loop nobody listens.
        let _ = REFUSED.try_with(|slot| slot.set(Some(reason)));
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
            // Told first: what else is wrong with a certificate that nobody issued depends on the tool that made it.
            let reason = match is_self_signed(certificate) {
                true => Refused::SelfSigned,
                false => Refused::of(error).unwrap_or(Refused::Malformed),
            };
            Self::note(reason);
        })?;
        VerifiedCaller::of_verified_certificate(certificate, Arc::default()).map_err(|reason| {
            Self::note(reason);
            Error::InvalidCertificate(rustls::CertificateError::ApplicationVerificationFailure)
        })?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn is_self_signed(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, certificate)| certificate.issuer() == certificate.subject())
}

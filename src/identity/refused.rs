use rustls::{CertificateError, Error};

/// Why a terminal was refused because of its certificate: the audit reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It showed none.
    #[error("no client certificate")]
    NoCertificate,
    /// It signed its certificate itself.
    #[error("the certificate is self-signed")]
    SelfSigned,
    /// Another authority than ours issued it, or its signature is wrong.
    #[error("the certificate is not issued by the terminal CA")]
    UnknownIssuer,
    /// It has run out.
    #[error("the certificate has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It stands on the revocation list.
    #[error("the certificate is revoked")]
    Revoked,
    /// Our revocation list has run out, so nobody can be told from a revoked one.
    #[error("the revocation list is stale")]
    StaleCrl,
    /// It is not for clients, or is a CA's.
    #[error("the certificate is not a client certificate")]
    Purpose,
    /// Its subject holds no institution code where it belongs.
    #[error("the certificate's subject names no institution")]
    Subject,
    /// Anything else that is wrong with it.
    #[error("the certificate is malformed")]
    Malformed,
}

impl Refused {
    /// The reason as a label of metrics and a field of log events.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::SelfSigned => "self_signed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::StaleCrl => "stale_crl",
            Self::Purpose => "purpose",
            Self::Subject => "subject",
            Self::Malformed => "malformed",
        }
    }

    /// What the verifier's error means; `None` when it is not about a certificate.
    pub(super) fn of(error: &Error) -> Option<Self> {
        let Error::InvalidCertificate(error) = error else {
            return matches!(error, Error::NoCertificatesPresented).then_some(Self::NoCertificate);
        };
        Some(match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::Revoked => Self::Revoked,
            CertificateError::ExpiredRevocationList | CertificateError::ExpiredRevocationListContext { .. } => {
                Self::StaleCrl
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Self::Purpose,
            _ => Self::Malformed,
        })
    }
}

//! The reasons why a terminal is refused because of its certificate.

use rustls::{CertRevocationListError, CertificateError, Error};

/// The reason why a terminal was refused because of its certificate, for the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateRefused {
    /// The terminal showed no certificate.
    #[error("no client certificate")]
    NoCertificate,
    /// The certificate is self-signed.
    #[error("the certificate is self-signed")]
    SelfSigned,
    /// Another CA issued it, or its signature is wrong.
    #[error("the certificate is not issued by the terminal CA")]
    UnknownIssuer,
    /// An intermediate CA issued it; ours has none.
    #[error("the certificate is issued by an intermediate CA; only the terminal CA itself may issue")]
    Intermediate,
    /// It is a CA's certificate.
    #[error("the certificate is a CA's")]
    Authority,
    /// It has expired.
    #[error("the certificate has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It is revoked: the revocation list contains it.
    #[error("the certificate is revoked")]
    Revoked,
    /// Our revocation list has expired, so that revoked certificates cannot be recognised.
    #[error("the revocation list is stale")]
    StaleCrl,
    /// Our revocation list does not cover it.
    #[error("the revocation list does not cover the certificate")]
    RevocationUnknown,
    /// It is not for clients.
    #[error("the certificate is not a client certificate")]
    Purpose,
    /// It has an unknown critical extension.
    #[error("the certificate has an unknown critical extension")]
    CriticalExtension,
    /// Our CA may not issue certificates for such a name.
    #[error("the certificate's name is outside the name constraints of the terminal CA")]
    NameConstraints,
    /// It is signed with an unsupported algorithm.
    #[error("the certificate is signed with an unsupported algorithm")]
    Algorithm,
    /// Its key is too short, or of an unsupported kind.
    #[error("the certificate's key is neither RSA of 2048 to 8192 bits nor ECDSA on P-256, P-384 or P-521, nor Ed25519")]
    Key,
    /// The terminal did not prove possession of the certificate's key.
    #[error("the terminal did not prove that it has the certificate's key")]
    Proof,
    /// It is not X.509 version 3.
    #[error("the certificate is not of version 3")]
    Version,
    /// Its subject has no institution code in the right place.
    #[error("the certificate's subject names no institution")]
    Subject,
    /// It is not a certificate in strict DER.
    #[error("the certificate is malformed")]
    Malformed,
}

impl CertificateRefused {
    /// Returns the reason as a label of metrics and a field of log events.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::SelfSigned => "self_signed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Intermediate => "intermediate",
            Self::Authority => "authority",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::StaleCrl => "stale_crl",
            Self::RevocationUnknown => "revocation_unknown",
            Self::Purpose => "purpose",
            Self::CriticalExtension => "critical_extension",
            Self::NameConstraints => "name_constraints",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Proof => "proof",
            Self::Version => "version",
            Self::Subject => "subject",
            Self::Malformed => "malformed",
        }
    }

    /// Returns the reason of a verifier's error; None if the error is not about a certificate.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::NoCertificatesPresented => Some(Self::NoCertificate),
            Error::InvalidCertificate(error) => Some(Self::of_certificate(error)),
            Error::InvalidCertRevocationList(CertRevocationListError::IssuerInvalidForCrl) => Some(Self::Intermediate),
            // Our list was checked when it was loaded; an error now means that it does not fit this certificate.
            Error::InvalidCertRevocationList(_) => Some(Self::RevocationUnknown),
            _ => None,
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        use CertificateError as E;
        match error {
            E::Expired | E::ExpiredContext { .. } => Self::Expired,
            E::NotValidYet | E::NotValidYetContext { .. } => Self::NotYetValid,
            E::Revoked => Self::Revoked,
            E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => Self::StaleCrl,
            E::UnknownRevocationStatus | E::InvalidOcspResponse => Self::RevocationUnknown,
            E::UnknownIssuer | E::BadSignature => Self::UnknownIssuer,
            E::InvalidPurpose | E::InvalidPurposeContext { .. } => Self::Purpose,
            E::UnhandledCriticalExtension => Self::CriticalExtension,
            E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                Self::Algorithm
            }
            E::NotValidForName | E::NotValidForNameContext { .. } | E::ApplicationVerificationFailure => Self::Subject,
            E::Other(other) => other.0.downcast_ref().map_or(Self::Malformed, Self::of_path),
            _ => Self::Malformed,
        }
    }

    /// Returns the reason of a path-verification error for which rustls has no name.
    fn of_path(error: &webpki::Error) -> Self {
        use webpki::Error as E;
        match error {
            E::CaUsedAsEndEntity => Self::Authority,
            E::EndEntityUsedAsCa
            | E::PathLenConstraintViolated
            | E::MaximumPathBuildCallsExceeded
            | E::MaximumPathDepthExceeded
            | E::MaximumSignatureChecksExceeded => Self::Intermediate,
            E::UnsupportedCriticalExtension => Self::CriticalExtension,
            E::NameConstraintViolation
            | E::MalformedNameConstraint
            | E::InvalidNetworkMaskConstraint
            | E::MaximumNameConstraintComparisonsExceeded
            | E::UnsupportedNameType => Self::NameConstraints,
            E::EmptyEkuExtension => Self::Purpose,
            E::SignatureAlgorithmMismatch => Self::Algorithm,
            E::UnsupportedCertVersion => Self::Version,
            E::CertDistrusted => Self::UnknownIssuer,
            E::UnsupportedCrlIssuingDistributionPoint
            | E::UnsupportedRevocationReason
            | E::UnsupportedRevocationReasonsPartitioning => Self::RevocationUnknown,
            _ => Self::Malformed,
        }
    }
}

use rustls::{CertRevocationListError, CertificateError, Error};

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
    /// An authority below ours issued it; ours has none below it.
    #[error("the certificate is issued by an intermediate CA; only the terminal CA itself may issue")]
    Intermediate,
    /// It is an authority's.
    #[error("the certificate is a CA's")]
    Authority,
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
    /// Our revocation list does not speak of it.
    #[error("the revocation list does not cover the certificate")]
    RevocationUnknown,
    /// It is not for clients.
    #[error("the certificate is not a client certificate")]
    Purpose,
    /// It has an extension that must be understood, and is not.
    #[error("the certificate has an unknown critical extension")]
    CriticalExtension,
    /// Our authority may not issue for such a name.
    #[error("the certificate's name is outside the name constraints of the terminal CA")]
    NameConstraints,
    /// It is signed with an algorithm that we do not take.
    #[error("the certificate is signed with an unsupported algorithm")]
    Algorithm,
    /// Its key is too short, or of a kind that we do not take.
    #[error("the certificate's key is neither RSA of 2048 to 8192 bits nor ECDSA on P-256, P-384 or P-521, nor Ed25519")]
    Key,
    /// The terminal has another key than its certificate.
    #[error("the terminal did not prove that it has the certificate's key")]
    Proof,
    /// It is no X.509 version 3.
    #[error("the certificate is not of version 3")]
    Version,
    /// Its subject holds no institution code where it belongs.
    #[error("the certificate's subject names no institution")]
    Subject,
    /// It is no certificate in strict DER.
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

    /// What the verifier's error means; `None` when it is not about a certificate.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::NoCertificatesPresented => Some(Self::NoCertificate),
            Error::InvalidCertificate(error) => Some(Self::of_certificate(error)),
            Error::InvalidCertRevocationList(CertRevocationListError::IssuerInvalidForCrl) => Some(Self::Intermediate),
            // Ours was checked when it was loaded; what is wrong with it now is that it does not fit this certificate.
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

    /// What the path verification says for which rustls has no word.
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

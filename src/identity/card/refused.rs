//! The reasons why a card is refused.

/// The reason why a card was refused, for the audit. It never identifies the card's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CardRefused {
    /// Larger than any card certificate.
    #[error("the certificate is too large")]
    Oversize,
    /// Not one certificate in strict DER.
    #[error("the certificate is not one certificate in strict DER")]
    Malformed,
    /// Bytes stand after the certificate.
    #[error("there are bytes after the certificate")]
    TrailingBytes,
    /// A CA's certificate.
    #[error("the certificate is a CA's")]
    Authority,
    /// Issuer and subject are the same.
    #[error("the certificate is self-signed")]
    SelfSigned,
    /// Its issuer's name is not that of a pinned root.
    #[error("the certificate's issuer is unknown")]
    UnknownIssuer,
    /// Its issuer's name is pinned, but no root of that name has the issuer's key.
    #[error("no root of this name has the issuer's key")]
    UnknownIssuerKey,
    /// The issuer's signature is wrong.
    #[error("the issuer's signature on the certificate is wrong")]
    IssuerSignature,
    /// The root has expired, or is not valid yet.
    #[error("the root that issued the certificate is not valid now")]
    RootOutOfTime,
    /// Other algorithms, key sizes or exponents than cards have.
    #[error("the certificate uses an algorithm or key that no card has")]
    Algorithm,
    /// 署名用電子証明書: it is for signing documents, not for user authentication.
    #[error("the certificate is for signing documents")]
    ForSigning,
    /// Its key may not make signatures, or it is not for clients.
    #[error("the certificate is not for user authentication")]
    Purpose,
    /// A policy that this server does not accept: a test card among real roots, a real card among test roots.
    #[error("the certificate's policy is not accepted here")]
    Policy,
    /// An unknown critical extension, or an extension that occurs twice.
    #[error("the certificate has an unknown critical extension")]
    CriticalExtension,
    /// The card's signature on the challenge is wrong.
    #[error("the signature on the challenge is wrong")]
    Signature,
    /// Staff verified the holder by sight, which this institution may not do.
    #[error("the institution may not verify the holder by sight")]
    VisualNotPermitted,
    /// It has expired.
    #[error("the card's certificate has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the card's certificate is not valid yet")]
    NotYetValid,
}

impl CardRefused {
    /// Returns the reason as a label of metrics and a field of log events.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Oversize => "oversize",
            Self::Malformed => "malformed",
            Self::TrailingBytes => "trailing_bytes",
            Self::Authority => "authority",
            Self::SelfSigned => "self_signed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::UnknownIssuerKey => "unknown_issuer_key",
            Self::IssuerSignature => "issuer_signature",
            Self::RootOutOfTime => "root_out_of_time",
            Self::Algorithm => "algorithm",
            Self::ForSigning => "for_signing",
            Self::Purpose => "purpose",
            Self::Policy => "policy",
            Self::CriticalExtension => "critical_extension",
            Self::Signature => "signature",
            Self::VisualNotPermitted => "visual_not_permitted",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
        }
    }
}

//! The pinned roots of card certificates.

use std::borrow::Cow;

use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::language::Japanese;

use super::key::Key;

/// The certificate policy that cards must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Real cards.
    Production,
    /// Test cards, and the cards of the test PKI.
    Test,
}

impl Policy {
    /// Returns the policy of user-authentication certificates, as an object identifier.
    #[must_use]
    pub fn oid(self) -> &'static str {
        match self {
            Self::Production => "1.2.392.200149.8.5.1.3.30",
            Self::Test => "1.2.392.200149.8.5.1.0.30",
        }
    }
}

/// The organisation in real roots; every other root is a test root.
const PRODUCTION_ORGANISATION: &str = "JPKI";

/// The unit in roots of user-authentication certificates; roots of 署名用電子証明書 name another.
const PURPOSE: &str = "JPKI for user authentication";

/// The pinned roots of user-authentication certificates; never real and test roots together.
pub struct CardRoots {
    policy: Policy,
    roots: Vec<PinnedRoot>,
}

/// The reason why certificates cannot be pinned as roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardRootsError {
    /// There is no root.
    #[error("there is no card root")]
    None,
    /// A root is not a self-signed CA certificate in DER, for user authentication, with a key identifier and a key of the two
    /// kinds.
    #[error("root {0} is no self-signed CA certificate of a card CA for user authentication")]
    NotARoot(usize),
    /// The roots are not generations of one CA, such as real and test roots together.
    #[error("roots of different card CAs, such as real and test ones, must not be trusted together")]
    Mixed,
    /// A root occurs twice.
    #[error("root {0} stands twice")]
    Twice(usize),
}

impl Japanese for CardRootsError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::None => "カードCAのルート証明書がありません".into(),
            Self::NotARoot(place) => format!("{place}番目は、利用者証明用カードCAの自己署名のCA証明書ではありません").into(),
            Self::Mixed => "本物と試験用など、異なるカードCAのルート証明書を同時には信頼できません".into(),
            Self::Twice(place) => format!("{place}番目のルート証明書が重複しています").into(),
        }
    }
}

/// One generation of the card CA. All generations have the same name.
pub(super) struct PinnedRoot {
    /// The name, in DER.
    pub subject: Vec<u8>,
    /// Subject key identifier.
    pub key_id: Vec<u8>,
    /// Serial number.
    pub serial: Vec<u8>,
    pub not_before: i64,
    pub not_after: i64,
    pub key: Key,
}

impl CardRoots {
    /// Pins certificates in DER.
    ///
    /// # Errors
    /// See [`CardRootsError`].
    pub fn pin(certificates: &[Vec<u8>]) -> Result<Self, CardRootsError> {
        let mut roots: Vec<PinnedRoot> = Vec::new();
        let mut policy = None;
        for (place, der) in certificates.iter().enumerate() {
            let (root, its_policy) = read(der).ok_or(CardRootsError::NotARoot(place + 1))?;
            // Generations of one CA share one name.
            if roots.iter().any(|other| other.subject != root.subject) {
                return Err(CardRootsError::Mixed);
            }
            if roots.iter().any(|other| other.key_id == root.key_id) {
                return Err(CardRootsError::Twice(place + 1));
            }
            roots.push(root);
            policy = Some(its_policy);
        }
        Ok(Self { policy: policy.ok_or(CardRootsError::None)?, roots })
    }

    /// Returns the policy that cards must have.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Returns the roots of this name.
    pub(super) fn named(&self, subject: &[u8]) -> impl Iterator<Item = &PinnedRoot> {
        self.roots.iter().filter(move |root| root.subject == subject)
    }
}

impl PinnedRoot {
    /// Returns whether the root itself is valid at `at`, both ends inclusive.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&at.as_second())
    }
}

fn read(der: &[u8]) -> Option<(PinnedRoot, Policy)> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    let is_ca = certificate.is_ca();
    let may_sign = certificate.key_usage().ok()?.is_some_and(|usage| usage.value.key_cert_sign());
    let same_name = certificate.subject().as_raw() == certificate.issuer().as_raw();
    if !rest.is_empty() || !is_ca || !may_sign || !same_name {
        return None;
    }
    let key = Key::read(certificate.public_key()).ok()?;
    let signed = key.algorithm.is_named_by(&certificate.signature_algorithm)
        && key.signed(certificate.tbs_certificate.as_ref(), certificate.signature_value.data.as_ref());
    let key_id = certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })?;
    let purposes = certificate.subject().iter_organizational_unit();
    if !purposes.filter_map(|unit| unit.as_str().ok()).any(|unit| unit == PURPOSE) {
        return None;
    }
    let organisation = certificate.subject().iter_organization().next()?.as_str().ok()?;
    let policy = if organisation == PRODUCTION_ORGANISATION { Policy::Production } else { Policy::Test };
    signed.then(|| {
        let root = PinnedRoot {
            subject: certificate.subject().as_raw().to_vec(),
            key_id,
            serial: certificate.raw_serial().to_vec(),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            key,
        };
        (root, policy)
    })
}

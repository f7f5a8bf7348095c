//! Card certificates: reads and verifies them.

use jiff::Timestamp;
use x509_parser::asn1_rs::Any;
use x509_parser::certificate::TbsCertificate;
use x509_parser::extensions::{AuthorityKeyIdentifier, GeneralName, KeyUsage, ParsedExtension};
use x509_parser::oid_registry::{OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_KEY_USAGE};
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

use super::CardRefused;
use super::key::Key;
use super::roots::{CardRoots, PinnedRoot};
use crate::domain::{CardId, CertificateSerial};

/// The most bytes of a card certificate: real ones have some 1,300.
const MOST_BYTES: usize = 4096;

/// A user-authentication certificate issued by a pinned root. Cards return it without a PIN, so that anybody can show one: it
/// proves nothing before the card has signed.
pub struct CardCertificate {
    id: CardId,
    not_before: i64,
    not_after: i64,
    pub(super) key: Key,
}

impl CardCertificate {
    /// Reads and verifies a certificate at the time `at`. Its own validity is checked only after proof of possession, so that the
    /// certificate alone reveals nothing about the card.
    ///
    /// # Errors
    /// The first fault found.
    pub fn read(der: &[u8], roots: &CardRoots, at: Timestamp) -> Result<Self, CardRefused> {
        if der.len() > MOST_BYTES {
            return Err(CardRefused::Oversize);
        }
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CardRefused::Malformed)?;
        if !rest.is_empty() {
            return Err(CardRefused::TrailingBytes);
        }
        let tbs = &certificate.tbs_certificate;
        let usage = usage(tbs)?;
        if tbs.is_ca() || usage.is_some_and(|usage| usage.key_cert_sign() || usage.crl_sign()) {
            return Err(CardRefused::Authority);
        }
        if tbs.subject.as_raw() == tbs.issuer.as_raw() {
            return Err(CardRefused::SelfSigned);
        }
        let root = issuer(tbs, roots)?;
        let signature = certificate.signature_value.data.as_ref();
        let named = root.key.algorithm.is_named_by(&certificate.signature_algorithm)
            && certificate.signature_algorithm == tbs.signature;
        if !named {
            return Err(CardRefused::Algorithm);
        }
        if !root.key.signed(tbs.as_ref(), signature) {
            return Err(CardRefused::IssuerSignature);
        }
        if !is_canonical(der, tbs.as_ref(), &certificate) {
            return Err(CardRefused::Malformed);
        }
        if !root.is_valid_at(at) {
            return Err(CardRefused::RootOutOfTime);
        }
        let key = Key::read(&tbs.subject_pki)?;
        profile(tbs, usage, roots.policy().oid())?;
        let serial = CertificateSerial::new(tbs.raw_serial()).map_err(|_| CardRefused::Malformed)?;
        Ok(Self {
            id: CardId { issuer: root.key_id.clone(), serial },
            not_before: tbs.validity.not_before.timestamp(),
            not_after: tbs.validity.not_after.timestamp(),
            key,
        })
    }

    /// Returns issuer and serial number.
    #[must_use]
    pub fn id(&self) -> &CardId {
        &self.id
    }

    /// Returns the first second of its validity, inclusive.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        Timestamp::from_second(self.not_before).unwrap_or(Timestamp::MIN)
    }

    /// Returns the last second of its validity, inclusive.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        Timestamp::from_second(self.not_after).unwrap_or(Timestamp::MAX)
    }

    /// Checks the certificate's own validity, both ends inclusive.
    pub(super) fn in_time(&self, at: Timestamp) -> Result<(), CardRefused> {
        if at.as_second() < self.not_before {
            Err(CardRefused::NotYetValid)
        } else if at.as_second() > self.not_after {
            Err(CardRefused::Expired)
        } else {
            Ok(())
        }
    }
}

fn usage<'a>(tbs: &'a TbsCertificate<'_>) -> Result<Option<&'a KeyUsage>, CardRefused> {
    Ok(tbs.key_usage().map_err(|_| CardRefused::CriticalExtension)?.map(|extension| extension.value))
}

/// Returns the root that issued the certificate by its own account. The name must equal a root's byte for byte; the key
/// identifier selects the root among those of that name, and the accompanying serial number must be that root's.
fn issuer<'a>(tbs: &TbsCertificate<'_>, roots: &'a CardRoots) -> Result<&'a PinnedRoot, CardRefused> {
    let name = tbs.issuer.as_raw();
    roots.named(name).next().ok_or(CardRefused::UnknownIssuer)?;
    let authority = tbs.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(authority) => Some(authority),
        _ => None,
    });
    let authority = authority.ok_or(CardRefused::UnknownIssuerKey)?;
    let key_id = authority.key_identifier.as_ref().ok_or(CardRefused::UnknownIssuerKey)?;
    let root = roots.named(name).find(|root| root.key_id == key_id.0).ok_or(CardRefused::UnknownIssuerKey)?;
    if names(authority, root) { Ok(root) } else { Err(CardRefused::UnknownIssuerKey) }
}

/// Returns whether issuer and serial number in the key identifier are the root's; real certificates have both.
fn names(authority: &AuthorityKeyIdentifier<'_>, root: &PinnedRoot) -> bool {
    let serial = authority.authority_cert_serial.is_some_and(|serial| strip(serial) == strip(&root.serial));
    let issuer = authority.authority_cert_issuer.as_ref().is_some_and(|names| match names.as_slice() {
        [GeneralName::DirectoryName(name)] => name.as_raw() == root.subject,
        _ => false,
    });
    serial && issuer
}

fn strip(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    &number[zeros..]
}

/// Checks the profile of a certificate for user authentication only.
fn profile(tbs: &TbsCertificate<'_>, usage: Option<&KeyUsage>, policy: &str) -> Result<(), CardRefused> {
    if tbs.version() != X509Version::V3 {
        return Err(CardRefused::Malformed);
    }
    let understood = [OID_X509_EXT_KEY_USAGE, OID_X509_EXT_CERTIFICATE_POLICIES];
    let extensions = tbs.extensions();
    let twice =
        extensions.iter().enumerate().any(|(place, one)| extensions[..place].iter().any(|other| other.oid == one.oid));
    if twice {
        return Err(CardRefused::CriticalExtension);
    }
    if tbs.iter_extensions().any(|extension| extension.critical && !understood.contains(&extension.oid)) {
        return Err(CardRefused::CriticalExtension);
    }
    let usage = usage.ok_or(CardRefused::Purpose)?;
    if usage.non_repudiation() {
        return Err(CardRefused::ForSigning);
    }
    let purposes = tbs.extended_key_usage().map_err(|_| CardRefused::Purpose)?;
    let for_clients = purposes.is_some_and(|extension| extension.value.client_auth);
    if !usage.digital_signature() || !for_clients {
        return Err(CardRefused::Purpose);
    }
    let policies = tbs.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CertificatePolicies(policies) => Some(policies),
        _ => None,
    });
    match policies.map(Vec::as_slice) {
        Some([only]) if only.policy_id.to_id_string() == policy => Ok(()),
        _ => Err(CardRefused::Policy),
    }
}

/// Returns whether the outer structure is the strict encoding of its three parts. The root has signed the inner part as it
/// stands, but not its surroundings: a lenient reader would accept two different texts as one certificate.
fn is_canonical(der: &[u8], tbs: &[u8], certificate: &X509Certificate<'_>) -> bool {
    let Some(algorithm) = inner_algorithm(tbs) else { return false };
    let signature = &certificate.signature_value;
    let whole = yasna::construct_der(|writer| {
        writer.write_sequence(|parts| {
            parts.next().write_der(tbs);
            parts.next().write_der(algorithm);
            parts.next().write_bitvec_bytes(&signature.data, signature.data.len() * 8);
        });
    });
    whole == der
}

/// Returns the bytes of the algorithm identifier inside the signed part, after version and serial; the outer one must repeat it.
fn inner_algorithm(tbs: &[u8]) -> Option<&[u8]> {
    let (_, tbs) = Any::from_der(tbs).ok()?;
    let (after_version, _) = Any::from_der(tbs.data).ok()?;
    let (after_serial, _) = Any::from_der(after_version).ok()?;
    let (after_algorithm, _) = Any::from_der(after_serial).ok()?;
    Some(&after_serial[..after_serial.len() - after_algorithm.len()])
}

//! Certificates that resemble a card's, for tests that spoil one thing.

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, IsCa, Issuer, KeyPair, PublicKeyData,
    RsaKeySize, SerialNumber,
};
use shikaku::pki::VirtualCard;
use shikaku::wire::Format;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::card::{Reader, Shown};
use super::{World, outcome, refused};

/// The person whose card is imitated.
pub const VICTIM: &str = "kyokai-insured-tokyo";

/// A certificate like the victim's; tests spoil one thing.
pub struct LookAlike {
    pub issuer_name: DistinguishedName,
    pub subject: DistinguishedName,
    pub serial: Vec<u8>,
    pub extensions: Vec<CustomExtension>,
    pub is_ca: IsCa,
    pub days: (i64, i64),
}

pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const POLICIES: &str = "2.5.29.32";
pub const AUTHORITY_KEY: &str = "2.5.29.35";

impl LookAlike {
    pub fn of(card: &VirtualCard) -> Self {
        let (_, certificate) = X509Certificate::from_der(card.certificate()).unwrap();
        let extensions = certificate.iter_extensions().map(|extension| {
            let oid: Vec<u64> = extension.oid.iter().unwrap().collect();
            let mut copy = CustomExtension::from_oid_content(&oid, extension.value.to_vec());
            copy.set_criticality(extension.critical);
            copy
        });
        Self {
            issuer_name: authority_name("SHIKAKU TEST JPKI"),
            subject: name("TEST-0123456789ABCDEF01"),
            serial: certificate.raw_serial().to_vec(),
            extensions: extensions.collect(),
            is_ca: IsCa::NoCa,
            days: (-100, 100),
        }
    }

    pub fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| dotted(extension) != oid);
        self
    }

    pub fn with(mut self, oid: &[u64], content: Vec<u8>, critical: bool) -> Self {
        let mut extension = CustomExtension::from_oid_content(oid, content);
        extension.set_criticality(critical);
        self.extensions.push(extension);
        self
    }

    pub fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = self.subject.clone();
        params.serial_number = Some(SerialNumber::from(self.serial.clone()));
        params.custom_extensions = self.extensions.clone();
        params.is_ca = self.is_ca;
        let now = OffsetDateTime::from_unix_timestamp(1_795_307_415).unwrap();
        (params.not_before, params.not_after) = (now + Duration::days(self.days.0), now + Duration::days(self.days.1));
        params
    }

    /// Issues the certificate for the key of `holder`, signed by the CA with `key`.
    pub fn issue(&self, holder: &impl PublicKeyData, key: &KeyPair) -> Vec<u8> {
        let mut issuer = CertificateParams::new(Vec::new()).unwrap();
        issuer.distinguished_name = self.issuer_name.clone();
        let pem = key.serialize_pem();
        let issuer = Issuer::new(issuer, KeyPair::from_pem(&pem).unwrap());
        self.params().signed_by(holder, &issuer).unwrap().der().to_vec()
    }
}

pub fn dotted(extension: &CustomExtension) -> String {
    extension.oid_components().map(|part| part.to_string()).collect::<Vec<_>>().join(".")
}

pub fn authority_name(organisation: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into().unwrap()));
    name.push(DnType::OrganizationName, organisation);
    name.push(DnType::OrganizationalUnitName, "JPKI for user authentication");
    name.push(DnType::CustomDnType(vec![2, 5, 4, 11]), "SHIKAKU TEST card CA");
    name
}

pub fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into().unwrap()));
    name.push(DnType::CommonName, common);
    name
}

pub fn rsa_key() -> KeyPair {
    KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

/// Returns the key of the CA generation that issued the victim's certificate.
pub fn authority_key(world: &World) -> KeyPair {
    KeyPair::from_pem(&std::fs::read_to_string(world.pki.card_root_key(2)).unwrap()).unwrap()
}

/// Signs `message` as a card with this key does.
pub fn sign(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    use rcgen::SigningKey;
    key.sign(message).unwrap()
}

/// Shows a certificate with a signature by `key`; expects a refusal with this audit reason.
pub async fn assert_refused(world: &World, certificate: &[u8], key: &KeyPair, reason: &str) {
    let mut reader = Reader::of(world).await;
    let challenge = reader.challenge().await;
    let signature = sign(key, &challenge.nonce);
    assert_shown_refused(world, &mut reader, &Shown::new(certificate, &challenge, signature), reason).await;
}

pub async fn assert_shown_refused(world: &World, reader: &mut Reader, shown: &Shown, reason: &str) {
    let series = format!("shikaku_refused_cards_total{{reason=\"{reason}\"}}");
    let before = world.metric(&series).await;
    let reply = reader.show(shown).await;
    let code = if reason == "signature" { "SHK6006" } else { "SHK6005" };
    assert_eq!(outcome(Format::Json, &reply), refused(403, code), "{reason}: {}", String::from_utf8_lossy(&reply.body));
    assert_eq!(world.metric(&series).await, before + 1.0, "{reason}: {}", String::from_utf8_lossy(&reply.body));
    assert_eq!(world.database.count("select count(*) from access_log").await, 0, "{reason}");
}

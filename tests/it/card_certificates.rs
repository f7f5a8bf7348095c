//! Look-alikes of cards, and signatures that only look right: each is refused with an audit reason of its own, and none shows
//! anything.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, IsCa, Issuer, KeyPair,
    PublicKeyData, RsaKeySize, SerialNumber,
};
use shikaku::domain::HolderVerification;
use shikaku::pki::VirtualCard;
use shikaku::wire::Format;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::support::card::{Reader, Shown, card};
use crate::support::{World, outcome, refused};

/// The person whose card is imitated.
const VICTIM: &str = "kyokai-insured-tokyo";

/// A certificate that is like the victim's in everything; tests spoil one thing.
struct LookAlike {
    issuer_name: DistinguishedName,
    subject: DistinguishedName,
    serial: Vec<u8>,
    extensions: Vec<CustomExtension>,
    is_ca: IsCa,
    days: (i64, i64),
}

const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const POLICIES: &str = "2.5.29.32";
const AUTHORITY_KEY: &str = "2.5.29.35";

impl LookAlike {
    fn of(card: &VirtualCard) -> Self {
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

    fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| dotted(extension) != oid);
        self
    }

    fn with(mut self, oid: &[u64], content: Vec<u8>, critical: bool) -> Self {
        let mut extension = CustomExtension::from_oid_content(oid, content);
        extension.set_criticality(critical);
        self.extensions.push(extension);
        self
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = self.subject.clone();
        params.serial_number = Some(SerialNumber::from(self.serial.clone()));
        params.custom_extensions = self.extensions.clone();
        params.is_ca = self.is_ca;
        let now = OffsetDateTime::from_unix_timestamp(1_795_307_415).unwrap();
        (params.not_before, params.not_after) = (now + Duration::days(self.days.0), now + Duration::days(self.days.1));
        params
    }

    /// Signed by the CA with `key`; its holder has `holder`.
    fn issue(&self, holder: &impl PublicKeyData, key: &KeyPair) -> Vec<u8> {
        let mut issuer = CertificateParams::new(Vec::new()).unwrap();
        issuer.distinguished_name = self.issuer_name.clone();
        let pem = key.serialize_pem();
        let issuer = Issuer::new(issuer, KeyPair::from_pem(&pem).unwrap());
        self.params().signed_by(holder, &issuer).unwrap().der().to_vec()
    }
}

fn dotted(extension: &CustomExtension) -> String {
    extension.oid_components().map(|part| part.to_string()).collect::<Vec<_>>().join(".")
}

fn authority_name(organisation: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into().unwrap()));
    name.push(DnType::OrganizationName, organisation);
    name.push(DnType::OrganizationalUnitName, "JPKI for user authentication");
    name.push(DnType::CustomDnType(vec![2, 5, 4, 11]), "SHIKAKU TEST card CA");
    name
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into().unwrap()));
    name.push(DnType::CommonName, common);
    name
}

fn rsa_key() -> KeyPair {
    KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

/// The key of the generation that issued the victim's certificate.
fn authority_key(world: &World) -> KeyPair {
    KeyPair::from_pem(&std::fs::read_to_string(world.pki.card_root_key(2)).unwrap()).unwrap()
}

/// A signature over `message` as a card with this key makes it.
fn sign(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    use rcgen::SigningKey;
    key.sign(message).unwrap()
}

/// Shows a certificate with a signature by `key`; expects the audit reason.
async fn assert_refused(world: &World, certificate: &[u8], key: &KeyPair, reason: &str) {
    let mut reader = Reader::of(world).await;
    let challenge = reader.challenge().await;
    let signature = sign(key, &challenge.nonce);
    assert_shown_refused(world, &mut reader, &Shown::new(certificate, &challenge, signature), reason).await;
}

async fn assert_shown_refused(world: &World, reader: &mut Reader, shown: &Shown, reason: &str) {
    let series = format!("shikaku_refused_cards_total{{reason=\"{reason}\"}}");
    let before = world.metric(&series).await;
    let reply = reader.show(shown).await;
    let code = if reason == "signature" { "SHK6006" } else { "SHK6005" };
    assert_eq!(outcome(Format::Json, &reply), refused(403, code), "{reason}: {}", String::from_utf8_lossy(&reply.body));
    assert_eq!(world.metric(&series).await, before + 1.0, "{reason}: {}", String::from_utf8_lossy(&reply.body));
    assert_eq!(world.database.count("select count(*) from access_log").await, 0, "{reason}");
}

#[tokio::test]
async fn a_look_alike_that_nothing_was_spoilt_of_is_answered() {
    let world = World::start().await;
    let key = rsa_key();
    let certificate = LookAlike::of(&card(&world, VICTIM)).issue(&key, &authority_key(&world));
    let mut reader = Reader::of(&world).await;
    let challenge = reader.challenge().await;
    let signature = sign(&key, &challenge.nonce);
    let reply = reader.show(&Shown::new(&certificate, &challenge, signature)).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("ResultList"), "the tests below prove nothing");
    world.stop().await;
}

#[tokio::test]
async fn one_that_nobody_issued() {
    let world = World::start().await;
    let (victim, key) = (card(&world, VICTIM), rsa_key());
    // Self-signed, with the victim's serial number; and in the CA's own name.
    let own = LookAlike { issuer_name: name("TEST-0123456789ABCDEF01"), ..LookAlike::of(&victim) };
    assert_refused(&world, &own.issue(&key, &key), &key, "self_signed").await;
    let named = LookAlike { subject: authority_name("SHIKAKU TEST JPKI"), ..LookAlike::of(&victim) };
    assert_refused(&world, &named.issue(&key, &key), &key, "self_signed").await;
    // A CA of the same name, key identifier and all.
    let foreign = rsa_key();
    assert_refused(&world, &LookAlike::of(&victim).issue(&key, &foreign), &key, "issuer_signature").await;
    // A CA of another name.
    let elsewhere = LookAlike { issuer_name: authority_name("SHIKAKU TEST JPK1"), ..LookAlike::of(&victim) };
    assert_refused(&world, &elsewhere.issue(&key, &authority_key(&world)), &key, "unknown_issuer").await;
    world.stop().await;
}

#[tokio::test]
async fn one_whose_issuer_is_told_wrongly() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let plain = LookAlike::of(&victim);
    let genuine = plain.extensions.iter().find(|extension| dotted(extension) == AUTHORITY_KEY).unwrap().content().to_vec();
    assert_refused(
        &world,
        &LookAlike::of(&victim).without(AUTHORITY_KEY).issue(&key, &authority),
        &key,
        "unknown_issuer_key",
    )
    .await;
    // Only the key identifier, without name and serial number of the issuer.
    let bare = [&[0x30, 0x16][..], &genuine[3..25]].concat();
    assert_eq!((bare[2], bare.len()), (0x80, 24));
    let bare = LookAlike::of(&victim).without(AUTHORITY_KEY).with(&[2, 5, 29, 35], bare, false);
    assert_refused(&world, &bare.issue(&key, &authority), &key, "unknown_issuer_key").await;
    // The last octet is of the issuer's serial number, the fifth of its key identifier.
    for place in [genuine.len() - 1, 5] {
        let mut other = genuine.clone();
        other[place] ^= 1;
        let wrong = LookAlike::of(&victim).without(AUTHORITY_KEY).with(&[2, 5, 29, 35], other, false);
        assert_refused(&world, &wrong.issue(&key, &authority), &key, "unknown_issuer_key").await;
    }
    // Issued by the older generation, but naming the newer one.
    let older = KeyPair::from_pem(&std::fs::read_to_string(world.pki.card_root_key(1)).unwrap()).unwrap();
    assert_refused(&world, &plain.issue(&key, &older), &key, "issuer_signature").await;
    world.stop().await;
}

#[tokio::test]
async fn one_that_is_for_something_else() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let look_alike = || LookAlike::of(&victim);
    // 署名用: digitalSignature and nonRepudiation, no extended key usage.
    let for_signing = look_alike().without(KEY_USAGE).without(EXTENDED_KEY_USAGE).with(
        &[2, 5, 29, 15],
        vec![0x03, 0x02, 0x06, 0xc0],
        true,
    );
    assert_refused(&world, &for_signing.issue(&key, &authority), &key, "for_signing").await;
    // Key usage keyEncipherment, or none.
    let enciphering = look_alike().without(KEY_USAGE).with(&[2, 5, 29, 15], vec![0x03, 0x02, 0x05, 0x20], true);
    assert_refused(&world, &enciphering.issue(&key, &authority), &key, "purpose").await;
    assert_refused(&world, &look_alike().without(KEY_USAGE).issue(&key, &authority), &key, "purpose").await;
    // No extended key usage, or that of servers.
    assert_refused(&world, &look_alike().without(EXTENDED_KEY_USAGE).issue(&key, &authority), &key, "purpose").await;
    let server = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    let server = look_alike().without(EXTENDED_KEY_USAGE).with(&[2, 5, 29, 37], server, false);
    assert_refused(&world, &server.issue(&key, &authority), &key, "purpose").await;
    // A CA, told by its basic constraints or by its key usage.
    let ca = LookAlike { is_ca: IsCa::Ca(BasicConstraints::Unconstrained), ..look_alike() };
    assert_refused(&world, &ca.issue(&key, &authority), &key, "authority").await;
    let signs = look_alike().without(KEY_USAGE).with(&[2, 5, 29, 15], vec![0x03, 0x02, 0x02, 0x84], true);
    assert_refused(&world, &signs.issue(&key, &authority), &key, "authority").await;
    // The policy of real cards, which a server with test roots does not accept; and none.
    let real = vec![0x30, 0x0f, 0x30, 0x0d, 0x06, 0x0b, 0x2a, 0x83, 0x08, 0x8c, 0x9b, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1e];
    let real = look_alike().without(POLICIES).with(&[2, 5, 29, 32], real, true);
    assert_refused(&world, &real.issue(&key, &authority), &key, "policy").await;
    assert_refused(&world, &look_alike().without(POLICIES).issue(&key, &authority), &key, "policy").await;
    world.stop().await;
}

#[tokio::test]
async fn one_with_an_extension_that_nobody_understands() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let oid = [1, 2, 392, 200_149, 99];
    let strange = LookAlike::of(&victim).with(&oid, vec![0x05, 0x00], true);
    assert_refused(&world, &strange.issue(&key, &authority), &key, "critical_extension").await;
    // One that stands twice.
    let twice = LookAlike::of(&victim).with(&oid, vec![0x05, 0x00], false).with(&oid, vec![0x05, 0x00], false);
    assert_refused(&world, &twice.issue(&key, &authority), &key, "critical_extension").await;
    world.stop().await;
}

#[tokio::test]
async fn one_with_a_key_that_no_card_has() {
    let world = World::start().await;
    let (victim, authority) = (card(&world, VICTIM), authority_key(&world));
    let small = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    assert_refused(&world, &LookAlike::of(&victim).issue(&small, &authority), &small, "algorithm").await;
    let large = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_3072).unwrap();
    assert_refused(&world, &LookAlike::of(&victim).issue(&large, &authority), &large, "algorithm").await;
    // The CA's signature with another hash than SHA-256.
    let key = rsa_key();
    let pem = authority.serialize_pem();
    let sha512 = KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA512).unwrap();
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.distinguished_name = authority_name("SHIKAKU TEST JPKI");
    let issuer = Issuer::new(issuer, sha512);
    let certificate = LookAlike::of(&victim).params().signed_by(&key, &issuer).unwrap();
    assert_refused(&world, certificate.der(), &key, "algorithm").await;
    world.stop().await;
}

/// With the exponent 3 a signature can be made without the key: any number whose cube begins like a padded hash.
#[tokio::test]
async fn forgeries_that_the_exponent_three_allows() {
    let world = World::start().await;
    let (victim, authority) = (card(&world, VICTIM), authority_key(&world));
    let small_exponent = with_exponent_three(&rsa_key());
    let certificate = LookAlike::of(&victim).issue(&small_exponent, &authority);
    let mut reader = Reader::of(&world).await;
    let challenge = reader.challenge().await;
    let forged = Shown::new(&certificate, &challenge, vec![0x01; 256]);
    assert_shown_refused(&world, &mut reader, &forged, "algorithm").await;
    // Against a genuine card the cube root is worth nothing either.
    let challenge = reader.challenge().await;
    let forged = Shown::new(victim.certificate(), &challenge, cube_root_of_padded_hash(&challenge.nonce));
    assert_shown_refused(&world, &mut reader, &forged, "signature").await;
    world.stop().await;
}

/// A public key as it stands in a certificate.
struct PublicKey(Vec<u8>);

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// The public key with 3 in the place of 65537.
fn with_exponent_three(key: &KeyPair) -> PublicKey {
    let modulus = yasna::parse_der(key.der_bytes(), |reader| {
        reader.read_sequence(|reader| {
            let (modulus, _) = reader.next().read_bigint_bytes()?;
            reader.next().read_u64()?;
            Ok(modulus)
        })
    });
    PublicKey(yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_bigint_bytes(&modulus.unwrap(), true);
            writer.next().write_u8(3);
        });
    }))
}

/// A number whose cube begins with the padding and hash of a message: 00 01 FF 00 and the DigestInfo, then anything.
fn cube_root_of_padded_hash(message: &[u8]) -> Vec<u8> {
    use num_bigint::BigUint;
    let mut padded = vec![0x00, 0x01, 0xff, 0x00];
    padded.extend(SHA256_INFO);
    padded.extend(digest(&SHA256, message).as_ref());
    padded.resize(256, 0xff);
    let root = BigUint::from_bytes_be(&padded).cbrt().to_bytes_be();
    [vec![0; 256 - root.len()], root].concat()
}

const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

#[tokio::test]
async fn signatures_of_the_genuine_card_over_something_else() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    let sha1_info = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
    let sha512_info =
        [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];
    for what in ["the bare hash", "SHA-1", "SHA-512", "a hash with more behind it", "another challenge", "the nonce itself"]
    {
        let challenge = reader.challenge().await;
        let hash = digest(&SHA256, &challenge.nonce);
        let padded = match what {
            "the bare hash" => hash.as_ref().to_vec(),
            "SHA-1" => [&sha1_info[..], digest(&SHA1_FOR_LEGACY_USE_ONLY, &challenge.nonce).as_ref()].concat(),
            "SHA-512" => [&sha512_info[..], digest(&SHA512, &challenge.nonce).as_ref()].concat(),
            "a hash with more behind it" => [&SHA256_INFO[..], hash.as_ref(), b"x"].concat(),
            "another challenge" => [&SHA256_INFO[..], digest(&SHA256, b"another").as_ref()].concat(),
            _ => challenge.nonce.clone(),
        };
        let shown = Shown::new(victim.certificate(), &challenge, victim.pad_and_sign(&padded).unwrap());
        assert_shown_refused(&world, &mut reader, &shown, "signature").await;
    }
    // What the card would really sign is accepted, so that the refusals above are not for another reason.
    let challenge = reader.challenge().await;
    let right = [&SHA256_INFO[..], digest(&SHA256, &challenge.nonce).as_ref()].concat();
    let reply = reader.show(&Shown::new(victim.certificate(), &challenge, victim.pad_and_sign(&right).unwrap())).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("ResultList"));
    world.stop().await;
}

#[tokio::test]
async fn signatures_of_another_length_or_scheme() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    for change in ["shorter", "longer", "in zeros", "twice", "as large as the modulus"] {
        let challenge = reader.challenge().await;
        let mut signature = victim.sign(&challenge.nonce).unwrap();
        match change {
            "shorter" => signature.truncate(255),
            "longer" => signature.push(0),
            "in zeros" => signature.fill(0),
            "twice" => signature = signature.repeat(2),
            _ => signature.fill(0xff),
        }
        assert_shown_refused(&world, &mut reader, &Shown::new(victim.certificate(), &challenge, signature), "signature")
            .await;
    }
    // PSS, which the card can make too, by the very key of a certificate.
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
    let der = rustls_key(pkcs8.as_ref());
    let holder = KeyPair::from_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = LookAlike::of(&victim).issue(&holder, &authority_key(&world));
    let challenge = reader.challenge().await;
    let mut signature = vec![0; 256];
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), &challenge.nonce, &mut signature).unwrap();
    assert_shown_refused(&world, &mut reader, &Shown::new(&certificate, &challenge, signature), "signature").await;
    // A P-384 card whose signature is over another hash is no better.
    let elliptic = card(&world, "school-mutual-insured");
    let challenge = reader.challenge().await;
    let mut other = elliptic.sign(&challenge.nonce).unwrap();
    let last = other.len() - 1;
    other[last] ^= 1;
    assert_shown_refused(&world, &mut reader, &Shown::new(elliptic.certificate(), &challenge, other), "signature").await;
    // Nor is the certificate of one card with the signature of another.
    let challenge = reader.challenge().await;
    let signature = card(&world, "elderly-2wari-tokyo").sign(&challenge.nonce).unwrap();
    assert_shown_refused(&world, &mut reader, &Shown::new(victim.certificate(), &challenge, signature), "signature").await;
    world.stop().await;
}

fn rustls_key(der: &[u8]) -> rustls::pki_types::PrivateKeyDer<'static> {
    rustls::pki_types::PrivateKeyDer::try_from(der.to_vec()).unwrap()
}

/// Whoever has read certificates off cards, which takes no PIN, learns nothing from them: whether J-LIS knows a card, has
/// revoked it, whether it has run out or its holder is protected.
#[tokio::test]
async fn a_certificate_alone_tells_nothing() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let names = [
        VICTIM,
        "national-mutual-insured",
        "kyokai-a04-osaka",
        "kumiai-a01",
        "kyokai-a02-tokyo-before",
        "self-information-blocked",
    ];
    let mut answers = Vec::new();
    for name in names {
        let card = card(&world, name);
        let challenge = reader.challenge().await;
        let guessed = Shown::new(card.certificate(), &challenge, vec![7; 256]);
        let reply = reader.show(&guessed).await;
        assert_eq!(outcome(Format::Json, &reply), refused(403, "SHK6006"), "{name}");
        answers.push(reply.body);
        // Without a signature, or by sight where that is not permitted, it is no different.
        let challenge = reader.challenge().await;
        let mut bare = Shown::new(card.certificate(), &challenge, Vec::new());
        bare.signature = None;
        assert_eq!(outcome(Format::Json, &reader.show(&bare).await), refused(400, "SHK1008"), "{name}");
        bare.holder = HolderVerification::Visual;
        assert_eq!(outcome(Format::Json, &reader.show(&bare).await), refused(403, "SHK6007"), "{name}");
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_certificate() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    let genuine = victim.certificate().to_vec();
    for (bytes, reason) in [
        (vec![0x30, 0x00], "malformed"),
        (b"not a certificate".to_vec(), "malformed"),
        (genuine[..genuine.len() - 1].to_vec(), "malformed"),
        ([&genuine[..], &[0]].concat(), "trailing_bytes"),
        (genuine.repeat(2), "trailing_bytes"),
        (genuine.repeat(5), "oversize"),
    ] {
        let challenge = reader.challenge().await;
        let signature = victim.sign(&challenge.nonce).unwrap();
        assert_shown_refused(&world, &mut reader, &Shown::new(&bytes, &challenge, signature), reason).await;
    }
    // What is not even base64, and what is larger than a message may be, never gets that far.
    let challenge = reader.challenge().await;
    let right = Shown::signing(&victim, &challenge);
    let text = String::from_utf8(right.message(&reader.institution, Format::Json)).unwrap();
    let broken = text.replace("\"MII", "\"*II");
    assert_ne!(broken, text);
    let reply = reader.connection.post("/card/lookups", "application/json", &[], broken).await.unwrap();
    assert_eq!(outcome(Format::Json, &reply), refused(400, "SHK1009"));
    let oversize = Shown { certificate: vec![0x30; 60_000], ..right };
    let reply = reader.show(&oversize).await;
    assert_eq!(outcome(Format::Json, &reply), refused(413, "SHK1010"));
    world.stop().await;
}

#[tokio::test]
async fn sight_does_not_make_a_look_alike_genuine() {
    let world = World::start().await;
    let key = rsa_key();
    let certificate = LookAlike::of(&card(&world, VICTIM)).issue(&key, &rsa_key());
    let mut reader = Reader::at(&world, crate::support::OTHER_CLINIC).await;
    let challenge = reader.challenge().await;
    let mut shown = Shown::new(&certificate, &challenge, Vec::new());
    (shown.holder, shown.signature) = (HolderVerification::Visual, None);
    assert_shown_refused(&world, &mut reader, &shown, "issuer_signature").await;
    world.stop().await;
}

//! Trust in certificates: subjects that readers disagree about, invalid revocation lists, and the end of trust in a terminal
//! whose connection is open.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SigningKey,
};
use shikaku::domain::AnswerCharset;
use shikaku::pki::Authority;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use yasna::models::{ObjectIdentifier, UTCTime};

use crate::support::{TEST_CLINIC, World, answered, ask_of, message, outcome, refused, scratch};

fn pem(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn authority_key(world: &World) -> KeyPair {
    KeyPair::from_pem(&pem(&world.pki.ca_key())).unwrap()
}

fn der(path: &Path) -> Vec<u8> {
    x509_parser::pem::parse_x509_pem(pem(path).as_bytes()).unwrap().1.contents
}

/// Returns the parts of a terminal certificate of the usual clinic that is valid for the given time.
fn params(lasts: Duration) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationalUnitName, TEST_CLINIC);
    params.distinguished_name.push(DnType::CommonName, "reception-9");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = (now - Duration::minutes(1), now + lasts);
    params
}

fn save(certificate: &[u8], key: &KeyPair) -> (PathBuf, PathBuf) {
    let directory = scratch("trust");
    let (certificate_path, key_path) = (directory.join("terminal.pem"), directory.join("terminal.key"));
    write_pem(&certificate_path, "CERTIFICATE", certificate);
    std::fs::write(&key_path, key.serialize_pem()).unwrap();
    (certificate_path, key_path)
}

fn write_pem(path: &Path, label: &str, der: &[u8]) {
    let base64 = data_encoding::BASE64.encode(der);
    std::fs::write(path, format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")).unwrap();
}

fn question() -> Vec<u8> {
    message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8)
}

async fn is_answered(terminal: &Terminal) -> bool {
    let Ok(mut connection) = terminal.connect().await else { return false };
    connection.ask("/oqs/OQSsiquc01", Format::Xml, question()).await.is_ok_and(|reply| reply.status == 200)
}

const ECDSA_WITH_SHA256: [u64; 7] = [1, 2, 840, 10045, 4, 3, 2];

fn signed(key: &KeyPair, content: Vec<u8>) -> Vec<u8> {
    let signature = key.sign(&content).unwrap();
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_der(&content);
            algorithm(writer.next());
            writer.next().write_bitvec_bytes(&signature, signature.len() * 8);
        });
    })
}

fn algorithm(writer: yasna::DERWriter<'_>) {
    writer.write_sequence(|writer| writer.next().write_oid(&ObjectIdentifier::from_slice(&ECDSA_WITH_SHA256)));
}

/// Returns the elements of a DER sequence.
fn elements(sequence: &[u8]) -> Vec<Vec<u8>> {
    yasna::parse_der(sequence, |reader| reader.collect_sequence_of(|reader| reader.read_der())).unwrap()
}

/// Makes a certificate with another subject, signed by the world's CA.
fn with_subject(world: &World, key: &KeyPair, subject: &[u8]) -> Vec<u8> {
    let issuer = Issuer::from_ca_cert_pem(&pem(&world.pki.ca()), authority_key(world)).unwrap();
    let pattern = params(Duration::days(1)).signed_by(key, &issuer).unwrap();
    let mut parts = elements(&elements(pattern.der())[0]);
    // version, serial number, signature, issuer, validity, subject, key, extensions.
    parts[5] = subject.to_vec();
    let content = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| parts.iter().for_each(|part| writer.next().write_der(part)));
    });
    signed(&authority_key(world), content)
}

/// Makes a name of sets of attributes: the last number of each attribute's identifier (2.5.4.x), and its value.
fn name(sets: &[&[(u64, &str)]]) -> Vec<u8> {
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            for set in sets {
                writer.next().write_set_of(|writer| {
                    for (identifier, value) in *set {
                        writer.next().write_sequence(|writer| {
                            writer.next().write_oid(&ObjectIdentifier::from_slice(&[2, 5, 4, *identifier]));
                            writer.next().write_utf8_string(value);
                        });
                    }
                });
            }
        });
    })
}

#[tokio::test]
async fn a_subject_that_readers_disagree_about_is_refused() {
    const UNIT: u64 = 11;
    const COMMON: u64 = 3;
    const ORGANISATION: u64 = 10;
    let world = World::start().await;
    let key = KeyPair::generate().unwrap();
    let try_with = async |subject: &[&[(u64, &str)]]| {
        let (certificate, key) = save(&with_subject(&world, &key, &name(subject)), &key);
        is_answered(&world.terminal_with(&certificate, &key)).await
    };
    assert!(try_with(&[&[(UNIT, TEST_CLINIC)], &[(COMMON, "reception-9")]]).await, "the pattern itself is right");
    let refused: [&[&[(u64, &str)]]; 8] = [
        // Several values in one set, whatever they are.
        &[&[(UNIT, TEST_CLINIC), (COMMON, "reception-9")]],
        &[&[(UNIT, TEST_CLINIC), (UNIT, "2710034568")], &[(COMMON, "reception-9")]],
        &[&[(UNIT, TEST_CLINIC)], &[(COMMON, "reception-9"), (ORGANISATION, "SHIKAKU TEST")]],
        // None, or two, of an attribute that must occur once.
        &[&[(UNIT, TEST_CLINIC)]],
        &[&[(COMMON, "reception-9")]],
        &[&[(UNIT, TEST_CLINIC)], &[(COMMON, "reception-9")], &[(COMMON, "reception-8")]],
        // A terminal's name that could forge lines of a log, or fill it.
        &[&[(UNIT, TEST_CLINIC)], &[(COMMON, "a\nb")]],
        &[&[(UNIT, TEST_CLINIC)], &[(COMMON, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]],
    ];
    for (place, subject) in refused.into_iter().enumerate() {
        assert!(!try_with(subject).await, "{subject:?}");
        let refused = f64::from(u32::try_from(place).unwrap() + 1);
        world.until_metric("shikaku_handshakes_total{result=\"subject\"}", refused).await;
    }
    world.stop().await;
}

/// Returns the present time as certificates write times.
fn whole_second() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

/// The fields of a revocation list that tests vary.
struct List {
    number: Option<u64>,
    /// Seconds from now to its end.
    lasts: Option<i64>,
}

impl List {
    /// Signs the list with the key of the world's CA or with another, and puts it in place.
    fn write(&self, world: &World, key: &KeyPair) {
        let certificate = der(&world.pki.ca());
        let (_, authority) = X509Certificate::from_der(&certificate).unwrap();
        let time = |seconds: i64| UTCTime::from_datetime(whole_second() + Duration::seconds(seconds));
        let content = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_i64(1);
                algorithm(writer.next());
                writer.next().write_der(authority.subject().as_raw());
                writer.next().write_utctime(&time(-60));
                if let Some(lasts) = self.lasts {
                    writer.next().write_utctime(&time(lasts));
                }
                if let Some(number) = self.number {
                    writer.next().write_tagged(yasna::Tag::context(0), |writer| {
                        writer.write_sequence(|writer| {
                            writer.next().write_sequence(|writer| {
                                writer.next().write_oid(&ObjectIdentifier::from_slice(&[2, 5, 29, 20]));
                                writer.next().write_bytes(&yasna::construct_der(|writer| writer.write_u64(number)));
                            });
                        });
                    });
                }
            });
        });
        write_pem(&world.pki.crl(), "X509 CRL", &signed(key, content));
    }
}

/// Greater than the number that the CA takes from the time, in milliseconds.
const LATER: u64 = 1 << 50;

#[tokio::test]
async fn a_revocation_list_that_is_none_never_replaces_the_live_one() {
    let world = World::with_own_pki().await;
    let right = authority_key(&world);
    for (list, key, reason) in [
        (List { number: None, lasts: Some(3600) }, &right, "no number"),
        (List { number: Some(LATER), lasts: None }, &right, "no end"),
        (List { number: Some(LATER), lasts: Some(3600) }, &KeyPair::generate().unwrap(), "did not sign"),
    ] {
        list.write(&world, key);
        let refused = world.app.reload().unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
        assert!(is_answered(&world.terminal(TEST_CLINIC)).await, "{reason}: the live one stays");
    }
    List { number: Some(LATER), lasts: Some(3600) }.write(&world, &right);
    world.app.reload().unwrap();
    assert!(is_answered(&world.terminal(TEST_CLINIC)).await);
    world.stop().await;
}

#[tokio::test]
async fn an_authority_that_may_not_sign_lists_or_is_not_valid_is_not_taken() {
    let world = World::with_own_pki().await;
    let key = authority_key(&world);
    let now = OffsetDateTime::now_utc();
    let (day, year) = (Duration::days(1), Duration::days(365));
    let lists_too = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    for (usages, from, to, reason) in [
        (vec![KeyUsagePurpose::KeyCertSign], now - day, now + year, "may not sign revocation lists"),
        (Vec::new(), now - day, now + year, "may not sign revocation lists"),
        (lists_too.clone(), now - year, now - day, "not valid now"),
        (lists_too, now + day, now + year, "not valid now"),
    ] {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "JP");
        params.distinguished_name.push(DnType::OrganizationName, "SHIKAKU TEST Terminal CA");
        params.distinguished_name.push(DnType::CommonName, "TEST terminal root");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        (params.key_usages, params.not_before, params.not_after) = (usages, from, to);
        std::fs::write(world.pki.ca(), params.self_signed(&key).unwrap().pem()).unwrap();
        let refused = world.app.reload().unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
        assert!(is_answered(&world.terminal(TEST_CLINIC)).await, "{reason}: what was in use stays");
    }
    world.stop().await;
}

/// Asks on an open connection before and after an event. Afterwards the terminal is refused for the reason, and the
/// connection ends.
async fn trust_ends(world: &World, terminal: &Terminal, reason: &str, happens: impl AsyncFnOnce()) {
    let mut open = terminal.connect().await.unwrap();
    let before = open.ask("/oqs/OQSsiquc01", Format::Xml, question()).await.unwrap();
    assert_eq!(outcome(Format::Xml, &before), answered());
    let recorded = world.database.count("select count(*) from access_log").await;
    happens().await;
    let after = open.ask("/oqs/OQSsiquc01", Format::Xml, question()).await.unwrap();
    assert_eq!(outcome(Format::Xml, &after), refused(403, "SHK3004"));
    assert!(open.ask("/oqs/OQSsiquc01", Format::Xml, question()).await.is_err(), "the connection ends");
    assert_eq!(world.metric(&format!("shikaku_refused_callers_total{{reason=\"{reason}\"}}")).await, 1.0);
    assert_eq!(world.database.count("select count(*) from access_log").await, recorded, "nothing was shown");
}

#[tokio::test]
async fn a_certificate_runs_out_on_an_open_connection() {
    let world = World::start().await;
    let issuer = Issuer::from_ca_cert_pem(&pem(&world.pki.ca()), authority_key(&world)).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params(Duration::seconds(4)).signed_by(&key, &issuer).unwrap();
    let (certificate, key) = save(certificate.der(), &key);
    let terminal = world.terminal_with(&certificate, &key);
    trust_ends(&world, &terminal, "expired", async || tokio::time::sleep(std::time::Duration::from_secs(6)).await).await;
    world.stop().await;
}

#[tokio::test]
async fn the_list_becomes_stale_on_an_open_connection() {
    let world = World::with_own_pki().await;
    List { number: Some(LATER), lasts: Some(4) }.write(&world, &authority_key(&world));
    world.app.reload().unwrap();
    let wait = async || tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    trust_ends(&world, &world.terminal(TEST_CLINIC), "stale_crl", wait).await;
    assert!(!is_answered(&world.terminal(TEST_CLINIC)).await, "new connections are refused too");
    world.stop().await;
}

#[tokio::test]
async fn the_authority_is_replaced_under_an_open_connection() {
    let world = World::with_own_pki().await;
    // The lists of the next CA count anew: its first one has a lower number.
    List { number: Some(LATER), lasts: Some(3600) }.write(&world, &authority_key(&world));
    world.app.reload().unwrap();
    let terminal = world.terminal(TEST_CLINIC);
    trust_ends(&world, &terminal, "unknown_issuer", async || {
        for file in [world.pki.ca(), world.pki.ca_key(), world.pki.crl(), world.pki.server(), world.pki.server_key()] {
            std::fs::remove_file(file).unwrap();
        }
        Authority::init(&world.pki).unwrap();
        world.app.reload().unwrap();
    })
    .await;
    world.stop().await;
}

//! Terminal certificates with one fault each: refused, with just that fault as the reason in the audit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint,
    CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, NameConstraints, PublicKeyData, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use time::{Duration, OffsetDateTime};

use shikaku::domain::AnswerCharset;
use shikaku::terminal::{Terminal, TerminalError};
use shikaku::wire::Format;

use crate::support::world::make_pki;
use crate::support::{TEST_CLINIC, World, ask_of, message};

/// Returns the parts of a certificate of the clinic that is right in everything.
fn params() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationalUnitName, TEST_CLINIC);
    params.distinguished_name.push(DnType::CommonName, "reception-9");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    (params.not_before, params.not_after) = (days(-1), days(30));
    params
}

fn days(count: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(count)
}

fn pem(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Returns the world's CA as an issuer.
fn authority(world: &World) -> Issuer<'static, KeyPair> {
    Issuer::from_ca_cert_pem(&pem(&world.pki.ca()), KeyPair::from_pem(&pem(&world.pki.ca_key())).unwrap()).unwrap()
}

fn issue(params: &CertificateParams, holder: &impl PublicKeyData, issuer: &Issuer<'_, KeyPair>) -> Vec<u8> {
    params.signed_by(holder, issuer).unwrap().der().to_vec()
}

/// Returns a terminal that shows certificates, its own first, and signs with `key`, whether that fits or not.
fn showing(world: &World, chain: &[&[u8]], key: &KeyPair) -> Terminal {
    let chain = chain.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let shown = Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)));
    let terminal = Terminal::new(&world.app.terminal_addr().to_string(), &world.pki.ca(), None).unwrap();
    terminal.with_config(|config| config.client_auth_cert_resolver = shown)
}

async fn try_to_ask(terminal: &Terminal) -> Result<u16, TerminalError> {
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    Ok(terminal.connect().await?.ask("/oqs/OQSsiquc01", Format::Xml, body).await?.status.as_u16())
}

async fn assert_refused(world: &World, terminal: &Terminal, reason: &str) {
    let series = format!("shikaku_handshakes_total{{result=\"{reason}\"}}");
    let before = world.metric(&series).await;
    let error = try_to_ask(terminal).await.expect_err(reason);
    assert!(matches!(error, TerminalError::Refused { .. }), "{reason}: {error}");
    world.until_metric(&series, before + 1.0).await;
    assert_eq!(world.database.count("select count(*) from access_log").await, 0, "{reason}");
}

/// Spoils the parts of a certificate, issues it, and expects the reason.
async fn assert_spoiled(world: &World, reason: &str, spoil: impl FnOnce(&mut CertificateParams)) {
    let (mut params, key) = (params(), KeyPair::generate().unwrap());
    spoil(&mut params);
    let certificate = issue(&params, &key, &authority(world));
    assert_refused(world, &showing(world, &[&certificate], &key), reason).await;
}

#[tokio::test]
async fn nothing_is_wrong_with_the_pattern() {
    let world = World::start().await;
    for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let certificate = issue(&params(), &key, &authority(&world));
        assert_eq!(try_to_ask(&showing(&world, &[&certificate], &key)).await.unwrap(), 200);
        // Showing the CA too changes nothing.
        let ca = x509_parser::pem::parse_x509_pem(pem(&world.pki.ca()).as_bytes()).unwrap().1.contents;
        assert_eq!(try_to_ask(&showing(&world, &[&certificate, &ca], &key)).await.unwrap(), 200);
    }
    world.stop().await;
}

#[tokio::test]
async fn ones_for_another_purpose() {
    let world = World::start().await;
    assert_spoiled(&world, "purpose", |params| params.extended_key_usages = Vec::new()).await;
    assert_spoiled(&world, "purpose", |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]).await;
    assert_spoiled(&world, "purpose", |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]).await;
    assert_spoiled(&world, "purpose", |params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]).await;
    assert_spoiled(&world, "authority", |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)).await;
    world.stop().await;
}

#[tokio::test]
async fn ones_that_say_what_nobody_understands() {
    let world = World::start().await;
    assert_spoiled(&world, "critical_extension", |params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 392, 99999, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
    })
    .await;
    let key = KeyPair::generate().unwrap();
    let good = issue(&params(), &key, &authority(&world));
    let replaced = |from: &[u8], to: &[u8], times: usize| {
        let mut der = good.clone();
        let places: Vec<usize> = (0..der.len() - from.len()).filter(|place| der[*place..].starts_with(from)).collect();
        assert!(places.len() >= times, "{from:?} stands at {places:?}");
        for place in &places[places.len() - times..] {
            der[*place..*place + from.len()].copy_from_slice(to);
        }
        der
    };
    // ecdsa-with-SHA224 instead of ecdsa-with-SHA256, in both places and in one.
    let (sha256, sha224) = ([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 1]);
    for times in [2, 1] {
        assert_refused(&world, &showing(&world, &[&replaced(&sha256, &sha224, times)], &key), "algorithm").await;
    }
    // Version 2 instead of 3.
    let version2 = replaced(&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 1], 1);
    assert_refused(&world, &showing(&world, &[&version2], &key), "version").await;
    let cut = &good[..good.len() - 1];
    assert_refused(&world, &showing(&world, &[cut], &key), "malformed").await;
    let long = [&good[..], &[0]].concat();
    assert_refused(&world, &showing(&world, &[&long], &key), "malformed").await;
    assert_refused(&world, &showing(&world, &[b"no certificate"], &key), "malformed").await;
    world.stop().await;
}

#[tokio::test]
async fn ones_with_a_weak_key_or_somebody_elses() {
    let world = World::start().await;
    let other = KeyPair::generate().unwrap();
    // RSA with a modulus of 1024 bits and 65537. Its owner does not matter, because it is refused before the proof of
    // possession.
    let head = HEXLOWER.decode(b"30819f300d06092a864886f70d010101050003818d0030818902818100").unwrap();
    let short = [&head[..], &[0xc5; 128], &[2, 3, 1, 0, 1]].concat();
    let short = SubjectPublicKeyInfo::from_der(&short).unwrap();
    let weak = issue(&params(), &short, &authority(&world));
    assert_refused(&world, &showing(&world, &[&weak], &other), "key").await;
    let key = KeyPair::generate().unwrap();
    let certificate = issue(&params(), &key, &authority(&world));
    assert_refused(&world, &showing(&world, &[&certificate], &other), "proof").await;
    world.stop().await;
}

/// Replaces the world's CA by one that does not bound the path below it.
fn replace_authority(world: &World, change: impl FnOnce(&mut CertificateParams)) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, "ANOTHER TEST CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let files: [(PathBuf, String); 2] =
        [(world.pki.ca(), params.self_signed(&key).unwrap().pem()), (world.pki.ca_key(), key.serialize_pem())];
    std::fs::remove_dir_all(world.pki.root()).unwrap();
    for (path, text) in files {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    make_pki(world.pki.root());
    world.app.reload().unwrap();
}

#[tokio::test]
async fn ones_of_an_intermediate_authority() {
    let world = World::with_own_pki().await;
    // Below the project's CA, which bounds its path, and below one that does not.
    for round in 0..2 {
        let mut middle = CertificateParams::new(Vec::new()).unwrap();
        middle.distinguished_name = DistinguishedName::new();
        middle.distinguished_name.push(DnType::CommonName, "TEST intermediate");
        middle.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        for is_ca in [IsCa::Ca(BasicConstraints::Unconstrained), IsCa::ExplicitNoCa] {
            middle.is_ca = is_ca;
            let (middle_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
            let middle_certificate = issue(&middle, &middle_key, &authority(&world));
            let certificate = issue(&params(), &key, &Issuer::new(middle.clone(), middle_key));
            let chain = showing(&world, &[&certificate, &middle_certificate], &key);
            assert_refused(&world, &chain, "intermediate").await;
            // Alone, it is a certificate of an unknown CA.
            assert_refused(&world, &showing(&world, &[&certificate], &key), "unknown_issuer").await;
        }
        // A longer chain to an unknown CA is refused for that CA.
        middle.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let foreign = Issuer::new(middle.clone(), KeyPair::generate().unwrap());
        let (middle_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let middle_certificate = issue(&middle, &middle_key, &foreign);
        let certificate = issue(&params(), &key, &Issuer::new(middle, middle_key));
        let chain = showing(&world, &[&certificate, &middle_certificate], &key);
        assert_refused(&world, &chain, "unknown_issuer").await;
        if round == 0 {
            replace_authority(&world, |_| {});
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn ones_that_the_authority_may_not_issue() {
    let world = World::with_own_pki().await;
    replace_authority(&world, |params| {
        let excluded = vec![GeneralSubtree::DnsName("excluded.test".to_owned())];
        params.name_constraints = Some(NameConstraints { permitted_subtrees: Vec::new(), excluded_subtrees: excluded });
    });
    assert_spoiled(&world, "name_constraints", |params| {
        params.subject_alt_names = vec![SanType::DnsName("a.excluded.test".try_into().unwrap())];
    })
    .await;
    let key = KeyPair::generate().unwrap();
    let certificate = issue(&params(), &key, &authority(&world));
    assert_eq!(try_to_ask(&showing(&world, &[&certificate], &key)).await.unwrap(), 200);
    world.stop().await;
}

/// Writes a revocation list with a number: in the CA's or another name, with serial numbers, and for one distribution point
/// or all.
fn write_crl(world: &World, number: u64, name: Option<DistinguishedName>, revoked: &[u64], point: Option<&str>) {
    let key = KeyPair::from_pem(&pem(&world.pki.ca_key())).unwrap();
    let issuer = match name {
        None => authority(world),
        Some(name) => {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.distinguished_name = name;
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
            Issuer::new(params, key)
        }
    };
    let revoked = revoked.iter().map(|serial| rcgen::RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: days(-1),
        reason_code: None,
        invalidity_date: None,
    });
    let list = CertificateRevocationListParams {
        this_update: days(-1),
        next_update: days(30),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: point.map(|uri| CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint { uris: vec![uri.to_owned()] },
            scope: None,
        }),
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    std::fs::write(world.pki.crl(), list.signed_by(&issuer).unwrap().pem().unwrap()).unwrap();
}

#[tokio::test]
async fn ones_that_the_list_does_not_cover() {
    let world = World::with_own_pki().await;
    write_crl(&world, u64::MAX, None, &[], Some("http://crl.test/some.crl"));
    world.app.reload().unwrap();
    assert_spoiled(&world, "revocation_unknown", |params| {
        params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec!["http://crl.test/other.crl".to_owned()] }];
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_list_of_another_name_or_of_the_same_number_and_other_content_never_replaces_the_live_one() {
    let world = World::with_own_pki().await;
    let number = u64::MAX - 1;
    write_crl(&world, number, None, &[7], None);
    world.app.reload().unwrap();
    // The same file again is no other list.
    world.app.reload().unwrap();
    write_crl(&world, number, None, &[], None);
    let error = world.app.reload().unwrap_err().to_string();
    assert!(error.contains("number of the list in use"), "{error}");
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "SOMEBODY ELSE");
    write_crl(&world, u64::MAX, Some(name), &[], None);
    let error = world.app.reload().unwrap_err().to_string();
    assert!(error.contains("another name"), "{error}");

    // The live list still holds: serial number 7 is revoked.
    let key = KeyPair::generate().unwrap();
    let mut seventh = params();
    seventh.serial_number = Some(SerialNumber::from(7_u64));
    let certificate = issue(&seventh, &key, &authority(&world));
    assert_refused(&world, &showing(&world, &[&certificate], &key), "revoked").await;
    // A later list replaces it.
    write_crl(&world, u64::MAX, None, &[], None);
    world.app.reload().unwrap();
    assert_eq!(try_to_ask(&showing(&world, &[&certificate], &key)).await.unwrap(), 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_what_is_likely_wrong_and_where_to_look() {
    let world = World::with_own_pki().await;
    // The terminal shows a certificate of a foreign CA, as after the PKI was replaced below a running server.
    let (certificate, key) = world.identity(TEST_CLINIC);
    let foreign = make_pki(&crate::support::scratch("foreign"));
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    std::fs::copy(foreign.terminal(&code, "reception-1"), &certificate).unwrap();
    std::fs::copy(foreign.terminal_key(&code, "reception-1"), &key).unwrap();
    for _ in 0..10 {
        let (status, _, error) = world.run_ask("card-number", &["--person", "kyokai-insured-tokyo"]);
        assert_eq!(status, Some(3), "{error}");
        for part in
            ["refused the terminal's certificate", "DecryptError", "--data-dir", "handshake_refused", "docs/errors.md"]
        {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
    world.stop().await;
}

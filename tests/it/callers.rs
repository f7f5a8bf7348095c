//! Callers with a wrong certificate or a wrong name are refused, each with an audit reason of its own.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use shikaku::domain::AnswerCharset;
use shikaku::pki::Authority;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use time::{Duration, OffsetDateTime};

use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, refused, scratch};

const PERSON: &str = "kyokai-insured-tokyo";

/// A certificate of the clinic that is right in everything; tests spoil one thing.
struct Certificate {
    units: Vec<&'static str>,
    names: Vec<&'static str>,
    days: (i64, i64),
    purpose: ExtendedKeyUsagePurpose,
    alternative: Option<&'static str>,
}

impl Default for Certificate {
    fn default() -> Self {
        Self {
            units: vec![TEST_CLINIC],
            names: vec!["reception-9"],
            days: (-1, 30),
            purpose: ExtendedKeyUsagePurpose::ClientAuth,
            alternative: None,
        }
    }
}

impl Certificate {
    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "SHIKAKU TEST");
        // rcgen keeps one value per attribute, so a second value goes under the bare identifier of the same attribute.
        let identifiers = [DnType::OrganizationalUnitName, DnType::CustomDnType(vec![2, 5, 4, 11])];
        for (identifier, unit) in identifiers.into_iter().zip(&self.units) {
            params.distinguished_name.push(identifier, *unit);
        }
        for name in &self.names {
            params.distinguished_name.push(DnType::CommonName, *name);
        }
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![self.purpose.clone()];
        if let Some(name) = self.alternative {
            params.subject_alt_names = vec![SanType::URI(name.try_into().unwrap())];
        }
        let now = OffsetDateTime::now_utc();
        (params.not_before, params.not_after) = (now + Duration::days(self.days.0), now + Duration::days(self.days.1));
        params
    }

    /// Issues it with the world's CA.
    fn issue(&self, world: &World) -> (PathBuf, PathBuf) {
        let pem = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        let authority_key = KeyPair::from_pem(&pem(world.pki.ca_key())).unwrap();
        let issuer = Issuer::from_ca_cert_pem(&pem(world.pki.ca()), authority_key).unwrap();
        let key = KeyPair::generate().unwrap();
        save(&self.params().signed_by(&key, &issuer).unwrap().pem(), &key)
    }
}

fn save(certificate: &str, key: &KeyPair) -> (PathBuf, PathBuf) {
    let directory = scratch("certificate");
    let (certificate_path, key_path) = (directory.join("terminal.pem"), directory.join("terminal.key"));
    std::fs::write(&certificate_path, certificate).unwrap();
    std::fs::write(&key_path, key.serialize_pem()).unwrap();
    (certificate_path, key_path)
}

/// Tries to ask. A refused handshake shows when the first answer is awaited (TLS 1.3) or at once (TLS 1.2).
async fn try_to_ask(terminal: &Terminal) -> bool {
    let body = message(&ask_of(PERSON), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let Ok(mut connection) = terminal.connect().await else { return false };
    connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.is_ok_and(|reply| reply.status == 200)
}

async fn assert_refused(world: &World, terminal: &Terminal, reason: &str) {
    let series = format!("shikaku_handshakes_total{{result=\"{reason}\"}}");
    let before = world.metric(&series).await;
    assert!(!try_to_ask(terminal).await, "{reason}: was answered");
    world.until_metric(&series, before + 1.0).await;
    assert_eq!(world.database.count("select count(*) from access_log").await, 0, "{reason}");
}

async fn assert_refused_with(world: &World, files: &(PathBuf, PathBuf), reason: &str) {
    assert_refused(world, &world.terminal_with(&files.0, &files.1), reason).await;
}

#[tokio::test]
async fn the_right_certificate_is_answered() {
    let world = World::start().await;
    let (certificate, key) = Certificate::default().issue(&world);
    assert!(try_to_ask(&world.terminal_with(&certificate, &key)).await);
    world.stop().await;
}

#[tokio::test]
async fn no_certificate() {
    let world = World::start().await;
    let address = world.app.terminal_addr().to_string();
    assert_refused(&world, &Terminal::new(&address, &world.pki.ca(), None).unwrap(), "no_certificate").await;
    world.stop().await;
}

#[tokio::test]
async fn a_self_signed_one() {
    let world = World::start().await;
    let key = KeyPair::generate().unwrap();
    let certificate = Certificate::default().params().self_signed(&key).unwrap();
    assert_refused_with(&world, &save(&certificate.pem(), &key), "self_signed").await;
    // As `openssl req -x509` makes it: a CA, without any purpose.
    let mut params = Certificate::default().params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages = Vec::new();
    assert_refused_with(&world, &save(&params.self_signed(&key).unwrap().pem(), &key), "self_signed").await;
    // An expired one is still refused as self-signed.
    let expired = Certificate { days: (-30, -1), ..Certificate::default() }.params().self_signed(&key).unwrap();
    assert_refused_with(&world, &save(&expired.pem(), &key), "self_signed").await;
    world.stop().await;
}

#[tokio::test]
async fn one_of_a_foreign_authority_with_the_same_name() {
    let world = World::start().await;
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "JP");
    params.distinguished_name.push(DnType::OrganizationName, "SHIKAKU TEST Terminal CA");
    params.distinguished_name.push(DnType::CommonName, "TEST terminal root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(params, KeyPair::generate().unwrap());
    let key = KeyPair::generate().unwrap();
    let certificate = Certificate::default().params().signed_by(&key, &issuer).unwrap();
    assert_refused_with(&world, &save(&certificate.pem(), &key), "unknown_issuer").await;
    world.stop().await;
}

#[tokio::test]
async fn an_expired_one_and_one_of_tomorrow() {
    let world = World::start().await;
    let expired = Certificate { days: (-30, -1), ..Certificate::default() }.issue(&world);
    assert_refused_with(&world, &expired, "expired").await;
    let tomorrow = Certificate { days: (1, 30), ..Certificate::default() }.issue(&world);
    assert_refused_with(&world, &tomorrow, "not_yet_valid").await;
    world.stop().await;
}

#[tokio::test]
async fn one_that_is_not_for_clients() {
    let world = World::start().await;
    let server = Certificate { purpose: ExtendedKeyUsagePurpose::ServerAuth, ..Certificate::default() }.issue(&world);
    assert_refused_with(&world, &server, "purpose").await;
    world.stop().await;
}

#[tokio::test]
async fn a_subject_without_exactly_one_legal_institution_code() {
    let world = World::start().await;
    for units in [vec![], vec!["1310012348"], vec!["reception"], vec![TEST_CLINIC, OTHER_CLINIC]] {
        let files = Certificate { units, ..Certificate::default() }.issue(&world);
        assert_refused_with(&world, &files, "subject").await;
    }
    world.stop().await;
}

#[tokio::test]
async fn a_code_in_another_place_of_the_certificate_does_not_count() {
    let world = World::start().await;
    let elsewhere = "urn:shikaku:test:institution:2710034568:terminal:reception-1";
    let files = Certificate { alternative: Some(elsewhere), ..Certificate::default() }.issue(&world);
    let terminal = world.terminal_with(&files.0, &files.1);
    assert!(try_to_ask(&terminal).await);
    let body = message(&ask_of(PERSON), OTHER_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let reply = terminal.connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3001"));
    world.stop().await;
}

#[tokio::test]
async fn a_revoked_one_after_a_reload() {
    let world = World::with_own_pki().await;
    let (certificate, key) = world.identity(TEST_CLINIC);
    let terminal = world.terminal_with(&certificate, &key);
    let mut living = terminal.connect().await.unwrap();
    let body = message(&ask_of(PERSON), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let reply = living.ask("/oqs/OQSsiquc01", Format::Xml, body.clone()).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), answered());

    assert!(Authority::open(&world.pki).unwrap().revoke(&certificate).unwrap());
    world.app.reload().unwrap();

    // The connection from before the revocation gets a refusal and is closed.
    let reply = living.ask("/oqs/OQSsiquc01", Format::Xml, body.clone()).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3004"));
    assert!(living.ask("/oqs/OQSsiquc01", Format::Xml, body).await.is_err());
    assert!((world.metric("shikaku_refused_callers_total{reason=\"revoked\"}").await - 1.0).abs() < f64::EPSILON);

    // A new connection is refused in the handshake, and the next one too.
    for _ in 0..2 {
        assert!(!try_to_ask(&terminal).await);
    }
    world.until_metric("shikaku_handshakes_total{result=\"revoked\"}", 2.0).await;
    // Other institutions go on.
    assert!(try_to_ask_as(&world, OTHER_CLINIC).await);
    world.stop().await;
}

async fn try_to_ask_as(world: &World, institution: &str) -> bool {
    let body = message(&ask_of(PERSON), institution, Format::Xml, AnswerCharset::Utf8);
    let mut connection = world.terminal(institution).connect().await.unwrap();
    connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap().status == 200
}

#[tokio::test]
async fn a_message_in_another_institutions_name_is_refused_and_recorded_with_both_codes() {
    let world = World::start().await;
    for format in [Format::Xml, Format::Json] {
        let body = message(&ask_of(PERSON), OTHER_CLINIC, format, AnswerCharset::Utf8);
        let reply = world.connect().await.ask("/oqs/OQSsiquc01", format, body).await.unwrap();
        assert_eq!(outcome(format, &reply), refused(403, "SHK3001"));
    }
    let recorded = world
        .database
        .count(
            "select count(*) from access_log where outcome = 9 and institution_code = '1310012344' \
             and claimed_institution_code = '2710034568' and shown = 0 and person_id is null",
        )
        .await;
    assert_eq!(recorded, 2);
    world.stop().await;
}

#[tokio::test]
async fn two_streams_of_one_h2_connection_are_judged_apart() {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let world = World::start().await;
    let stream = crate::tls::h2_stream(&world).await;
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let send = |institution: &'static str| {
        let mut sender = sender.clone();
        async move {
            let body = message(&ask_of(PERSON), institution, Format::Xml, AnswerCharset::Utf8);
            let request = hyper::Request::post("https://localhost/oqs/OQSsiquc01")
                .header("content-type", "application/xml")
                .body(Full::new(hyper::body::Bytes::from(body)))
                .unwrap();
            let response = sender.send_request(request).await.unwrap();
            let status = response.status().as_u16();
            response.into_body().collect().await.unwrap();
            status
        }
    };
    let (right, wrong) = tokio::join!(send(TEST_CLINIC), send(OTHER_CLINIC));
    assert_eq!((right, wrong), (200, 403));
    world.stop().await;
}

#[tokio::test]
async fn institutions_that_may_not_ask() {
    let world = World::start().await;
    let closed = "1410555011";
    let body = message(&ask_of(PERSON), closed, Format::Xml, AnswerCharset::Utf8);
    let reply = world.terminal(closed).connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3003"));

    // A published sample code (rules.md 3.4) that is not among the fixtures.
    let unregistered = "0110113719";
    let files = Certificate { units: vec![unregistered], ..Certificate::default() }.issue(&world);
    let body = message(&ask_of(PERSON), unregistered, Format::Xml, AnswerCharset::Utf8);
    let mut connection = world.terminal_with(&files.0, &files.1).connect().await.unwrap();
    let reply = connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3002"));
    world.stop().await;
}

#[tokio::test]
async fn a_stale_revocation_list_refuses_everybody() {
    let world = World::with_own_pki().await;
    let mut living = world.connect().await;
    write_crl(&world, -2, -1, u64::MAX);
    world.app.reload().unwrap();
    let body = message(&ask_of(PERSON), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let reply = living.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3004"));
    assert!(!try_to_ask(&world.terminal(TEST_CLINIC)).await);
    world.until_metric("shikaku_handshakes_total{result=\"stale_crl\"}", 1.0).await;
    let (status, ready) = world.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(ready.contains("\"crl\":\"stale\""), "{ready}");
    world.stop().await;
}

#[tokio::test]
async fn a_list_that_is_older_foreign_or_broken_never_replaces_the_live_one() {
    let world = World::with_own_pki().await;
    let good = std::fs::read(world.pki.crl()).unwrap();

    write_crl(&world, -1, 30, 1);
    assert!(world.app.reload().unwrap_err().to_string().contains("lower"));
    std::fs::write(world.pki.crl(), "no list").unwrap();
    assert!(world.app.reload().is_err());
    std::fs::copy(crate::support::world::make_pki(&scratch("foreign")).crl(), world.pki.crl()).unwrap();
    assert!(world.app.reload().unwrap_err().to_string().contains("did not sign"));
    std::fs::remove_file(world.pki.crl()).unwrap();
    assert!(world.app.reload().is_err());

    assert!(try_to_ask(&world.terminal(TEST_CLINIC)).await);
    std::fs::write(world.pki.crl(), good).unwrap();
    world.app.reload().unwrap();
    assert!(try_to_ask(&world.terminal(TEST_CLINIC)).await);
    world.stop().await;
}

/// Signs an empty revocation list that is valid between the given days from now.
fn write_crl(world: &World, from: i64, through: i64, number: u64) {
    let pem = |path: &Path| std::fs::read_to_string(path).unwrap();
    let key = KeyPair::from_pem(&pem(&world.pki.ca_key())).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&pem(&world.pki.ca()), key).unwrap();
    let now = OffsetDateTime::now_utc();
    let list = rcgen::CertificateRevocationListParams {
        this_update: now + Duration::days(from),
        next_update: now + Duration::days(through),
        crl_number: rcgen::SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    std::fs::write(world.pki.crl(), list.signed_by(&issuer).unwrap().pem().unwrap()).unwrap();
}

#[tokio::test]
async fn another_authority_ends_the_callers_of_the_old_one() {
    let world = World::with_own_pki().await;
    let mut living = world.connect().await;
    let body = message(&ask_of(PERSON), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    assert_eq!(living.ask("/oqs/OQSsiquc01", Format::Xml, body.clone()).await.unwrap().status, 200);
    // A new CA in the same files. Its list is newer and does not name the certificates of the old CA.
    std::fs::remove_dir_all(world.pki.root()).unwrap();
    crate::support::world::make_pki(world.pki.root());
    world.app.reload().unwrap();
    let reply = living.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(403, "SHK3004"));
    assert!(try_to_ask(&world.terminal(TEST_CLINIC)).await);
    world.stop().await;
}

#[tokio::test]
async fn a_revoked_caller_loses_its_h2_connection_too() {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let world = World::with_own_pki().await;
    let stream = crate::tls::h2_stream(&world).await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let ended = tokio::spawn(connection);
    let (certificate, _) = world.identity(TEST_CLINIC);
    Authority::open(&world.pki).unwrap().revoke(&certificate).unwrap();
    world.app.reload().unwrap();
    let body = message(&ask_of(PERSON), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let request = hyper::Request::post("https://localhost/oqs/OQSsiquc01")
        .header("content-type", "application/xml")
        .body(Full::new(hyper::body::Bytes::from(body)))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 403);
    response.into_body().collect().await.unwrap();
    // The server closes the connection well before the limit for idle ones.
    let end = tokio::time::timeout(std::time::Duration::from_secs(5), ended).await;
    assert!(end.is_ok(), "the connection stays open");
    world.stop().await;
}

//! TLS: protocol versions, resumption, key kinds, and the connections that other tests use.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::pki::{Authority, KeyKind};
use shikaku::wire::Format;

use crate::support::{TEST_CLINIC, World, answered, ask_of, message, outcome};

fn config(world: &World, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let (certificate, key) = world.identity(TEST_CLINIC);
    config_of(&world.pki.ca(), (&certificate, &key), versions)
}

fn config_of(ca: &Path, (certificate, key): (&Path, &Path), versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_file(certificate).unwrap()],
            PrivateKeyDer::from_pem_file(key).unwrap(),
        )
        .unwrap()
}

async fn connect(world: &World, config: ClientConfig) -> TlsStream<TcpStream> {
    connect_to(&world.app.terminal_addr().to_string(), config).await
}

async fn connect_to(address: &str, config: ClientConfig) -> TlsStream<TcpStream> {
    connect_over(TcpStream::connect(address).await.unwrap(), config).await
}

async fn connect_over(stream: TcpStream, config: ClientConfig) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// Opens a connection that negotiated h2.
pub async fn h2_stream(world: &World) -> TlsStream<TcpStream> {
    let mut config = config(world, &[&version::TLS13]);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = connect(world, config).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    stream
}

/// Opens a connection over a given socket, with any certificate and key, that negotiated `protocol`.
pub async fn stream_over(stream: TcpStream, ca: &Path, identity: (&Path, &Path), protocol: &str) -> TlsStream<TcpStream> {
    let mut config = config_of(ca, identity, &[&version::TLS13]);
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    connect_over(stream, config).await
}

/// Opens a connection for HTTP/1.1, over which a test sends any bytes.
pub async fn http1_stream(world: &World) -> TlsStream<TcpStream> {
    let (certificate, key) = world.identity(TEST_CLINIC);
    http1_stream_to(&world.app.terminal_addr().to_string(), &world.pki.ca(), (&certificate, &key)).await
}

/// Opens a connection with any certificate and key that offers a protocol. In TLS 1.3 it opens even if the server refuses
/// them.
pub async fn stream_with(world: &World, protocol: &str, identity: (&Path, &Path)) -> TlsStream<TcpStream> {
    let mut config = config_of(&world.pki.ca(), identity, &[&version::TLS13]);
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    connect(world, config).await
}

/// Opens a connection for HTTP/1.1 to any server, with any certificate and key.
pub async fn http1_stream_to(address: &str, ca: &Path, identity: (&Path, &Path)) -> TlsStream<TcpStream> {
    let mut config = config_of(ca, identity, &[&version::TLS13]);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    connect_to(address, config).await
}

#[tokio::test]
async fn tls_1_2_and_1_3_with_authenticated_suites() {
    let world = World::start().await;
    for (version, expected) in [(&version::TLS12, ProtocolVersion::TLSv1_2), (&version::TLS13, ProtocolVersion::TLSv1_3)] {
        let stream = connect(&world, config(&world, &[version])).await;
        let session = stream.get_ref().1;
        assert_eq!(session.protocol_version(), Some(expected));
        let suite = format!("{:?}", session.negotiated_cipher_suite().unwrap().suite());
        assert!(suite.contains("GCM") || suite.contains("CHACHA20_POLY1305"), "{suite}");
    }
    world.stop().await;
}

#[tokio::test]
async fn sessions_are_never_resumed() {
    let world = World::start().await;
    for version in [&version::TLS12, &version::TLS13] {
        // One configuration, so that the client would offer a session that it remembers.
        let config = config(&world, &[version]);
        for _ in 0..3 {
            let mut stream = connect(&world, config.clone()).await;
            // In TLS 1.3 a ticket would come with the first data.
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            // A peer may end without close_notify; the bytes that were read count.
            let _ = stream.read_to_end(&mut answer).await;
            assert!(answer.starts_with(b"HTTP/1.1 404"));
            assert_eq!(stream.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Full));
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn rsa_terminals_are_served() {
    let world = World::with_own_pki().await;
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let authority = Authority::open(&world.pki).unwrap();
    assert!(authority.issue_terminal(&code, "rsa-terminal", KeyKind::Rsa).unwrap());
    let certificate = world.pki.terminal(&code, "rsa-terminal");
    let terminal = world.terminal_with(&certificate, &world.pki.terminal_key(&code, "rsa-terminal"));
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let reply = terminal.connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test]
async fn what_speaks_no_tls_is_counted_and_closed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::start().await;
    let mut stream = TcpStream::connect(world.app.terminal_addr()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    // The server closes with a TLS alert or a reset; either way it ends.
    let _ = stream.read_to_end(&mut rest).await;
    world.until_metric("shikaku_handshakes_total{result=\"tls_error\"}", 1.0).await;
    world.stop().await;
}

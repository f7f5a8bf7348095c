//! SIGHUP: certificates and CRL are reloaded, and no connection is lost.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::pki::{Authority, PkiFiles};
use shikaku::terminal::Terminal;
use shikaku::wire::Format;

use crate::support::database::TestDatabase;
use crate::support::world::make_pki;
use crate::support::{OTHER_CLINIC, Program, TEST_CLINIC, ask_of, message, scratch};

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reads_new_files_and_loses_no_request() {
    let database = TestDatabase::new().await;
    let pki = make_pki(&scratch("pki"));
    let server = Program::serve(&database.url(), pki.root(), &[]);
    let code = |text: &str| InstitutionCode::parse(text).unwrap();
    let terminal = |institution: &str| {
        let (certificate, key) =
            (pki.terminal(&code(institution), "reception-1"), pki.terminal_key(&code(institution), "reception-1"));
        Terminal::new(&server.terminal_addr, &pki.ca(), Some((&certificate, &key))).unwrap()
    };
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);

    // One connection asks all the time, through every reload.
    let mut steady = terminal(TEST_CLINIC).connect().await.unwrap();
    let asking = tokio::spawn(async move {
        for _ in 0..400 {
            let reply = steady.ask("/oqs/OQSsiquc01", Format::Xml, body.clone()).await.expect("the connection lives");
            assert_eq!(reply.status, 200);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });

    // A new server certificate, and the certificate of another clinic revoked.
    std::fs::remove_file(pki.server()).unwrap();
    Authority::init(&pki).unwrap().revoke(&pki.terminal(&code(OTHER_CLINIC), "reception-1")).unwrap();
    for _ in 0..5 {
        server.signal("HUP");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.until_logged("read anew").await;
    let other = message(&ask_of("kyokai-insured-tokyo"), OTHER_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let refused = async {
        let mut connection = terminal(OTHER_CLINIC).connect().await.ok()?;
        connection.ask("/oqs/OQSsiquc01", Format::Xml, other).await.ok()
    };
    assert!(refused.await.is_none());
    // New connections get the new certificate.
    let served = served_certificate(&server, &pki).await;
    assert_eq!(served, CertificateDer::from_pem_file(pki.server()).unwrap());

    // A broken file changes nothing.
    std::fs::write(pki.server(), "no certificate").unwrap();
    server.signal("HUP");
    server.until_logged("stay as they were").await;
    assert_eq!(served_certificate(&server, &pki).await, served);

    asking.await.unwrap();
    database.drop().await;
}

/// Returns the certificate that the server shows on a new connection.
async fn served_certificate(server: &Program, pki: &PkiFiles) -> CertificateDer<'static> {
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    let (certificate, key) = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let stream = crate::tls::http1_stream_to(&server.terminal_addr, &pki.ca(), (&certificate, &key)).await;
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

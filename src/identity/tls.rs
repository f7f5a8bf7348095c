//! Makes a TLS configuration from files, with the checks on a CRL that the TLS library leaves to us.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, version};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use crate::language::{Bilingual, Japanese};
use crate::pki::PkiFiles;

use super::card::CardRoots;
use super::trust_error::TrustError;
use super::verifier::TerminalVerifier;

/// One reading of the PKI files.
pub(super) struct LoadedPki {
    /// For the listener that demands a terminal's certificate.
    pub config: Arc<ServerConfig>,
    /// For the listener that asks for no certificate.
    pub without_certificates: Arc<ServerConfig>,
    /// The CA's certificate.
    pub authority: Arc<[u8]>,
    pub revoked: HashSet<Vec<u8>>,
    pub next_update: Timestamp,
    /// The roots of card certificates.
    pub cards: Arc<CardRoots>,
    /// The CRL's number, big-endian without leading zeros, so that longer is greater.
    pub crl_number: Vec<u8>,
    /// The CRL itself.
    pub crl: Vec<u8>,
}

impl LoadedPki {
    pub fn read(files: &PkiFiles, now: Timestamp) -> Result<Self, TrustError> {
        let authority: CertificateDer<'static> = one(&files.ca(), CertificateDer::from_pem_file)?;
        let list: CertificateRevocationListDer<'static> = one(&files.crl(), CertificateRevocationListDer::from_pem_file)?;
        let (revoked, next_update, crl_number) = check_list(&files.crl(), &list, &files.ca(), &authority, now)?;
        let (known, crl): (Arc<[u8]>, _) = (authority.as_ref().into(), list.to_vec());
        let config = Arc::new(server_config(files, terminals(files, authority, list)?)?);
        let without_certificates = Arc::new(server_config(files, WebPkiClientVerifier::no_client_auth())?);
        let cards = Arc::new(card_roots(files)?);
        Ok(Self { config, without_certificates, authority: known, revoked, next_update, cards, crl_number, crl })
    }
}

/// Reads every certificate in the directory of card roots.
fn card_roots(files: &PkiFiles) -> Result<CardRoots, TrustError> {
    let directory = files.card_roots();
    let bad = |reason: Bilingual| TrustError::File { path: directory.clone(), reason };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&directory).map_err(|error| {
        bad((format!("{error}; `shikaku pki init` makes it"), format!("{}。`shikaku pki init`で作れます", error.japanese()))
            .into())
    })? {
        let path = entry.map_err(|error| bad(error.into()))?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut roots = Vec::new();
    for path in &paths {
        let certificate: CertificateDer<'static> = one(path, CertificateDer::from_pem_file)?;
        roots.push(certificate.to_vec());
    }
    CardRoots::pin(&roots).map_err(|error| bad(error.into()))
}

fn one<T>(path: &Path, read: impl FnOnce(PathBuf) -> Result<T, rustls::pki_types::pem::Error>) -> Result<T, TrustError> {
    read(path.to_owned()).map_err(|error| TrustError::File { path: path.to_owned(), reason: error.into() })
}

/// Words an error of the TLS library, which has English only.
fn unusable(error: &dyn std::fmt::Display) -> Bilingual {
    (error.to_string(), format!("使えません: {error}")).into()
}

/// Makes the verifier of terminals' certificates.
fn terminals(
    files: &PkiFiles,
    authority: CertificateDer<'static>,
    list: CertificateRevocationListDer<'static>,
) -> Result<Arc<dyn ClientCertVerifier>, TrustError> {
    let bad = |path: PathBuf| move |reason: Bilingual| TrustError::File { path, reason };
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(|error| bad(files.ca())(unusable(&error)))?;
    let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(aws_lc_rs::default_provider()))
        .with_crls([list])
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| bad(files.crl())(unusable(&error)))?;
    Ok(Arc::new(TerminalVerifier { inner }))
}

fn server_config(files: &PkiFiles, clients: Arc<dyn ClientCertVerifier>) -> Result<ServerConfig, TrustError> {
    let bad = |path: PathBuf| move |reason: Bilingual| TrustError::File { path, reason };
    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
    let chain = CertificateDer::pem_file_iter(files.server())
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(files.server())(error.into()))?;
    let key: PrivateKeyDer<'static> = one(&files.server_key(), PrivateKeyDer::from_pem_file)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(|error| bad(files.server())(unusable(&error)))?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(|error| bad(files.server())(unusable(&error)))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // There is no session resumption: a resumed session keeps the identity without a new check of the CRL. Terminals keep
    // connections open instead.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

type CheckedList = (HashSet<Vec<u8>>, Timestamp, Vec<u8>);

/// Checks what the TLS library does not: that our CA signed the list in its own name and may do so, that the CA itself is valid,
/// and that the list has a number and an end.
fn check_list(
    list_path: &Path,
    list: &[u8],
    authority_path: &Path,
    authority: &[u8],
    now: Timestamp,
) -> Result<CheckedList, TrustError> {
    let text = |english: &'static str, japanese: &'static str| Bilingual::from((english, japanese));
    let bad_list = |english, japanese| TrustError::File { path: list_path.to_owned(), reason: text(english, japanese) };
    let bad_authority =
        |english, japanese| TrustError::File { path: authority_path.to_owned(), reason: text(english, japanese) };
    let (_, authority) =
        X509Certificate::from_der(authority).map_err(|_| bad_authority("not a certificate", "証明書ではありません"))?;
    let (_, list) = CertificateRevocationList::from_der(list)
        .map_err(|_| bad_list("not a revocation list", "失効リストではありません"))?;
    let validity = authority.validity();
    if !(validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.as_second()) {
        return Err(bad_authority("the CA certificate is not valid now", "CAの証明書が有効期間外です"));
    }
    if !authority.key_usage().ok().flatten().is_some_and(|usage| usage.value.crl_sign()) {
        return Err(bad_authority(
            "the CA certificate may not sign revocation lists",
            "CAの証明書の鍵用途に、失効リストへの署名がありません",
        ));
    }
    // The TLS library selects lists by name: it would use no entry of a list in another name.
    if list.issuer().as_raw() != authority.subject().as_raw() {
        return Err(bad_list("the list is in another name than the CA's", "失効リストの発行者名がCAの名前と違います"));
    }
    let key = authority.public_key().subject_public_key.data.as_ref();
    let signed = aws_lc_rs::default_provider().signature_verification_algorithms.all.iter().any(|algorithm| {
        algorithm.verify_signature(key, list.tbs_cert_list.as_ref(), list.signature_value.data.as_ref()).is_ok()
    });
    if !signed {
        return Err(bad_list("the CA did not sign this list", "失効リストの署名がこのCAのものではありません"));
    }
    let number =
        list.crl_number().ok_or_else(|| bad_list("the list has no number", "失効リストに番号がありません"))?.to_bytes_be();
    let next_update = list
        .next_update()
        .ok_or_else(|| bad_list("the list has no end", "失効リストに次回更新日時がありません"))?
        .timestamp();
    let next_update = Timestamp::from_second(next_update)
        .map_err(|_| bad_list("the list's end is no date", "失効リストの次回更新日時が日時ではありません"))?;
    let revoked = list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()).collect();
    Ok((revoked, next_update, number))
}

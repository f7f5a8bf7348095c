//! A clinic terminal as a client: used by `shikaku ask`, the tests and the load tests.

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{AlertDescription, ClientConfig, RootCertStore, SupportedProtocolVersion, version};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::language::{Bilingual, Japanese, Language};

/// The most memory in bytes to reserve at once for an answer that announces a long body.
const MOST_AT_ONCE: usize = 64 << 20;

/// Why a terminal received no HTTP response.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// A PEM file is missing or not valid.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: Bilingual,
    },
    /// No server listens at the address.
    #[error("cannot connect to {address}: {source}; is the server running?")]
    Connect {
        /// The address.
        address: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The server refused the terminal's certificate, or that there was none.
    #[error(
        "the server refused the terminal's certificate (TLS alert {alert}): {likely}.\n\
         The server's log gives the reason in event=\"handshake_refused\"; docs/errors.md explains every reason"
    )]
    Refused {
        /// The name of the TLS alert.
        alert: String,
        /// The likely cause, and where to look.
        likely: Bilingual,
    },
    /// The handshake or the connection failed.
    #[error("the connection was refused or broke: {0}")]
    Broken(String),
}

impl Japanese for TerminalError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::File { path, reason } => format!("{path}: {}", reason.text(Language::Ja)).into(),
            Self::Connect { address, source } => {
                format!("{address}に接続できません: {}。サーバーは動いていますか", source.japanese()).into()
            }
            Self::Refused { alert, likely } => format!(
                "サーバーが端末の証明書を拒否しました（TLSアラート{alert}）: {}。\
                 \n理由はサーバーのログのevent=\"handshake_refused\"にあります。\
                 理由の説明はdocs/errors.ja.mdにあります",
                likely.text(Language::Ja)
            )
            .into(),
            Self::Broken(reason) => format!("接続が拒否されたか、切れました: {reason}").into(),
        }
    }
}

/// A terminal with its certificate.
#[derive(Clone)]
pub struct Terminal {
    address: String,
    config: Arc<ClientConfig>,
    http: HttpVersion,
}

/// The protocols that a terminal speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protocols {
    /// Versions of TLS.
    pub tls: TlsVersions,
    /// Version of HTTP.
    pub http: HttpVersion,
}

/// The versions of TLS that a terminal offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsVersions {
    /// 1.2 and 1.3; the server takes the newer one.
    #[default]
    Both,
    /// 1.2 alone, as old terminals do.
    Only12,
    /// 1.3 alone.
    Only13,
}

/// The version of HTTP that a terminal speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
}

impl TlsVersions {
    fn of_rustls(self) -> Vec<&'static SupportedProtocolVersion> {
        match self {
            Self::Both => vec![&version::TLS13, &version::TLS12],
            Self::Only12 => vec![&version::TLS12],
            Self::Only13 => vec![&version::TLS13],
        }
    }
}

/// A response as received.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Terminal {
    /// Makes a terminal that trusts the CA in `ca` and, if given, presents the certificate and key in the two files. `address` is
    /// `host:port`; the server's certificate must be for `host`.
    ///
    /// # Errors
    /// If a file cannot be used.
    pub fn new(address: &str, ca: &Path, identity: Option<(&Path, &Path)>) -> Result<Self, TerminalError> {
        Self::speaking(Protocols::default(), address, ca, identity)
    }

    /// Makes a terminal as [`Terminal::new`] does, which speaks these protocols.
    ///
    /// # Errors
    /// If a file cannot be used.
    pub fn speaking(
        protocols: Protocols,
        address: &str,
        ca: &Path,
        identity: Option<(&Path, &Path)>,
    ) -> Result<Self, TerminalError> {
        fn file<T, E: Into<Bilingual>>(path: &Path, result: Result<T, E>) -> Result<T, TerminalError> {
            result.map_err(|error| TerminalError::File { path: path.display().to_string(), reason: error.into() })
        }
        let unusable = |error: rustls::Error| (error.to_string(), format!("使えません: {error}"));
        let mut roots = RootCertStore::empty();
        file(ca, roots.add(file(ca, CertificateDer::from_pem_file(ca))?).map_err(unusable))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&protocols.tls.of_rustls())
            .map_err(|error| TerminalError::Broken(error.to_string()))?
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = file(certificate, CertificateDer::from_pem_file(certificate))?;
                let key_der = file(key, PrivateKeyDer::from_pem_file(key))?;
                file(certificate, builder.with_client_auth_cert(vec![chain], key_der).map_err(unusable))?
            }
        };
        if protocols.http == HttpVersion::Http2 {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        Ok(Self { address: address.to_owned(), config: Arc::new(config), http: protocols.http })
    }

    /// Returns the same terminal with another TLS configuration, for tests of protocol versions.
    #[must_use]
    pub fn with_config(&self, change: impl FnOnce(&mut ClientConfig)) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        change(&mut config);
        Self { address: self.address.clone(), config: Arc::new(config), http: self.http }
    }

    /// Opens a connection for any number of messages.
    ///
    /// # Errors
    /// If no server listens, or the handshake fails.
    pub async fn connect(&self) -> Result<Connection, TerminalError> {
        let broken = |error: &dyn std::fmt::Display| TerminalError::Broken(error.to_string());
        let stream = TcpStream::connect(&self.address)
            .await
            .map_err(|source| TerminalError::Connect { address: self.address.clone(), source })?;
        stream.set_nodelay(true).map_err(|error| broken(&error))?;
        let host = self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host);
        // A certificate never contains the %scope of a link-local address.
        let host = host.trim_matches(['[', ']']).split('%').next().unwrap_or_default();
        let name = ServerName::try_from(host.to_owned()).map_err(|error| broken(&error))?;
        let stream = TlsConnector::from(self.config.clone()).connect(name, stream).await.map_err(|error| failure(&error))?;
        let stream = TokioIo::new(stream);
        let (sender, ended) = match self.http {
            HttpVersion::Http1 => {
                let (sender, connection) = http1::handshake(stream).await.map_err(|error| broken(&error))?;
                (Sender::Http1(sender), tokio::spawn(connection))
            }
            HttpVersion::Http2 => {
                let handshake = http2::handshake(TokioExecutor::new(), stream).await;
                let (sender, connection) = handshake.map_err(|error| broken(&error))?;
                (Sender::Http2(sender), tokio::spawn(connection))
            }
        };
        Ok(Connection { sender, host: self.address.clone(), ended: Some(ended) })
    }
}

/// An open connection.
pub struct Connection {
    sender: Sender,
    host: String,
    /// The task whose result says how the connection ended; `None` after it was asked.
    ended: Option<JoinHandle<hyper::Result<()>>>,
}

/// The sending half of a connection.
enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Sender {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        // The sender learns that the last response has ended a moment after its body was read.
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

/// How long to wait for the end of a failed connection, to learn the cause.
const END: Duration = Duration::from_secs(1);

impl Connection {
    /// Returns whether the server has not closed the connection yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => !sender.is_closed(),
            Sender::Http2(sender) => !sender.is_closed(),
        }
    }

    /// Posts a message.
    ///
    /// # Errors
    /// If the connection breaks before the whole response has arrived.
    pub async fn post(
        &mut self,
        path: &str,
        content_type: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply, TerminalError> {
        let request = Request::builder().method(Method::POST).header(CONTENT_TYPE, content_type);
        let mut request = match self.sender {
            Sender::Http1(_) => request.uri(path).header(HOST, &self.host),
            // HTTP/2 has the host in the URI, and no such header.
            Sender::Http2(_) => request.uri(format!("https://{}{path}", self.host)),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).map_err(|error| TerminalError::Broken(error.to_string()))?;
        self.send(request).await
    }

    /// Posts a message and requests the answer in `format`.
    ///
    /// # Errors
    /// If the connection breaks before the whole response has arrived.
    pub async fn ask(&mut self, path: &str, format: crate::wire::Format, body: Vec<u8>) -> Result<Reply, TerminalError> {
        let media = match format {
            crate::wire::Format::Xml => "application/xml",
            crate::wire::Format::Json => "application/json",
        };
        self.post(path, media, &[(ACCEPT.as_str(), media)], body).await
    }

    /// Sends any request.
    ///
    /// # Errors
    /// If the connection breaks before the whole response has arrived.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, TerminalError> {
        match self.exchange(request).await {
            Ok(reply) => Ok(reply),
            Err(error) => Err(self.why(&error).await),
        }
    }

    /// Finds out why a request failed. In TLS 1.3 a certificate is refused after the handshake; the alert reaches either the
    /// request or the connection.
    async fn why(&mut self, error: &hyper::Error) -> TerminalError {
        let told = failure(error);
        match self.ended.take() {
            Some(ended) if matches!(told, TerminalError::Broken(_)) => match tokio::time::timeout(END, ended).await {
                Ok(Ok(Err(end))) if matches!(failure(&end), TerminalError::Refused { .. }) => failure(&end),
                _ => told,
            },
            _ => told,
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Reply> {
        let response = self.sender.send(request).await?;
        let (parts, mut body) = response.into_parts();
        // Results of files are long, so the announced length is reserved at once, up to a limit, instead of growing the buffer.
        // The length may be wrong and is only a hint.
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        let mut whole = Vec::with_capacity(announced.min(MOST_AT_ONCE));
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame?.data_ref() {
                whole.extend_from_slice(data);
            }
        }
        Ok(Reply { status: parts.status, headers: parts.headers, body: whole.into() })
    }
}

/// Translates an error of the connection.
fn failure(error: &(dyn Error + 'static)) -> TerminalError {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        // An I/O error does not list the error inside it as its source.
        let hidden = inner.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let tls = inner.downcast_ref().or_else(|| hidden.and_then(|hidden| hidden.downcast_ref()));
        if let Some(rustls::Error::AlertReceived(alert)) = tls
            && let Some(likely) = likely(*alert)
        {
            return TerminalError::Refused { alert: format!("{alert:?}"), likely };
        }
        cause = inner.source();
    }
    TerminalError::Broken(describe(error))
}

/// Returns the likely fault of a certificate that is refused with an alert; `None` for alerts about something else.
fn likely(alert: AlertDescription) -> Option<Bilingual> {
    use AlertDescription as A;
    Some(match alert {
        A::CertificateRequired | A::NoCertificate => ("none was shown", "証明書が提示されませんでした").into(),
        A::UnknownCA => (
            "another CA than the server's issued it, or the server's revocation list is stale; take the certificates of the \
             server's own PKI (--data-dir), and look at its /readyz",
            "サーバーのCAが発行したものではないか、サーバーの失効リストが期限切れです。そのサーバーのPKIの証明書を使い\
             （--data-dir）、サーバーの/readyzを確かめてください",
        )
            .into(),
        A::DecryptError => (
            "it is not signed by the server's CA, or its key is another one; take certificate and key of the server's own PKI \
             (--data-dir)",
            "サーバーのCAの署名がないか、鍵が証明書と合いません。そのサーバーのPKIの証明書と鍵を使ってください（--data-dir）",
        )
            .into(),
        A::CertificateExpired => (
            "it has expired or is not valid yet; look at its dates and at both clocks",
            "有効期間外です。証明書の日付と、双方の時計を確かめてください",
        )
            .into(),
        A::CertificateRevoked => (
            "it stands on the revocation list; have a new one issued (`shikaku pki institution`)",
            "失効しています。新しい証明書を発行してください（`shikaku pki institution`）",
        )
            .into(),
        A::AccessDenied => (
            "its subject names no institution, or its key is too short",
            "主体者名に医療機関がないか、鍵が短すぎます",
        )
            .into(),
        A::UnsupportedCertificate => (
            "it is not for clients (extended key usage clientAuth), or signed in a way that is not taken",
            "クライアント用（拡張鍵用途clientAuth）ではないか、署名の方式に対応していません",
        )
            .into(),
        A::BadCertificate | A::CertificateUnknown => (
            "it is self-signed, a CA's, issued by an intermediate CA, or not in the form of a terminal's certificate; `shikaku pki \
             institution` issues one that is",
            "自己署名、CA自身の証明書、中間CAの発行、または端末の証明書の形ではないものです。`shikaku pki institution`で\
             発行し直せます",
        )
            .into(),
        _ => return None,
    })
}

/// Describes an error with its causes, because the outermost one seldom says what happened.
fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

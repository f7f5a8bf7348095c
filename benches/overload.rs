//! Measures what overload costs, over mutual TLS against the program itself: `cargo bench --bench overload`.
//!
//! * `heads`: 4,096 HTTP/2 connections of all open institutions with 32 streams each; each stream is a request head whose body
//!   never comes. Prints the resident set of the server, without PostgreSQL.
//! * `flood`: two institutions ask as fast as they are answered, over 180 HTTP/2 connections each with 32 questions at once. A
//!   third asks one question after the other, before and during the flood. Prints its failures and 99th percentiles, and the
//!   largest resident set.
//!
//! Clients, server and PostgreSQL share the machine. `-- --connections N --streams N --rounds N` sets other numbers.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Request;
use hyper::body::{Bytes, Frame};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Fixtures;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const CONNECTIONS: usize = 4096;
const STREAMS: usize = 32;
const FLOODING: usize = 180;
/// How long the third institution asks, before the flood and during it.
const ASKING: Duration = Duration::from_secs(15);

type Outgoing = BoxBody<Bytes, Infallible>;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let after =
        |name: &str| arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1));
    let rounds = after("--rounds").map_or(3, |rounds| rounds.parse().expect("a number"));
    let connections = after("--connections").map_or(CONNECTIONS, |connections| connections.parse().expect("a number"));
    let streams = after("--streams").map_or(STREAMS, |streams| streams.parse().expect("a number"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(heads(connections, streams));
    for _ in 0..rounds {
        runtime.block_on(flood());
    }
}

/// The program with a database of its own; terminated when dropped.
struct Server {
    child: Child,
    address: String,
    pki: PathBuf,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shikaku"))
            .args(["demo", "--ephemeral", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find(|line| line.starts_with("ready: ")).expect("the server starts");
        let words: Vec<&str> = ready.split(' ').collect();
        let address = words[2].strip_prefix("https://").unwrap().to_owned();
        let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join(words[6]);
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, pki }
    }

    /// Returns a line of the process's status in MiB: `VmRSS` is the current resident set, `VmHWM` the largest.
    fn memory(&self, line: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|one| one.starts_with(line)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    fn identity(&self, code: &str) -> (PathBuf, PathBuf) {
        let directory = self.pki.join("institutions").join(code);
        let mut files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let certificate = files.find(|path| path.extension().is_some_and(|kind| kind == "pem")).unwrap();
        let key = certificate.with_extension("key");
        (certificate, key)
    }

    fn tls(&self, code: &str) -> Arc<ClientConfig> {
        let (certificate, key) = self.identity(code);
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.pki.join("ca.pem")).unwrap()).unwrap();
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    async fn connect(&self, tls: &Arc<ClientConfig>) -> SendRequest<Outgoing> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let stream = TlsConnector::from(tls.clone()).connect(name, stream).await.expect("a handshake");
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Terminated with a signal that it can handle, so that its PostgreSQL ends with it.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn request(body: Outgoing) -> Request<Outgoing> {
    Request::post("https://127.0.0.1/oqs/OQSsiquc01").header("content-type", "application/json").body(body).unwrap()
}

/// Reads the fixtures: the institutions that may ask, and the people to ask about.
fn fixtures() -> Fixtures {
    Fixtures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap()
}

fn open_institutions(fixtures: &Fixtures) -> Vec<String> {
    let open = fixtures.institutions.iter().filter(|entry| entry.institution.active_through.is_none());
    open.filter(|entry| !entry.terminals.is_empty()).map(|entry| entry.institution.code.to_string()).collect()
}

async fn heads(connections: usize, streams: usize) {
    let server = Arc::new(Server::start());
    let at_rest = server.memory("VmRSS");
    let configs: Vec<_> = open_institutions(&fixtures()).iter().map(|code| server.tls(code)).collect();
    let (answered, broken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut senders = Vec::new();
    for place in 0..connections {
        let mut sender = server.connect(&configs[place % configs.len()]).await;
        for _ in 0..streams {
            let (answered, broken) = (answered.clone(), broken.clone());
            let body = StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>());
            let sent = sender.send_request(request(BodyExt::boxed(body)));
            tokio::spawn(async move {
                let counter = if sent.await.is_ok() { answered } else { broken };
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
        senders.push(sender);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (most, now) = (server.memory("VmHWM"), server.memory("VmRSS"));
    println!(
        "heads: {connections} connections of {} institutions, {streams} streams each: {most:.1} MiB at most, {now:.1} now, {at_rest:.1} \
         at rest; {} answered or refused, {} broken so far",
        configs.len(),
        answered.load(Ordering::Relaxed),
        broken.load(Ordering::Relaxed),
    );
    drop(senders);
}

async fn flood() {
    let server = Arc::new(Server::start());
    let fixtures = fixtures();
    let codes = open_institutions(&fixtures);
    let found = fixtures.people.iter().filter(|person| person.expect.validity == "1");
    let asks: Vec<_> = found.map(|person| person.ask.clone()).take(16).collect();
    let messages = |code: &str| -> Vec<Bytes> {
        asks.iter().map(|ask| ask.request(code).write(Format::Json, AnswerCharset::Utf8).into()).collect()
    };
    let third = Third::new(&server, &codes[2], messages(&codes[2]));
    let quiet = third.ask();
    let stop = Arc::new(AtomicBool::new(false));
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let mut flooding = Vec::new();
    for code in &codes[..2] {
        let tls = server.tls(code);
        for _ in 0..FLOODING {
            let sender = server.connect(&tls).await;
            for message in messages(code).into_iter().cycle().take(STREAMS) {
                flooding.push(tokio::spawn(keep_asking(sender.clone(), message, stop.clone(), counts.clone())));
            }
        }
    }
    let overloaded = tokio::task::block_in_place(|| third.ask());
    stop.store(true, Ordering::Relaxed);
    for task in flooding {
        task.await.unwrap();
    }
    let [answered, refused] = [&counts[0], &counts[1]].map(|count| count.load(Ordering::Relaxed));
    println!(
        "flood: quiet p50 {:.1} p99 {:.1} ms of {}, in the flood p50 {:.1} p99 {:.1} ms of {} ({:.1} times), {} failed; the flood: \
         {answered} answered, {refused} not; {:.1} MiB at most",
        quiet.at(0.5),
        quiet.at(0.99),
        quiet.times.len(),
        overloaded.at(0.5),
        overloaded.at(0.99),
        overloaded.times.len(),
        overloaded.at(0.99) / quiet.at(0.99),
        quiet.failed + overloaded.failed,
        server.memory("VmHWM"),
    );
}

/// Asks again as soon as it is answered.
async fn keep_asking(
    mut sender: SendRequest<Outgoing>,
    message: Bytes,
    stop: Arc<AtomicBool>,
    counts: Arc<[AtomicUsize; 2]>,
) {
    while !stop.load(Ordering::Relaxed) {
        let reply = sender.send_request(request(Full::new(message.clone()).boxed())).await;
        let good = match reply {
            Ok(reply) => reply.status() == 200 && reply.into_body().collect().await.is_ok(),
            // Refused because the client did not know yet how many streams it may open.
            Err(_) => false,
        };
        counts[usize::from(!good)].fetch_add(1, Ordering::Relaxed);
    }
}

/// The third institution, which asks one question after the other on a thread of its own.
struct Third {
    terminal: Terminal,
    messages: Vec<Bytes>,
}

/// Sorted times of answers in milliseconds, and the number of failures.
struct Times {
    times: Vec<f64>,
    failed: usize,
}

impl Times {
    fn at(&self, part: f64) -> f64 {
        let place = ((self.times.len() as f64 * part) as usize).min(self.times.len() - 1);
        self.times[place]
    }
}

impl Third {
    fn new(server: &Server, code: &str, messages: Vec<Bytes>) -> Self {
        let (certificate, key) = server.identity(code);
        let terminal = Terminal::new(&server.address, &server.pki.join("ca.pem"), Some((&certificate, &key))).unwrap();
        Self { terminal, messages }
    }

    fn ask(&self) -> Times {
        std::thread::scope(|scope| scope.spawn(|| self.ask_here()).join().unwrap())
    }

    fn ask_here(&self) -> Times {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = self.terminal.connect().await.unwrap();
            let (begun, mut times, mut failed) = (Instant::now(), Vec::new(), 0);
            for message in self.messages.iter().cycle() {
                if begun.elapsed() > ASKING {
                    break;
                }
                let asked = Instant::now();
                let reply = connection.post("/oqs/OQSsiquc01", "application/json", &[], message.clone()).await.unwrap();
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
                failed += usize::from(reply.status != 200);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            times.sort_by(f64::total_cmp);
            Times { times, failed }
        })
    }
}

//! A server with a database of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use shikaku::app::App;
use shikaku::clock::Clock;
use shikaku::config::{Config, Limits, Secret};
use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::fixtures::Ask;
use shikaku::pki::{Authority, KeyKind, PkiFiles};
use shikaku::terminal::{Connection, Reply, Terminal};
use shikaku::wire::Format;

use super::database::TestDatabase;
use super::{fixtures, message, scratch};

/// The institution that asks, unless a test names another; it wants UTF-8.
pub const TEST_CLINIC: &str = "1310012344";

/// An institution that wants Shift_JIS.
pub const SHIFT_JIS_CLINIC: &str = "1310023457";

/// A third institution.
pub const OTHER_CLINIC: &str = "2710034568";

/// 2026-11-22 09:30:15 in Tokyo.
pub fn fixed_now() -> Timestamp {
    "2026-11-22T00:30:15Z".parse().unwrap()
}

pub struct World {
    pub app: App,
    pub database: Arc<TestDatabase>,
    pub pki: PkiFiles,
}

/// Settings that a test may change.
#[derive(Default)]
pub struct Wishes {
    pub limits: Limits,
    pub own_pki: bool,
    pub operator_token: Option<String>,
    /// The address of the listener for searches by token alone.
    pub token_addr: Option<std::net::SocketAddr>,
    /// The clock of the server; by default it stands still.
    pub clock: Option<Clock>,
}

impl World {
    /// Starts a server with the fixtures, at a fixed time.
    pub async fn start() -> Self {
        Self::with(Wishes::default()).await
    }

    /// Starts a server with certificates of its own, so that the test can change them.
    pub async fn with_own_pki() -> Self {
        Self::with(Wishes { own_pki: true, ..Wishes::default() }).await
    }

    pub async fn with(wishes: Wishes) -> Self {
        let database = Arc::new(TestDatabase::new().await);
        let pki = if wishes.own_pki { make_pki(&scratch("pki")) } else { shared_pki().clone() };
        let clock = wishes.clock.clone().unwrap_or_else(|| Clock::fixed(fixed_now()));
        Self::on(database, pki, wishes, clock).await
    }

    /// Starts another server on the same database with the same certificates and another clock.
    pub async fn another(&self, clock: Clock) -> Self {
        Self::on(self.database.clone(), self.pki.clone(), Wishes::default(), clock).await
    }

    async fn on(database: Arc<TestDatabase>, pki: PkiFiles, wishes: Wishes, clock: Clock) -> Self {
        let config = Config {
            terminal_addr: "127.0.0.1:0".parse().unwrap(),
            token_addr: wishes.token_addr,
            operator_addr: "127.0.0.1:0".parse().unwrap(),
            operator_token: wishes.operator_token,
            pki: pki.root().to_owned(),
            secret: Secret::random().unwrap(),
            limits: wishes.limits,
        };
        let app = App::start(config, database.store().await, clock).await.unwrap();
        Self { app, database, pki }
    }

    /// Returns the first terminal of an institution.
    pub fn terminal(&self, institution: &str) -> Terminal {
        let (certificate, key) = self.identity(institution);
        self.terminal_with(&certificate, &key)
    }

    /// Returns a terminal with this certificate.
    pub fn terminal_with(&self, certificate: &Path, key: &Path) -> Terminal {
        Terminal::new(&self.app.terminal_addr().to_string(), &self.pki.ca(), Some((certificate, key))).unwrap()
    }

    /// Returns a client of the listener for searches by token alone. It has no certificate.
    pub fn token_client(&self) -> Terminal {
        let address = self.app.token_addr().expect("the world has such a listener");
        Terminal::new(&address.to_string(), &self.pki.ca(), None).unwrap()
    }

    /// Returns certificate and key of an institution's first terminal.
    pub fn identity(&self, institution: &str) -> (PathBuf, PathBuf) {
        let code = InstitutionCode::parse(institution).unwrap();
        let entry = fixtures().institutions.iter().find(|entry| entry.institution.code == code).unwrap();
        let terminal = &entry.terminals[0];
        (self.pki.terminal(&code, terminal), self.pki.terminal_key(&code, terminal))
    }

    /// Opens a connection of the usual clinic.
    pub async fn connect(&self) -> Connection {
        self.terminal(TEST_CLINIC).connect().await.unwrap()
    }

    /// Asks the question of a fixture person as the usual clinic.
    pub async fn ask(&self, ask: &Ask, format: Format) -> Reply {
        let body = message(ask, TEST_CLINIC, format, AnswerCharset::Utf8);
        self.connect().await.ask("/oqs/OQSsiquc01", format, body).await.unwrap()
    }

    /// Posts bytes as the usual clinic.
    pub async fn post(&self, path: &str, content_type: &str, body: impl Into<hyper::body::Bytes>) -> Reply {
        self.connect().await.post(path, content_type, &[], body).await.unwrap()
    }

    /// Sends a GET to the operator listener; returns status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let reply = super::process::http(&self.app.operator_addr().to_string(), "GET", path, &[], "").await;
        (reply.0, reply.1)
    }

    /// Returns the value of a series, or 0 if it has none yet. `series` is the name with its labels as `/metrics` prints
    /// them.
    pub async fn metric(&self, series: &str) -> f64 {
        let (_, text) = self.get("/metrics").await;
        let line = text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
        line.map_or(0.0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    }

    /// Waits until a series reaches a value; panics if it takes too long.
    pub async fn until_metric(&self, series: &str, least: f64) {
        for _ in 0..500 {
            if self.metric(series).await >= least {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{series} never reached {least}:\n{}", self.get("/metrics").await.1);
    }

    /// Runs `shikaku ask` with a subcommand and its arguments; returns exit code, standard output and standard error.
    pub fn run_ask(&self, way: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.ask_command(way).args(arguments).output().unwrap();
        let (out, err) = super::process::texts(&output);
        (output.status.code(), out, err)
    }

    /// Makes a data directory that holds the world's PKI.
    pub fn data_directory(&self) -> PathBuf {
        let data = scratch("ask");
        std::os::unix::fs::symlink(self.pki.root(), data.join("pki")).unwrap();
        data
    }

    /// Returns the command `shikaku ask` for this world, still without arguments.
    pub fn ask_command(&self, way: &str) -> std::process::Command {
        let data = self.data_directory();
        let mut command = super::process::command();
        command.args(["ask", way, "--terminal-addr", &self.app.terminal_addr().to_string(), "--data-dir"]).arg(data);
        if way != "bulk" {
            command.args(["--operator-addr", &self.app.operator_addr().to_string()]);
        }
        command
    }

    pub async fn stop(self) {
        self.app.stop().await;
        // The last server on a database drops it.
        if let Ok(database) = Arc::try_unwrap(self.database) {
            database.drop().await;
        }
    }
}

/// Returns the PKI that the tests of the run share.
pub fn shared_pki() -> &'static PkiFiles {
    static PKI: OnceLock<PkiFiles> = OnceLock::new();
    PKI.get_or_init(|| make_pki(&scratch("shared-pki")))
}

/// Makes a CA, a server certificate, a CRL, and a certificate for every terminal and every card of the fixtures.
pub fn make_pki(directory: &Path) -> PkiFiles {
    make_pki_at(directory, fixed_now())
}

/// Makes the same, with the cards as of `now`.
pub fn make_pki_at(directory: &Path, now: Timestamp) -> PkiFiles {
    let files = PkiFiles::at(directory);
    let authority = Authority::init(&files).unwrap();
    for entry in &fixtures().institutions {
        for terminal in &entry.terminals {
            authority.issue_terminal(&entry.institution.code, terminal, KeyKind::Ecdsa).unwrap();
        }
    }
    fixtures().issue_cards(&files, now).unwrap();
    files
}

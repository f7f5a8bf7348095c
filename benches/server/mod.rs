//! A server for benchmarks: with the fixtures, over its own PostgreSQL that waits for the disk.

mod figures;

use std::path::Path;

use shikaku::app::App;
use shikaku::clock::{Clock, system_now};
use shikaku::config::{Config, Limits, Secret};
use shikaku::domain::InstitutionCode;
use shikaku::fixtures::Fixtures;
use shikaku::pki::{Authority, KeyKind, PkiFiles};
use shikaku::postgres::{Binaries, Durability, PrivatePostgres};
use shikaku::store::Store;
use shikaku::terminal::Terminal;
use tempfile::TempDir;

pub use figures::{run, show};

pub struct Server {
    pub app: App,
    pub fixtures: Fixtures,
    pub files: PkiFiles,
    // Dropped in this order: the database stops before its files are removed.
    _postgres: PrivatePostgres,
    _directory: TempDir,
}

impl Server {
    /// Starts the server, with the additional data that `load` writes to the database.
    pub async fn start(limits: Limits, load: impl AsyncFnOnce(&Store)) -> Self {
        let directory = tempfile::Builder::new().prefix("shikaku-bench-").tempdir().unwrap();
        let cluster = directory.path().join("postgres");
        let postgres = PrivatePostgres::start(&Binaries::find().unwrap(), &cluster, Durability::Kept).await.unwrap();
        let store = Store::connect(postgres.options("postgres"), 12).await.unwrap();
        store.migrate().await.unwrap();
        let fixtures = Fixtures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap();
        let files = PkiFiles::at(&directory.path().join("pki"));
        let authority = Authority::init(&files).unwrap();
        for entry in &fixtures.institutions {
            authority.issue_terminal(&entry.institution.code, "bench", KeyKind::Ecdsa).unwrap();
        }
        fixtures.issue_cards(&files, system_now()).unwrap();
        fixtures.load(&store, &files, system_now(), false).await.unwrap();
        load(&store).await;
        let config = Config {
            terminal_addr: "127.0.0.1:0".parse().unwrap(),
            token_addr: None,
            operator_addr: "127.0.0.1:0".parse().unwrap(),
            operator_token: None,
            pki: files.root().to_owned(),
            secret: Secret::random().unwrap(),
            limits,
        };
        let app = App::start(config, store, Clock::system()).await.unwrap();
        Self { app, fixtures, files, _postgres: postgres, _directory: directory }
    }

    /// Makes a terminal of an institution.
    pub fn terminal(&self, code: &InstitutionCode) -> Terminal {
        let (certificate, key) = (self.files.terminal(code, "bench"), self.files.terminal_key(code, "bench"));
        let address = self.app.terminal_addr().to_string();
        Terminal::new(&address, &self.files.ca(), Some((&certificate, &key))).unwrap()
    }
}

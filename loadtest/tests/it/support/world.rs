//! A server with a database of its own.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use shikaku::app::App;
use shikaku::clock::Clock;
use shikaku::config::{Config, Limits, Secret};
use shikaku::pki::{Authority, KeyKind, PkiFiles};

use super::database::TestDatabase;
use super::{fixtures, scratch};

/// 2026-11-22 09:30:15 in Tokyo.
pub fn fixed_now() -> Timestamp {
    "2026-11-22T00:30:15Z".parse().unwrap()
}

/// A server with the fixtures, at a fixed time.
pub struct World {
    pub app: App,
    pub database: TestDatabase,
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a server whose configuration is changed.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::new().await;
        let mut config = Config {
            terminal_addr: "127.0.0.1:0".parse().unwrap(),
            token_addr: None,
            operator_addr: "127.0.0.1:0".parse().unwrap(),
            operator_token: None,
            pki: shared_pki().root().to_owned(),
            secret: Secret::random().unwrap(),
            limits: Limits::default(),
        };
        change(&mut config);
        let app = App::start(config, database.store().await, Clock::fixed(fixed_now())).await.unwrap();
        Self { app, database }
    }

    pub fn address(&self) -> SocketAddr {
        self.app.terminal_addr()
    }

    /// Returns how many questions the server has answered.
    pub async fn answered(&self) -> u64 {
        self.database.count("select count(*) from access_log").await.try_into().unwrap()
    }

    /// Waits until the server has answered so many questions, and with them until a run is under way.
    pub async fn until_answered(&self, least: u64) {
        for _ in 0..1500 {
            if self.answered().await >= least {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server never answered {least} questions");
    }

    pub async fn stop(self) {
        self.app.stop().await;
        self.database.drop().await;
    }
}

/// Returns the PKI that the tests of the run share: CA, server, and a certificate for every terminal of the fixtures.
pub fn shared_pki() -> &'static PkiFiles {
    static PKI: OnceLock<PkiFiles> = OnceLock::new();
    PKI.get_or_init(|| {
        let files = PkiFiles::at(&scratch("shared-pki"));
        let authority = Authority::init(&files).unwrap();
        for entry in &fixtures().institutions {
            for terminal in &entry.terminals {
                authority.issue_terminal(&entry.institution.code, terminal, KeyKind::Ecdsa).unwrap();
            }
        }
        fixtures().issue_cards(&files, fixed_now()).unwrap();
        files
    })
}

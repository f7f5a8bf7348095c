//! Starts one PostgreSQL for the run and copies databases from a template.

use std::fs;
use std::path::Path;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use shikaku::postgres::{Binaries, Durability, PrivatePostgres};
use shikaku::store::Store;

/// The PostgreSQL of this run.
struct Server {
    options: PgConnectOptions,
    url: String,
    /// Kept so that the private server lives as long as the run; it stops with the process.
    _private: Option<PrivatePostgres>,
}

/// A database of one test.
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// Copies the template, with schema and fixtures.
    pub async fn new() -> Self {
        let name = Self::unused_name("world");
        let template = template().await;
        admin(&format!("create database {name} template {template}")).await;
        Self { name }
    }

    /// Creates an empty database.
    pub async fn empty() -> Self {
        let name = Self::unused_name("empty");
        admin(&format!("create database {name}")).await;
        Self { name }
    }

    fn unused_name(kind: &str) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("shikaku_{kind}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub fn options(&self) -> PgConnectOptions {
        server().options.clone().database(&self.name)
    }

    /// Returns the URL of the database for a subprocess.
    pub fn url(&self) -> String {
        server().url.replace("/postgres?", &format!("/{}?", self.name))
    }

    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.options()).await.unwrap()
    }

    pub async fn store(&self) -> Store {
        Store::connect(self.options(), 4).await.unwrap()
    }

    /// Returns the number that a statement selects.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.connect().await).await.unwrap()
    }

    pub async fn execute(&self, sql: &'static str) {
        self.connect().await.execute(sql).await.unwrap();
    }

    /// Drops the database. This matters only if the server is not the run's own.
    pub async fn drop(self) {
        admin(&format!("drop database if exists {} with (force)", self.name)).await;
    }
}

async fn admin(sql: &str) {
    let mut connection = PgConnection::connect_with(&server().options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Returns the name of the template. The first test that needs it makes it; the others wait.
async fn template() -> &'static str {
    static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let name = format!("shikaku_template_{}", std::process::id());
            admin(&format!("create database {name}")).await;
            let store = Store::connect(server().options.clone().database(&name), 1).await.unwrap();
            store.migrate().await.unwrap();
            super::fixtures().load(&store, super::world::shared_pki(), super::world::fixed_now(), false).await.unwrap();
            // A template may have no connections.
            store.pool().close().await;
            name
        })
        .await
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    // Started on a thread with its own runtime, because the runtime of the first test ends with that test.
    SERVER.get_or_init(|| std::thread::spawn(start).join().expect("PostgreSQL starts"))
}

fn start() -> Server {
    if let Ok(url) = std::env::var("DATABASE_URL") {
        let options = PgConnectOptions::from_str(&url).expect("DATABASE_URL");
        let (address, rest) = url.rsplit_once('/').expect("a database name in DATABASE_URL");
        let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters);
        return Server { options, url: format!("{address}/postgres?{parameters}"), _private: None };
    }
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    forget_dead_runs(parent);
    let directory = parent.join(format!("postgres-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let binaries = Binaries::find().unwrap_or_else(|error| panic!("{error}"));
    let private = runtime
        .block_on(PrivatePostgres::start(&binaries, &directory, Durability::Ephemeral))
        .unwrap_or_else(|error| panic!("{error}"));
    Server { options: private.options("postgres"), url: private.url("postgres"), _private: Some(private) }
}

/// Removes the directories of dead runs. A static is never dropped, so every run leaves its directory behind.
fn forget_dead_runs(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.split('-').find_map(|part| part.parse::<i32>().ok());
        let alive = pid.is_some_and(|pid| Path::new("/proc").join(pid.to_string()).exists());
        if Path::new("/proc/self").exists() && !alive {
            // A directory that cannot be removed now is left to the next run.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

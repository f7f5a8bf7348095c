//! `shikaku demo`: starts a private PostgreSQL, the test PKI, the fixtures and the server.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;

use crate::app::App;
use crate::clock::tokyo_date;
use crate::config::Secret;
use crate::fixtures::Fixtures;
use crate::language::{Japanese, Language};
use crate::pki::{Authority, KeyKind, PkiFiles, ServerName};
use crate::postgres::{Binaries, Durability, PrivatePostgres};
use crate::store::Store;
use crate::telemetry;

use super::data_dir::DataDir;
use super::demo_population;
use super::domain_time::DomainTime;
use super::exit::Exit;
use super::fixtures::FixturesDirectory;
use super::pki::{self, ServerNames};
use super::population::generate::Preset;
use super::run::{ServerOptions, Signals, announce};
use super::serve::{POOL, connect};
use super::suggestion::{Suggestion, program};

/// How often a running demo checks whether its certificates expire.
const RENEWAL: Duration = Duration::from_secs(12 * 3600);

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    data: DataDir,
    /// Use a throw-away directory instead of --data-dir, and forget everything at the end
    #[arg(long)]
    ephemeral: bool,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    time: DomainTime,
    #[command(flatten)]
    fixtures: FixturesDirectory,
    #[command(flatten)]
    names: ServerNames,
    /// Also make synthetic people and load them, unless as many are there: tiny 100, town 10,000, city 1 million, prefecture 10 million,
    /// nation 125 million
    #[arg(long, value_enum, value_name = "PRESET")]
    population: Option<Preset>,
    /// A database to use instead of a private PostgreSQL
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

pub(super) async fn run(mut options: Options, language: Language) -> Result<(), Exit> {
    if options.database_url.is_none() {
        leave_client_variables()?;
    }
    telemetry::start(options.server.log_format);
    let mut signals = Signals::listen()?;
    // Dropped last, on every way out: the server stops before its directory is removed.
    let _throw_away = throw_away(&mut options)?;
    let demo = tokio::select! {
        demo = Demo::start(&options, language) => demo?,
        () = signals.stop() => return Ok(()),
    };
    announce(&demo.app, &options.data.pki(), demo.suggestion.as_deref(), language);
    demo.serve(&mut signals).await
}

/// The parts that a demo runs.
struct Demo {
    app: App,
    postgres: Option<PrivatePostgres>,
    files: PkiFiles,
    /// A command for the user to try.
    suggestion: Option<OsString>,
}

impl Demo {
    async fn start(options: &Options, language: Language) -> Result<Self, Exit> {
        let started = Instant::now();
        let fixtures = options.fixtures.read(language)?;
        let postgres = match &options.database_url {
            Some(_) => None,
            None => Some(start_postgres(options, language).await?),
        };
        let store = match (&postgres, &options.database_url) {
            (Some(postgres), _) => Store::connect(postgres.options("postgres"), POOL).await?,
            (None, url) => connect(url.as_deref().unwrap_or_default(), POOL).await?,
        };
        store.migrate().await?;
        let files = PkiFiles::at(&options.data.pki());
        pki::init(&files, &fixtures, KeyKind::Ecdsa, &names(options))?;
        // Not after the server's present, because that would refuse all registrations about these people until then.
        let at = options.time.start();
        let loaded = fixtures.load(&store, &files, at, false).await?;
        if let Some(population) = options.population {
            demo_population::load(&store, population.people(), loaded.people, at, language).await?;
        }
        let secret = Secret::read_or_make(&options.data.secret())?;
        let config = options.server.config(options.data.pki(), secret)?;
        let app = App::start(config, store, options.time.begin(language)).await?;
        let (insurers, institutions, people, cards) = (loaded.insurers, loaded.institutions, loaded.people, loaded.cards);
        let seconds = started.elapsed().as_secs_f64();
        let text = match language {
            Language::Ja => format!(
                "保険者{insurers}、医療機関{institutions}、人物{people}、カード{cards}を読み込み、{seconds:.2}秒で起動しました"
            ),
            Language::En => format!(
                "{insurers} insurers, {institutions} institutions, {people} people and {cards} cards are loaded; started in \
                 {seconds:.2} s"
            ),
        };
        let _ = writeln!(io::stderr(), "{text}");
        let suggestion = suggestion(options, &app, &fixtures);
        Ok(Self { app, postgres, files, suggestion })
    }

    /// Serves until a signal, or until the private PostgreSQL ends by itself.
    async fn serve(self, signals: &mut Signals) -> Result<(), Exit> {
        let database_ended = async {
            match &self.postgres {
                Some(postgres) => postgres.ended().await,
                None => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            () = signals.stop_or_reload(&self.app) => Ok(()),
            how = database_ended => Err(Exit::environment(how)),
            error = self.renew() => Err(error),
        };
        self.app.stop().await;
        result
    }

    /// Renews the revocation list and the server's certificate before they expire; returns only on a failure.
    async fn renew(&self) -> Exit {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(error) = Authority::init(&self.files) {
                return error.into();
            }
            // `reload` logs and counts its own failures, and keeps the old files in use.
            let _ = self.app.reload();
        }
    }
}

/// Restarts the program without the variables of PostgreSQL clients, such as PGOPTIONS, if there are any: they would affect its
/// own connections to the private server.
fn leave_client_variables() -> Result<(), Exit> {
    let is_of_clients = |name: &str| name.starts_with("PG") && name != "PG_BIN";
    let variables = env::vars_os().map(|(name, _)| name).filter(|name| name.to_str().is_some_and(is_of_clients));
    let variables: Vec<_> = variables.collect();
    if variables.is_empty() {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut again = Command::new(env::current_exe().map_err(Exit::environment)?);
    again.arg0(arguments.next().unwrap_or_default()).args(arguments);
    for name in variables {
        again.env_remove(name);
    }
    let error = again.exec();
    Err(Exit::environment((
        format!("unset PGOPTIONS and other variables that begin with PG: {error}"),
        format!("環境変数PGOPTIONSなど、PGで始まるものの設定を外してください: {}", error.japanese()),
    )))
}

/// Makes a temporary data directory for `--ephemeral`, which is removed when the value is dropped.
fn throw_away(options: &mut Options) -> Result<Option<TempDir>, Exit> {
    if !options.ephemeral {
        return Ok(None);
    }
    let directory = tempfile::Builder::new().prefix("shikaku-").tempdir().map_err(Exit::environment)?;
    options.data.data_dir = directory.path().to_owned();
    Ok(Some(directory))
}

async fn start_postgres(options: &Options, language: Language) -> Result<PrivatePostgres, Exit> {
    let binaries = Binaries::find()?;
    let durability = if options.ephemeral { Durability::Ephemeral } else { Durability::Kept };
    // A full disk or a closed pipe behind standard error must not prevent the start.
    let (version, directory) = (binaries.version(), options.data.data_dir.display());
    let text = match language {
        Language::Ja => format!("{directory}で専用のPostgreSQL {version}を起動しています"),
        Language::En => format!("starting a private PostgreSQL {version} in {directory}"),
    };
    let _ = writeln!(io::stderr(), "{text}");
    Ok(PrivatePostgres::start(&binaries, &options.data.postgres(), durability).await?)
}

/// Returns the names of the server beside the usual ones: those of the command line, and the address that it listens on.
fn names(options: &Options) -> Vec<ServerName> {
    let listening = options.server.terminal_addr.ip();
    let own = (!listening.is_unspecified()).then_some(ServerName::Ip(listening));
    options.names.server_names.iter().cloned().chain(own).collect()
}

fn suggestion(options: &Options, app: &App, fixtures: &Fixtures) -> Option<OsString> {
    let suggestion = Suggestion {
        directory: &env::current_dir().ok()?,
        program: &program(),
        data_dir: &options.data.data_dir,
        fixtures_dir: &options.fixtures.directory,
        terminal_addr: app.terminal_addr(),
        operator_addr: options.server.token().is_none().then(|| app.operator_addr()),
    };
    suggestion.command(fixtures, tokyo_date(options.time.start()))
}

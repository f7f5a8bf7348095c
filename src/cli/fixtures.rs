//! `shikaku fixtures`: checks and loads fixture files.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use sqlx::postgres::PgConnectOptions;

use crate::clock::{system_now, tokyo_date};
use crate::decide::{Held, findings};
use crate::fixtures::Fixtures;
use crate::pki::PkiFiles;
use crate::postgres::{PostgresError, PrivatePostgres};
use crate::store::Store;

use super::data_dir::DataDir;
use super::exit::Exit;
use super::finding;
use super::language::Language;
use super::output;
use super::serve::connect;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Read every file and report every fault with file, line and reason, and every registration that contradicts the law.
    Check(Check),
    /// Check, then load everything in one transaction.
    Load(Load),
}

#[derive(clap::Args)]
pub(super) struct FixturesDirectory {
    /// Directory of the fixture files
    #[arg(long = "dir", value_name = "DIR", default_value = "fixtures", env = "SHIKAKU_FIXTURES")]
    pub directory: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    directory: FixturesDirectory,
    /// A coverage without a loss is judged until this day; by default today in Tokyo
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Language of the findings; by default that of the locale
    #[arg(long, value_enum)]
    lang: Option<Language>,
}

#[derive(clap::Args)]
pub(super) struct Load {
    #[command(flatten)]
    directory: FixturesDirectory,
    #[command(flatten)]
    data: DataDir,
    /// A database to load into, such as postgres://user@host/name, instead of that of the demo that runs on --data-dir
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Directory of the test PKI, for the certificates of cards, instead of that in --data-dir
    #[arg(long, value_name = "DIR", env = "SHIKAKU_PKI")]
    pki: Option<PathBuf>,
    /// Also remove what the files do not hold; the access log, earlier registrations and consents are kept
    #[arg(long)]
    reset: bool,
}

impl FixturesDirectory {
    /// Reads the directory; prints every fault to standard error.
    pub fn read(&self) -> Result<Fixtures, Exit> {
        if !self.directory.is_dir() {
            return Err(Exit::data(format!(
                "there is no directory {}: change to the root of the project, or name the directory of the fixtures with --dir",
                self.directory.display()
            )));
        }
        Fixtures::read(&self.directory).map_err(|faults| {
            for fault in &faults {
                eprintln!("{fault}");
            }
            let noun = if faults.len() == 1 { "fault" } else { "faults" };
            Exit::data(format!("{} {noun} in {}; nothing was loaded", faults.len(), self.directory.display()))
        })
    }
}

impl Load {
    /// Connects to the database of the command line, or otherwise to that of the running demo.
    async fn connect(&self) -> Result<Store, Exit> {
        match &self.database_url {
            Some(url) => connect(url, 1).await,
            None => Ok(Store::connect(self.of_demo()?, 1).await?),
        }
    }

    fn of_demo(&self) -> Result<PgConnectOptions, Exit> {
        PrivatePostgres::running_on(&self.data.postgres(), "postgres").map_err(|error| match error {
            PostgresError::NotRunning(_) => Exit::environment(format!(
                "no demo is running on {}: start ./demo, or name the directory of another demo with --data-dir, or a database \
                 with --database-url",
                self.data.data_dir.display()
            )),
            error => error.into(),
        })
    }
}

/// Lists the registrations that contradict the law, one text each. They are not faults, because answers follow the registration
/// anyway.
fn contradictions(fixtures: &Fixtures, options: &Check) -> Vec<String> {
    let language = options.lang.unwrap_or_else(Language::of_environment);
    let as_of = options.on.unwrap_or_else(|| tokyo_date(system_now()));
    let mut texts = Vec::new();
    for person in fixtures.people.iter().map(|person| &person.person) {
        let held: Vec<Held> = person.coverages.iter().map(Held::from).collect();
        for (place, coverage) in person.coverages.iter().enumerate() {
            for found in findings(coverage, &held, as_of) {
                let japanese = language == Language::Ja;
                let registered = if japanese { found.registered_japanese() } else { found.registered_english() };
                let words = finding::Words {
                    registered: &registered,
                    // The line names person, coverage and insurer; the database has not assigned an id yet.
                    record: None,
                    from: found.days.from(),
                    through: found.days.through(),
                    open: found.open,
                    soft: found.soft,
                    rule: found.rule.name,
                    source: found.rule.source,
                    effective_on: found.rule.effective_on,
                    law: if japanese { found.rule.japanese } else { found.rule.english },
                };
                let (id, insurer) = (&person.fixture_id, coverage.key.insurer);
                let text = finding::text(&words, language);
                texts.push(format!("{id}, coverage {} ({insurer}): {text}\n", place + 1));
            }
        }
    }
    texts
}

pub(super) async fn run(command: Command) -> Result<(), Exit> {
    match command {
        Command::Check(options) => {
            let fixtures = options.directory.read()?;
            let found = contradictions(&fixtures, &options);
            let (insurers, institutions, people, cards) =
                (fixtures.insurers.len(), fixtures.institutions.len(), fixtures.people.len(), fixtures.cards.len());
            let text = found.concat();
            let summary = format!(
                "no faults: {insurers} insurers, {institutions} institutions, {people} people, {cards} cards; {} findings\n",
                found.len()
            );
            output::print(format!("{text}{summary}").as_bytes())?;
        }
        Command::Load(options) => {
            let fixtures = options.directory.read()?;
            let store = options.connect().await?;
            store.check_schema().await?;
            let pki = PkiFiles::at(&options.pki.clone().unwrap_or_else(|| options.data.pki()));
            let loaded = fixtures.load(&store, &pki, system_now(), options.reset).await?;
            let text = format!(
                "loaded: {} insurers, {} institutions, {} people with {} coverages and {} cards\n",
                loaded.insurers, loaded.institutions, loaded.people, loaded.coverages, loaded.cards
            );
            if loaded.cards == 0 && !fixtures.cards.is_empty() {
                eprintln!("no cards in {}: `shikaku pki init` makes them", pki.root().display());
            }
            output::print(text.as_bytes())?;
        }
    }
    Ok(())
}

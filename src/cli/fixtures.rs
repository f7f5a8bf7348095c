//! `shikaku fixtures`: checks and loads fixture files and directories of the mass format, and exports what is loaded.

mod database;
mod export;
mod mass_check;
mod mass_estimate;
pub(super) mod mass_load;

use std::path::PathBuf;

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::{system_now, tokyo_date};
use crate::decide::{Held, Holder, findings};
use crate::fixtures::Fixtures;
use crate::language::{Japanese, Language};
use crate::mass::MassDirectory;
use crate::pki::PkiFiles;
use crate::store::registry::LoadCounts;

use super::data_dir::DataDir;
use super::day::day;
use super::exit::Exit;
use super::finding;
use super::instant::past_instant;
use super::output;
use mass_load::How;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Read every file and report every fault with file, line and reason, and every registration that contradicts the law.
    Check(Check),
    /// Check, then load everything in one transaction.
    Load(Load),
    /// Write what is loaded in the mass format, from which it can be loaded again.
    Export(export::Export),
}

#[derive(clap::Args)]
pub(super) struct FixturesDirectory {
    /// Directory of the fixture files; `fixtures check` and `fixtures load` also take files of the mass format
    #[arg(long = "dir", value_name = "DIR", default_value = "fixtures", env = "SHIKAKU_FIXTURES")]
    pub directory: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    directory: FixturesDirectory,
    /// A coverage without a loss is judged until this day; by default today in Tokyo, or the day as of which people were generated
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
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
    /// The instant from which on the registry says what the files hold, such as 2026-07-31T00:00:00+09:00; by default the present. For
    /// people whom the registry changed later, that later time counts
    #[arg(long, value_name = "INSTANT", value_parser = past_instant)]
    registered_at: Option<Timestamp>,
    /// Also remove what the files do not hold; the access log, earlier registrations and consents are kept, and the institutions
    /// if there is no file of them
    #[arg(long)]
    reset: bool,
    /// Load files of the mass format even if the disk of the database seems too small
    #[arg(long)]
    skip_disk_check: bool,
}

impl Load {
    /// Returns the instant from which on the registry says what the files hold.
    fn registered_at(&self) -> Timestamp {
        self.registered_at.unwrap_or_else(system_now)
    }
}

impl FixturesDirectory {
    /// Returns whether the directory is of the mass format.
    fn is_mass(&self) -> bool {
        MassDirectory::is_at(&self.directory)
    }

    /// Reads the directory; prints every fault to standard error.
    pub fn read(&self, language: Language) -> Result<Fixtures, Exit> {
        if !self.directory.is_dir() {
            let directory = self.directory.display();
            return Err(Exit::data((
                format!(
                    "there is no directory {directory}: change to the root of the project, or name the directory of the fixtures \
                     with --dir"
                ),
                format!(
                    "ディレクトリー{directory}がありません。プロジェクトのルートに移るか、データのディレクトリーを--dirで指定してください"
                ),
            )));
        }
        if self.is_mass() {
            let directory = self.directory.display();
            return Err(Exit::data((
                format!(
                    "{directory} is of the mass format (population.toml); this command reads hand-written fixture files"
                ),
                format!(
                    "{directory}は大量データの形式（population.toml）です。このコマンドが読むのは手書きのデータのファイルです"
                ),
            )));
        }
        Fixtures::read(&self.directory).map_err(|faults| {
            for fault in &faults {
                match language {
                    Language::Ja => eprintln!("{}", fault.japanese()),
                    Language::En => eprintln!("{fault}"),
                }
            }
            let (number, directory) = (faults.len(), self.directory.display());
            let noun = if number == 1 { "fault" } else { "faults" };
            Exit::data((
                format!("{number} {noun} in {directory}; nothing was loaded"),
                format!("{directory}に{number}件の誤りがあります。何も読み込みませんでした"),
            ))
        })
    }
}

/// Lists the registrations that contradict the law, one text each. They are not faults, because answers follow the registration
/// anyway.
fn contradictions(fixtures: &Fixtures, options: &Check, language: Language) -> Vec<String> {
    let as_of = options.on.unwrap_or_else(|| tokyo_date(system_now()));
    let mut texts = Vec::new();
    for person in fixtures.people.iter().map(|person| &person.person) {
        let held: Vec<Held> = person.coverages.iter().map(Held::from).collect();
        let holder = Holder { coverages: &held, died_on: person.died_on };
        for (place, coverage) in person.coverages.iter().enumerate() {
            for found in findings(coverage, &holder, as_of) {
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
                let place = place + 1;
                texts.push(match language {
                    Language::Ja => format!("{id}、{place}番目の資格（{insurer}）: {text}\n"),
                    Language::En => format!("{id}, coverage {place} ({insurer}): {text}\n"),
                });
            }
        }
    }
    texts
}

pub(super) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::Check(options) if options.directory.is_mass() => {
            // Nothing else runs meanwhile.
            tokio::task::block_in_place(|| mass_check::run(&options.directory.directory, options.on, language))?;
        }
        Command::Check(options) => {
            let fixtures = options.directory.read(language)?;
            let found = contradictions(&fixtures, &options, language);
            let (insurers, institutions, people, cards) =
                (fixtures.insurers.len(), fixtures.institutions.len(), fixtures.people.len(), fixtures.cards.len());
            let text = found.concat();
            let findings = found.len();
            let summary = match language {
                Language::Ja => format!(
                    "誤りはありません: 保険者{insurers}、医療機関{institutions}、人物{people}、カード{cards}。指摘{findings}件\n"
                ),
                Language::En => format!(
                    "no faults: {insurers} insurers, {institutions} institutions, {people} people, {cards} cards; {findings} \
                     findings\n"
                ),
            };
            output::print(format!("{text}{summary}").as_bytes())?;
        }
        Command::Export(options) => export::run(options, language).await?,
        Command::Load(options) if options.directory.is_mass() => {
            let store = database::connect_to(options.database_url.as_deref(), &options.data).await?;
            store.check_schema().await?;
            let how = How { reset: options.reset, check_disk: !options.skip_disk_check };
            let loaded =
                mass_load::run(&options.directory.directory, &store, options.registered_at(), how, language).await?;
            print_loaded(&loaded, language)?;
        }
        Command::Load(options) => {
            let fixtures = options.directory.read(language)?;
            let store = database::connect_to(options.database_url.as_deref(), &options.data).await?;
            store.check_schema().await?;
            let pki = PkiFiles::at(&options.pki.clone().unwrap_or_else(|| options.data.pki()));
            let loaded = fixtures.load(&store, &pki, options.registered_at(), options.reset).await?;
            let (cards, directory) = (loaded.cards, pki.root().display());
            if cards == 0 && !fixtures.cards.is_empty() {
                match language {
                    Language::Ja => eprintln!("{directory}にカードがありません。`shikaku pki init`で作れます"),
                    Language::En => eprintln!("no cards in {directory}: `shikaku pki init` makes them"),
                }
            }
            print_loaded(&loaded, language)?;
        }
    }
    Ok(())
}

fn print_loaded(loaded: &LoadCounts, language: Language) -> Result<(), Exit> {
    let LoadCounts { insurers, institutions, people, coverages, cards } = loaded;
    let text = match language {
        Language::Ja => {
            format!("loaded: 保険者{insurers}、医療機関{institutions}、人物{people}（資格{coverages}、カード{cards}）\n")
        }
        Language::En => format!(
            "loaded: {insurers} insurers, {institutions} institutions, {people} people with {coverages} coverages and {cards} cards\n"
        ),
    };
    output::print(text.as_bytes())
}

use std::path::PathBuf;

use clap::Subcommand;

use crate::fixtures::Fixtures;

use super::exit::Exit;
use super::serve::Database;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Read every file and report every fault with file, line and reason.
    Check(Directory),
    /// Check, then load everything in one transaction.
    Load(Load),
}

#[derive(clap::Args)]
pub(super) struct Directory {
    /// Directory of the fixture files
    #[arg(long = "dir", value_name = "DIR", default_value = "fixtures", env = "SHIKAKU_FIXTURES")]
    pub directory: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct Load {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    database: Database,
    /// Empty the registry first; the access log is kept
    #[arg(long)]
    reset: bool,
}

impl Directory {
    /// Reads the directory; every fault goes to standard error.
    pub fn read(&self) -> Result<Fixtures, Exit> {
        Fixtures::read(&self.directory).map_err(|faults| {
            for fault in &faults {
                eprintln!("{fault}");
            }
            let noun = if faults.len() == 1 { "fault" } else { "faults" };
            Exit::data(format!("{} {noun} in {}; nothing was loaded", faults.len(), self.directory.display()))
        })
    }
}

pub(super) async fn run(command: Command) -> Result<(), Exit> {
    match command {
        Command::Check(directory) => {
            let fixtures = directory.read()?;
            println!(
                "no faults: {} insurers, {} institutions, {} people",
                fixtures.insurers.len(),
                fixtures.institutions.len(),
                fixtures.people.len()
            );
        }
        Command::Load(options) => {
            let fixtures = options.directory.read()?;
            let store = options.database.connect(1).await?;
            let loaded = fixtures.load(&store, options.reset).await?;
            println!(
                "loaded: {} insurers, {} institutions, {} people with {} coverages",
                loaded.insurers, loaded.institutions, loaded.people, loaded.coverages
            );
        }
    }
    Ok(())
}

//! `shikaku migrate`: brings the schema of a database up to date.

use super::exit::Exit;
use super::output::print;
use super::serve::Database;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    database: Database,
}

pub(super) async fn run(options: Options) -> Result<(), Exit> {
    options.database.connect(1).await?.migrate().await?;
    print(b"the schema is up to date\n")
}

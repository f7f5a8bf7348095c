//! `shikaku migrate`: brings the schema of a database up to date.

use crate::language::Language;

use super::exit::Exit;
use super::output::print;
use super::serve::Database;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    database: Database,
}

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    options.database.connect(1).await?.migrate().await?;
    print(match language {
        Language::Ja => "スキーマは最新です\n".as_bytes(),
        Language::En => b"the schema is up to date\n",
    })
}

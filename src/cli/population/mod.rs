//! `shikaku population`: synthetic people in any number.

mod generate;

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::language::Language;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make households with their registrations over ten years, as files of the mass format.
    Generate(generate::Options),
}

pub(super) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::Generate(options) => generate::run(options, language).await,
    }
}

//! `shikaku population`: synthetic people in any number.

mod generate;

use clap::Subcommand;

use crate::cli::exit::Exit;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make households with their registrations over ten years, as files of the mass format.
    Generate(generate::Options),
}

pub(super) async fn run(command: Command) -> Result<(), Exit> {
    match command {
        Command::Generate(options) => generate::run(options).await,
    }
}

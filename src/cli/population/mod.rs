//! `shikaku population`: synthetic people in any number.

pub(super) mod generate;
mod live;
mod profile;
mod source;
mod stats;

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::language::Language;
use profile::profile;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make households with their registrations over ten years, as files of the mass format.
    Generate(generate::Options),
    /// Move a generated population on: births, deaths, moves, work, birthdays, 1 August and cards, as registrations of insurers.
    Live(live::Options),
    /// Show what a population holds beside what its profile wants, as a table and as a page with charts.
    Stats(stats::Options),
}

pub(super) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::Generate(options) => generate::run(options, language).await,
        Command::Live(options) => live::run(&options, language),
        Command::Stats(options) => stats::run(&options, language),
    }
}

//! `shikaku rules`: the law without a server.

mod check;
mod limit;

use clap::Subcommand;

use crate::language::Language;

use super::exit::Exit;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Work out the cases of files and compare them with what they expect.
    Check(check::Options),
    /// What a patient or a household pays in a month (高額療養費).
    Limit(Box<limit::Options>),
}

pub(super) fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::Check(options) => check::run(&options, language),
        Command::Limit(options) => limit::run(&options, language),
    }
}

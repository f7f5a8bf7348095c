//! Plays a terminal.

mod card_number;
mod explain;
mod labels;
mod table;

use clap::Subcommand;

use super::exit::Exit;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Ask by what stands on the insured-person's card: 記号・番号・枝番 and birth date.
    CardNumber(Box<card_number::Options>),
}

pub(super) async fn run(command: Command) -> Result<(), Exit> {
    match command {
        Command::CardNumber(options) => card_number::run(*options).await,
    }
}

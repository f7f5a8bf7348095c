//! `shikaku ask`: plays a terminal.

mod bulk;
mod card;
mod card_number;
mod explain;
mod labels;
mod table;
mod terminal;

use clap::Subcommand;

use crate::language::Language;

use super::exit::Exit;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Ask by what stands on the insured-person's card: 記号・番号・枝番 and birth date.
    CardNumber(Box<card_number::Options>),
    /// Ask by マイナンバーカード: the virtual card signs a challenge.
    Card(Box<card::Options>),
    /// Ask about many people in one file, wait for the result, and print it.
    Bulk(Box<bulk::Options>),
}

pub(super) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::CardNumber(options) => card_number::run(*options, language).await,
        Command::Card(options) => card::run(*options, language).await,
        Command::Bulk(options) => bulk::run(*options, language).await,
    }
}

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

/// The language of readable output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

impl Language {
    /// What the environment asks for.
    fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        if locale.is_some_and(|locale| locale.starts_with("ja")) { Self::Ja } else { Self::En }
    }
}

pub(super) async fn run(command: Command) -> Result<(), Exit> {
    match command {
        Command::CardNumber(options) => card_number::run(*options).await,
    }
}

//! What the command lines of all programs share: their language, help and errors in Japanese, numbers, and the limit of open files.
//!
//! Clap's own pages are English throughout, down to their headings, and break lines at blanks alone. Those here are made of the
//! commands themselves and of a program's [`Words`].

mod language;
mod number;
mod open_files;
mod page;
mod refusal;
mod words;
mod wrap;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches};

use crate::language::Language;

pub use language::language_of;
pub use number::within;
pub use open_files::open_files;
pub use words::Words;

/// Parses a command line. Help and errors are in `language`, the Japanese made of `words`.
///
/// # Errors
/// If the program ends here: help was asked for, or the command line is wrong. It has been printed; the code is 0 or 2.
pub fn parse<C: CommandFactory + FromArgMatches>(
    arguments: Vec<OsString>,
    language: Language,
    words: &Words,
) -> Result<C, ExitCode> {
    let mut command = match language {
        Language::Ja => in_japanese(C::command(), words),
        Language::En => C::command(),
    };
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| C::from_arg_matches(&matches).map_err(|error| error.format(&mut command)));
    parsed.map_err(|error| refuse(&error, language))
}

/// Prints help that was asked for, or what is wrong with the command line.
fn refuse(error: &clap::Error, language: Language) -> ExitCode {
    let is_help = !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    // If the output is closed, the code still tells.
    let _ = match language {
        Language::Ja if !is_help => write!(std::io::stderr(), "{}", refusal::refusal(error)),
        _ => error.print(),
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Gives every command a help page in Japanese.
fn in_japanese(mut command: Command, words: &Words) -> Command {
    command.build();
    translate(command, "", words, wrap::columns())
}

/// `above` is the path of the command that this one belongs to.
fn translate(command: Command, above: &str, words: &Words, columns: usize) -> Command {
    let path = words.path(&command, above);
    // The commands below `help` are only names to complete; each page is shown by the command itself.
    let mut command =
        if path == "help" { command } else { command.mut_subcommands(|inner| translate(inner, &path, words, columns)) };
    let page = page::page(&mut command, &path, words, columns);
    command.override_help(page)
}

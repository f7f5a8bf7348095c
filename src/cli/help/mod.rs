//! Help of the command line in Japanese: pages made of the commands themselves and of the words in `words.rs`.
//!
//! Clap's own pages are English throughout, down to their headings, and break lines at blanks alone.

mod page;
mod refusal;
mod words;
mod wrap;

pub(super) use refusal::refusal;

use clap::Command;

/// Gives every command a help page in Japanese.
pub(super) fn in_japanese(mut command: Command) -> Command {
    command.build();
    translate(command, "", wrap::columns())
}

/// `above` is the path of the command that this one belongs to.
fn translate(command: Command, above: &str, columns: usize) -> Command {
    let path = words::path(&command, above);
    // The commands below `help` are only names to complete; each page is shown by the command itself.
    let mut command =
        if path == "help" { command } else { command.mut_subcommands(|inner| translate(inner, &path, columns)) };
    let page = page::page(&mut command, &path, columns);
    command.override_help(page)
}

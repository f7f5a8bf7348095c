//! The command line: one file for each command.

mod check;
mod clinics;
mod compare;
mod exit;
mod live;
mod merge;
mod out;
mod run;
mod terminals;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shikaku::command_line::{self, language_of};
use shikaku::language::Language;

/// Test the national side of オンライン資格確認 under load, and say honestly how it did.
#[derive(Parser)]
#[command(name = "shikaku-load", version, arg_required_else_help = true)]
struct Cli {
    /// Language of help, messages and tables; by default that of the locale
    #[arg(long, value_enum, global = true)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a plan and report: exit code 0 good; 1 a threshold missed, or stopped; 2 a fault of the plan or of the command line; 3 the
    /// environment, such as a server that cannot be reached
    Run(run::Options),
    /// Read plans and report their faults; exit code 2 if there are any
    Check(check::Options),
    /// Make one report of the runs of several processes
    Merge(merge::Options),
    /// Say what two runs differ in, beyond the noise of their rounds: exit code 0 B is not worse; 1 it is; 2 nothing can be said; 3 results
    /// that cannot be read
    Compare(compare::Options),
    /// Make certificates for many terminals in a test PKI
    Terminals(terminals::Options),
    /// Make clinics for load tests: files with which the server gets to know them, and their certificates in a test PKI
    Clinics(clinics::Options),
}

/// Runs the command line. Exit codes: 0 good, 1 not good, 2 plan or command line, 3 environment; 101 is a panic.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = language_of(&arguments);
    let cli: Cli = match command_line::parse(arguments, language, &words::WORDS) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let language = cli.lang.unwrap_or(language);
    let result = match cli.command {
        Command::Run(options) => run::run(&options, language),
        Command::Check(options) => check::run(&options, language),
        Command::Merge(options) => merge::run(&options, language),
        Command::Compare(options) => compare::run(&options, language),
        Command::Terminals(options) => terminals::run(&options, language),
        Command::Clinics(options) => clinics::run(&options, language),
    };
    match result {
        Ok(code) => code,
        Err(exit) => exit.report(language),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_has_its_words_and_no_words_are_left_over() {
        let faults = words::WORDS.faults(Cli::command());
        assert!(faults.is_empty(), "{}", faults.join(", "));
    }
}

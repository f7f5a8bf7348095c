//! The command line: one file per command.

mod ask;
mod bulk;
mod data_dir;
mod day;
mod demo;
mod demo_population;
mod domain_time;
mod exit;
mod finding;
mod fixtures;
mod help;
mod instant;
mod migrate;
mod number;
mod open_files;
mod operator;
mod output;
mod pki;
mod population;
mod progress;
mod registrations;
mod rules;
mod run;
mod serve;
mod suggestion;
mod work;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command_line::{self, language_of};
use crate::language::Language;

use exit::Exit;

/// Threads for long computations that do not wait. More threads than cores do not make them faster, and each takes memory.
const BLOCKING: usize = 16;

/// The national side of オンライン資格確認, as a server anyone can run.
#[derive(Parser)]
#[command(name = "shikaku", version, arg_required_else_help = true)]
struct Cli {
    /// Language of help, messages and tables; by default that of the locale
    #[arg(long, value_enum, global = true)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything: a private PostgreSQL, the test PKI, the fixtures, the server.
    Demo(demo::Options),
    /// Serve terminals and operators out of a database that is there already.
    Serve(serve::Options),
    /// Work on files with questions about many people, for servers that do not do it themselves.
    Work(work::Options),
    /// Bring the schema of a database up to date.
    Migrate(migrate::Options),
    /// Check, load or export registrations.
    #[command(subcommand)]
    Fixtures(fixtures::Command),
    /// Register what insurers send: gains, losses, corrections.
    #[command(subcommand)]
    Registrations(registrations::Command),
    /// Make synthetic people in any number.
    #[command(subcommand)]
    Population(population::Command),
    /// Make and change the test PKI.
    #[command(subcommand)]
    Pki(pki::Command),
    /// Work with the law alone: case files, and what a month costs.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Play a terminal: ask the server and print the answer.
    #[command(subcommand)]
    Ask(ask::Command),
}

/// Runs the command line. Exit codes: 0 done, 2 usage, 3 environment, 4 data refused; 101 is a panic.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = language_of(&arguments);
    let cli: Cli = match command_line::parse(arguments, language, &help::WORDS) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let language = cli.lang.unwrap_or(language);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).build() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::environment(error).report(language),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Demo(options) => demo::run(options, language).await,
            Command::Serve(options) => serve::run(options, language).await,
            Command::Migrate(options) => migrate::run(options, language).await,
            Command::Fixtures(command) => fixtures::run(command, language).await,
            Command::Registrations(command) => registrations::run(command, language).await,
            Command::Work(options) => work::run(options, language).await,
            Command::Population(command) => population::run(command, language).await,
            Command::Pki(command) => pki::run(command, language).await,
            Command::Rules(command) => rules::run(command, language),
            Command::Ask(command) => ask::run(command, language).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
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
}

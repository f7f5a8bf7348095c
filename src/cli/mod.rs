//! The command line: one file per command.

mod ask;
mod bulk;
mod data_dir;
mod demo;
mod exit;
mod finding;
mod fixtures;
mod language;
mod migrate;
mod open_files;
mod operator;
mod output;
mod pki;
mod population;
mod rules;
mod run;
mod serve;
mod suggestion;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Exit;

/// Threads for long computations that do not wait. More threads than cores do not make them faster, and each takes memory.
const BLOCKING: usize = 16;

/// The national side of オンライン資格確認, as a server anyone can run.
#[derive(Parser)]
#[command(name = "shikaku", version, arg_required_else_help = true)]
struct Cli {
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
    /// Check or load fixture files.
    #[command(subcommand)]
    Fixtures(fixtures::Command),
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
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).build() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::environment(error).report(),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Demo(options) => demo::run(options).await,
            Command::Serve(options) => serve::run(options).await,
            Command::Migrate(options) => migrate::run(options).await,
            Command::Fixtures(command) => fixtures::run(command).await,
            Command::Work(options) => work::run(options).await,
            Command::Population(command) => population::run(command).await,
            Command::Pki(command) => pki::run(command).await,
            Command::Rules(command) => rules::run(command),
            Command::Ask(command) => ask::run(command).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

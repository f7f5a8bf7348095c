//! The `shikaku` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    shikaku::cli::main()
}

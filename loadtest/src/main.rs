//! The `shikaku-load` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    shikaku_load::cli::main()
}

//! Writes to standard output.

use std::io::{ErrorKind, Write};

use super::exit::Exit;

/// Writes to standard output. A reader that has closed the pipe, as `head` does, is not a failure.
pub(super) fn print(text: &[u8]) -> Result<(), Exit> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Exit::environment(error)),
        _ => Ok(()),
    }
}

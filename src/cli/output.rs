use std::io::{ErrorKind, Write};

use super::exit::Exit;

/// Writes to standard output. Whoever has stopped reading, as `head` does, has seen enough: that is no failure.
pub(super) fn print(text: &[u8]) -> Result<(), Exit> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Exit::environment(error)),
        _ => Ok(()),
    }
}

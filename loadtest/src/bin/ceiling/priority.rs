//! The priority of what is measured, so that builds and other work on the machine take less of it.
//!
//! Linux shares the processors out among sessions first (autogroup), so that the niceness of a single process says little. Every
//! measured process is in a session of its own, whose niceness is set here. Only root may lower it.

use std::fs;
use std::io;

/// The niceness of measured sessions.
const MEASURED: &str = "-12";

/// Sets the niceness of the sessions of these processes.
///
/// # Errors
/// If the kernel has no autogroups, or does not permit it.
pub fn raise(ids: impl IntoIterator<Item = u32>) -> io::Result<()> {
    for id in ids {
        match fs::write(format!("/proc/{id}/autogroup"), MEASURED) {
            // The process has ended meanwhile, or the session was set a moment ago.
            Err(error) if matches!(error.raw_os_error(), Some(ENOENT | ESRCH | EAGAIN)) => {}
            other => other?,
        }
    }
    Ok(())
}

const ENOENT: i32 = rustix::io::Errno::NOENT.raw_os_error();
const ESRCH: i32 = rustix::io::Errno::SRCH.raw_os_error();
const EAGAIN: i32 = rustix::io::Errno::AGAIN.raw_os_error();

/// The raised priority of this process's own session, which is that of the terminal; put back when dropped.
pub struct Own {
    before: String,
}

impl Own {
    /// Raises it.
    ///
    /// # Errors
    /// As [`raise`].
    pub fn raise() -> io::Result<Self> {
        let text = fs::read_to_string("/proc/self/autogroup")?;
        let before = niceness(&text).ok_or_else(|| io::Error::other("/proc/self/autogroup has no niceness"))?.to_owned();
        // Not before it is known what to put back.
        let own = Self { before };
        fs::write("/proc/self/autogroup", MEASURED)?;
        Ok(own)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // If it was permitted to raise it, it is permitted to put it back.
        let _ = fs::write("/proc/self/autogroup", &self.before);
    }
}

fn niceness(text: &str) -> Option<&str> {
    text.trim_end().rsplit_once("nice ").map(|(_, niceness)| niceness)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_niceness_is_the_last_word() {
        assert_eq!(niceness("/autogroup-25 nice -3\n"), Some("-3"));
        assert_eq!(niceness("/\n"), None);
    }

    #[test]
    fn a_session_is_raised_or_the_reason_is_told() {
        let mut child = Command::new("setsid").args(["sleep", "60"]).spawn().unwrap();
        let path = format!("/proc/{}/autogroup", child.id());
        // Its own session, as soon as setsid has run.
        let mine = fs::read_to_string("/proc/self/autogroup").unwrap_or_default();
        let begun = std::time::Instant::now();
        while fs::read_to_string(&path).unwrap_or_default() == mine && begun.elapsed().as_secs() < 5 {}
        let raised = raise([child.id()]);
        let after = fs::read_to_string(&path).unwrap_or_default();
        child.kill().unwrap();
        child.wait().unwrap();
        match raised {
            Ok(()) => assert_eq!(niceness(&after), Some(MEASURED)),
            Err(_) => assert_ne!(niceness(&after), Some(MEASURED)),
        }
        raise([child.id()]).unwrap();
        assert_eq!(fs::read_to_string("/proc/self/autogroup").unwrap_or_default(), mine);
    }
}

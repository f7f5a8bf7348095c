//! Processes of a PostgreSQL that ran on a data directory before.

use std::fs;
use std::path::Path;

/// Whether the system tells which processes there are, as Linux does.
pub(super) fn can_be_seen() -> bool {
    Path::new("/proc/self/cwd").exists()
}

/// Ids of the processes of a server on a cluster: each works in its directory.
pub(super) fn processes(cluster: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|pid| is_of(cluster, *pid)).collect()
}

fn is_of(cluster: &Path, pid: i32) -> bool {
    let link = |name| fs::read_link(format!("/proc/{pid}/{name}"));
    let is_postgres =
        |program: &Path| program.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"postgres"));
    link("cwd").is_ok_and(|directory| directory == cluster) && link("exe").is_ok_and(|program| is_postgres(&program))
}

/// Ends processes whose server was killed, at last without mercy: a new one cannot start beside them.
#[cfg(target_os = "linux")]
pub(super) fn end(cluster: &Path, processes: &[i32], without_mercy: bool) {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let signal = if without_mercy { Signal::KILL } else { Signal::TERM };
    for pid in processes {
        let held = Pid::from_raw(*pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        // It may have ended meanwhile, and its number be somebody else's; whom the handle means stays the same.
        if let Some(held) = held.filter(|_| is_of(cluster, *pid)) {
            let _ = pidfd_send_signal(held, signal);
        }
    }
}

/// Elsewhere processes are not seen, and PostgreSQL itself says what is in the way.
#[cfg(not(target_os = "linux"))]
pub(super) fn end(_cluster: &Path, _processes: &[i32], _without_mercy: bool) {}

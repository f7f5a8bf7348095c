//! Processes of a PostgreSQL that ran earlier on a data directory.

use std::fs;
use std::path::Path;

/// Returns whether the system lists its processes, as Linux does.
pub(super) fn can_be_seen() -> bool {
    Path::new("/proc/self/cwd").exists()
}

/// Returns the ids of a server's processes on a cluster: the working directory of each is the cluster.
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

/// Ends processes whose server was killed, with SIGKILL if `without_mercy`: a new server cannot start beside them.
#[cfg(target_os = "linux")]
pub(super) fn end(cluster: &Path, processes: &[i32], without_mercy: bool) {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let signal = if without_mercy { Signal::KILL } else { Signal::TERM };
    for pid in processes {
        let held = Pid::from_raw(*pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        // The process may have ended and its id been reused; the handle still means the same process.
        if let Some(held) = held.filter(|_| is_of(cluster, *pid)) {
            let _ = pidfd_send_signal(held, signal);
        }
    }
}

/// Does nothing: processes cannot be listed here, and PostgreSQL itself reports the obstacle.
#[cfg(not(target_os = "linux"))]
pub(super) fn end(_cluster: &Path, _processes: &[i32], _without_mercy: bool) {}

//! The directories of a private server, and the lock on them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::account::Account;
use super::{PostgresError, predecessor};

/// The longest path of a Unix socket that both Linux and macOS accept, without `/.s.PGSQL.5432`.
const LONGEST_SOCKET_DIRECTORY: usize = 85;

/// How long to wait for an earlier server to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The directories of one private server, locked for as long as this value lives.
pub(super) struct ClusterDirectory {
    pub cluster: PathBuf,
    pub socket: PathBuf,
    pub log: PathBuf,
    root: PathBuf,
    _lock: File,
}

impl ClusterDirectory {
    /// Locks `wanted` for the server. If the server's account cannot reach it, takes a directory below `/var/tmp` instead; its
    /// name is derived from `wanted`, so that the next start finds it again.
    pub fn take(wanted: &Path, account: &Account) -> Result<Self, PostgresError> {
        fs::create_dir_all(wanted).map_err(PostgresError::io("creating", wanted))?;
        let wanted = wanted.canonicalize().map_err(PostgresError::io("opening", wanted))?;
        let root = if !account.dropped || account.reaches(&wanted) { wanted.clone() } else { root_beside(&wanted) };
        private(&root, account)?;

        let lock_path = root.join("lock");
        let lock = create(&lock_path)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| PostgresError::InUse(root.clone()))?;

        let socket = socket_of(&root);
        private(&socket, account)?;
        let directory = Self { cluster: root.join("cluster"), socket, log: root.join("postgres.log"), root, _lock: lock };
        directory.wait_for_predecessor()?;
        Ok(directory)
    }

    /// Returns whether `initdb` has finished here before.
    pub fn has_cluster(&self) -> bool {
        self.cluster.join("PG_VERSION").exists() && self.root.join("complete").exists()
    }

    /// Records that `initdb` has finished, so that an incomplete cluster is made anew.
    pub fn mark_complete(&self) -> Result<(), PostgresError> {
        create(&self.root.join("complete")).map(drop)
    }

    /// Opens an empty log for the server.
    pub fn open_log(&self) -> Result<File, PostgresError> {
        create(&self.log)
    }

    /// Deletes everything, for an ephemeral server.
    pub fn remove(self) {
        // Files that cannot be deleted are left for the next start, which takes the same lock first.
        let _ = fs::remove_dir_all(&self.socket);
        let _ = fs::remove_dir_all(&self.root);
    }

    /// Waits for an earlier server on the cluster. A server whose parent was killed takes a moment to shut down; if one still
    /// runs after that, the directory is in use. Leftover processes of a server that was itself killed are ended.
    fn wait_for_predecessor(&self) -> Result<(), PostgresError> {
        let begun = Instant::now();
        loop {
            let processes = predecessor::processes(&self.cluster);
            if processes.is_empty() {
                return self.remove_traces();
            }
            let is_running = self.postmaster().is_some_and(|pid| processes.contains(&pid));
            match (is_running, begun.elapsed()) {
                (true, waited) if waited > PATIENCE => return Err(PostgresError::InUse(self.cluster.clone())),
                (true, _) => {}
                (false, waited) if waited > PATIENCE => {
                    return Err(PostgresError::Orphans { processes, cluster: self.cluster.clone() });
                }
                (false, waited) => predecessor::end(&self.cluster, &processes, waited > PATIENCE / 2),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns the process id in the cluster's pid file. The id alone proves nothing: after a crash it may belong to any process.
    fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.cluster.join("postmaster.pid")).ok()?;
        text.lines().next()?.parse::<i32>().ok().map(i32::abs)
    }

    /// Removes the files that a killed server left behind. If its process id now belongs to another process, the next server
    /// would otherwise take it for running.
    fn remove_traces(&self) -> Result<(), PostgresError> {
        if !predecessor::can_be_seen() {
            return Ok(());
        }
        let pid = self.cluster.join("postmaster.pid");
        for trace in [pid, self.socket.join(".s.PGSQL.5432.lock"), self.socket.join(".s.PGSQL.5432")] {
            match fs::remove_file(&trace) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(PostgresError::io("removing", trace)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Creates or empties a file in the server's directory. Links are never followed, because the server's account can write there.
fn create(path: &Path) -> Result<File, PostgresError> {
    let no_links = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let opened = OpenOptions::new().write(true).create(true).truncate(true).custom_flags(no_links).open(path);
    opened.map_err(PostgresError::io("creating", path))
}

/// Returns the place of the directories of a server whose account cannot reach `wanted`, a canonical path.
pub(super) fn root_beside(wanted: &Path) -> PathBuf {
    stand_in("/var/tmp", wanted)
}

/// Returns the socket's directory of the server with its directories in `root`.
pub(super) fn socket_of(root: &Path) -> PathBuf {
    let inside = root.join("socket");
    if inside.as_os_str().len() <= LONGEST_SOCKET_DIRECTORY { inside } else { stand_in("/tmp", root) }
}

fn stand_in(parent: &str, of: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    of.as_os_str().as_bytes().hash(&mut hasher);
    Path::new(parent).join(format!("shikaku-{:016x}", hasher.finish()))
}

/// Makes a directory that only the server's account and root can enter. Refuses one that belongs to another account, which is
/// possible under a well-known name below a shared directory.
fn private(path: &Path, account: &Account) -> Result<(), PostgresError> {
    let made = DirBuilder::new().mode(0o700).create(path).is_ok();
    let found = fs::symlink_metadata(path).map_err(PostgresError::io("opening", path))?;
    let ours = rustix::process::geteuid().as_raw();
    if !found.is_dir() || (found.uid() != account.uid && found.uid() != ours) {
        let source = std::io::Error::other("it is no directory of ours");
        return Err(PostgresError::Io { action: "using", path: path.to_owned(), source });
    }
    if account.dropped && (made || found.uid() != account.uid) {
        chown(path, Some(account.uid), Some(account.gid)).map_err(PostgresError::io("giving away", path))?;
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(PostgresError::io("closing", path))
}

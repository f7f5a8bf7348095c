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

/// Longest path of a Unix socket that Linux and macOS both take, with room for `/.s.PGSQL.5432`.
const LONGEST_SOCKET_DIRECTORY: usize = 85;

/// How long a server that ran here before may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The directories of one private server, held by a lock for as long as this value lives.
pub(super) struct Directory {
    pub cluster: PathBuf,
    pub socket: PathBuf,
    pub log: PathBuf,
    root: PathBuf,
    _lock: File,
}

impl Directory {
    /// Takes `wanted` for the server, or, where the server's account cannot reach it, a directory below `/var/tmp` whose
    /// name comes from `wanted`, so that the next start finds it again.
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

    /// Whether `initdb` has finished here before.
    pub fn has_cluster(&self) -> bool {
        self.cluster.join("PG_VERSION").exists() && self.root.join("complete").exists()
    }

    /// Remembers that `initdb` has finished, so that a half-made cluster is made anew.
    pub fn mark_complete(&self) -> Result<(), PostgresError> {
        create(&self.root.join("complete")).map(drop)
    }

    /// Opens the server's log anew.
    pub fn open_log(&self) -> Result<File, PostgresError> {
        create(&self.log)
    }

    /// Deletes everything, for a server that was only lent.
    pub fn remove(self) {
        // What cannot be deleted is left for the next start, which takes the same lock first.
        let _ = fs::remove_dir_all(&self.socket);
        let _ = fs::remove_dir_all(&self.root);
    }

    /// A server whose parent was killed is still shutting down for a moment; one that somebody runs stays. What is left of one that was
    /// killed itself ends here.
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

    /// The server that the cluster's pid file names. The number alone proves nothing: after a crash it may be anybody's.
    fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.cluster.join("postmaster.pid")).ok()?;
        text.lines().next()?.parse::<i32>().ok().map(i32::abs)
    }

    /// Removes what a server that was killed left behind. Where its number is somebody else's by now, the next server would take it for
    /// running.
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

/// Creates or empties a file in the server's directory. The server's account can write there, so a link is never followed.
fn create(path: &Path) -> Result<File, PostgresError> {
    let no_links = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let opened = OpenOptions::new().write(true).create(true).truncate(true).custom_flags(no_links).open(path);
    opened.map_err(PostgresError::io("creating", path))
}

/// Where the directories of a server stand whose account cannot reach `wanted`, a canonical path.
pub(super) fn root_beside(wanted: &Path) -> PathBuf {
    stand_in("/var/tmp", wanted)
}

/// Where the server with its directories in `root` has its socket.
pub(super) fn socket_of(root: &Path) -> PathBuf {
    let inside = root.join("socket");
    if inside.as_os_str().len() <= LONGEST_SOCKET_DIRECTORY { inside } else { stand_in("/tmp", root) }
}

fn stand_in(parent: &str, of: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    of.as_os_str().as_bytes().hash(&mut hasher);
    Path::new(parent).join(format!("shikaku-{:016x}", hasher.finish()))
}

/// Makes a directory that only the server's account (and root) can enter; refuses one that belongs to somebody else, as a
/// well-known name below a shared directory might.
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

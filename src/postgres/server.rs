//! The private server: creates its cluster, starts it, watches it and stops it.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::watch;

use crate::language::{Bilingual, Language};

use super::account::Account;
use super::binaries::Binaries;
use super::cluster_directory::ClusterDirectory;
use super::{PostgresError, with_advice};

const SUPERUSER: &str = "shikaku";

/// The durability of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The data are kept, and every commit is written to disk.
    Kept,
    /// The data are deleted at the end; commits are not forced to disk.
    Ephemeral,
}

/// A running private server. Stops when dropped.
pub struct PrivatePostgres {
    stop: Option<mpsc::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
    directory: Option<ClusterDirectory>,
    durability: Durability,
    socket: PathBuf,
    log: PathBuf,
    /// The exit status. The sender is dropped when the server ends.
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl PrivatePostgres {
    /// Starts a server on `directory`, creates the cluster first if there is none, and returns once a login has succeeded.
    ///
    /// # Errors
    /// See [`PostgresError`].
    pub async fn start(binaries: &Binaries, directory: &Path, durability: Durability) -> Result<Self, PostgresError> {
        let account = Account::choose()?;
        let directory = ClusterDirectory::take(directory, &account)?;
        // An ephemeral cluster is always made anew: an interrupted run may have left one behind.
        if durability == Durability::Ephemeral || !directory.has_cluster() {
            initdb(binaries, &directory, &account, durability)?;
        }
        let log = directory.open_log()?;
        let command = server_command(binaries, &directory, &account, durability, log)?;
        let (stop, stopped) = mpsc::channel();
        let (ended_sender, ended) = watch::channel(None);
        let (spawned_sender, spawned) = mpsc::channel();
        // The kernel's "parent died" signal follows the thread that forked, so that one thread stays for the server's whole life.
        let keeper = thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keep(command, &spawned_sender, &stopped, ended_sender))
            .map_err(PostgresError::io("starting", "postgres-keeper"))?;
        spawned
            .recv()
            .unwrap_or_else(|_| Err(std::io::Error::other("the keeper ended")))
            .map_err(PostgresError::io("starting", binaries.program("postgres")))?;
        let server = Self {
            stop: Some(stop),
            keeper: Some(keeper),
            socket: directory.socket.clone(),
            log: directory.log.clone(),
            directory: Some(directory),
            durability,
            ended,
        };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// Returns the login options for `database` on this server.
    #[must_use]
    pub fn options(&self, database: &str) -> PgConnectOptions {
        login(&self.socket, database)
    }

    /// Returns the same as a URL, for programs that expect one.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@localhost/{database}?host={}", self.socket.display())
    }

    /// Waits until the server ends by itself; returns the reason and advice.
    pub async fn ended(&self) -> Bilingual {
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
        let how = ended.borrow().map_or_else(|| "unknown how".to_owned(), |status| status.to_string());
        let tail = with_advice(&std::fs::read_to_string(&self.log).unwrap_or_default());
        let (log, english, japanese) = (self.log.display(), tail.text(Language::En), tail.text(Language::Ja));
        Bilingual::from((
            format!(
                "the private PostgreSQL has ended ({how}). What was committed is safe: start again.\nIts log {log} ends \
                 with:\n{english}"
            ),
            format!(
                "PostgreSQLが終了しました（{how}）。コミット済みのデータは失われていません。もう一度起動してください。\n\
                 ログ{log}の末尾:\n{japanese}"
            ),
        ))
    }

    async fn wait_until_ready(&self) -> Result<(), PostgresError> {
        // After a crash the server first replays what it had not written to its tables.
        let deadline = Instant::now() + Duration::from_secs(300);
        let options = self.options("postgres").disable_statement_logging();
        loop {
            if options.connect().await.is_ok() {
                return Ok(());
            }
            if self.ended.has_changed().is_err() || Instant::now() > deadline {
                let tail = with_advice(&std::fs::read_to_string(&self.log).unwrap_or_default());
                return Err(PostgresError::Start { log: self.log.clone(), tail });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // A keeper that panicked has already stopped the server.
            let _ = keeper.join();
        }
        if let Some(directory) = self.directory.take().filter(|_| self.durability == Durability::Ephemeral) {
            directory.remove();
        }
    }
}

/// Returns the login options for `database` on a private server whose socket is in the directory `socket`.
pub(super) fn login(socket: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .ssl_mode(PgSslMode::Disable)
        .socket(socket)
        .port(5432)
        .username(SUPERUSER)
        .database(database)
}

/// Runs the server until the other end of `stopped` is dropped or the server ends by itself.
fn keep(
    mut command: Command,
    spawned: &mpsc::Sender<std::io::Result<()>>,
    stopped: &mpsc::Receiver<()>,
    ended: watch::Sender<Option<ExitStatus>>,
) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = spawned.send(Err(error));
            return;
        }
    };
    let _ = spawned.send(Ok(()));
    // Dropped when the server ends, which notifies the starting side.
    let ended = ended;
    loop {
        match stopped.recv_timeout(Duration::from_millis(100)) {
            Err(mpsc::RecvTimeoutError::Timeout) if matches!(child.try_wait(), Ok(None)) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => break,
            Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {
                stop(&mut child);
                break;
            }
        }
    }
    ended.send_replace(child.try_wait().ok().flatten());
}

/// Stops the server: fast shutdown first, immediate shutdown after 20 s, SIGKILL after 5 s more.
fn stop(child: &mut Child) {
    for (signal, patience) in [(Signal::INT, 20), (Signal::QUIT, 5), (Signal::KILL, 5)] {
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // The process may already have ended, which try_wait shows.
            let _ = kill_process(pid, signal);
        }
        let deadline = Instant::now() + Duration::from_secs(patience);
        while Instant::now() < deadline {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn initdb(
    binaries: &Binaries,
    directory: &ClusterDirectory,
    account: &Account,
    durability: Durability,
) -> Result<(), PostgresError> {
    if directory.cluster.exists() {
        std::fs::remove_dir_all(&directory.cluster).map_err(PostgresError::io("removing", &directory.cluster))?;
    }
    let mut command = as_account(Command::new(binaries.program("initdb")), directory, account);
    command.arg("--pgdata").arg(&directory.cluster).args([
        "--username",
        SUPERUSER,
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
    ]);
    if durability == Durability::Ephemeral {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(PostgresError::io("running", binaries.program("initdb")))?;
    if !output.status.success() {
        return Err(PostgresError::Initdb(with_advice(&String::from_utf8_lossy(&output.stderr))));
    }
    directory.mark_complete()
}

fn server_command(
    binaries: &Binaries,
    directory: &ClusterDirectory,
    account: &Account,
    durability: Durability,
    log: File,
) -> Result<Command, PostgresError> {
    let mut command = as_account(Command::new(binaries.program("postgres")), directory, account);
    command.arg("-D").arg(&directory.cluster).arg("-k").arg(&directory.socket);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    if durability == Durability::Ephemeral {
        for setting in EPHEMERAL_SETTINGS {
            command.args(["-c", setting]);
        }
    }
    let second = log.try_clone().map_err(PostgresError::io("opening", &directory.log))?;
    command.stdin(Stdio::null()).stdout(log).stderr(second).process_group(0);
    die_with_parent(&mut command);
    Ok(command)
}

/// The server's settings. `listen_addresses` is empty: no TCP. The buffers hold a million people and take only as much memory as
/// is used. `max_wal_size` keeps files with many people, which write much, from forcing a checkpoint each time. Terse errors keep
/// row contents out of the server's log.
const SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=512MB",
    "max_wal_size=2GB",
    "jit=off",
    "log_error_verbosity=terse",
    "timezone=UTC",
];

const EPHEMERAL_SETTINGS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

fn as_account(mut command: Command, directory: &ClusterDirectory, account: &Account) -> Command {
    if account.dropped {
        command.uid(account.uid).gid(account.gid);
    }
    // The caller's PG* variables must not affect a private server; LC_ALL=C works even if the caller's locale is not installed.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").current_dir(directory.cluster.parent().unwrap_or_else(|| Path::new("/")));
    command
}

/// Makes the kernel stop the server (fast shutdown) when our process dies, however it dies.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "std offers no safe way to set the parent-death signal between fork and exec")]
fn die_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let before_exec = move || {
        rustix::process::set_parent_process_death_signal(Some(Signal::INT))?;
        // The parent may have died before the line above took effect.
        if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(rustix::io::Errno::SRCH.into()) }
    };
    // SAFETY: the closure runs in the child between fork and exec. It makes two system calls (prctl and getppid), touches
    // no memory but its own copy of `parent`, allocates nothing and takes no lock, also when it fails.
    unsafe {
        command.pre_exec(before_exec);
    }
}

/// Does nothing: other kernels have no such signal. If the parent is killed, the next start finds the server and reports it.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

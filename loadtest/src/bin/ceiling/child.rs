//! Processes that a measurement starts: each in a session of its own, and none of them outlives it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use shikaku::language::{Bilingual, Japanese};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::processor::{self, Process};

/// How long a process may take to end after it was asked to, and how long the kernel may take after it was killed.
const PATIENCE: Duration = Duration::from_secs(30);
const LAST: Duration = Duration::from_secs(5);

/// How often to look whether a process has ended.
const LOOK: Duration = Duration::from_millis(10);

/// A process that was started; ended, with all below it, when dropped.
pub struct Child {
    name: String,
    process: std::process::Child,
    /// The lines of its standard output.
    lines: UnboundedReceiver<String>,
    /// The file of its standard error.
    errors: PathBuf,
}

/// Returns a command that runs a program in a session of its own, which the kernel ends when this process is killed. Variables that
/// would change what it does are left out.
pub fn in_session(program: &Path) -> Command {
    let mut command = Command::new("setsid");
    command.args(["setpriv", "--pdeathsig", "TERM", "--"]).arg(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let changes = (text.starts_with("PG") && text != "PG_BIN") || text.starts_with("SHIKAKU_");
        if changes || ["DATABASE_URL", "RUST_LOG", "LANG", "LC_ALL", "LC_MESSAGES"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

impl Child {
    /// Starts a process, whose standard error goes to a file in `directory`. Call it from the main thread: the kernel ends the process
    /// when the thread that started it ends.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(name: &str, mut command: Command, directory: &Path) -> Result<Self, Bilingual> {
        let failed = |error: std::io::Error| -> Bilingual {
            (format!("{name}: {error}"), format!("{name}: {}", error.japanese())).into()
        };
        let errors = directory.join(format!("{name}.log"));
        let log = File::create(&errors).map_err(failed)?;
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let mut process = process.map_err(failed)?;
        let (sender, lines) = unbounded_channel();
        if let Some(output) = process.stdout.take() {
            // Reads to the end, because a full pipe would stop the process.
            std::thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Ok(Self { name: name.to_owned(), process, lines, errors })
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for a line that begins with `begin`; returns what follows.
    ///
    /// # Errors
    /// If the process ends before, or the time is over.
    pub async fn line(&mut self, begin: &str, within: Duration) -> Result<String, Bilingual> {
        let wanted = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(rest) = line.strip_prefix(begin) {
                    return Some(rest.to_owned());
                }
            }
            None
        };
        match tokio::time::timeout(within, wanted).await {
            Ok(Some(rest)) => Ok(rest),
            Ok(None) => {
                let status = self.ended(LAST).await;
                Err(self.failure(status))
            }
            Err(_) => Err(self.late(within)),
        }
    }

    /// Waits for the end of a process that should succeed; returns its standard output.
    ///
    /// # Errors
    /// If it fails, or the time is over.
    pub async fn success(mut self, within: Duration) -> Result<String, Bilingual> {
        let Some(status) = self.ended(within).await else { return Err(self.late(within)) };
        if !status.success() {
            return Err(self.failure(Some(status)));
        }
        let mut output = String::new();
        while let Some(line) = self.lines.recv().await {
            output += &line;
            output.push('\n');
        }
        Ok(output)
    }

    async fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + within;
        loop {
            match self.process.try_wait() {
                Ok(None) if Instant::now() < deadline => tokio::time::sleep(LOOK).await,
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }

    fn late(&self, within: Duration) -> Bilingual {
        let (name, seconds) = (&self.name, within.as_secs());
        (format!("{name} was not ready within {seconds} s"), format!("{name}が{seconds}秒以内に準備できませんでした")).into()
    }

    /// Says how the process ended, with the last lines of its standard error.
    fn failure(&self, status: Option<ExitStatus>) -> Bilingual {
        let text = fs::read_to_string(&self.errors).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(5)..].join("\n");
        let (name, status) = (&self.name, status.map_or_else(|| "?".to_owned(), |status| status.to_string()));
        (format!("{name} ended ({status}): {tail}"), format!("{name}が終了しました（{status}）: {tail}")).into()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let all = processor::tree(self.process.id());
        if !all.is_empty() {
            send(self.process.id(), Signal::TERM);
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK);
        }
        // Its processes end with it, or are ended.
        end(&all);
        let _ = self.process.wait();
    }
}

fn end(processes: &[Process]) {
    let begun = Instant::now();
    while processes.iter().any(processor::runs) && begun.elapsed() < 2 * LAST {
        if begun.elapsed() > LAST {
            processes.iter().filter(|process| processor::runs(process)).for_each(|process| send(process.id, Signal::KILL));
        }
        std::thread::sleep(LOOK);
    }
}

fn send(id: u32, signal: Signal) {
    if let Some(id) = Pid::from_raw(id.cast_signed()) {
        // It may have ended already.
        let _ = kill_process(id, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        let mut command = in_session(Path::new("sh"));
        command.args(["-c", script]);
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp").join(format!("{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Child::start("shell", command, &directory).unwrap()
    }

    #[tokio::test]
    async fn what_a_process_started_ends_with_it() {
        // The one below ignores the request to end, and the shell does not wait for it.
        let mut child = shell("sh -c 'trap \"\" TERM; echo ready: below; sleep 60' & echo ready: above; wait");
        child.line("ready: ", PATIENCE).await.unwrap();
        child.line("ready: ", PATIENCE).await.unwrap();
        let all = processor::tree(child.id());
        assert!(all.len() >= 2 && all.iter().all(processor::runs));
        drop(child);
        assert!(!all.iter().any(processor::runs));
    }

    #[tokio::test]
    async fn a_failure_tells_the_reason() {
        let failed = shell("echo no such thing >&2; exit 7").success(PATIENCE).await.unwrap_err();
        assert_eq!(failed.to_string(), "shell ended (exit status: 7): no such thing");
        let silent = shell("exit 0").line("ready: ", PATIENCE).await.unwrap_err();
        assert_eq!(silent.to_string(), "shell ended (exit status: 0): ");
        let late = shell("sleep 60").line("ready: ", Duration::from_secs(0)).await.unwrap_err();
        assert_eq!(late.to_string(), "shell was not ready within 0 s");
        assert_eq!(shell("echo one; echo two").success(PATIENCE).await.unwrap(), "one\ntwo\n");
    }
}

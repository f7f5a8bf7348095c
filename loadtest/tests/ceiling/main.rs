//! The side-by-side benchmark: a small run measures everything, and nothing is left of it, however it ends. Its figures mean nothing.
//! It is a program of its own, because it takes all processors, and other tests would run beside it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Returns the root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Creates a new directory below Cargo's directory for tests.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}

/// Every row of the table, by how its name begins.
const ROWS: [&str; 14] = [
    "nginx, a static file",
    "shikaku by card number, JSON, hot 100",
    "shikaku by card number, JSON, all ",
    "shikaku by card number, XML, hot 100",
    "shikaku by card number, XML, all ",
    "shikaku by card, JSON, 20 cards",
    "shikaku by card, XML, 20 cards",
    "pgbench -c 8, the lookup's statement, hot 100",
    "pgbench -c 8, the lookup's statement, all ",
    "Go net/http + pgx",
    "Node Fastify + pg",
    "Python FastAPI + asyncpg",
    "nginx, a handshake for each",
    "shikaku, a handshake for each",
];

fn command() -> Command {
    let ceiling = Path::new(env!("CARGO_BIN_EXE_ceiling"));
    let shikaku = ceiling.with_file_name("shikaku");
    assert!(shikaku.exists(), "build the server's program first: cargo build");
    let mut command = Command::new(ceiling);
    command.current_dir(root()).args(["--smoke", "--lang", "en", "--program"]).arg(shikaku);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A run under way.
struct Running {
    child: Child,
    /// Where its files are.
    directory: PathBuf,
    /// The processes that it has started by then.
    processes: Vec<u32>,
}

/// Starts it, and waits until it measures.
fn start(mut command: Command) -> Running {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = String::new();
    for line in lines.by_ref() {
        told += &line.unwrap();
        if told.contains("round 1") {
            break;
        }
    }
    // Reads on, because a full pipe would stop it.
    std::thread::spawn(move || lines.count());
    assert!(told.contains("round 1"), "{told}");
    let processes = below(child.id());
    let arguments = |id: &u32| fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let all: String = processes.iter().map(arguments).collect();
    let directory = all.split(['\0', '/']).find(|part| part.starts_with("shikaku-ceiling-")).expect("its directory");
    Running { child, directory: Path::new("/var/tmp").join(directory), processes }
}

/// Lists the processes below another one, whichever of its threads started them.
fn below(id: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return Vec::new() };
    let of_thread = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
    let children: Vec<String> = threads.filter_map(|thread| Some(of_thread(thread.ok()?))).collect();
    let children = children.iter().flat_map(|ids| ids.split_whitespace()).map(|id| id.parse().unwrap());
    children.flat_map(|child| [child].into_iter().chain(below(child))).collect()
}

impl Running {
    /// Waits for its end, and sees that nothing is left; returns its exit code and its standard output.
    fn end(mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        let code = self.child.wait().unwrap().code();
        assert!(!self.directory.exists(), "{} is left", self.directory.display());
        assert!(self.processes.len() >= 2, "{:?}", self.processes);
        let of_it = |id: &&u32| {
            // Another process may have the id by now; every one of these names the directory, or is below one that does.
            fs::read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.contains("shikaku-ceiling-"))
        };
        let left: Vec<&u32> = self.processes.iter().filter(of_it).collect();
        assert!(left.is_empty(), "still running: {left:?}\n{text}");
        (code, text)
    }
}

#[test]
fn a_small_run_measures_everything_and_leaves_nothing() {
    let markdown = scratch("ceiling").join("table.md");
    let mut command = command();
    command.arg("--markdown").arg(&markdown);
    let (code, text) = start(command).end();
    assert_eq!(code, Some(0), "{text}");
    let written = fs::read_to_string(markdown).unwrap();
    let runtime = root().join("loadtest/peers/.runtime");
    for row in ROWS {
        let line =
            text.lines().find(|line| line.trim_start().starts_with(row)).unwrap_or_else(|| panic!("no {row}:\n{text}"));
        if line.contains(": skipped: ") {
            let peers = [("Go", "go"), ("Node", "node"), ("Python", "python"), ("nginx", "nginx")];
            let (_, name) = peers.iter().find(|(begin, _)| row.starts_with(begin)).unwrap_or_else(|| panic!("{line}"));
            // What ./test has installed may not be left out.
            assert!(runtime.join(format!("{name}.skipped")).exists() || !runtime.exists(), "{line}");
            continue;
        }
        let cells: Vec<&str> = line.trim().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(cells.len(), 9, "{line}");
        assert!(cells[1].parse::<f64>().unwrap() > 0.0 && cells[5].parse::<f64>().unwrap() > 0.0, "{line}");
        assert!(written.contains(&format!("| {} | {} | {} |", cells[0], cells[1], cells[2])), "{written}");
    }
    for words in ["fsync = on, full_page_writes = on, synchronous_commit = on", "2 interleaved rounds", "thers took "] {
        assert!(text.contains(words) && written.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_fails_is_told_and_a_stop_leaves_nothing() {
    // A peer that is marked as installed and is not there, another that could not be, and an nginx that ends at once.
    let peers = scratch("ceiling-peers");
    fs::create_dir(peers.join("go")).unwrap();
    fs::write(peers.join("go/installed"), "").unwrap();
    fs::write(peers.join("node.skipped"), "there is no node on this machine\n").unwrap();
    let mut command = command();
    command.arg("--peers").arg(&peers).args(["--nginx", "/bin/false"]);
    let running = start(command);
    let begun = Instant::now();
    let id = rustix::process::Pid::from_raw(running.child.id().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let (code, text) = running.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    for line in [
        "Go net/http + pgx: failed: go ended",
        "Node Fastify + pg: skipped: there is no node on this machine",
        "Python FastAPI + asyncpg: skipped: not installed; loadtest/peers/install does it",
        "nginx, a static file: failed: nginx ended (exit status: 1)",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
}

#[test]
fn what_cannot_begin_says_why() {
    let output = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ceiling"));
        let output = command.current_dir(root()).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told, _) = output(&["--lang", "en", "--smoke", "--program", "/nowhere/shikaku"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("ceiling: shikaku ended") && told.contains("/nowhere/shikaku"), "{told}");
    let (code, told, _) = output(&["--rounds", "0", "--lang", "ja"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("1から1000までの整数"), "{told}");
    let (code, _, help) = output(&["--help", "--lang", "ja"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("使い方: ceiling") && !help.contains("Usage"), "{help}");
}

//! What processes and the machine spend, as Linux tells it in `/proc`.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::time::Duration;

/// A process as it was when `/proc` was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// The id of its parent.
    pub parent: u32,
    /// When it started, in ticks since the machine did: tells it from a later one with the same id.
    pub started: u64,
    /// The processor time of its threads, in ticks.
    own: u64,
    /// The processor time of its children that have ended, in ticks.
    of_ended: u64,
}

/// Returns a process and all below it; nothing if it has ended.
pub fn tree(root: u32) -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let mut children: HashMap<u32, Vec<Process>> = HashMap::new();
    let mut found = Vec::new();
    for process in ids.filter_map(read) {
        if process.id == root {
            found.push(process);
        } else {
            children.entry(process.parent).or_default().push(process);
        }
    }
    let mut place = 0;
    while let Some(process) = found.get(place) {
        found.extend(children.remove(&process.id).unwrap_or_default());
        place += 1;
    }
    found
}

/// Returns whether a process still runs. One that has ended and is not yet waited for does not.
pub fn runs(process: &Process) -> bool {
    let Ok(text) = fs::read_to_string(format!("/proc/{}/stat", process.id)) else { return false };
    let is_same = parse(&text).is_some_and(|now| now.started == process.started);
    is_same && !matches!(after_name(&text).and_then(|rest| rest.chars().next()), Some('Z' | 'X'))
}

/// Returns the processor time of processes, with that of their children that have ended.
pub fn spent(processes: &[Process]) -> Duration {
    ticks(processes.iter().map(|process| process.own + process.of_ended).sum())
}

/// Returns the processor time of this process alone, and of its children that have ended.
pub fn own() -> io::Result<(Duration, Duration)> {
    let me = read(std::process::id()).ok_or_else(|| io::Error::other("/proc/self/stat cannot be read"))?;
    Ok((ticks(me.own), ticks(me.of_ended)))
}

/// Returns the time in which the processors of the machine were not idle, the time taken by its host included.
pub fn busy() -> io::Result<Duration> {
    let text = fs::read_to_string("/proc/stat")?;
    busy_ticks(&text).map(ticks).ok_or_else(|| io::Error::other("/proc/stat has no line of all processors"))
}

/// Returns the memory of processes in bytes: what they share counts in parts. None if the kernel does not tell it.
pub fn memory(processes: &[Process]) -> Option<u64> {
    let of = |process: &Process| {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", process.id)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    processes.iter().map(of).sum()
}

fn read(id: u32) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// The name of a program stands in brackets and may hold anything, brackets too.
fn after_name(stat: &str) -> Option<&str> {
    Some(stat.rsplit_once(')')?.1.trim_start())
}

fn parse(stat: &str) -> Option<Process> {
    let id = stat.split(' ').next()?.parse().ok()?;
    let fields: Vec<&str> = after_name(stat)?.split_ascii_whitespace().collect();
    // The field with the number N of proc(5) stands at N - 3.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Process {
        id,
        parent: u32::try_from(field(4)?).ok()?,
        started: field(22)?,
        own: field(14)? + field(15)?,
        of_ended: field(16)? + field(17)?,
    })
}

/// Adds up user, nice, system, irq, softirq and steal. Idle and iowait are left out; guests count as user.
fn busy_ticks(stat: &str) -> Option<u64> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line.split_ascii_whitespace().map_while(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6, 7].into_iter().map(|place| fields.get(place).copied()).sum()
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_line_of_a_process_is_read_whatever_its_name() {
        let text =
            "4211 (a ) b) S 17 4211 4211 0 -1 4194304 100 0 0 0 250 50 7 3 20 0 1 0 98765 1000 10 18446744073709551615";
        let expected = Process { id: 4211, parent: 17, started: 98_765, own: 300, of_ended: 10 };
        assert_eq!(parse(text), Some(expected));
        assert_eq!(parse("1 (x) S 2"), None);
    }

    #[test]
    fn busy_is_neither_idle_nor_waiting() {
        assert_eq!(busy_ticks("cpu  10 20 30 4000 5000 1 2 3 600 0\ncpu0 1"), Some(66));
        assert_eq!(busy_ticks("cpu 1 2"), None);
    }

    #[test]
    fn a_tree_holds_what_a_process_started_and_ends_with_it() {
        let mut shell = Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().unwrap();
        let begun = std::time::Instant::now();
        let mut found = Vec::new();
        while found.len() < 2 && begun.elapsed() < Duration::from_secs(10) {
            found = tree(shell.id());
        }
        assert_eq!((found[0].id, found[1].parent), (shell.id(), shell.id()));
        assert!(found.iter().all(runs) && memory(&found).is_some());
        shell.kill().unwrap();
        // Dead, but nobody has waited for it yet.
        while runs(&found[0]) {
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
        shell.wait().unwrap();
        assert!(tree(shell.id()).is_empty());
        let id = rustix::process::Pid::from_raw(found[1].id.cast_signed()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    }

    #[test]
    fn time_spent_is_seen() {
        let begun = std::time::Instant::now();
        let mut sum = 0_u64;
        while begun.elapsed() < Duration::from_millis(300) {
            sum = std::hint::black_box(sum + 1);
        }
        let (mine, _) = own().unwrap();
        assert!(mine >= Duration::from_millis(50) && busy().unwrap() >= mine, "{mine:?}");
    }
}

//! The machine and the programs of a measurement, for the head of its table.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The machine.
pub struct Machine {
    /// The model of its processor.
    pub processor: String,
    /// Its cores.
    pub cores: usize,
    /// Its memory in bytes.
    pub memory: u64,
    /// The name and version of the kernel.
    pub kernel: String,
}

impl Machine {
    /// Reads it from `/proc`.
    pub fn read() -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let kilobytes =
            value(&text("/proc/meminfo"), "MemTotal").and_then(|value| value.split(' ').next()?.parse::<u64>().ok());
        let kernel = text("/proc/sys/kernel/osrelease");
        Self {
            processor: value(&text("/proc/cpuinfo"), "model name").unwrap_or_else(|| "?".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: kilobytes.unwrap_or_default() * 1024,
            kernel: format!("Linux {}", kernel.trim()),
        }
    }
}

/// Returns the version of nginx, which it writes to standard error.
pub fn version_of_nginx(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("-v").output().ok()?;
    let text = String::from_utf8(output.stderr).ok()?;
    text.split_once("nginx/").map(|(_, version)| version.trim().to_owned())
}

fn value(text: &str, key: &str) -> Option<String> {
    let of_key = |line: &str| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    };
    text.lines().find_map(of_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_keys() {
        let text = "processor\t: 0\nmodel name\t: Some (R) CPU: 3\nmodel\t\t: 1\nMemTotal:       24000 kB\n";
        assert_eq!(value(text, "model name").as_deref(), Some("Some (R) CPU: 3"));
        assert_eq!(value(text, "MemTotal").as_deref(), Some("24000 kB"));
        assert_eq!(value(text, "flags"), None);
    }
}

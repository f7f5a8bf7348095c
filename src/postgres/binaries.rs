//! Finds PostgreSQL's programs on the machine.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

/// The oldest major version with which the schema and the queries are tested.
const OLDEST: u32 = 15;

/// A directory with `initdb` and `postgres` of version 15 or later.
#[derive(Debug, Clone)]
pub struct Binaries {
    directory: PathBuf,
    version: u32,
}

impl Binaries {
    /// Finds the programs in `$PG_BIN`, `PATH`, `/usr/lib/postgresql/*/bin` or Homebrew, in this order; the newest version within
    /// one place. If `$PG_BIN` is set, no other place is searched.
    ///
    /// # Errors
    /// [`PostgresError::NotFound`].
    pub fn find() -> Result<Self, PostgresError> {
        if let Some(chosen) = env::var_os("PG_BIN") {
            return Self::at(Path::new(&chosen)).ok_or(PostgresError::NotFound);
        }
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .find_map(|directory| Self::at(&directory))
            .or_else(|| Self::newest("/usr/lib/postgresql", |version| version.join("bin")))
            .or_else(|| Self::newest("/opt/homebrew/opt", |formula| formula.join("bin")))
            .or_else(|| Self::newest("/usr/local/opt", |formula| formula.join("bin")))
            .ok_or(PostgresError::NotFound)
    }

    fn newest(parent: &str, bin: impl Fn(&Path) -> PathBuf) -> Option<Self> {
        let entries = std::fs::read_dir(parent).ok()?;
        entries.filter_map(|entry| Self::at(&bin(&entry.ok()?.path()))).max_by_key(|found| found.version)
    }

    fn at(directory: &Path) -> Option<Self> {
        if !directory.join("initdb").is_file() {
            return None;
        }
        // Version managers and distributions put links into PATH; the real directory also holds the shared files.
        let directory = directory.join("postgres").canonicalize().ok()?.parent()?.to_owned();
        let output = Command::new(directory.join("postgres")).arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let version = number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        (version >= OLDEST).then_some(Self { directory, version })
    }

    /// Returns the major version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

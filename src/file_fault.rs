//! Faults in files that people write: file, line, and what is wrong and what would be right.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::language::{Bilingual, Japanese, Language};

/// A fault in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 if the fault is about the whole file.
    pub line: usize,
    /// What is wrong and what would be right.
    pub reason: Bilingual,
}

impl FileFault {
    fn place(&self) -> String {
        match self.line {
            0 => self.file.display().to_string(),
            line => format!("{}:{line}", self.file.display()),
        }
    }

    /// Makes a fault of the whole file.
    #[must_use]
    pub fn of_file(file: &Path, reason: impl Into<Bilingual>) -> Self {
        Self { file: file.to_owned(), line: 0, reason: reason.into() }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.reason)
    }
}

impl Japanese for FileFault {
    fn japanese(&self) -> Cow<'static, str> {
        format!("{}: {}", self.place(), self.reason.text(Language::Ja)).into()
    }
}

//! Faults of a directory: the first are kept, the others are counted, so that garbage of any size takes little memory.

use std::path::Path;

use crate::fixtures::FixtureFault;
use crate::language::Bilingual;

/// Faults, each with file, line and reason. Only the first [`Faults::MOST`] are kept, and all that are about a whole file: they are few,
/// and explain many others.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    first: Vec<FixtureFault>,
    more: u64,
}

impl Faults {
    /// The number of faults that are kept.
    pub const MOST: usize = 1_000;

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Returns the number of all faults.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.first.len() as u64 + self.more
    }

    /// Returns the faults that were kept, in the order in which they were found.
    #[must_use]
    pub fn first(&self) -> &[FixtureFault] {
        &self.first
    }

    /// Returns the number of faults that were not kept.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Adds the faults of another list.
    pub fn absorb(&mut self, other: Self) {
        self.more += other.more;
        for fault in other.first {
            if fault.line == 0 {
                self.first.push(fault);
            } else {
                self.add(|| fault);
            }
        }
    }

    /// Names files below the directory `to` in the place of `from`.
    pub(in crate::mass) fn below(mut self, from: &Path, to: &Path) -> Self {
        for fault in &mut self.first {
            if let Ok(file) = fault.file.strip_prefix(from) {
                fault.file = to.join(file);
            }
        }
        self
    }

    /// Adds a fault of a line, from 1; of the whole file if the line is 0.
    pub(super) fn push<R: Into<Bilingual>>(&mut self, file: &Path, line: u64, reason: impl FnOnce() -> R) {
        let fault = || FixtureFault {
            file: file.to_owned(),
            line: usize::try_from(line).unwrap_or(usize::MAX),
            reason: reason().into(),
        };
        if line == 0 {
            self.first.push(fault());
        } else {
            self.add(fault);
        }
    }

    /// Adds a fault, which is made only if it is kept.
    pub(super) fn add(&mut self, fault: impl FnOnce() -> FixtureFault) {
        if self.first.len() < Self::MOST {
            self.first.push(fault());
        } else {
            self.more += 1;
        }
    }
}

impl From<FixtureFault> for Faults {
    fn from(fault: FixtureFault) -> Self {
        Self { first: vec![fault], more: 0 }
    }
}

//! Finds values that stand on two lines, among more of them than memory holds.
//!
//! Each value becomes a digest of 128 bits, with keys that are random in each run. Digests with their lines are sorted in runs of a
//! fixed size; full runs go to a temporary file without a name, and are merged at the end. A run that is the only one stays in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::hash::{BuildHasher, Hash, RandomState};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;

/// The entries of a run in memory: 12 MiB.
const RUN: usize = 1 << 19;

/// The entries that are read at once of each run in the file.
const PIECE: usize = 1 << 10;

/// The pairs that are put into the order of their lines at once.
const SORTED: usize = 1 << 16;

/// The bytes of an entry in the file.
const BYTES: usize = 24;

/// A digest of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Digest([u64; 2]);

/// Makes digests.
pub(super) struct Digests([RandomState; 2]);

impl Digests {
    pub fn new() -> Self {
        Self([RandomState::new(), RandomState::new()])
    }

    pub fn of(&self, value: impl Hash) -> Digest {
        Digest(self.0.each_ref().map(|state| state.hash_one(&value)))
    }
}

/// A digest and its line. The line is the last in the order, so that equal values come in the order of their lines.
type Entry = (Digest, u64);

/// The values of one kind, with their lines.
pub(super) struct Distinct {
    run: Vec<Entry>,
    size: usize,
    file: Option<BufWriter<File>>,
    /// The number of entries of each run in the file.
    runs: Vec<usize>,
}

impl Distinct {
    pub fn new() -> Self {
        Self::with_runs_of(RUN)
    }

    fn with_runs_of(size: usize) -> Self {
        Self { run: Vec::new(), size, file: None, runs: Vec::new() }
    }

    /// Adds a value of a line.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn add(&mut self, digest: Digest, line: u64) -> io::Result<()> {
        self.run.push((digest, line));
        if self.run.len() < self.size {
            return Ok(());
        }
        self.write_run()
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::with_capacity(1 << 16, tempfile::tempfile()?)),
        };
        for (Digest([first, second]), line) in &self.run {
            file.write_all(&first.to_le_bytes())?;
            file.write_all(&second.to_le_bytes())?;
            file.write_all(&line.to_le_bytes())?;
        }
        self.runs.push(self.run.len());
        self.run.clear();
        Ok(())
    }

    /// Returns the pairs of lines with one value: an earlier line, and a later one. A value of three lines makes two pairs, both with
    /// the first line.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn pairs(mut self) -> io::Result<Pairs> {
        let merged = match self.file.is_some() {
            false => {
                self.run.sort_unstable();
                Merged {
                    file: None,
                    runs: vec![Run { left: 0, offset: 0, piece: self.run, next: 0 }],
                    heap: BinaryHeap::new(),
                }
            }
            true => {
                self.write_run()?;
                self.run = Vec::new();
                let file =
                    self.file.take().map(|file| file.into_inner().map_err(io::IntoInnerError::into_error)).transpose()?;
                let mut offset = 0;
                let runs = self.runs.iter().map(|length| {
                    let run = Run { left: *length, offset, piece: Vec::new(), next: 0 };
                    offset += (*length * BYTES) as u64;
                    run
                });
                Merged { runs: runs.collect(), file, heap: BinaryHeap::new() }
            }
        };
        let mut pairs = Pairs { merged, first: None, sorted: Vec::new() };
        pairs.merged.begin()?;
        Ok(pairs)
    }
}

/// A sorted run, of which a piece is in memory.
struct Run {
    /// Entries that are still in the file, from `offset` on.
    left: usize,
    offset: u64,
    piece: Vec<Entry>,
    next: usize,
}

/// All entries in order.
struct Merged {
    file: Option<File>,
    runs: Vec<Run>,
    heap: BinaryHeap<Reverse<(Entry, usize)>>,
}

impl Merged {
    fn begin(&mut self) -> io::Result<()> {
        (0..self.runs.len()).try_for_each(|run| self.push(run))
    }

    /// Puts the next entry of a run among those that are compared.
    fn push(&mut self, place: usize) -> io::Result<()> {
        let run = &mut self.runs[place];
        if run.next == run.piece.len()
            && run.left > 0
            && let Some(file) = &self.file
        {
            let entries = run.left.min(PIECE);
            let mut bytes = vec![0; entries * BYTES];
            file.read_exact_at(&mut bytes, run.offset)?;
            run.offset += bytes.len() as u64;
            run.left -= entries;
            run.next = 0;
            run.piece.clear();
            let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("a word has eight bytes"));
            run.piece.extend(
                bytes
                    .chunks_exact(BYTES)
                    .map(|entry| (Digest([word(&entry[..8]), word(&entry[8..16])]), word(&entry[16..]))),
            );
        }
        if let Some(entry) = run.piece.get(run.next) {
            self.heap.push(Reverse((*entry, place)));
            run.next += 1;
        }
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<Entry>> {
        let Some(Reverse((entry, run))) = self.heap.pop() else { return Ok(None) };
        self.push(run)?;
        Ok(Some(entry))
    }
}

/// Pairs of lines with one value.
pub(super) struct Pairs {
    merged: Merged,
    first: Option<Entry>,
    /// Pairs that are not handed out yet, the last one first: (later line, first line).
    sorted: Vec<(u64, u64)>,
}

impl Pairs {
    /// Returns the next pair: an earlier line, and a later one. Up to 65,536 pairs are in the order of the later line.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn next(&mut self) -> io::Result<Option<(u64, u64)>> {
        if self.sorted.is_empty() {
            while self.sorted.len() < SORTED
                && let Some((digest, line)) = self.merged.next()?
            {
                match self.first {
                    Some((known, first)) if known == digest => self.sorted.push((line, first)),
                    _ => self.first = Some((digest, line)),
                }
            }
            self.sorted.sort_unstable_by(|one, other| other.cmp(one));
        }
        Ok(self.sorted.pop().map(|(later, first)| (first, later)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(size: usize, values: &[u32]) -> Vec<(u64, u64)> {
        let digests = Digests::new();
        let mut distinct = Distinct::with_runs_of(size);
        for (line, value) in (1..).zip(values) {
            distinct.add(digests.of(value), line).unwrap();
        }
        let mut pairs = distinct.pairs().unwrap();
        std::iter::from_fn(|| pairs.next().unwrap()).collect()
    }

    #[test]
    fn every_second_line_of_a_value_is_found_with_the_first() {
        let values = [5, 6, 7, 5, 8, 6, 5];
        for size in [1, 2, 3, 7, 100] {
            assert_eq!(pairs(size, &values), [(1, 4), (2, 6), (1, 7)], "runs of {size}");
        }
        assert_eq!(pairs(2, &[]), []);
        assert_eq!(pairs(4, &[1, 2, 3, 4, 5, 6, 7, 8]), []);
    }

    #[test]
    fn runs_are_longer_than_what_is_read_of_them_at_once() {
        let many = u32::try_from(PIECE).unwrap() * 3;
        let values: Vec<u32> = (0..many).chain(0..many).collect();
        let found = pairs(PIECE * 2 + 1, &values);
        let expected: Vec<(u64, u64)> = (1..=u64::from(many)).map(|line| (line, line + u64::from(many))).collect();
        assert_eq!(found, expected);
    }
}

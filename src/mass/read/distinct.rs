//! Finds what stands twice among any number of rows, in bounded memory.
//!
//! Keys are hashed. A million hashes are sorted in memory; more go to temporary files as sorted runs of a million, which are merged at
//! the end. Hashes of 128 bits are equal for equal keys alone: among 125 million keys, the probability that two others agree is below
//! 10^-22.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use aws_lc_rs::digest::{SHA256, digest};

/// The most hashes in memory.
const RUN: usize = 1 << 20;

/// A key with its owner and its line; sorted, equal keys stand together in the order of their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: [u8; 16],
    line: u64,
    owner: u64,
}

impl Entry {
    const BYTES: usize = 32;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&self.hash);
        bytes[16..24].copy_from_slice(&self.line.to_le_bytes());
        bytes[24..].copy_from_slice(&self.owner.to_le_bytes());
        bytes
    }

    fn of_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let [hash, line, owner] = [[0, 8], [16, 24], [24, 32]];
        let number = |[from, through]: [usize; 2]| {
            let mut octets = [0; 8];
            octets.copy_from_slice(&bytes[from..through]);
            u64::from_le_bytes(octets)
        };
        let mut whole = [0; 16];
        whole.copy_from_slice(&bytes[hash[0]..16]);
        Self { hash: whole, line: number(line), owner: number(owner) }
    }
}

/// Two rows with the same key and different owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Twice {
    /// The line of the first of them.
    pub first: usize,
    /// The line of another one.
    pub line: usize,
}

/// Keys that must be distinct among owners.
#[derive(Default)]
pub(super) struct Distinct {
    run: Vec<Entry>,
    runs: Vec<File>,
}

impl Distinct {
    /// Adds the key of a row. One owner may have a key several times.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn add(&mut self, key: &[&[u8]], owner: usize, line: usize) -> io::Result<()> {
        let joined = key.join(&0xff);
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest(&SHA256, &joined).as_ref()[..16]);
        self.run.push(Entry { hash, line: line as u64, owner: owner as u64 });
        if self.run.len() == RUN {
            self.run.sort_unstable();
            let mut file = BufWriter::new(tempfile::tempfile()?);
            for entry in self.run.drain(..) {
                file.write_all(&entry.to_bytes())?;
            }
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            self.runs.push(file);
        }
        Ok(())
    }

    /// Passes the keys that stand twice to `found`, in no order of lines.
    ///
    /// # Errors
    /// If a temporary file cannot be read.
    pub fn finish(mut self, mut found: impl FnMut(Twice)) -> io::Result<()> {
        self.run.sort_unstable();
        let mut first: Option<Entry> = None;
        let mut next = |entry: Entry| match first {
            Some(first) if first.hash == entry.hash => {
                if first.owner != entry.owner {
                    found(Twice { first: line(first), line: line(entry) });
                }
            }
            _ => first = Some(entry),
        };
        let mut runs: Vec<Run> = self.runs.into_iter().map(|file| Run::File(BufReader::new(file))).collect();
        runs.push(Run::Memory(self.run.into_iter()));
        let mut heads = BinaryHeap::new();
        for (place, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|entry| Reverse((entry, place))));
        }
        while let Some(Reverse((entry, place))) = heads.pop() {
            next(entry);
            heads.extend(runs[place].next()?.map(|entry| Reverse((entry, place))));
        }
        Ok(())
    }
}

fn line(entry: Entry) -> usize {
    usize::try_from(entry.line).unwrap_or(usize::MAX)
}

/// Sorted entries.
enum Run {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Entry>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        match self {
            Self::Memory(entries) => Ok(entries.next()),
            Self::File(file) => {
                let mut bytes = [0; Entry::BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Entry::of_bytes(&bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice(distinct: Distinct) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        distinct.finish(|twice| found.push((twice.first, twice.line))).unwrap();
        found.sort_unstable();
        found
    }

    #[test]
    fn keys_of_two_owners_are_found_with_both_lines() {
        let mut distinct = Distinct::default();
        for (key, owner, line) in [("a", 1, 2), ("b", 1, 3), ("a", 1, 4), ("b", 2, 5), ("c", 3, 6), ("b", 4, 7)] {
            distinct.add(&[key.as_bytes()], owner, line).unwrap();
        }
        assert_eq!(twice(distinct), [(3, 5), (3, 7)]);
    }

    #[test]
    fn parts_of_a_key_stay_apart() {
        let mut distinct = Distinct::default();
        distinct.add(&[b"ab", b"c"], 1, 2).unwrap();
        distinct.add(&[b"a", b"bc"], 2, 3).unwrap();
        assert_eq!(twice(distinct), []);
    }

    #[test]
    fn keys_are_compared_across_files_and_memory() {
        let mut distinct = Distinct::default();
        let most = 2 * RUN + 10;
        for number in 0..most {
            distinct.add(&[&number.to_le_bytes()], number, number + 1).unwrap();
        }
        for (number, line) in [(5, most + 1), (RUN + 5, most + 2)] {
            distinct.add(&[&number.to_le_bytes()], most, line).unwrap();
        }
        assert_eq!(distinct.runs.len(), 2);
        assert_eq!(twice(distinct), [(6, most + 1), (RUN + 6, most + 2)]);
    }
}

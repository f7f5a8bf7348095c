//! Brings entries in the order of their registration, and writes a file for each month; memory stays bounded, whatever their number.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::Offset;
use tempfile::TempDir;

use crate::language::Japanese;

use super::order::Due;

/// The most bytes of entries in memory.
const IN_MEMORY: usize = 64 << 20;

/// The most parts that are merged at once.
const PARTS: usize = 500;

/// Entries that are being collected, in a temporary directory beside the one that they become.
pub struct Sorted {
    out: PathBuf,
    temporary: TempDir,
    entries: Vec<Due>,
    bytes: usize,
    parts: Vec<PathBuf>,
    made: usize,
    in_memory: usize,
}

/// The reason why nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum SortError {
    /// There is something already.
    #[error("{0} is there already and is not an empty directory: name another one, or remove it")]
    Taken(PathBuf),
    /// A file cannot be written or read.
    #[error("cannot write below {path}: {error}")]
    Write {
        /// The directory.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

impl Japanese for SortError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Taken(path) => {
                let path = path.display();
                format!("{path}はすでにあり、空のディレクトリーではありません。別の名前を指定するか、取り除いてください")
                    .into()
            }
            Self::Write { path, error } => format!("{}の下に書き込めません: {}", path.display(), error.japanese()).into(),
        }
    }
}

impl Sorted {
    /// Begins the directory `out`, which must not exist or be empty; its parent must exist.
    ///
    /// # Errors
    /// See [`SortError`].
    pub fn begin(out: &Path) -> Result<Self, SortError> {
        Self::with(out, IN_MEMORY)
    }

    fn with(out: &Path, in_memory: usize) -> Result<Self, SortError> {
        match fs::read_dir(out).map(|mut entries| entries.next().is_none()) {
            Ok(true) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() != io::ErrorKind::NotADirectory => {
                return Err(SortError::Write { path: out.to_owned(), error });
            }
            _ => return Err(SortError::Taken(out.to_owned())),
        }
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let temporary =
            tempfile::Builder::new().prefix(".live-").permissions(Permissions::from_mode(0o755)).tempdir_in(parent);
        let temporary = temporary.map_err(|error| SortError::Write { path: parent.to_owned(), error })?;
        fs::create_dir(temporary.path().join("months"))
            .map_err(|error| SortError::Write { path: temporary.path().to_owned(), error })?;
        Ok(Self { out: out.to_owned(), temporary, entries: Vec::new(), bytes: 0, parts: Vec::new(), made: 0, in_memory })
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// If the disk cannot take it.
    pub fn add(&mut self, due: Due) -> Result<(), SortError> {
        self.bytes += due.line.len() + 120;
        self.entries.push(due);
        if self.bytes < self.in_memory {
            return Ok(());
        }
        self.write_part().map_err(|error| SortError::Write { path: self.out.clone(), error })
    }

    /// Writes what is in memory, in order; merges parts if there are many.
    fn write_part(&mut self) -> io::Result<()> {
        self.entries.sort_unstable();
        let path = self.next_part();
        let mut file = BufWriter::new(File::create(&path)?);
        for due in self.entries.drain(..) {
            writeln!(file, "{}", keyed(&due))?;
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.bytes = 0;
        self.parts.push(path);
        if self.parts.len() < PARTS {
            return Ok(());
        }
        let path = self.next_part();
        let mut file = BufWriter::new(File::create(&path)?);
        merge(&self.parts, |line| writeln!(file, "{line}"))?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        for part in std::mem::replace(&mut self.parts, vec![path]) {
            fs::remove_file(part)?;
        }
        Ok(())
    }

    fn next_part(&mut self) -> PathBuf {
        self.made += 1;
        self.temporary.path().join(format!("part-{}", self.made))
    }

    /// Writes a file for each month, `2026-12.jsonl`, and gives the directory its name; returns the number of entries.
    ///
    /// # Errors
    /// See [`SortError`]; then nothing is left behind.
    pub fn finish(mut self) -> Result<u64, SortError> {
        let out = self.out.clone();
        self.write_months().map_err(|error| SortError::Write { path: out, error })
    }

    fn write_months(&mut self) -> io::Result<u64> {
        self.write_part()?;
        let months = self.temporary.path().join("months");
        let mut current: Option<(String, BufWriter<File>)> = None;
        let mut entries = 0;
        merge(&self.parts, |line| {
            let (key, entry) = line.split_once('\t').ok_or(io::ErrorKind::InvalidData)?;
            let at: i64 = key.get(..12).and_then(|seconds| seconds.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
            let day = Offset::constant(9).to_datetime(Timestamp::from_second(at).map_err(io::Error::other)?).date();
            let month = format!("{:04}-{:02}", day.year(), day.month());
            let file = match &mut current {
                Some((name, file)) if *name == month => file,
                _ => {
                    let file = BufWriter::new(File::create(months.join(format!("{month}.jsonl")))?);
                    if let Some((_, mut before)) = current.replace((month, file)) {
                        before.flush()?;
                    }
                    let (_, file) = current.as_mut().ok_or(io::ErrorKind::Other)?;
                    file
                }
            };
            entries += 1;
            writeln!(file, "{entry}")
        })?;
        if let Some((_, file)) = current {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        // An empty directory gives way to the new one; anything that came in meanwhile makes this fail.
        fs::rename(&months, &self.out)?;
        Ok(entries)
    }
}

/// Writes an entry after its key, so that lines sort as entries do.
fn keyed(due: &Due) -> String {
    format!("{:012} {:>8} {:08} {:06}\t{}", due.at, due.insurer, due.household, due.number, due.line)
}

/// Hands on the lines of sorted files in order.
fn merge(parts: &[PathBuf], mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut sources = Vec::with_capacity(parts.len());
    for part in parts {
        sources.push(BufReader::new(File::open(part)?).lines());
    }
    let mut heads = BinaryHeap::new();
    for (place, source) in sources.iter_mut().enumerate() {
        if let Some(line) = source.next() {
            heads.push(Reverse((line?, place)));
        }
    }
    while let Some(Reverse((line, place))) = heads.pop() {
        take(&line)?;
        if let Some(next) = sources[place].next() {
            heads.push(Reverse((next?, place)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(at: &str, insurer: &str, household: u64, number: u32) -> Due {
        let line = format!("{{\"id\":\"{household}-{number}\"}}");
        Due { at: at.parse::<Timestamp>().unwrap().as_second(), insurer: insurer.to_owned(), household, number, line }
    }

    #[test]
    fn entries_are_written_by_month_in_order_however_little_fits_in_memory() {
        let root = tempfile::tempdir().unwrap();
        for in_memory in [1, 300, IN_MEMORY] {
            let out = root.path().join(format!("live-{in_memory}"));
            let mut sorted = Sorted::with(&out, in_memory).unwrap();
            for entry in [
                due("2027-01-01T10:00:00+09:00", "01139013", 1, 3),
                due("2026-12-31T23:59:59+09:00", "01139013", 2, 1),
                due("2026-12-05T10:00:00+09:00", "138057", 2, 10),
                due("2026-12-05T10:00:00+09:00", "138057", 2, 9),
                due("2027-01-01T00:00:00+09:00", "01139013", 9, 1),
            ] {
                sorted.add(entry).unwrap();
            }
            assert_eq!(sorted.finish().unwrap(), 5);
            let read = |month: &str| fs::read_to_string(out.join(month)).unwrap();
            assert_eq!(read("2026-12.jsonl"), "{\"id\":\"2-9\"}\n{\"id\":\"2-10\"}\n{\"id\":\"2-1\"}\n");
            assert_eq!(read("2027-01.jsonl"), "{\"id\":\"9-1\"}\n{\"id\":\"1-3\"}\n");
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3);
        assert!(matches!(Sorted::begin(&root.path().join("live-1")), Err(SortError::Taken(_))));
    }
}

//! Writes a directory of the mass format: in a temporary directory beside it, which takes its name once everything is written.

use std::borrow::Cow;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::language::Japanese;

use super::kind::Kind;
use super::manifest::{Manifest, Origin};
use super::read::MANIFEST;
use super::rows::Rows;

/// A directory that is being written. If it is dropped before [`Draft::finish`], nothing of it stays.
pub struct Draft {
    out: PathBuf,
    temporary: TempDir,
    files: [BufWriter<File>; Kind::COUNT],
    /// The number of rows in each file.
    rows: [u64; Kind::COUNT],
}

/// The reason why a directory is not written.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is something already.
    #[error("{0} is there already and is not an empty directory: name another one, or remove it")]
    Taken(PathBuf),
    /// A file or directory cannot be written.
    #[error("cannot write {path}: {error}")]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

impl Japanese for DraftError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Taken(path) => {
                let path = path.display();
                format!("{path}はすでにあり、空のディレクトリーではありません。別の名前を指定するか、取り除いてください")
                    .into()
            }
            Self::Write { path, error } => format!("{}に書き込めません: {}", path.display(), error.japanese()).into(),
        }
    }
}

impl DraftError {
    fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Write { path: path.to_owned(), error }
    }
}

impl Draft {
    /// Begins the directory `out`, which must not exist or be empty. Its parent must exist.
    ///
    /// # Errors
    /// See [`DraftError`]; then nothing has changed.
    pub fn begin(out: &Path) -> Result<Self, DraftError> {
        match fs::read_dir(out) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(DraftError::Taken(out.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(DraftError::Taken(out.to_owned())),
            Err(error) => return Err(DraftError::of(out)(error)),
        }
        let parent = parent(out);
        // Readable by others, as a directory that the user makes is.
        let temporary = tempfile::Builder::new()
            .prefix(".population-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir_in(parent)
            .map_err(DraftError::of(parent))?;
        let open = |kind: Kind| {
            let path = temporary.path().join(kind.file());
            let file = File::create(&path).map_err(DraftError::of(&path))?;
            let mut file = BufWriter::with_capacity(1 << 18, file);
            writeln!(file, "{}", kind.columns().join(",")).map_err(DraftError::of(&path))?;
            Ok(file)
        };
        let mut files = Vec::with_capacity(Kind::COUNT);
        for kind in Kind::ALL {
            files.push(open(kind)?);
        }
        let files = files.try_into().unwrap_or_else(|_| unreachable!("there is one file for each kind"));
        Ok(Self { out: out.to_owned(), temporary, files, rows: [0; Kind::COUNT] })
    }

    /// Appends rows to all files.
    ///
    /// # Errors
    /// If a file cannot be written, for example because the disk is full.
    pub fn append(&mut self, rows: &Rows) -> Result<(), DraftError> {
        for ((kind, file), number) in Kind::ALL.into_iter().zip(&mut self.files).zip(&mut self.rows) {
            file.write_all(rows.of(kind)).map_err(DraftError::of(&self.out.join(kind.file())))?;
            *number += rows.number(kind);
        }
        Ok(())
    }

    /// Writes `population.toml`, and gives the directory its name.
    ///
    /// # Errors
    /// If something cannot be written; then nothing of the directory stays.
    pub fn finish(self, origin: Option<Origin>) -> Result<(), DraftError> {
        let Self { out, temporary, files, rows } = self;
        let manifest = Manifest { origin, rows: Some(rows) };
        for (kind, file) in Kind::ALL.into_iter().zip(files) {
            let path = out.join(kind.file());
            let file = file.into_inner().map_err(|error| DraftError::of(&path)(error.into_error()))?;
            file.sync_all().map_err(DraftError::of(&path))?;
        }
        fs::write(temporary.path().join(MANIFEST), manifest.to_string()).map_err(DraftError::of(&out))?;
        // An empty directory gives way to the new one; anything that came in meanwhile makes this fail.
        fs::rename(temporary.path(), &out).map_err(DraftError::of(&out))?;
        // The temporary name is gone; nothing is left to remove.
        let _ = temporary.keep();
        Ok(())
    }
}

/// Returns the directory that holds `out`.
fn parent(out: &Path) -> &Path {
    match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn origin() -> Option<Origin> {
        Some(Origin { seed: 7, people: 0, as_of: date(2026, 12, 1), profile: "00".to_owned() })
    }

    #[test]
    fn a_directory_appears_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("town");
        let names = || fs::read_dir(root.path()).unwrap().count();
        drop(Draft::begin(&out).unwrap());
        assert_eq!(names(), 0);
        let mut draft = Draft::begin(&out).unwrap();
        draft.append(&Rows::default()).unwrap();
        draft.finish(origin()).unwrap();
        assert_eq!(names(), 1);
        let people = fs::read_to_string(out.join("people.csv")).unwrap();
        assert_eq!(people, "person,about,address_withheld,self_information_blocked,died_on\n");
        let described = fs::read_to_string(out.join("population.toml")).unwrap();
        assert!(described.contains("\nformat = 1\nseed = 7\npeople = 0\nas_of = 2026-12-01\n"), "{described}");
        assert!(described.contains("\n[rows]\ninsurers = 0\npeople = 0\n"), "{described}");
    }

    #[test]
    fn nothing_is_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        Draft::begin(&empty).unwrap().finish(origin()).unwrap();
        assert!(matches!(Draft::begin(&empty), Err(DraftError::Taken(_))));
        let file = root.path().join("file");
        fs::write(&file, "kept").unwrap();
        assert!(matches!(Draft::begin(&file), Err(DraftError::Taken(_))));
        assert_eq!(fs::read_to_string(file).unwrap(), "kept");
    }
}

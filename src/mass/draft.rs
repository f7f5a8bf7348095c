//! Writes a directory of the mass format: in a temporary directory beside it, which takes its name once everything is written.

use std::borrow::Cow;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::language::Japanese;

use super::kind::Kind;
use super::manifest::{FILE, Manifest};
use super::output::{Output, Packing};
use super::rows::Rows;

/// A directory that is being written. If it is dropped before [`Draft::finish`], nothing of it stays.
pub struct Draft {
    out: PathBuf,
    temporary: TempDir,
    files: Vec<DraftFile>,
}

struct DraftFile {
    kind: Kind,
    /// Its path once the directory has its name.
    path: PathBuf,
    output: Output,
    rows: u64,
}

/// The reason why a directory is not written.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is something already.
    #[error("{0} is there already and is not an empty directory: name another one, or remove it")]
    Taken(PathBuf),
    /// Files are to be compressed, but the program cannot do it.
    #[error("this program was built without zstd, so it writes no compressed files: build with `--features zstd`")]
    NoZstd,
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
            Self::NoZstd => {
                "このプログラムはzstdなしでビルドされており、圧縮ファイルを書けません。`--features zstd`を付けてビルドしてください"
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
    /// Begins the directory `out`, which must not exist or be empty, with the files of these kinds. Its parent must exist.
    ///
    /// # Errors
    /// See [`DraftError`]; then nothing has changed.
    pub fn begin(out: &Path, kinds: &[Kind], packing: Packing) -> Result<Self, DraftError> {
        if !packing.is_possible() {
            return Err(DraftError::NoZstd);
        }
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
        let mut files = Vec::with_capacity(kinds.len());
        for kind in kinds.iter().copied() {
            let name = packing.file(kind);
            let path = temporary.path().join(&name);
            let mut output = Output::create(&path, packing).map_err(DraftError::of(&path))?;
            writeln!(output, "{}", kind.columns().join(",")).map_err(DraftError::of(&path))?;
            files.push(DraftFile { kind, path: out.join(name), output, rows: 0 });
        }
        Ok(Self { out: out.to_owned(), temporary, files })
    }

    /// Appends rows to all files. Rows of a kind that the directory does not have must not be among them.
    ///
    /// # Errors
    /// If a file cannot be written, for example because the disk is full.
    pub fn append(&mut self, rows: &Rows) -> Result<(), DraftError> {
        for file in &mut self.files {
            file.output.write_all(rows.of(file.kind)).map_err(DraftError::of(&file.path))?;
            file.rows += rows.number(file.kind);
        }
        Ok(())
    }

    /// Writes `population.toml`, and gives the directory its name.
    ///
    /// # Errors
    /// If something cannot be written; then nothing of the directory stays.
    pub fn finish(self, manifest: &Manifest) -> Result<(), DraftError> {
        self.finish_if(manifest, |_| Ok(()))
    }

    /// Writes `population.toml` with the number of rows of each file, lets `check` look at the directory under its temporary name, and gives it its name.
    ///
    /// # Errors
    /// If something cannot be written, and those of `check`; then nothing of the directory stays.
    pub fn finish_if<E: From<DraftError>>(
        self,
        manifest: &Manifest,
        check: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { out, temporary, files } = self;
        let manifest = Manifest { rows: files.iter().map(|file| (file.kind, file.rows)).collect(), ..manifest.clone() };
        for DraftFile { path, output, .. } in files {
            let written = output.finish().and_then(|file| file.sync_all());
            written.map_err(DraftError::of(&path))?;
        }
        fs::write(temporary.path().join(FILE), manifest.to_string()).map_err(DraftError::of(&out))?;
        check(temporary.path())?;
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
    use crate::mass::manifest::MadeFrom;

    fn manifest() -> Manifest {
        let made = MadeFrom { seed: 7, as_of: date(2026, 12, 1), profile: "00".to_owned() };
        Manifest { people: 0, made: Some(made), rows: Vec::new() }
    }

    fn begin(out: &Path) -> Result<Draft, DraftError> {
        Draft::begin(out, &Kind::GENERATED, Packing::Plain)
    }

    #[test]
    fn a_directory_appears_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("town");
        let names = || fs::read_dir(root.path()).unwrap().count();
        drop(begin(&out).unwrap());
        assert_eq!(names(), 0);
        let mut draft = begin(&out).unwrap();
        draft.append(&Rows::default()).unwrap();
        draft.finish(&manifest()).unwrap();
        assert_eq!(names(), 1);
        let people = fs::read_to_string(out.join("people.csv")).unwrap();
        assert_eq!(people, "person,about,address_withheld,self_information_blocked,died_on\n");
        let described = fs::read_to_string(out.join("population.toml")).unwrap();
        assert!(described.contains("\nformat = 1\nseed = 7\npeople = 0\nas_of = 2026-12-01\n"), "{described}");
    }

    #[test]
    fn nothing_is_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        begin(&empty).unwrap().finish(&manifest()).unwrap();
        assert!(matches!(begin(&empty), Err(DraftError::Taken(_))));
        let file = root.path().join("file");
        fs::write(&file, "kept").unwrap();
        assert!(matches!(begin(&file), Err(DraftError::Taken(_))));
        assert_eq!(fs::read_to_string(file).unwrap(), "kept");
    }
}

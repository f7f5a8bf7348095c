//! Opens the file of a kind, plain or compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::fixtures::FixtureFault;
use crate::language::{Bilingual, Japanese};
use crate::mass::kind::Kind;

/// The bytes of a file, decompressed.
pub(super) type Input = Box<dyn BufRead + Send>;

/// Finds the CSV files of a directory, plain or compressed, that are of no kind, in order of their names.
pub(super) fn strangers(directory: &Path) -> Vec<PathBuf> {
    // A directory that cannot be listed has been told of by its files.
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let is_stranger = |name: &str| {
        let plain = name.strip_suffix(".zst").unwrap_or(name);
        plain.ends_with(".csv") && !Kind::ALL.iter().any(|kind| kind.file() == plain)
    };
    let strangers = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_stranger));
    let mut paths: Vec<PathBuf> = strangers.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Finds the file of a kind; None if there is none.
///
/// # Errors
/// If there are two, a plain and a compressed one, or it is no file.
pub(super) fn find(directory: &Path, kind: Kind) -> Result<Option<PathBuf>, FixtureFault> {
    let plain = directory.join(kind.file());
    let compressed = directory.join(format!("{}.zst", kind.file()));
    let path = match (plain.exists(), compressed.exists()) {
        (false, false) => return Ok(None),
        (true, true) => {
            let name = kind.file();
            let english = format!("{name} is there too: keep one of the two files");
            return Err(FixtureFault::of_file(
                &compressed,
                (english, format!("{name}もあります。片方だけを残してください")),
            ));
        }
        (true, false) => plain,
        (false, true) => compressed,
    };
    if !path.is_file() {
        return Err(FixtureFault::of_file(&path, ("is no file", "ファイルではありません")));
    }
    Ok(Some(path))
}

/// Opens a file.
///
/// # Errors
/// If it cannot be opened, or is compressed and this program cannot decompress.
pub(super) fn open(path: &Path) -> Result<Input, FixtureFault> {
    let file = File::open(path).map_err(|error| FixtureFault::of_file(path, error))?;
    if path.extension().is_some_and(|extension| extension == "zst") {
        return decompressed(file).map_err(|reason| FixtureFault::of_file(path, reason));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// The largest window of compressed data that is read, as a power of two: 8 MiB, which every level of zstd but --ultra and --long
/// keeps to.
#[cfg(feature = "zstd")]
const WINDOW: u32 = 23;

#[cfg(feature = "zstd")]
fn decompressed(file: File) -> Result<Input, Bilingual> {
    let decoder = zstd::Decoder::new(file).and_then(|mut decoder| {
        decoder.window_log_max(WINDOW)?;
        Ok(decoder)
    });
    Ok(Box::new(BufReader::with_capacity(1 << 16, decoder.map_err(Bilingual::from)?)))
}

#[cfg(not(feature = "zstd"))]
fn decompressed(_: File) -> Result<Input, Bilingual> {
    Err((
        "this program was built without zstd: decompress the file with `zstd -d --rm`, or build with `--features zstd`",
        "このプログラムはzstdなしでビルドされています。`zstd -d --rm`で展開するか、`--features zstd`を付けてビルドしてください",
    )
        .into())
}

/// Words an error while a file is read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Bilingual {
    if path.extension().is_none_or(|extension| extension != "zst") {
        return (error.to_string(), error.japanese()).into();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => (
            "the compressed file is cut off here: make or copy it again",
            "圧縮ファイルがここで途切れています。作り直すか、コピーし直してください",
        )
            .into(),
        _ => (
            format!("cannot be decompressed from here on: {error}; it must be zstd with a window of at most 8 MiB"),
            format!("ここから先を展開できません: {error}。zstd形式で、ウィンドウは8 MiBまでです"),
        )
            .into(),
    }
}

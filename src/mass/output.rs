//! Writes one file of a directory, plain or compressed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::kind::Kind;

/// Whether files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// They are not.
    Plain,
    /// Each becomes a `.zst`. The same rows make the same bytes.
    Zstd,
}

impl Packing {
    /// Returns whether this program can write such files.
    pub(super) fn is_possible(self) -> bool {
        self == Self::Plain || cfg!(feature = "zstd")
    }

    /// Returns the name of the file of a kind.
    pub(super) fn file(self, kind: Kind) -> String {
        match self {
            Self::Plain => kind.file().to_owned(),
            Self::Zstd => format!("{}.zst", kind.file()),
        }
    }
}

/// The level of compression: the usual one of zstd.
#[cfg(feature = "zstd")]
const LEVEL: i32 = 3;

/// The bytes that are written at once.
const BUFFER: usize = 1 << 18;

/// A file that is being written.
pub(super) enum Output {
    Plain(BufWriter<File>),
    #[cfg(feature = "zstd")]
    Zstd(BufWriter<zstd::Encoder<'static, File>>),
}

impl Output {
    pub fn create(path: &Path, packing: Packing) -> io::Result<Self> {
        let file = File::create(path)?;
        match packing {
            Packing::Plain => Ok(Self::Plain(BufWriter::with_capacity(BUFFER, file))),
            #[cfg(feature = "zstd")]
            Packing::Zstd => {
                let mut encoder = zstd::Encoder::new(file, LEVEL)?;
                encoder.include_checksum(true)?;
                Ok(Self::Zstd(BufWriter::with_capacity(BUFFER, encoder)))
            }
            #[cfg(not(feature = "zstd"))]
            Packing::Zstd => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Writes what is left in memory.
    pub fn finish(self) -> io::Result<File> {
        match self {
            Self::Plain(file) => file.into_inner().map_err(io::IntoInnerError::into_error),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.into_inner().map_err(io::IntoInnerError::into_error)?.finish(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

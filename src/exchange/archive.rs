//! A ZIP that is written piece by piece.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// A ZIP with one file, written piece by piece.
pub(super) struct Archive {
    writer: ZipWriter<StreamWriter<Sink>>,
    sink: Sink,
}

/// What was written and not yet taken.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Archive {
    /// An archive that will hold a file of this name. The time in it is always the same, so that the same content gives the same
    /// bytes.
    pub fn new(name: &str) -> io::Result<Self> {
        let sink = Sink::default();
        let mut writer = ZipWriter::new_stream(sink.clone());
        writer.start_file(name, SimpleFileOptions::default())?;
        Ok(Self { writer, sink })
    }

    /// Adds to the file; gives what of the archive has become ready by it.
    pub fn write(&mut self, content: &[u8]) -> io::Result<Vec<u8>> {
        self.writer.write_all(content)?;
        Ok(self.sink.take())
    }

    /// The rest of the archive.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.writer.finish()?;
        Ok(self.sink.take())
    }
}

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

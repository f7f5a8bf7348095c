//! Writes a ZIP chunk by chunk.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// A ZIP with one file, written chunk by chunk.
pub(super) struct Archive {
    writer: ZipWriter<StreamWriter<Sink>>,
    sink: Sink,
}

/// The bytes written and not yet taken.
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
    /// Starts an archive with one file of this name. Its timestamp is fixed, so that the same content yields the same bytes.
    pub fn new(name: &str) -> io::Result<Self> {
        let sink = Sink::default();
        let mut writer = ZipWriter::new_stream(sink.clone());
        writer.start_file(name, SimpleFileOptions::default())?;
        Ok(Self { writer, sink })
    }

    /// Adds to the file. Returns the bytes of the archive that are ready.
    pub fn write(&mut self, content: &[u8]) -> io::Result<Vec<u8>> {
        self.writer.write_all(content)?;
        Ok(self.sink.take())
    }

    /// Finishes the archive and returns its remaining bytes.
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

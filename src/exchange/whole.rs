//! The result of a finished file, before any of it is read.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::domain::{AnswerCharset, Batch};
use crate::query::BulkFetch;
use crate::wire::Format;
use crate::wire::message::{Processed, unit};

/// A whole result.
pub(super) struct Whole {
    pub source: BulkFetch,
    pub batch: Batch,
    pub processed: Processed,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// The name of the file in the archive; None if the result is not packed.
    pub zipped: Option<String>,
    /// Bounds slices converted at once to another format, form or character set.
    pub shaping: Arc<Semaphore>,
}

impl Whole {
    /// Returns whether units leave in their stored format and form; the character set may differ.
    pub fn has_kept_shape(&self) -> bool {
        let (batch, wanted) = (&self.batch, self.processed);
        batch.format == wanted.format && unit::is_kept_in(batch.kind, wanted.form.disease_list)
    }

    /// Returns whether units leave byte for byte as they are stored, one after the other.
    pub fn is_as_kept(&self) -> bool {
        self.has_kept_shape() && self.processed.answer_charset() == AnswerCharset::Utf8
    }

    /// Returns the size in bytes of a result that leaves as it is stored.
    pub fn size(&self) -> usize {
        let commas = match self.batch.format {
            Format::Xml => 0,
            Format::Json => usize::try_from(self.batch.slices).unwrap_or_default().saturating_sub(1),
        };
        self.before.len() + units_bytes(&self.batch) + commas + self.after.len()
    }

    /// Returns a strong validator: a finished file never changes, so that results with the same tag are the same bytes.
    pub fn tag(&self) -> String {
        let mut hash = Context::new(&SHA256);
        hash.update(&self.batch.id.to_be_bytes());
        hash.update(&self.batch.result_bytes.to_be_bytes());
        hash.update(&self.batch.finished_at.map_or(0, Timestamp::as_nanosecond).to_be_bytes());
        hash.update(&self.before);
        hash.update(&self.after);
        format!("\"{}\"", HEXLOWER.encode(&hash.finish().as_ref()[..16]))
    }
}

/// Returns the size of all units of a result as stored, in bytes.
pub(super) fn units_bytes(batch: &Batch) -> usize {
    usize::try_from(batch.result_bytes).unwrap_or(usize::MAX)
}

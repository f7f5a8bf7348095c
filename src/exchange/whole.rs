//! The result of a file that is done, before any of it is read.

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
    /// The name of the file in an archive; none when the result comes as it is.
    pub zipped: Option<String>,
    /// Turns for bringing pieces into another format, form or character set.
    pub shaping: Arc<Semaphore>,
}

impl Whole {
    /// Whether units go out as they are kept, but for the character set.
    pub fn has_kept_shape(&self) -> bool {
        let (batch, wanted) = (&self.batch, self.processed);
        batch.format == wanted.format && unit::is_kept_in(batch.kind, wanted.form.disease_list)
    }

    /// Whether units go out to the byte as they are kept, one after the other.
    pub fn is_as_kept(&self) -> bool {
        self.has_kept_shape() && self.processed.answer_charset() == AnswerCharset::Utf8
    }

    /// The size of a result that goes out as it was kept, in bytes.
    pub fn size(&self) -> usize {
        let commas = match self.batch.format {
            Format::Xml => 0,
            Format::Json => usize::try_from(self.batch.slices).unwrap_or_default().saturating_sub(1),
        };
        self.before.len() + units_bytes(&self.batch) + commas + self.after.len()
    }

    /// A strong validator: a file that is done changes no more, so that results with the same one are the same bytes.
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

/// The size of all units of a result as they are kept, in bytes.
pub(super) fn units_bytes(batch: &Batch) -> usize {
    usize::try_from(batch.result_bytes).unwrap_or(usize::MAX)
}

//! Sends a result chunk by chunk.

use std::io;
use std::ops::Range;

use crate::wire::message::unit;
use crate::wire::{Format, encode};

use super::archive::Archive;
use super::fetches::Fetching;
use super::whole::Whole;

/// The remaining chunks of a result that is being sent.
pub struct Chunks {
    result: Whole,
    archive: Option<Box<Archive>>,
    step: Step,
    /// The number of next bytes to skip, and the number of bytes to send after them.
    skip: usize,
    left: usize,
    /// Dropping this frees its places.
    _place: Fetching,
}

/// The next step.
#[derive(Clone, Copy)]
enum Step {
    Before,
    Units(i32),
    Comma(i32),
    After,
    Rest,
    End,
}

impl Chunks {
    /// Starts sending a whole result.
    pub(super) fn of(result: Whole, place: Fetching) -> io::Result<Self> {
        let archive = result.zipped.as_deref().map(Archive::new).transpose()?.map(Box::new);
        Ok(Self { result, archive, step: Step::Before, skip: 0, left: usize::MAX, _place: place })
    }

    /// Starts sending a part of a result that leaves as it is stored. Slices before the part are not read.
    pub(super) fn part(result: Whole, sizes: &[usize], part: Range<usize>, place: Fetching) -> io::Result<Self> {
        let mut chunks = Self { skip: part.start, left: part.len(), ..Self::of(result, place)? };
        while !matches!(chunks.step, Step::Rest | Step::End) {
            let length = chunks.length(chunks.step, sizes);
            if chunks.skip < length {
                break;
            }
            chunks.skip -= length;
            chunks.step = chunks.following(chunks.step);
        }
        Ok(chunks)
    }

    /// Returns the next bytes; None at the end. Makes them only when called.
    ///
    /// # Errors
    /// If the next bytes cannot be read or made. The client sees an aborted transfer, and can fetch again.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        while self.left > 0 {
            let step = self.step;
            self.step = self.following(step);
            let chunk = match step {
                Step::Before => std::mem::take(&mut self.result.before),
                Step::Units(place) => self.units(place).await?,
                Step::Comma(_) => b",".to_vec(),
                Step::After => std::mem::take(&mut self.result.after),
                Step::Rest => {
                    // Only the directory of the archive is left.
                    let rest = self.archive.take().map(|archive| archive.finish()).transpose()?;
                    return Ok(rest.filter(|rest| !rest.is_empty()));
                }
                Step::End => return Ok(None),
            };
            let mut ready = self.packed(chunk).await?;
            ready.drain(..self.skip.min(ready.len()));
            ready.truncate(self.left);
            self.skip = 0;
            self.left -= ready.len();
            if !ready.is_empty() {
                return Ok(Some(ready));
            }
        }
        Ok(None)
    }

    fn following(&self, step: Step) -> Step {
        match step {
            Step::Before => self.units_or_after(0),
            Step::Units(place) => {
                let next = self.units_or_after(place + 1);
                let separate = self.result.processed.format == Format::Json && matches!(next, Step::Units(_));
                if separate { Step::Comma(place + 1) } else { next }
            }
            Step::Comma(place) => Step::Units(place),
            Step::After => Step::Rest,
            Step::Rest | Step::End => Step::End,
        }
    }

    /// Returns the length of a step in bytes, if units leave as they are stored.
    fn length(&self, step: Step, sizes: &[usize]) -> usize {
        match step {
            Step::Before => self.result.before.len(),
            Step::Units(place) => {
                usize::try_from(place).ok().and_then(|place| sizes.get(place)).copied().unwrap_or_default()
            }
            Step::Comma(_) => 1,
            Step::After => self.result.after.len(),
            Step::Rest | Step::End => 0,
        }
    }

    fn units_or_after(&self, place: i32) -> Step {
        if place < self.result.batch.slices { Step::Units(place) } else { Step::After }
    }

    /// Returns the units of a slice in the form in which they leave.
    async fn units(&self, place: i32) -> io::Result<Vec<u8>> {
        let result = &self.result;
        let units = result.source.units(&result.batch, place).await.map_err(io::Error::other)?;
        let (kind, from, to) = (result.batch.kind, result.batch.format, result.processed.format);
        let (charset, form) = (result.processed.answer_charset(), result.processed.form.disease_list);
        let has_kept_shape = result.has_kept_shape();
        let shaped = move || {
            let units = if has_kept_shape { Some(units) } else { unit::convert(kind, &units, from, to, form) };
            units.map(|units| encode(units, charset))
        };
        // Units in stored form leave at once. Others are converted on a blocking thread, so that other requests are not
        // delayed.
        let units = if result.is_as_kept() {
            shaped()
        } else {
            // Waits for a turn, because converting a slice takes many times its size in memory.
            let turn = result.shaping.clone().acquire_owned().await.map_err(io::Error::other)?;
            let shaping = tokio::task::spawn_blocking(move || {
                let shaped = shaped();
                drop(turn);
                shaped
            });
            shaping.await.map_err(io::Error::other)?
        };
        units.ok_or_else(|| io::Error::other("a kept result is not readable"))
    }

    /// Returns the bytes of a chunk that are ready to leave: the chunk itself, or the bytes of the archive that it completes.
    async fn packed(&mut self, chunk: Vec<u8>) -> io::Result<Vec<u8>> {
        let Some(mut archive) = self.archive.take() else { return Ok(chunk) };
        let packing = tokio::task::spawn_blocking(move || archive.write(&chunk).map(|ready| (archive, ready)));
        let (archive, ready) = packing.await.map_err(io::Error::other)??;
        self.archive = Some(archive);
        Ok(ready)
    }
}

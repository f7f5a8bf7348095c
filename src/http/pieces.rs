//! A whole result, piece by piece.

use std::io;

use crate::domain::AnswerCharset;
use crate::wire::message::unit;
use crate::wire::{Format, encode};

use super::archive::Archive;
use super::bulk_fetch::Whole;

/// What is left of a result that goes out.
pub(super) struct Pieces {
    result: Whole,
    archive: Option<Archive>,
    step: Step,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Step {
    Before,
    Units(i32),
    Comma(i32),
    After,
    Rest,
    End,
}

impl Pieces {
    /// All of a result.
    pub fn of(result: Whole) -> Self {
        Self { result, archive: None, step: Step::Before }
    }

    /// The next bytes to send; none at the end.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let piece = match self.step {
                Step::Before => {
                    self.archive = self.result.zipped.as_deref().map(Archive::new).transpose()?;
                    self.step = self.units_or_after(0);
                    std::mem::take(&mut self.result.before)
                }
                Step::Units(place) => {
                    let next = self.units_or_after(place + 1);
                    let separate = self.result.processed.format == Format::Json && matches!(next, Step::Units(_));
                    self.step = if separate { Step::Comma(place + 1) } else { next };
                    self.units(place).await?
                }
                Step::Comma(place) => {
                    self.step = Step::Units(place);
                    b",".to_vec()
                }
                Step::After => {
                    self.step = Step::Rest;
                    std::mem::take(&mut self.result.after)
                }
                Step::Rest => {
                    self.step = Step::End;
                    // Of the archive only its directory is left.
                    let rest = self.archive.take().map(Archive::finish).transpose()?;
                    return Ok(rest.filter(|rest| !rest.is_empty()));
                }
                Step::End => return Ok(None),
            };
            let ready = self.packed(piece).await?;
            if !ready.is_empty() {
                return Ok(Some(ready));
            }
        }
    }

    /// The size of a result that goes out as it was kept, in bytes; none where it is only known when all of it has been made.
    pub fn size(&self) -> Option<usize> {
        let Whole { batch, before, after, .. } = &self.result;
        if !self.is_as_kept() || self.result.zipped.is_some() {
            return None;
        }
        let commas = match batch.format {
            Format::Xml => 0,
            Format::Json => usize::try_from(batch.slices).ok()?.saturating_sub(1),
        };
        Some(before.len() + usize::try_from(batch.result_bytes).ok()? + commas + after.len())
    }

    /// Whether units go out as they are kept, but for the character set.
    fn has_kept_shape(&self) -> bool {
        let (batch, wanted) = (&self.result.batch, self.result.processed);
        batch.format == wanted.format && unit::is_kept_in(batch.kind, wanted.form.disease_list)
    }

    /// Whether units go out to the byte as they are kept.
    fn is_as_kept(&self) -> bool {
        self.has_kept_shape() && self.result.processed.answer_charset() == AnswerCharset::Utf8
    }

    fn units_or_after(&self, place: i32) -> Step {
        if place < self.result.batch.slices { Step::Units(place) } else { Step::After }
    }

    /// The units of a piece as they go out.
    async fn units(&self, place: i32) -> io::Result<Vec<u8>> {
        let result = &self.result;
        let units = result.source.units(&result.batch, place).await.map_err(io::Error::other)?;
        let (kind, from, to) = (result.batch.kind, result.batch.format, result.processed.format);
        let (charset, form) = (result.processed.answer_charset(), result.processed.form.disease_list);
        let has_kept_shape = self.has_kept_shape();
        let shaped = move || {
            let units = if has_kept_shape { Some(units) } else { unit::convert(kind, &units, from, to, form) };
            units.map(|units| encode(units, charset))
        };
        // As it was kept it goes out at once; anything else takes milliseconds that others should not wait for.
        let units = if self.is_as_kept() {
            shaped()
        } else {
            // What is made of a piece on the way takes many times its size.
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

    /// What of a piece is ready to go out: the piece itself, or what of the archive it completes.
    async fn packed(&mut self, piece: Vec<u8>) -> io::Result<Vec<u8>> {
        let Some(mut archive) = self.archive.take() else { return Ok(piece) };
        let packing = tokio::task::spawn_blocking(move || archive.write(&piece).map(|ready| (archive, ready)));
        let (archive, ready) = packing.await.map_err(io::Error::other)??;
        self.archive = Some(archive);
        Ok(ready)
    }
}

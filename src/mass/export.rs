//! Writes what a database holds as a directory of the mass format.

use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;

use crate::language::Japanese;
use crate::store::registry::LoadCounts;
use crate::store::{Store, StoreError};

use super::draft::{Draft, DraftError};
use super::kind::Kind;
use super::manifest::Manifest;
use super::output::Packing;
use super::read::{Faults, MassDirectory};
use super::rows::Rows;

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed, or holds an illegal value.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory cannot be written.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The database holds what could not be loaded again: faults with the file and the line that it would have had.
    #[error("{} faults in what the database holds: it would not load again", .0.count())]
    Refused(Faults),
    /// It was stopped.
    #[error("stopped; nothing was written")]
    Stopped,
}

impl Japanese for ExportError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Store(error) => error.japanese(),
            Self::Draft(error) => error.japanese(),
            Self::Refused(faults) => {
                format!("データベースの内容に{}件の誤りがあり、そのままでは読み込めません", faults.count()).into()
            }
            Self::Stopped => "中止しました。何も書いていません".into(),
        }
    }
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportProgress {
    /// So many people are to be written.
    Begun(u64),
    /// So many people are written.
    Written(u64),
    /// So many people are read again.
    Checked(u64),
}

/// Writes what the registry holds at this moment into the directory `out`, which must not exist or be empty, and reads it again before
/// it takes its name: what is exported loads. `today` bounds its dates, as for [`MassDirectory::open`]. If `stop` becomes true,
/// nothing is left behind.
///
/// # Errors
/// See [`ExportError`]; then `out` is as it was.
pub async fn export(
    store: &Store,
    out: &Path,
    packing: Packing,
    today: Date,
    stop: &AtomicBool,
    mut progress: impl FnMut(ExportProgress),
) -> Result<LoadCounts, ExportError> {
    let mut draft = Draft::begin(out, &Kind::HELD, packing)?;
    let mut snapshot = store.snapshot().await?;
    progress(ExportProgress::Begun(snapshot.count().await?));
    let mut rows = Rows::default();
    let (insurers, institutions) = (snapshot.insurers().await?, snapshot.institutions().await?);
    insurers.iter().for_each(|insurer| rows.insurer(insurer));
    institutions.iter().for_each(|institution| rows.institution(institution));
    draft.append(&rows)?;
    let (insurers, institutions) = (insurers.len(), institutions.len());
    let mut counts = LoadCounts { insurers, institutions, people: 0, coverages: 0, cards: 0 };
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(ExportError::Stopped);
        }
        let people = snapshot.next_people().await?;
        if people.is_empty() {
            break;
        }
        rows.clear();
        for person in &people {
            rows.person(person, &[]);
            counts.people += 1;
            counts.coverages += person.coverages.len();
            counts.cards += person.cards.len();
        }
        draft.append(&rows)?;
        progress(ExportProgress::Written(counts.people as u64));
    }
    drop(snapshot);
    let manifest = Manifest { people: counts.people as u64, made: None, rows: Vec::new() };
    draft.finish_if(&manifest, |written| check(written, out, today, stop, progress))?;
    Ok(counts)
}

/// Reads what was written.
fn check(
    written: &Path,
    out: &Path,
    today: Date,
    stop: &AtomicBool,
    mut progress: impl FnMut(ExportProgress),
) -> Result<(), ExportError> {
    let directory =
        MassDirectory::open(written, today).map_err(|faults| ExportError::Refused(faults.below(written, out)))?;
    let mut all = Faults::default();
    for (number, entry) in (1..).zip(directory.entries()) {
        if stop.load(Ordering::Relaxed) {
            return Err(ExportError::Stopped);
        }
        match entry {
            Ok(_) => progress(ExportProgress::Checked(number)),
            Err(faults) => all.absorb(faults.below(written, out)),
        }
    }
    if all.is_empty() { Ok(()) } else { Err(ExportError::Refused(all)) }
}

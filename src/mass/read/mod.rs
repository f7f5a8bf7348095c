//! Reads a directory of the mass format, and finds every fault with file, line and reason.
//!
//! [`MassDirectory::open`] looks at the directory as a whole, [`MassDirectory::entries`] goes through the people. Both take little
//! memory, whatever the files hold.

mod card;
mod coverage;
mod distinct;
mod entries;
mod faults;
mod fields;
mod input;
mod lines;
mod reference;
mod row;
mod situation;
mod table;
mod ticket;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::{Institution, Insurer, RegisteredDays};
use crate::fixtures::FixtureFault;
use crate::store::registry::NewPerson;

use super::kind::Kind;
use super::manifest::{FILE, Manifest, VERSION};

pub use entries::{Entries, Entry};
pub use faults::Faults;
pub use situation::{CardSituation, Situation};

use table::Table;

/// A directory of the mass format.
#[derive(Debug)]
pub struct MassDirectory {
    description: PathBuf,
    manifest: Manifest,
    files: Vec<(Kind, PathBuf)>,
    days: RegisteredDays,
    insurers: Vec<Insurer>,
    institutions: Option<Vec<Institution>>,
    /// Faults of insurers and institutions.
    faults: Faults,
}

impl MassDirectory {
    /// Returns whether a directory is of the mass format: it holds `population.toml`.
    #[must_use]
    pub fn is_at(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Opens a directory: reads its description, finds its files, plain or compressed, and checks their headers; then reads insurers
    /// and institutions. No date may lie more than a hundred years after `today`.
    ///
    /// # Errors
    /// The faults for which people cannot be read at all. Faults of insurers and institutions come with the people.
    pub fn open(directory: &Path, today: Date) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let description = directory.join(FILE);
        let manifest =
            Manifest::read(&description).map_err(|found| found.into_iter().for_each(|fault| faults.add(|| fault)));
        let mut files = Vec::new();
        for kind in Kind::ALL {
            match input::find(directory, kind) {
                Ok(Some(path)) => match Table::open(&path, kind) {
                    Ok(_) => files.push((kind, path)),
                    Err(fault) => faults.add(|| fault),
                },
                Ok(None) if kind.is_optional() => {}
                Ok(None) => faults.add(|| missing(directory, kind)),
                Err(fault) => faults.add(|| fault),
            }
        }
        for path in input::strangers(directory) {
            faults.add(|| unknown(&path));
        }
        let Some(manifest) = manifest.ok().filter(|_| faults.is_empty()) else { return Err(faults) };
        let days = RegisteredDays::seen_on(today);
        let path = |wanted: Kind| files.iter().find(|(kind, _)| *kind == wanted).map(|(_, path)| path.as_path());
        let insurers = path(Kind::Insurers).map(|path| reference::insurers(path, days, &mut faults)).unwrap_or_default();
        let institutions = path(Kind::Institutions).map(|path| reference::institutions(path, days, &mut faults));
        Ok(Self { description, manifest, files, days, insurers, institutions, faults })
    }

    /// Returns the description of the directory.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the insurers that could be read. If one has a fault, [`MassDirectory::entries`] tells.
    #[must_use]
    pub fn insurers(&self) -> &[Insurer] {
        &self.insurers
    }

    /// Returns the institutions; None if the directory leaves them as they are. If one has a fault, [`MassDirectory::entries`] tells.
    #[must_use]
    pub fn institutions(&self) -> Option<&[Institution]> {
        self.institutions.as_deref()
    }

    /// Reads the people from the first on; see [`Entries`].
    #[must_use]
    pub fn entries(&self) -> Entries {
        let insurers: HashSet<_> = self.insurers.iter().map(|insurer| insurer.number).collect();
        let insurers = self.faults.is_empty().then(|| Arc::new(insurers));
        let of_people = |kind: &Kind| !matches!(kind, Kind::Insurers | Kind::Institutions);
        let files = self.files.iter().filter(|(kind, _)| of_people(kind)).cloned().collect();
        Entries::begin(files, self.days, insurers, &self.manifest, &self.description, self.faults.clone())
    }

    /// Reads the people from the first on, without what `situations.csv` says of them; see [`Entries`].
    pub fn people(&self) -> impl Iterator<Item = Result<NewPerson, Faults>> + Send + use<> {
        self.entries().map(|entry| entry.map(|entry| entry.person))
    }
}

/// Says that a file is none of the format: with another name an optional one would be left out in silence.
fn unknown(path: &Path) -> FixtureFault {
    let names = Kind::ALL.map(Kind::file).join(", ");
    FixtureFault::of_file(
        path,
        (
            format!("no file of the format has this name; rename or remove it. The names are {names}, each also with .zst"),
            format!(
                "この形式にない名前です。名前を直すか、取り除いてください。ファイル名は{names}（.zstを付けてもよい）です"
            ),
        ),
    )
}

fn missing(directory: &Path, kind: Kind) -> FixtureFault {
    let file = kind.file();
    FixtureFault::of_file(
        &directory.join(file),
        (
            format!("the file is missing: a directory with {FILE} has it, or {file}.zst"),
            format!("ファイルがありません。{FILE}のあるディレクトリーには、このファイルか{file}.zstが必要です"),
        ),
    )
}

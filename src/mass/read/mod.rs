//! Reads a directory of the mass format, person by person, in bounded memory.

mod coverage;
mod distinct;
mod lines;
mod person;
mod row;
mod table;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::domain::{Insurer, InsurerNumber, RegistrableDays, check_remark};
use crate::file_fault::FileFault;
use crate::language::Japanese;

use super::kind::Kind;
use super::manifest::Manifest;
use distinct::Distinct;
pub use person::{MassPerson, People};
use table::Table;

/// The name of the description of a directory.
pub(super) const MANIFEST: &str = "population.toml";

/// The most bytes of the description.
const LONGEST_MANIFEST: u64 = 64 * 1024;

/// The most insurers of a directory. Japan has about 3,400, and they are kept in memory.
const MOST_INSURERS: usize = 100_000;

/// A directory of the mass format whose description and insurers are free of faults.
#[derive(Debug)]
pub struct MassDirectory {
    path: PathBuf,
    manifest: Manifest,
    insurers: Vec<Insurer>,
    days: RegistrableDays,
}

impl MassDirectory {
    /// Returns whether a directory is of the mass format: it holds `population.toml`.
    #[must_use]
    pub fn is_at(directory: &Path) -> bool {
        directory.join(MANIFEST).is_file()
    }

    /// Reads the description and the insurers; days are judged as of `today`.
    ///
    /// # Errors
    /// All faults of the two files.
    pub fn open(directory: &Path, today: Date) -> Result<Self, Vec<FileFault>> {
        let path = directory.join(MANIFEST);
        let manifest = read_manifest(&path).map_err(|fault| vec![fault])?;
        let days = RegistrableDays::of(today);
        let mut table = Table::open(directory, Kind::Insurers).map_err(|fault| vec![fault])?;
        let (mut insurers, mut known, mut faults) = (Vec::new(), HashSet::new(), Vec::new());
        while insurers.len() < MOST_INSURERS && table.fill(&mut faults) {
            let mut row = table.take(days, &mut faults);
            if let (Some(number), Some(name)) = (row.require(InsurerNumber::parse), row.require(check_remark)) {
                if !known.insert(number) {
                    row.fault((format!("insurer {number} stands twice"), format!("保険者{number}が重複しています")));
                }
                insurers.push(Insurer { number, name });
            }
            if faults.len() >= MOST_INSURERS {
                break;
            }
        }
        if insurers.len() == MOST_INSURERS && table.fill(&mut faults) {
            let english = format!("a directory has {MOST_INSURERS} insurers at most");
            faults.push(table.fault(0, (english, format!("保険者は{MOST_INSURERS}までです"))));
        }
        if let Some(rows) = manifest.rows
            && faults.is_empty()
            && table.rows != rows[0]
        {
            faults.push(table.fault(0, person::rows_differ(table.rows, rows[0])));
        }
        if faults.is_empty() { Ok(Self { path: directory.to_owned(), manifest, insurers, days }) } else { Err(faults) }
    }

    /// Returns the description.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the insurers.
    #[must_use]
    pub fn insurers(&self) -> &[Insurer] {
        &self.insurers
    }

    /// Opens the files of people.
    ///
    /// # Errors
    /// All faults of files that are missing or have other columns.
    pub fn people(&self) -> Result<People, Vec<FileFault>> {
        let mut faults = Vec::new();
        let mut open = |kind| Table::open(&self.path, kind).map_err(|fault| faults.push(fault)).ok();
        let people = open(Kind::People);
        let [coverages, ratios, certificates, cards, tickets, situations] =
            [Kind::Coverages, Kind::Ratios, Kind::Certificates, Kind::Cards, Kind::Tickets, Kind::Situations].map(&mut open);
        let all = || Some((people?, [coverages?, ratios?, certificates?, cards?, tickets?, situations?]));
        let Some((people, parts)) = all() else { return Err(faults) };
        Ok(People {
            insurers: self.insurers.iter().map(|insurer| insurer.number).collect(),
            days: self.days,
            people,
            parts,
            rows: self.manifest.rows,
            ids: Distinct::default(),
            card_keys: Distinct::default(),
            certificates: Distinct::default(),
            finished: false,
        })
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, FileFault> {
    let of_error = |error: std::io::Error| {
        let japanese = error.japanese().into_owned();
        FileFault::of_file(path, (error.to_string(), japanese))
    };
    if fs::metadata(path).map_err(of_error)?.len() > LONGEST_MANIFEST {
        let english = format!("has more than {LONGEST_MANIFEST} bytes: this is no description of a population");
        return Err(FileFault::of_file(
            path,
            (english, format!("{LONGEST_MANIFEST}バイトを超えています。人々の説明のファイルではありません")),
        ));
    }
    let text = fs::read_to_string(path).map_err(of_error)?;
    Manifest::read(&text).map_err(|reason| FileFault::of_file(path, reason))
}

//! `population.toml`: what a directory of the mass format is.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::civil::Date;

use crate::fixtures::{FixtureFault, Source};

use super::kind::Kind;

/// The version of the format, written to `population.toml`.
pub const VERSION: u32 = 1;

/// The name of the file.
pub(super) const FILE: &str = "population.toml";

/// The bytes of it that are read.
const MOST: u64 = 1 << 16;

/// The description of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The number of people.
    pub people: u64,
    /// How they were made; none if they were exported from a database, which does not know it.
    pub made: Option<MadeFrom>,
    /// The number of rows of files, by which a file that was cut off between two rows is noticed. [`super::Draft`] counts them.
    pub rows: Vec<(Kind, u64)>,
}

/// What a population was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFrom {
    /// The seed of the population.
    pub seed: u64,
    /// The day as of which the population is made.
    pub as_of: Date,
    /// SHA-256 of the profile's text, in hexadecimal.
    pub profile: String,
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.made {
            Some(_) => writeln!(f, "# Synthetic people, made by `shikaku population generate`. None of them exists.")?,
            None => writeln!(f, "# Registrations, written by `shikaku fixtures export`.")?,
        }
        writeln!(f, "format = {VERSION}")?;
        if let Some(made) = &self.made {
            writeln!(f, "seed = {}", made.seed)?;
        }
        writeln!(f, "people = {}", self.people)?;
        if let Some(made) = &self.made {
            writeln!(f, "as_of = {}", made.as_of)?;
            writeln!(f, "profile_sha256 = \"{}\"", made.profile)?;
        }
        if !self.rows.is_empty() {
            writeln!(f, "\n[rows]")?;
        }
        for (kind, rows) in &self.rows {
            writeln!(f, "{} = {rows}", kind.name())?;
        }
        Ok(())
    }
}

impl Manifest {
    /// Reads the description of a directory.
    ///
    /// # Errors
    /// Every fault of the file.
    pub(super) fn read(path: &Path) -> Result<Self, Vec<FixtureFault>> {
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(MOST).read_to_string(&mut text))
            .map_err(|error| vec![FixtureFault::of_file(path, error)])?;
        let source = Source::new(path, &text);
        let mut table = source.root();
        let format = table.require_natural("format");
        if let Some(format) = format
            && format != u64::from(VERSION)
        {
            let english = format!("the format {format} is not known: this program reads format {VERSION}");
            let japanese = format!("形式{format}は読めません。このプログラムが読むのは形式{VERSION}です");
            return Err(vec![FixtureFault::of_file(path, (english, japanese))]);
        }
        let people = table.require_natural("people");
        let (seed, as_of) = (table.natural("seed"), table.date("as_of"));
        let profile = table.parse("profile_sha256", |text| {
            let hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let wanted = ("must be 64 digits of lower-case hexadecimal", "16進数の小文字64桁で書いてください");
            if hex { Ok(text.to_owned()) } else { Err(wanted) }
        });
        let made = match (seed, as_of, profile) {
            (Some(seed), Some(as_of), Some(profile)) => Some(MadeFrom { seed, as_of, profile }),
            (None, None, None) => None,
            _ => {
                table.fault(
                    table.line,
                    (
                        "`seed`, `as_of` and `profile_sha256` go together",
                        "`seed`、`as_of`、`profile_sha256`は3つとも書くか、どれも書かないでください",
                    ),
                );
                None
            }
        };
        let mut rows = Vec::new();
        if let Some(mut counted) = table.table("rows") {
            rows.extend(Kind::ALL.into_iter().filter_map(|kind| Some((kind, counted.natural(kind.name())?))));
            counted.finish();
        }
        table.finish();
        let (faults, _) = source.into_faults_and_names();
        match people {
            Some(people) if faults.is_empty() => Ok(Self { people, made, rows }),
            _ => Err(faults),
        }
    }
}

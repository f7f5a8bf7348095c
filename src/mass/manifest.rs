//! `population.toml`: what a directory of the mass format is.

use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;

use super::kind::Kind;

/// The version of the format, written to `population.toml`.
pub const VERSION: u32 = 1;

/// The description of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What the people were made of; none if they were exported from a registry.
    pub origin: Option<Origin>,
    /// The number of rows of each file, in the order of [`Kind::ALL`]. If it is given, the files must have as many.
    pub rows: Option<[u64; Kind::COUNT]>,
}

/// What a population was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The seed of the population.
    pub seed: u64,
    /// The number of people.
    pub people: u64,
    /// The day as of which the population is made.
    pub as_of: Date,
    /// SHA-256 of the profile's text, in hexadecimal.
    pub profile: String,
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(_) => writeln!(f, "# Synthetic people, made by `shikaku population generate`. None of them exists.")?,
            None => writeln!(f, "# What was registered, written by `shikaku fixtures export`.")?,
        }
        writeln!(f, "format = {VERSION}")?;
        if let Some(origin) = &self.origin {
            writeln!(f, "seed = {}", origin.seed)?;
            writeln!(f, "people = {}", origin.people)?;
            writeln!(f, "as_of = {}", origin.as_of)?;
            writeln!(f, "profile_sha256 = \"{}\"", origin.profile)?;
        }
        if let Some(rows) = &self.rows {
            writeln!(f, "\n[rows]")?;
            for (kind, rows) in Kind::ALL.into_iter().zip(rows) {
                writeln!(f, "{} = {rows}", kind.name())?;
            }
        }
        Ok(())
    }
}

/// The file as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: u32,
    seed: Option<u64>,
    people: Option<u64>,
    as_of: Option<toml::value::Datetime>,
    profile_sha256: Option<String>,
    rows: Option<Rows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    insurers: u64,
    people: u64,
    coverages: u64,
    ratios: u64,
    certificates: u64,
    cards: u64,
    tickets: u64,
    situations: u64,
}

impl Manifest {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// What is wrong and what would be right, in English and in Japanese.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        let text: Text = toml::from_str(text).map_err(|error| {
            let message = error.message().to_owned();
            (message.clone(), format!("TOMLとして読めません: {message}"))
        })?;
        if text.format != VERSION {
            let format = text.format;
            return Err((
                format!("`format` is {format}; this program reads format {VERSION}"),
                format!("`format`が{format}です。このプログラムが読めるのは{VERSION}です"),
            ));
        }
        let day = text.as_of.and_then(|as_of| as_of.to_string().parse().ok());
        let origin = match (text.seed, text.people, day, text.profile_sha256) {
            (Some(seed), Some(people), Some(as_of), Some(profile)) => Some(Origin { seed, people, as_of, profile }),
            (None, None, None, None) => None,
            _ => {
                return Err((
                    "`seed`, `people`, `as_of` (a date) and `profile_sha256` go together".to_owned(),
                    "`seed`、`people`、`as_of`（日付）、`profile_sha256`は全部書くか、全部省いてください".to_owned(),
                ));
            }
        };
        let rows = text.rows.map(|rows| {
            let Rows { insurers, people, coverages, ratios, certificates, cards, tickets, situations } = rows;
            [insurers, people, coverages, ratios, certificates, cards, tickets, situations]
        });
        Ok(Self { origin, rows })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let origin = Origin { seed: 7, people: 20, as_of: date(2026, 12, 1), profile: "ab".to_owned() };
        for manifest in [
            Manifest { origin: Some(origin), rows: Some([1, 2, 3, 4, 5, 6, 7, 8]) },
            Manifest { origin: None, rows: Some([8; 8]) },
            Manifest { origin: None, rows: None },
        ] {
            assert_eq!(Manifest::read(&manifest.to_string()), Ok(manifest));
        }
    }

    #[test]
    fn faults_say_what_is_right() {
        let fault = |text: &str| Manifest::read(text).unwrap_err().0;
        assert_eq!(fault("format = 2"), "`format` is 2; this program reads format 1");
        assert_eq!(fault("seed = 1"), "missing field `format`");
        assert!(fault("format = 1\nseed = 1").starts_with("`seed`, `people`, `as_of`"), "{}", fault("format = 1\nseed = 1"));
        assert!(fault("format = 1\nsed = 1").starts_with("unknown field `sed`"));
    }
}

//! `population.toml`: what a directory of the mass format is.

use std::fmt;

use jiff::civil::Date;

/// The version of the format, written to `population.toml`.
pub const VERSION: u32 = 1;

/// The description of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
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
        writeln!(f, "# Synthetic people, made by `shikaku population generate`. None of them exists.")?;
        writeln!(f, "format = {VERSION}")?;
        writeln!(f, "seed = {}", self.seed)?;
        writeln!(f, "people = {}", self.people)?;
        writeln!(f, "as_of = {}", self.as_of)?;
        writeln!(f, "profile_sha256 = \"{}\"", self.profile)
    }
}

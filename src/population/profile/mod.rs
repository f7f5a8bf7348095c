//! The profile: every share from which a population is drawn, as whole weights.
//!
//! `standard.toml` is the profile of today's Japan; each share there says whether it is sourced or assumed. A file of the same
//! form takes its place.

mod groups;
mod read;

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

pub use groups::Group;
pub(super) use groups::LAG_DAYS;
pub use read::ProfileFault;

/// The text of the standard profile.
const STANDARD: &str = include_str!("standard.toml");

/// Shares by group.
#[derive(Debug, Clone)]
pub struct Profile {
    weights: HashMap<&'static str, Vec<u32>>,
    sha256: String,
}

impl Profile {
    /// Returns the standard profile.
    ///
    /// # Panics
    /// Never; a test reads it.
    #[must_use]
    pub fn standard() -> &'static Self {
        static PROFILE: LazyLock<Profile> =
            LazyLock::new(|| Profile::read(STANDARD).expect("a test reads the standard profile"));
        &PROFILE
    }

    /// Returns the text of the standard profile, from which others can be made.
    #[must_use]
    pub fn standard_text() -> &'static str {
        STANDARD
    }

    /// Reads a profile, which holds every entry of every group and nothing else.
    ///
    /// # Errors
    /// Every fault, in the order of the lines.
    pub fn read(text: &str) -> Result<Self, Vec<ProfileFault>> {
        let weights = read::weights(text)?;
        Ok(Self { weights, sha256: HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()) })
    }

    /// Returns the weights of a group, in the order of its entries.
    #[must_use]
    pub fn of(&self, group: Group) -> &[u32] {
        &self.weights[group.name]
    }

    /// Returns the two weights of a group of yes and no, or of another pair.
    pub(super) fn pair(&self, group: Group) -> [u32; 2] {
        let weights = self.of(group);
        [weights[0], weights[1]]
    }

    /// Returns SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

//! What every household of a population has in common.

use jiff::civil::Date;

use crate::mass::Question;
use crate::store::registry::NewPerson;

use super::numbers::Numbers;
use super::profile::Profile;

/// What every household of a population has in common.
pub(super) struct Frame<'a> {
    pub seed: u64,
    pub as_of: Date,
    pub profile: &'a Profile,
    pub numbers: &'a Numbers,
}

/// A person and the questions with known answers about them.
pub type Made = (NewPerson, Vec<Question>);

/// Returns the id of a member, whose place counts from 0.
pub(super) fn id(household: u64, place: usize) -> String {
    format!("h{household:08}-{}", place + 1)
}

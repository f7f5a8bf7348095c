//! What is to happen to a population, and the entries that tell of it.

use jiff::civil::Date;

use crate::population::profile::Profile;

/// What is to happen.
#[derive(Debug, Clone)]
pub struct LiveOrder {
    /// The seed of the events.
    pub seed: u64,
    /// The seed of the population, from which new numbers follow.
    pub population_seed: u64,
    /// The day as of which the population was made; the first event is on a later one.
    pub as_of: Date,
    /// The last day on which something is registered, inclusive.
    pub until: Date,
    /// The shares.
    pub profile: Profile,
}

/// An entry with the place that it has among the entries of all households.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When it is registered, in seconds of the Unix epoch.
    pub at: i64,
    /// 保険者番号.
    pub insurer: String,
    /// The household's number.
    pub household: u64,
    /// Its number among the entries of the household, from 1.
    pub number: u32,
    /// The entry, one line of JSON.
    pub line: String,
}

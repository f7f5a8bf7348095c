//! Shares of a whole beside their targets.

use crate::domain::grouped;
use crate::language::{Bilingual, Language};
use crate::population::profile::{Group, Profile};

/// The shares of a whole.
#[derive(Debug, Clone)]
pub struct Section {
    /// The subject.
    pub title: Bilingual,
    /// What the whole is, with `{}` for its number.
    pub of: Bilingual,
    /// The number of the whole.
    pub whole: u64,
    /// The parts.
    pub rows: Vec<Row>,
}

/// A part of a whole.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is counted.
    pub name: Bilingual,
    /// How many there are.
    pub count: u64,
    /// What the profile wants; none if it says nothing.
    pub target: Option<Target>,
}

/// A share that the profile wants, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The share.
    pub share: f64,
    /// How far a population of any size may be off.
    pub tolerance: f64,
}

/// Whether a share is what the profile wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The share lies within the tolerance.
    Within,
    /// It lies outside of the tolerance, as chance alone would have it among so few.
    WithinChance,
    /// It lies outside.
    Outside,
}

impl Section {
    /// Says what the whole is and how many it has.
    #[must_use]
    pub fn whole_text(&self, language: Language) -> String {
        self.of.text(language).replace("{}", &grouped(self.whole))
    }
}

impl Row {
    /// Returns the share of the whole, in thousandths.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shares are shown with one decimal")]
    pub fn share(&self, whole: u64) -> f64 {
        if whole == 0 { 0.0 } else { self.count as f64 * 1_000.0 / whole as f64 }
    }

    /// Compares the share with its target. Chance moves a share of n people by up to three standard deviations; people of one
    /// household are alike, so that they count as a third of as many.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a bound of chance need not be exact")]
    pub fn verdict(&self, whole: u64) -> Option<Verdict> {
        let target = self.target.filter(|_| whole > 0)?;
        let off = (self.share(whole) - target.share).abs();
        let (share, people) = (target.share / 1_000.0, whole as f64 / 3.0);
        let chance = 3_000.0 * (share * (1.0 - share) / people).sqrt();
        Some(match off {
            _ if off <= target.tolerance => Verdict::Within,
            _ if off <= target.tolerance + chance => Verdict::WithinChance,
            _ => Verdict::Outside,
        })
    }
}

/// Returns the shares of a group with weights, in thousandths, each with the same tolerance.
pub(super) fn shares(profile: &Profile, group: Group, tolerance: f64) -> Vec<Target> {
    let weights = profile.of(group);
    let sum: f64 = weights.iter().copied().map(f64::from).sum();
    weights.iter().map(|weight| Target { share: f64::from(*weight) * 1_000.0 / sum, tolerance }).collect()
}

/// Returns the tolerance of an entry of [`Group::TOLERANCE_OTHERS`].
pub(super) fn tolerance(profile: &Profile, entry: &str) -> f64 {
    let place = Group::TOLERANCE_OTHERS.entries.iter().position(|one| *one == entry);
    place.and_then(|place| profile.of(Group::TOLERANCE_OTHERS).get(place)).copied().map_or(0.0, f64::from)
}

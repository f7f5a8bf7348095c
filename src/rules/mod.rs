//! Dated rules of law, each with its source. Past rules never change.

mod preschool;

pub use preschool::{is_preschool, preschool_ends};

/// A rule that an answer rests on, for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// A short name that stays the same.
    pub name: &'static str,
    /// The law or the page of the specification that says so.
    pub source: &'static str,
    /// What it says, in English.
    pub english: &'static str,
    /// What it says, in Japanese.
    pub japanese: &'static str,
}

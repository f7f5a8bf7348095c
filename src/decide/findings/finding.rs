//! One contradiction.

use super::days::{before, days};
use crate::decide::part::Part;
use crate::decide::registered::Registered;
use crate::domain::Period;
use crate::rules::Rule;

/// A contradiction between what an insurer registered and the law, or within the registration. Answers follow the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub part: Part,
    /// What was registered.
    pub registered: Registered,
    /// What else was registered that contradicts it, where the two contradict each other.
    pub beside: Option<Registered>,
    /// The days on which it contradicts, both inclusive.
    pub days: Period,
    /// Whether it goes on after the last of them, which is only the day until which was judged.
    pub open: bool,
    /// Whether it only looks like a contradiction: the rule has exceptions that a registration does not show, or is a reading of ours.
    pub soft: bool,
    /// The rule that says otherwise.
    pub rule: Rule,
}

impl Finding {
    pub(super) fn new(registered: Registered, days: Period, rule: Rule) -> Self {
        Self { part: registered.part(), registered, beside: None, days, open: false, soft: false, rule }
    }

    /// What was registered, in few words of English.
    #[must_use]
    pub fn registered_english(&self) -> String {
        let beside = self.beside.map(|other| format!(" and {}", other.english()));
        format!("{}{}", self.registered.english(), beside.unwrap_or_default())
    }

    /// What was registered, in few words of Japanese.
    #[must_use]
    pub fn registered_japanese(&self) -> String {
        let beside = self.beside.map(|other| format!("と{}", other.japanese()));
        format!("{}{}", self.registered.japanese(), beside.unwrap_or_default())
    }
}

/// Adds a finding, to the last one where it only goes on.
pub(super) fn add(found: &mut Vec<Finding>, finding: Finding) {
    let goes_on = |last: &&mut Finding| last.rule == finding.rule && last.days.through() == before(finding.days.from());
    match found.last_mut().filter(goes_on) {
        Some(last) => last.days = days(last.days.from(), finding.days.through()).unwrap_or(last.days),
        None => found.push(finding),
    }
}

//! A finding: one contradiction in a registration.

use super::days::{before, days};
use crate::decide::part::AnswerPart;
use crate::decide::registered::Registered;
use crate::domain::Period;
use crate::rules::Rule;
use crate::rules::loss::DAY_AFTER_DEATH;

/// A contradiction between a registration and the law, or within the registration. Answers follow the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part of an answer that it concerns.
    pub part: AnswerPart,
    /// The registered value.
    pub registered: Registered,
    /// The other registered value, if two contradict each other.
    pub beside: Option<Registered>,
    /// The days of the contradiction, both inclusive.
    pub days: Period,
    /// Whether it continues after the last of them, which is then only the last judged day.
    pub open: bool,
    /// Whether it only looks like a contradiction: the rule has exceptions that a registration does not show, or is a reading of
    /// ours.
    pub soft: bool,
    /// The rule that it contradicts.
    pub rule: Rule,
}

impl Finding {
    pub(super) fn new(registered: Registered, days: Period, rule: Rule) -> Self {
        Self { part: registered.part(), registered, beside: None, days, open: false, soft: false, rule }
    }

    /// Returns whether it contradicts the day of the holder's death.
    #[must_use]
    pub fn is_about_death(&self) -> bool {
        self.rule == DAY_AFTER_DEATH
    }

    /// Names the registered values briefly in English.
    #[must_use]
    pub fn registered_english(&self) -> String {
        let beside = self.beside.map(|other| format!(" and {}", other.english()));
        format!("{}{}", self.registered.english(), beside.unwrap_or_default())
    }

    /// Names the registered values briefly in Japanese.
    #[must_use]
    pub fn registered_japanese(&self) -> String {
        let beside = self.beside.map(|other| format!("と{}", other.japanese()));
        format!("{}{}", self.registered.japanese(), beside.unwrap_or_default())
    }
}

/// Adds a finding, or extends the last one if the new one continues it.
pub(super) fn add(found: &mut Vec<Finding>, finding: Finding) {
    let goes_on = |last: &&mut Finding| last.rule == finding.rule && last.days.through() == before(finding.days.from());
    match found.last_mut().filter(goes_on) {
        Some(last) => last.days = days(last.days.from(), finding.days.through()).unwrap_or(last.days),
        None => found.push(finding),
    }
}

//! A contradiction between a registration and the law, as operators see it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decide::Finding;
use crate::domain::InsurerNumber;
use crate::wire::message::record::elements;

/// A contradiction between what an insurer registered and the law. Answers follow the registration.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// The official elements that it is about.
    pub elements: Vec<String>,
    /// The registration's id, as explanations name it.
    pub record: i64,
    /// The insurer that made the registration.
    pub insurer: String,
    /// What was registered, in English.
    pub registered_english: String,
    /// What was registered, in Japanese.
    pub registered_japanese: String,
    /// The first day of the contradiction.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day of the contradiction, inclusive.
    #[schema(value_type = String, format = Date)]
    pub through: Date,
    /// Whether it continues after `through`, which is then the last day that was judged, because no loss is registered.
    pub open: bool,
    /// Whether it may only look like a contradiction: the rule has exceptions that a registration does not show, or is our own
    /// reading of the law.
    pub soft: bool,
    /// The rule that is contradicted.
    pub rule: String,
    /// The source of the rule.
    pub source: String,
    /// The first day of the rule in its present form; none if not known.
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_on: Option<Date>,
    /// What the rule says, in English.
    pub english: String,
    /// What the rule says, in Japanese.
    pub japanese: String,
}

impl FindingView {
    /// Makes the view of a finding about a registration: its id and the insurer that made it.
    pub(super) fn of(finding: Finding, (record, insurer): (i64, InsurerNumber)) -> Self {
        Self {
            record,
            insurer: insurer.to_string(),
            registered_english: finding.registered_english(),
            registered_japanese: finding.registered_japanese(),
            elements: elements(finding.part).iter().map(|element| (*element).to_owned()).collect(),
            from: finding.days.from(),
            through: finding.days.through(),
            open: finding.open,
            soft: finding.soft,
            rule: finding.rule.name.to_owned(),
            source: finding.rule.source.to_owned(),
            effective_on: finding.rule.effective_on,
            english: finding.rule.english.to_owned(),
            japanese: finding.rule.japanese.to_owned(),
        }
    }
}

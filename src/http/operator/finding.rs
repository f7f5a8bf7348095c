use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decide::Finding;
use crate::wire::message::record::elements;

/// A contradiction between what an insurer registered and the law. Answers follow the registration.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// The official elements that it is about.
    pub elements: Vec<String>,
    /// What was registered.
    pub registered: String,
    /// The first day that contradicts.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day that contradicts, inclusive.
    #[schema(value_type = String, format = Date)]
    pub through: Date,
    /// The rule that says otherwise.
    pub rule: String,
    /// Where the rule stands.
    pub source: String,
    /// What it says, in English.
    pub english: String,
    /// What it says, in Japanese.
    pub japanese: String,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            elements: elements(finding.part).iter().map(|element| (*element).to_owned()).collect(),
            registered: finding.registered,
            from: finding.days.from(),
            through: finding.days.through(),
            rule: finding.rule.name.to_owned(),
            source: finding.rule.source.to_owned(),
            english: finding.rule.english.to_owned(),
            japanese: finding.rule.japanese.to_owned(),
        }
    }
}

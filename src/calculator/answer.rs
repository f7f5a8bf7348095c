//! The answer to a monthly question.

use serde::Serialize;
use utoipa::ToSchema;

use super::meals::MealsAnswer;
use super::note::MonthlyNote;
use crate::domain::Month;
use crate::rules::limit::{Band, Step, table_of, unchanged_since};

/// What is paid in a month, and the steps of the calculation. Amounts are yen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthlyAnswer {
    /// 診療月.
    pub month: String,
    /// The first month of the table that was used.
    pub table_from: String,
    /// The first month that is known to have the category's monthly amounts.
    pub since: String,
    /// Whether the amounts began in that month; otherwise they may be older.
    pub since_is_start: bool,
    /// The source of the amounts.
    pub source: String,
    /// The category, in words.
    pub category: String,
    /// 一部負担金 before any cap.
    pub share_yen: u64,
    /// The cap for one patient; none for a household, whose caps are in the steps.
    pub cap_yen: Option<u64>,
    /// What is paid.
    pub payment_yen: u64,
    /// What is refunded, or not charged at all (現物給付).
    pub refund_yen: u64,
    /// The yearly cap (年間上限) from August to July, refunded afterwards; it does not lower the payment of a month.
    pub yearly_cap_yen: Option<u64>,
    /// The yearly cap of one person's outpatient care.
    pub outpatient_yearly_cap_yen: Option<u64>,
    /// What the meals cost in addition to the payment, if the question has meals.
    pub meals: Option<MealsAnswer>,
    /// The steps of the calculation.
    pub steps: Vec<MonthlyStep>,
    /// Notes on the amounts, in particular our own readings of the law on which they rest.
    pub notes: Vec<MonthlyNote>,
}

/// One step of the calculation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthlyStep {
    /// What the amount is, in English.
    pub english: String,
    /// What the amount is, in Japanese.
    pub japanese: String,
    /// The amount.
    pub yen: u64,
}

impl MonthlyAnswer {
    /// Makes an answer without amounts.
    pub(super) fn without_amounts(month: Month, band: &Band) -> Self {
        let table = table_of(month);
        let since = unchanged_since(month, band);
        Self {
            since: since.month.to_string(),
            since_is_start: since.is_start,
            month: month.to_string(),
            table_from: table.map(|table| table.from.to_string()).unwrap_or_default(),
            source: table.map(|table| table.source.to_owned()).unwrap_or_default(),
            category: band.label.to_owned(),
            share_yen: 0,
            cap_yen: None,
            payment_yen: 0,
            refund_yen: 0,
            yearly_cap_yen: band.yearly.map(|yen| yen.amount()),
            outpatient_yearly_cap_yen: band.outpatient.and_then(|cap| cap.yearly).map(|yen| yen.amount()),
            meals: None,
            steps: Vec::new(),
            notes: band.note.map(MonthlyNote::from).into_iter().collect(),
        }
    }
}

impl From<&Step<'_>> for MonthlyStep {
    fn from(step: &Step<'_>) -> Self {
        Self { english: step.english(), japanese: step.japanese(), yen: step.yen().amount() }
    }
}

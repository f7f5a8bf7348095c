//! Dated rules of law, each with its source. Past rules never change.
//!
//! | file | what |
//! | --- | --- |
//! | [`copay`], [`preschool`], [`elderly`], [`late_elderly`] | 一部負担金割合 by age on the check date |
//! | [`active_income`] | 現役並み所得 |
//! | [`category`] | 適用区分 by income |
//! | [`registered_category`] | what a registered 適用区分 must agree with |
//! | [`registered_disease`] | what a registered 特定疾病療養受療証 must agree with |
//! | [`card_class`] | what a registered 被保険者証区分 must agree with |
//! | [`national_health`] | the people excluded from 国保 and 後期高齢者医療; 退職者医療 |
//! | [`limit`] | 高額療養費: a table for each change of the law, and what patients and households pay |
//! | [`meals`] | what a meal in hospital costs |
//! | [`scheme`] | 後期高齢者医療 from 75 on |
//! | [`loss`] | 資格喪失日, by what ended the coverage |
//! | [`rounding`] | where money is rounded |

pub mod active_income;
pub mod card_class;
pub mod category;
pub mod copay;
pub mod elderly;
pub mod late_elderly;
pub mod limit;
pub mod loss;
pub mod meals;
pub mod national_health;
pub mod preschool;
#[cfg(test)]
mod property_tests;
pub mod registered_category;
pub mod registered_disease;
pub mod rounding;
pub mod scheme;

use jiff::civil::Date;

/// A rule on which an answer rests, for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// A short, stable name.
    pub name: &'static str,
    /// The law or the page of the specification that states it.
    pub source: &'static str,
    /// The first day of the rule in this form; None if that is not known to us.
    pub effective_on: Option<Date>,
    /// The rule in English.
    pub english: &'static str,
    /// The rule in Japanese.
    pub japanese: &'static str,
}

//! Facts + check date + consent + rules → answer. The one decision for every query path.
//!
//! [`by_card()`] answers a question by what stands on the card; [`explain()`] says which record and which rule stand behind
//! each part of an answer.

mod answer;
mod by_card;
mod explain;

pub use answer::{Answer, Record};
pub use by_card::by_card;
pub use explain::{Reason, explain};

//! The decision of every answer: facts + check date + consent + rules → answer.
//!
//! [`by_card()`] answers a question by the data on the insured person's card, [`by_certificate()`] one by マイナンバーカード,
//! [`by_ticket()`] one by 医療券. [`explain()`] and [`explain_card()`] name the record and the rule behind each part of an
//! answer. [`findings()`] returns the contradictions between a registration and the law. Answers follow the registration.

mod amounts;
mod answer;
mod by_card;
mod by_certificate;
mod by_ticket;
mod card_rules;
mod compared;
mod explain;
mod explain_card;
mod findings;
mod lost_insured;
mod message_rules;
mod part;
mod registered;

pub use amounts::Amounts;
pub use answer::{Answer, Other, Record, Relation};
pub use by_card::by_card;
pub use by_certificate::{CardAnswer, by_certificate, by_consent};
pub use by_ticket::by_ticket;
pub use compared::Compared;
pub use explain::{Reason, explain, explain_unregistered};
pub use explain_card::{CertificateDays, explain_card};
pub use findings::{Finding, Held, Holder, findings};
pub use lost_insured::{lost_as_dependant, lost_with_insured};
pub use part::AnswerPart;
pub use registered::Registered;
